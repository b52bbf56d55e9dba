"""Template tags of the console's components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

register = template.Library()

_SPARK_WIDTH: Final = 120
_SPARK_HEIGHT: Final = 22

_TONES: Final = {
    "active": "good",
    "valid": "good",
    "well": "good",
    "invited": "care",
    "expired": "care",
    "unreadable": "danger",
    "not-configured": "",
    "needs-a-person": "care",
    "proved": "good",
    "not-proved": "danger",
    "erased": "good",
    "held": "care",
    "unreviewed": "care",
    "ended": "",
    "revoked": "",
    "not-well": "danger",
    "urgent": "danger",
    "overdue": "danger",
    "waiting": "care",
    "confirmed": "good",
    "closed": "",
    "filed": "good",
    "draft": "care",
}


@register.inclusion_tag("console/badge.html")
def badge(state: str) -> dict[str, str]:
    """Show a state as a small label with a dot; the word carries the meaning, the colour only repeats it."""
    words = {
        "active": pgettext("person", "active"),
        "invited": pgettext("person", "invited"),
        "ended": pgettext("person", "ended"),
        "valid": pgettext("key", "valid"),
        "expired": pgettext("key", "expired"),
        "revoked": pgettext("key", "revoked"),
        "unreadable": pgettext("key", "unreadable"),
        "well": _("well"),
        "not-well": _("not well"),
        "not-configured": _("not configured"),
        "needs-a-person": _("needs a person"),
        "proved": _("holds"),
        "not-proved": _("does not hold"),
        "erased": pgettext("outcome", "erased"),
        "held": pgettext("outcome", "held"),
        "unreviewed": pgettext("outcome", "rule not reviewed"),
        "urgent": _("urgent"),
        "overdue": _("overdue"),
        "waiting": pgettext("case", "waiting"),
        "confirmed": pgettext("case", "confirmed"),
        "closed": pgettext("case", "closed"),
        "filed": pgettext("filing", "filed"),
        "draft": pgettext("filing", "draft"),
    }
    return {"word": words.get(state, state), "tone": _TONES.get(state, "")}


@register.inclusion_tag("console/sparkline.html")
def sparkline(counts: Sequence[int], label: str) -> dict[str, Any]:
    """Draw counts as a small line from zero up, the newest marked. The label says in words what the line shows."""
    top, across = max((*counts, 1)), _SPARK_WIDTH / max(1, len(counts) - 1)
    points = [(round(at * across, 1), round(_SPARK_HEIGHT * (1 - count / top), 1)) for at, count in enumerate(counts)]
    return {
        "points": " ".join(f"{x},{y}" for x, y in points),
        "newest": points[-1],
        "label": label,
        "width": _SPARK_WIDTH,
        "height": _SPARK_HEIGHT,
    }


@register.simple_tag(takes_context=True)
def page_address(context: dict[str, Any], number: int) -> str:
    """Return the address of another page of the same list, its other choices kept."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()


@register.filter
def is_here(request: HttpRequest, route: str) -> bool:
    """Whether a place in the navigation is the one that is shown, or the one that holds it."""
    match = request.resolver_match
    if match is None:
        return False
    return match.url_name == route or (match.url_name or "") in _INSIDE.get(route, ())


_INSIDE: Final = {
    "people": ("person", "invite", "person-restart"),
    "teams": ("team", "front-desk"),
    "keys": ("key-new",),
    "queue": ("case", "case-reports", "case-links", "hand-over", "handovers"),
    "all-series": ("series",),
    "own-lists": ("own-entry",),
    "safeguarding": ("concern", "rota"),
    "filings": ("filing", "case-filings"),
    "takedowns": ("takedown", "takedown-scores"),
    "imports": ("import",),
    "partners": ("partner",),
    "assessment": (
        "assessment-lens",
        "assessment-country",
        "assessment-explore",
        "assessment-indicator",
        "data-sets",
        "data-set",
        "releases",
        "release",
        "profiles",
        "profile",
        "capability",
        "platforms",
        "studies",
        "study",
        "cost",
        "actions",
        "watch",
    ),
    "ledger": ("ledger-entry", "ledger-case", "ledger-verify"),
    "jobs": ("job",),
}
