"""Around every request: count and log it without its content, lead to the one address, keep answers out of caches."""

from __future__ import annotations

import ipaddress
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils.cache import add_never_cache_headers

from tutela.engine import clock
from tutela.entry.errors import API_PREFIX
from tutela.entry.health import request_seconds, requests_total

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_log = structlog.get_logger("tutela.request")
_FOR_MACHINES = (API_PREFIX, "/healthz", "/readyz", "/metrics")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Write one line and count one request, by the route's name: addresses may hold what nobody should read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = str(clock.new_id())
        began = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - began
        route = _route(request)
        method = request.method if request.method in _METHODS else "OTHER"
        requests_total.labels(route, method, response.status_code).inc()
        request_seconds.labels(route).observe(seconds)
        actor = getattr(request, "tutela_actor", None)
        _log.info(
            "request",
            request_id=request_id,
            route=route,
            method=method,
            status=response.status_code,
            duration_ms=round(seconds * 1000, 1),
            pseudonym=actor.pseudonym if actor else "",
        )
        response["X-Request-ID"] = request_id
        return response

    return middleware


def at_the_origin(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send a page that was asked for by the number of this machine to its name: security keys work there only.

    Machines are answered at either, and so is a person who came by another port (through a tunnel, say).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"} and not request.path.startswith(_FOR_MACHINES) and _is_by_number(request):
            return HttpResponseRedirect(settings.TUTELA.origin + request.get_full_path())
        return get_response(request)

    return middleware


def keep_private(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let no browser and no proxy keep an answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        add_never_cache_headers(response)
        response["Cache-Control"] = "no-store"
        return response

    return middleware


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name or "unnamed" if match else "none"


def _is_by_number(request: HttpRequest) -> bool:
    asked, ours = urlsplit(f"//{request.get_host()}"), urlsplit(settings.TUTELA.origin)
    return asked.port == ours.port and _is_number(asked.hostname) and not _is_number(ours.hostname)


def _is_number(host: str | None) -> bool:
    try:
        return bool(ipaddress.ip_address(host or ""))
    except ValueError:
        return False
