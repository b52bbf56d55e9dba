"""What stands around every page of the public: its languages, the way out, and who helps in this place.

A language is chosen in the address, `?lang=de`, and goes along from page to page; no cookie is set for it. Without it
counts what somebody chose for the console on this browser, then the browser's own languages. The public has more
languages than the console (`PUBLIC_LANGUAGES`).
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.shortcuts import render
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from tutela.apps.intake import helping
from tutela.apps.intake.helping import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

BLANK: Final = "about:blank"


def in_chosen_language(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer in the language that the address names."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        language = _chosen(request) or _preferred(request)
        with translation.override(language):
            response = view(request)
        response["Content-Language"] = language
        return response

    return answered


def public_page(
    request: HttpRequest, template: str, shown: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Show a page of the public."""
    found, here = helping.HELP.rows(), settings.TUTELA.jurisdiction.upper()
    around = {
        "leave_to": settings.TUTELA.leave_to or BLANK,
        "languages": _languages(request),
        "lang": _chosen(request),
        "emergencies": [each for each in found if each.kind is Kind.EMERGENCY and each.country == here],
        "helpers_here": [each for each in found if each.kind is not Kind.EMERGENCY and each.country == here],
        "helpers_elsewhere": helping.by_country(tuple(each for each in found if each.country != here)),
    }
    return render(request, template, around | (shown or {}), status=status)


def _chosen(request: HttpRequest) -> str:
    language = request.GET.get("lang", "")
    return language if language in settings.PUBLIC_LANGUAGES else ""


def _preferred(request: HttpRequest) -> str:
    """Return the language that was chosen for the console, or the browser asks for and we have; else the service's."""
    if (kept := request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")) in settings.PUBLIC_LANGUAGES:
        return kept
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    spoken = (code.partition("-")[0] for code, _weight in wanted)
    return next((code for code in spoken if code in settings.PUBLIC_LANGUAGES), settings.LANGUAGE_CODE)


def _languages(request: HttpRequest) -> list[dict[str, str]]:
    """Every language by its own name, and the address of this page in it."""
    kept = request.GET.copy()
    listed: list[dict[str, str]] = []
    for code in settings.PUBLIC_LANGUAGES:
        kept["lang"] = code
        listed.append(
            {"code": code, "name": translation.get_language_info(code)["name_local"], "query": kept.urlencode()}
        )
    return listed
