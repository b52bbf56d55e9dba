"""What other apps may ask of referral: which reports of a case went to authorities, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from tutela.apps.access.public import can, visible
from tutela.apps.referral.authorities import AUTHORITIES, DUTIES
from tutela.apps.referral.models import Feedback, Filing, Preservation
from tutela.apps.referral.rules import Step
from tutela.apps.referral.services import STILL_AFTER, UNDER_WAY
from tutela.apps.referral.showing import Told, told
from tutela.apps.referral.words import Channel, Said
from tutela.domain.actors import Permission
from tutela.domain.waiting import Waiting
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from tutela.domain.actors import Actor
    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = ["AUTHORITIES", "DUTIES", "AtAuthorities", "Told", "heard", "indicators", "told", "waiting"]


@dataclass(frozen=True, slots=True)
class AtAuthorities:
    """What became of cases at authorities, in counts of reports to them: a report counts once for each word."""

    filed: int
    useful: int
    not_useful: int


def heard(cases: QuerySet[Any], since: datetime) -> AtAuthorities:
    """Count what went to authorities, and what they said, since a moment. `cases`: a query for ids of cases."""
    filed = Filing.objects.filter(case_id__in=cases, step=Step.FILED, ended_at__gte=since)
    said = Feedback.objects.filter(filing__case_id__in=cases, kept_at__gte=since).aggregate(
        useful=_of_reports(said=Said.USEFUL), not_useful=_of_reports(said=Said.NOT_USEFUL)
    )
    return AtAuthorities(filed.count(), **said)


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what referral can count: reports filed, and what authorities said of them. Not a level of abuse."""
    filed = Filing.objects.filter(step=Step.FILED, ended_at__gte=period.start, ended_at__lt=period.end)
    said = Feedback.objects.filter(kept_at__gte=period.start, kept_at__lt=period.end)
    if organisation_id is not None:
        filed, said = filed.filter(organisation_id=organisation_id), said.filter(filing__organisation=organisation_id)
    counts = said.aggregate(
        useful=_of_reports(said=Said.USEFUL),
        not_useful=_of_reports(said=Said.NOT_USEFUL),
        with_outcome=_of_reports(~Q(outcome="")),
    )
    return {
        "reports-filed": filed.count(),
        "reports-said-useful": counts["useful"],
        "reports-said-not-useful": counts["not_useful"],
        "reports-with-outcome": counts["with_outcome"],
    }


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: reports to approve or to look after, and what need not be kept any more."""
    if not can(actor, Permission.REFERRAL_FILING_EDIT):
        return []
    reach = visible(actor, Permission.REFERRAL_FILING_EDIT, teams="case__team")
    rows = Filing.objects.filter(reach)
    still = rows.filter(step__in=UNDER_WAY, channel=Channel.CYBERTIPLINE, approved_at__lt=clock.now() - STILL_AFTER)
    packages = rows.filter(step=Step.APPROVED, channel=Channel.PACKAGE)
    kept = Preservation.objects.filter(filing__in=rows, ended_at=None, until__lte=clock.now())
    lines = [
        Waiting(_("Reports to authorities to approve"), rows.filter(step=Step.DRAFT).count(), "/filings/"),
        Waiting(_("Reports to authorities that wait"), rows.filter(step=Step.WAITING).count(), "/filings/"),
        Waiting(_("Reports to authorities that stand still"), still.count(), "/filings/"),
        Waiting(_("Packages to hand over"), packages.count(), "/filings/"),
        Waiting(_("Preservations whose time is over"), kept.count(), "/filings/"),
    ]
    return [line for line in lines if line.count]


def _of_reports(*wanted: Q, **also: Said) -> Count:
    """Count reports to authorities of which something was said, each once however often."""
    return Count("filing", distinct=True, filter=Q(*wanted, **also))
