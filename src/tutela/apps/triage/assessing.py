"""What was decided about exact bytes is carried into every case that has them: nobody needs to view them again.

Rules:

1. Exact carries (law 4): an assessment is of an item, which is one run of bytes. What looks alike carries nothing.
2. Each says on what basis it rests. One without viewing took over what a list said: it never counts as independent.
3. Whoever decides calls `keep_assessments` in the transaction of the decision; which decisions there are is theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.apps.triage.arriving import weigh
from tutela.apps.triage.models import Assessment, Case, CaseState, Sighting

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.actors import Actor


def keep_assessments(actor: Actor, made: Sequence[Assessment]) -> None:
    """Keep what was decided about items in one case; weigh the waiting cases that have them, too."""
    Assessment.objects.bulk_create(made)
    sighted = Sighting.objects.filter(item_id__in=[each.item_id for each in made]).values("case_id")
    waiting = Case.objects.select_for_update().filter(id__in=sighted, state=CaseState.WAITING)
    weigh(actor, list(waiting.order_by("id")))


def assessed(item_ids: Collection[UUID]) -> QuerySet[Assessment]:
    """Return what was decided about items, oldest first."""
    return Assessment.objects.filter(item_id__in=item_ids).select_related("item")


def carried(case_id: UUID) -> QuerySet[Assessment]:
    """Return what was decided in other cases about what this one has. The caller has asked for the case."""
    items = Sighting.objects.filter(case_id=case_id).values("item_id")
    return Assessment.objects.filter(item_id__in=items).exclude(case_id=case_id).select_related("item")
