"""How the service is: three addresses for machines, and the checks behind the status page.

* `/healthz`: the process answers. Nothing else is asked, so that a slow database does not get it killed.
* `/readyz`: it can do its work: database there, migrations applied, room on the disk. 503 otherwise.
* `/metrics`: numbers for Prometheus; for this machine, or with `metrics_key`. Labels are names of routes, never paths.
"""

from __future__ import annotations

import hmac
import ipaddress
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from tutela.apps.access.public import open_to_all

if TYPE_CHECKING:
    from django.http import HttpRequest

FREE_BYTES_MIN: Final = 512 * 1024 * 1024

registry = CollectorRegistry()
ProcessCollector(registry=registry)
requests_total = Counter(
    "tutela_requests",
    "Requests answered, by route, method and status.",
    ["route", "method", "status"],
    registry=registry,
)
request_seconds = Histogram(
    "tutela_request_seconds", "Seconds until an answer, by route.", ["route"], registry=registry
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be well. `detail` is for people and holds no secrets."""

    name: str
    title: str
    well: bool
    detail: str


def checks() -> list[Check]:
    """Look at everything that this process needs."""
    return [_database(), _migrations(), _disk()]


@open_to_all("a supervisor of processes asks it; the answer says nothing")
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that the process lives."""
    return JsonResponse({"alive": True})


@open_to_all("a load balancer asks it; the answer names what is not ready and nothing more")
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer whether the process can work."""
    found = {check.name: check.well for check in checks()}
    ready = all(found.values())
    response = JsonResponse({"ready": ready, "checks": found}, status=200 if ready else 503)
    if not ready:
        response["Retry-After"] = "10"
    return response


@open_to_all("for this machine or holders of metrics_key only; others are told that it does not exist")
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the numbers of this process."""
    if not (_is_from_here(request) or _has_key(request)):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_from_here(request: HttpRequest) -> bool:
    """A proxy on this machine speaks for others, and says so in a header: then the request is not from here."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_key(request: HttpRequest) -> bool:
    expected = settings.TUTELA.metrics_key
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def _database() -> Check:
    try:
        connection.ensure_connection()
        connection.introspection.table_names()
    except (DatabaseError, InterfaceError):
        return Check("database", _("Database"), well=False, detail=_("does not answer"))
    return Check("database", _("Database"), well=True, detail=connection.display_name)


def _migrations() -> Check:
    title = _("Tables")
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except (DatabaseError, InterfaceError):
        return Check("migrations", title, well=False, detail=_("cannot be looked at"))
    detail = _("up to date") if not missing else _("%(count)d changes are missing") % {"count": missing}
    return Check("migrations", title, well=not missing, detail=detail)


def _disk() -> Check:
    free = shutil.disk_usage(settings.TUTELA.home).free
    detail = _("%(free).1f GB free") % {"free": free / 1e9}
    return Check("disk", _("Disk"), well=free >= FREE_BYTES_MIN, detail=detail)
