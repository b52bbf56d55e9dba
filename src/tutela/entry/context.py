"""What every page of the console knows: who looks, what they may, where they can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.functional import SimpleLazyObject, lazystr
from django.utils.translation import gettext_lazy as _

from tutela import __version__
from tutela.apps.access.models import Person
from tutela.apps.access.public import actor_of, can
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from django.http import HttpRequest

APPEARANCES: Final = ("system", "light", "dark", "contrast")
APPEARANCE_COOKIE: Final = "appearance"


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the navigation. `key` opens it after `g` on the keyboard; `group` sets it apart from other groups."""

    title: Any
    route: str
    permission: Permission
    key: str
    group: str


PLACES: Final = (
    Place(_("Home"), "home", Permission.SYSTEM_HOME_READ, "h", "work"),
    Place(_("Queue"), "queue", Permission.REVIEW_ITEM_READ, "q", "work"),
    Place(_("Search"), "search", Permission.REVIEW_ITEM_READ, "f", "work"),
    Place(_("Children in danger"), "safeguarding", Permission.SAFEGUARDING_CONCERN_READ, "c", "work"),
    Place(_("Authorities"), "filings", Permission.REFERRAL_FILING_READ, "u", "work"),
    Place(_("Takedowns"), "takedowns", Permission.TAKEDOWN_NOTICE_READ, "x", "work"),
    Place(_("Telephone call"), "report-call", Permission.INTAKE_REPORT_READ, "w", "work"),
    Place(_("Imports"), "imports", Permission.INTAKE_IMPORT_READ, "m", "work"),
    Place(_("Senders"), "partners", Permission.INTAKE_PARTNER_READ, "d", "work"),
    Place(_("Series"), "all-series", Permission.TRIAGE_SERIES_READ, "v", "work"),
    Place(_("Our lists"), "own-lists", Permission.LISTS_LIST_READ, "l", "work"),
    Place(_("Indicators"), "indicators", Permission.ASSESSMENT_INDICATOR_READ, "i", "work"),
    Place(_("Threat and response"), "assessment", Permission.ASSESSMENT_DATA_READ, "b", "work"),
    Place(_("Record"), "ledger", Permission.CUSTODY_LEDGER_READ, "r", "record"),
    Place(_("Retention"), "retention", Permission.CUSTODY_LEDGER_READ, "e", "record"),
    Place(_("People"), "people", Permission.ACCESS_PERSON_READ, "p", "house"),
    Place(_("Teams"), "teams", Permission.ACCESS_TEAM_READ, "t", "house"),
    Place(_("Keys"), "keys", Permission.ACCESS_KEY_READ, "k", "house"),
    Place(_("Given-up work"), "jobs", Permission.JOBS_JOB_READ, "j", "house"),
    Place(_("Status"), "status", Permission.SYSTEM_STATUS_READ, "s", "house"),
)


def console(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template needs."""
    return {
        "places": SimpleLazyObject(lambda: _places(request)),
        "may": SimpleLazyObject(lambda: _may(request)),
        "appearance": appearance_of(request),
        "product_version": lazystr(__version__),
    }


def appearance_of(request: HttpRequest) -> str:
    """Return the appearance that this browser chose."""
    chosen = request.COOKIES.get(APPEARANCE_COOKIE, "")
    return chosen if chosen in APPEARANCES else "system"


def _places(request: HttpRequest) -> list[Place]:
    if not isinstance(getattr(request, "user", None), Person):
        return []
    actor = actor_of(request)
    return [place for place in PLACES if can(actor, place.permission)]


def _may(request: HttpRequest) -> dict[str, bool]:
    """Answer `{% if may.access_person_create %}`: may they do it to anything at all?"""
    actor = actor_of(request)
    return {permission.name.lower(): can(actor, permission) for permission in Permission}
