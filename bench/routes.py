"""Counts the routes of the service and how each is tried; run in a process of its own by C1."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from tests.authz import test_routes as golden  # noqa: E402 - Django comes first
from tests.entry.test_service import CANARIES  # noqa: E402
from tutela.apps.access.rules import KEY_SCOPES, STAFF_ROLES, TABLE, Permission, Role  # noqa: E402


def told() -> dict[str, int]:
    """Count."""
    routes = list(golden.ROUTES.values())
    owned = sum(case.about not in {"", "own-factor"} for case in golden.CASES.values())
    pages = len(STAFF_ROLES) * (owned * len(golden.OWNERSHIPS) + len(golden.CASES) - owned)
    return {
        "routes": len(routes),
        "with a permission": sum(bool(route.permission) for route in routes),
        "open, with the reason": sum(bool(route.open_because) for route in routes),
        "told": sum(bool(route.permission) != bool(route.open_because) for route in routes),
        "tried": sum(bool(route.permission) for route in routes if route.name in {*golden.CASES, *golden.API_CASES}),
        "requests": pages + len(golden.API_CASES) * len(KEY_SCOPES) + 2 * len(golden.CASES),
        "roles": len(Role),
        "permissions": len(Permission),
        "cells": sum(len(row) for row in TABLE.values()),
        "canaries": len(CANARIES) + 1,
    }


if __name__ == "__main__":
    json.dump(told(), sys.stdout)
