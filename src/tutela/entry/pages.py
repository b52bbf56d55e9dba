"""Pages that put several capabilities together: home, system status, preferences, the keyboard."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tutela import __version__
from tutela.apps.access import public as access
from tutela.apps.access.public import actor_of, open_to_all, require
from tutela.apps.assessment import public as assessment
from tutela.apps.custody import services as custody
from tutela.apps.jobs import public as jobs
from tutela.apps.lists import public as lists
from tutela.apps.referral import public as referral
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.takedown import public as takedown
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.engine import clock
from tutela.entry import standing
from tutela.entry.config import LANGUAGES
from tutela.entry.context import APPEARANCE_COOKIE, APPEARANCES, appearance_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_WAITING: Final = (  # each app that has something adds its own
    safeguarding.waiting,
    triage.waiting,
    referral.waiting,
    takedown.waiting,
    lists.waiting,
    assessment.waiting,
    standing.waiting,
    jobs.waiting,
    custody.waiting,
    access.waiting,
)
_STARTED_AT: Final = clock.now()
_YEAR_S: Final = 365 * 24 * 3600


@require(Permission.SYSTEM_HOME_READ)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person, the most urgent first."""
    actor = actor_of(request)
    lines = sorted((line for each in _WAITING for line in each(actor)), key=lambda line: not line.urgent)
    return render(request, "entry/home.html", {"lines": lines})


@require(Permission.SYSTEM_STATUS_READ)
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show how the service is."""
    parts = standing.parts()
    facts = [
        (_("Answers since"), standing.moment_text(_STARTED_AT)),
        (_("Version"), __version__),
        (_("Python"), platform.python_version()),
        (_("Address"), settings.TUTELA.origin),
        (_("Listens on"), settings.TUTELA.listen),
    ]
    well = all(part.state is not standing.State.NOT_WELL for part in parts)
    return render(request, "entry/status.html", {"parts": parts, "facts": facts, "well": well})


@open_to_all("language and appearance are chosen before signing in, too")
def preferences(request: HttpRequest) -> HttpResponse:
    """Choose language and appearance for this browser."""
    if request.method != "POST":
        back = request.GET.get("next", "")
        return render(request, "entry/preferences.html", {"back": back, "appearance": appearance_of(request)})
    response = HttpResponseRedirect(_safe(request, request.POST.get("next", "")))
    if (language := request.POST.get("language", "")) in LANGUAGES:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    if (appearance := request.POST.get("appearance", "")) in APPEARANCES:
        _keep(response, APPEARANCE_COOKIE, appearance)
    return response


@open_to_all("it says which keys do what, the same for everybody")
@require_safe
def keyboard(request: HttpRequest) -> HttpResponse:
    """Show the keyboard map, for those who have no script."""
    return render(request, "entry/keyboard.html")


def _safe(request: HttpRequest, address: str) -> str:
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address and ours else reverse("preferences")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR_S, secure=settings.TUTELA.secure, httponly=True, samesite="Lax")
