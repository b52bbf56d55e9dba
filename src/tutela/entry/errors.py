"""What people and machines are told when something is refused or breaks. Never the inside of the service."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import JsonResponse
from django.shortcuts import render

from tutela.apps.passing import RETRY_AFTER_S, is_passing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

API_PREFIX = "/api/"
_CODES = {
    400: "bad-request",
    403: "refused",
    404: "not-found",
    429: "too-many-requests",
    500: "internal",
    503: "unavailable",
}
_MESSAGES = {
    503: "the database cannot be used for now, and this may have been done or not: send it again in a while, "
    "a report with the same Idempotency-Key"
}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; or 503 where Django blames the asker (whose session could not be kept) for what the database did."""
    passing = isinstance(exception, SessionInterrupted) and _is_caused(exception)
    return _not_now(request) if passing else _answer(request, 400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """403: may see it, may not do it."""
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """404: it is not there, or not for this person to know."""
    return _answer(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500; or 503 where the fault is not ours and passes: the database is away, locked, full or read-only."""
    return _not_now(request) if is_passing(sys.exc_info()[1]) else _answer(request, 500)


def csrf_failure(request: HttpRequest, **_: Any) -> HttpResponse:
    """403 where a form was not ours, or is too old."""
    return render(request, "403_csrf.html", status=403)


def error_body(code: str, message: str, **more: object) -> dict[str, object]:
    """Return the one shape of error that the API answers with."""
    return {"error": {"code": code, "message": message, **more}}


def _not_now(request: HttpRequest) -> HttpResponse:
    response = _answer(request, 503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _is_caused(error: BaseException | None) -> bool:
    """Whether a passing error stands anywhere behind this one."""
    while error is not None and not is_passing(error):
        error = error.__context__
    return error is not None


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        code = _CODES[status]
        return JsonResponse(error_body(code, _MESSAGES.get(status, code.replace("-", " "))), status=status)
    return render(request, f"{status}.html", status=status)
