"""How reporters can be reached goes with the case of their reports: each contact has a key of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.apps.custody.public import ObjectKind, erase, erased_with
from tutela.apps.intake.models import Report

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.apps.custody.public import ReasonCode
    from tutela.domain.actors import Actor


@erased_with(ObjectKind.CASE)
def erase_contacts(actor: Actor, case_id: UUID, reason: ReasonCode) -> None:
    """Destroy the key of each contact, in the transaction of the erasure; one that is held stays, and that is said."""
    for report_id in Report.objects.filter(case_id=case_id).values_list("id", flat=True):
        erase(actor, report_id, kind=ObjectKind.REPORT, reason=reason)
