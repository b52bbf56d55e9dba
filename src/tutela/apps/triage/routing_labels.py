"""Words for why a case came to its team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tutela.apps.triage.routing_rules import Basis, Bearings, Confidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

    from tutela.apps.triage.models import Case
    from tutela.apps.triage.routing_rules import Proposal

BASES: Final[dict[Basis, _StrPromise]] = {
    Basis.NAMED: gettext_lazy("a report names it"),
    Basis.CAPTURED: gettext_lazy("an IP address is there, by the table of networks"),
    Basis.HOSTED: gettext_lazy("a page is hosted there, by the table of networks"),
    Basis.SEATED: gettext_lazy("a platform has its seat there"),
    Basis.HANDED_IN: gettext_lazy("it was handed in under its law"),
}
CONFIDENCES: Final[dict[Confidence, _StrPromise]] = {
    Confidence.SAID: gettext_lazy("said"),
    Confidence.FOUND: gettext_lazy("found in a table"),
    Confidence.ASSUMED: gettext_lazy("assumed"),
}


def why_here(case: Case) -> str:
    """Return the sentence why a case came to its first team; empty for one that came before there was routing."""
    route = case.route
    if not route:
        return ""
    if not route["version"]:
        return _("It came to the desk that received it: no rules of routing are adopted.")
    if not route["rule"]:
        return _("It came to the desk that received it: none of the rules of version %(version)d fits.") % route
    if not route["decided"]:
        return _("It came to its team by rule %(rule)d of version %(version)d.") % route
    jurisdiction, basis = route["decided"]
    words = {**route, "jurisdiction": jurisdiction.upper(), "because": BASES[Basis(basis)]}
    return (
        _("It came to its team by rule %(rule)d of version %(version)d: %(jurisdiction)s, because %(because)s.") % words
    )


def proposals_of(case: Case) -> list[str]:
    """Return every proposal of a jurisdiction, said, the strongest first."""
    return proposed(Bearings.read(case.route.get("found", {})).proposals)


def proposed(proposals: Sequence[Proposal]) -> list[str]:
    """Return proposals, said."""
    return [
        _("%(jurisdiction)s: %(because)s (%(confidence)s)")
        % {
            "jurisdiction": each.jurisdiction.upper(),
            "because": BASES[each.basis],
            "confidence": CONFIDENCES[each.basis.confidence],
        }
        for each in proposals
    ]
