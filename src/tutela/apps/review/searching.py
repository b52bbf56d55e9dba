"""Finding a case again: exactly, by blind index, and only what the one who asks may see.

Rules:

1. What is looked for is sent in the body of a request and stands in no address, log or history (law 10).
2. What is out of reach is not found: the answer is the same as for what is not there.
3. That somebody searched is recorded; what for is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from tutela.apps.access.public import authorise
from tutela.apps.custody.public import Action, ObjectKind, record
from tutela.apps.intake import public as intake
from tutela.apps.review.needles import Needle, NeedleKind, needles
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

FOUND_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One case, and what of it agrees."""

    case: triage.Case
    kind: NeedleKind


@transaction.atomic
def search(actor: Actor, typed: str, platform: str = "") -> list[Found]:
    """Return the cases within reach that have exactly what was typed, the newest first."""
    authorise(actor, Permission.REVIEW_ITEM_READ)
    record(Action.SEARCH_MADE, kind=ObjectKind.SEARCH, object_id=clock.new_id(), actor=actor)
    found: dict[UUID, Found] = {}
    for needle in needles(typed, platform=platform):
        rows = triage.reachable(actor, _case_ids(actor, needle))[:FOUND_MAX]
        found |= {row.id: Found(row, needle.kind) for row in rows if row.id not in found}
    return list(found.values())[:FOUND_MAX]


def _case_ids(actor: Actor, needle: Needle) -> Iterable[UUID]:
    if actor.organisation_id is None:
        return ()
    if needle.kind is NeedleKind.CASE:
        return [UUID(needle.value)]
    if needle.kind is NeedleKind.RECEIPT:
        return intake.cases_of_receipt(needle.value)
    return triage.cases_with(actor.organisation_id, needle.clue) if needle.clue else ()
