"""Counts the routes of the service and how each is tried; run in a process of its own by C1."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from tests.apps.access.test_at_rest import KINDS  # noqa: E402 - Django comes first
from tests.authz import test_routes as golden  # noqa: E402
from tests.authz.test_commands import commands  # noqa: E402
from tests.entry.test_service import CANARIES as OF_THE_SERVICE  # noqa: E402
from tests.journeys.test_skeleton import CANARIES as OF_THE_JOURNEY  # noqa: E402
from tutela.apps.access.rules import KEY_SCOPES, STAFF_ROLES, TABLE  # noqa: E402
from tutela.apps.jobs import registry  # noqa: E402
from tutela.domain.actors import Permission, Role  # noqa: E402
from tutela.entry import doors  # noqa: E402
from tutela.entry.cli import tutela  # noqa: E402


def told() -> dict[str, int]:
    """Count."""
    routes = list(golden.ROUTES.values())
    owned = sum(case.about not in {"", "own-factor"} for case in golden.CASES.values())
    jobs = {name for name in registry.names() if not name.startswith("test.")}
    every = set(commands(tutela))
    pages = len(STAFF_ROLES) * (owned * len(golden.OWNERSHIPS) + len(golden.CASES) - owned)
    return {
        "routes": len(routes),
        "with a permission": sum(bool(route.permission) for route in routes),
        "open, with the reason": sum(bool(route.open_because) for route in routes),
        "told": sum(bool(route.permission) != bool(route.open_because) for route in routes),
        "tried": sum(route.name in {*golden.CASES, *golden.API_CASES, *golden.OPEN_CASES} for route in routes),
        "requests": pages + len(golden.API_CASES) * len(KEY_SCOPES) + 2 * (len(golden.CASES) + len(golden.OPEN_CASES)),
        "roles": len(Role),
        "permissions": len(Permission),
        "cells": sum(len(row) for row in TABLE.values()),
        "jobs": len(jobs),
        "jobs in the table": len(jobs & set(doors.JOBS)),
        "commands": len(every),
        "commands in the table": len(every & set(doors.COMMANDS)),
        "canaries": len(OF_THE_SERVICE) + 1 + len(OF_THE_JOURNEY) + len(KINDS),
    }


if __name__ == "__main__":
    json.dump(told(), sys.stdout)
