"""What other apps may ask of intake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.apps.intake.helping import HELP
from tutela.apps.intake.labels import Missing, missing
from tutela.apps.intake.models import Report
from tutela.apps.intake.moving import claims_of, move
from tutela.apps.intake.quality import Gap, gaps_of, lacked_by_all, score
from tutela.apps.intake.receipts import digest_of
from tutela.apps.intake.services import reports_of
from tutela.domain.reports import Reported

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = [
    "HELP",
    "Missing",
    "Report",
    "Reported",
    "arrivals",
    "cases_of_receipt",
    "claims_of",
    "gaps_of",
    "indicators",
    "missing",
    "missing_of",
    "move",
    "received_at",
    "reports_of",
    "score",
]


def cases_of_receipt(code: str) -> list[UUID]:
    """Return the cases of the reports behind a receipt, however it is typed. Who may see them is for the caller."""
    digest = digest_of(code)
    return list(Report.objects.filter(receipt_digest=digest).values_list("case_id", flat=True)) if digest else []


def missing_of(case_id: UUID) -> list[Missing]:
    """Return what all reports of a case lack for an authority to act. The caller has asked for the case."""
    kept = Report.objects.filter(case_id=case_id, gaps__isnull=False).values_list("gaps", flat=True).distinct()
    return missing(lacked_by_all(map(Gap, kept)))


def received_at(report_id: UUID) -> datetime:
    """Return when a report came in. The caller has asked for its case."""
    return Report.objects.values_list("received_at", flat=True).get(id=report_id)


def arrivals(case_id: UUID, *, count_max: int) -> list[tuple[UUID, datetime]]:
    """Return the reports of a case and when each came in, oldest first, and nothing that they say."""
    rows = Report.objects.filter(case_id=case_id).order_by("received_at", "id")
    return list(rows.values_list("id", "received_at")[:count_max])


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what intake can count: reports received, for one organisation or all. Not a level of abuse."""
    received = Report.objects.filter(received_at__gte=period.start, received_at__lt=period.end)
    if organisation_id is not None:
        received = received.filter(organisation_id=organisation_id)
    return {"reports-received": received.count()}
