"""What people and machines are told when something is refused or breaks. Never the inside of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

API_PREFIX = "/api/"
_CODES = {400: "bad-request", 403: "refused", 404: "not-found", 429: "too-many-requests", 500: "internal"}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """400."""
    return _answer(request, 400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """403: may see it, may not do it."""
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """404: it is not there, or not for this person to know."""
    return _answer(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return _answer(request, 500)


def csrf_failure(request: HttpRequest, **_: Any) -> HttpResponse:
    """403 where a form was not ours, or is too old."""
    return render(request, "403_csrf.html", status=403)


def error_body(code: str, message: str, **more: object) -> dict[str, object]:
    """Return the one shape of error that the API answers with."""
    return {"error": {"code": code, "message": message, **more}}


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return JsonResponse(error_body(_CODES[status], _CODES[status].replace("-", " ")), status=status)
    return render(request, f"{status}.html", status=status)
