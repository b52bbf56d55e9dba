"""What earlier reports claim, told to whoever compares it. Their words and how to reach a reporter stay sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tutela.apps.custody.public import open_together
from tutela.apps.intake import claimed
from tutela.apps.intake.models import Report
from tutela.apps.triage.public import Told, tells_reports

if TYPE_CHECKING:
    from collections.abc import Sequence

_BEFORE_ALL = UUID(int=0)


@tells_reports
def reports_after(organisation_id: UUID, after: UUID | None, count_max: int) -> Sequence[Told]:
    """Return what the next reports of an organisation claim; of one that was erased, nothing."""
    rows = Report.objects.filter(organisation_id=organisation_id, id__gt=after or _BEFORE_ALL).order_by("id")
    reports = list(rows.only("id", "case_id", "claimed")[:count_max])
    open_together(reports)
    return [Told(each.id, each.case_id, claimed.read(each.claimed or "")) for each in reports]
