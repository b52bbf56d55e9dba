"""What other apps may ask of referral: which reports of a case went to authorities, and what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tutela.apps.access.public import can, visible
from tutela.apps.referral.authorities import AUTHORITIES, DUTIES
from tutela.apps.referral.models import Feedback, Filing, Preservation
from tutela.apps.referral.rules import Step
from tutela.apps.referral.services import STILL_AFTER, UNDER_WAY
from tutela.apps.referral.words import Channel, Said
from tutela.domain.actors import Permission
from tutela.domain.waiting import Waiting
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.actors import Actor
    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = ["AUTHORITIES", "DUTIES", "filings", "indicators", "waiting"]


def filings(case_id: UUID) -> QuerySet[Filing]:
    """Return the reports of a case to authorities, oldest first. The caller has asked for the case."""
    return Filing.objects.filter(case_id=case_id)


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what referral can count: reports filed, and what authorities said of them. Not a level of abuse."""
    filed = Filing.objects.filter(step=Step.FILED, ended_at__gte=period.start, ended_at__lt=period.end)
    told = Feedback.objects.filter(kept_at__gte=period.start, kept_at__lt=period.end)
    if organisation_id is not None:
        filed, told = filed.filter(organisation_id=organisation_id), told.filter(filing__organisation=organisation_id)
    return {
        "reports-filed": filed.count(),
        "reports-said-useful": told.filter(said=Said.USEFUL).count(),
        "reports-said-not-useful": told.filter(said=Said.NOT_USEFUL).count(),
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
