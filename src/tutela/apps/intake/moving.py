"""What intake keeps of reports, when a person moves them to another case: sealed again under the key of that one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.apps.custody.public import open_together
from tutela.apps.intake import claimed
from tutela.apps.intake.models import Answer, Report

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from tutela.domain.reports import Reported


def claims_of(case_id: UUID) -> Mapping[UUID, Reported]:
    """Return what each report of a case claims, oldest first. The caller has asked for the case."""
    rows = list(Report.objects.filter(case_id=case_id).order_by("received_at", "id"))
    open_together(rows)
    return {row.id: claimed.read(row.claimed or "", text=row.text or "") for row in rows}


def move(report_ids: Collection[UUID], case_id: UUID) -> None:
    """Give reports and their answers to another case, in the caller's transaction."""
    reports = list(Report.objects.filter(id__in=report_ids))
    answers = list(Answer.objects.filter(report_id__in=report_ids))
    open_together([*reports, *answers])
    for row in reports:
        row.text, row.claimed, row.case_id = _read(row.text), _read(row.claimed), case_id
        row.save(update_fields=["case", "text", "claimed"])
    for row in answers:
        row.text, row.case_id = _read(row.text), case_id
        row.save(update_fields=["case", "text"])


def _read(text: str | None) -> str:
    """A text that was opened: what is sealed goes by the key of its case, so it is opened before it changes hands."""
    return text or ""
