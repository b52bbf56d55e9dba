"""What was decided about exact bytes is carried into every case that has them: nobody needs to view them again.

Rules:

1. Exact carries (law 4): an assessment is of an item, which is one run of bytes. What looks alike carries nothing.
2. Each says on what basis it rests. One without viewing took over what a list said: it never counts as independent.
3. Whoever decides calls `keep_assessments` in the transaction of the decision; which decisions there are is theirs.
4. What turns out to be an error is retracted: it carries nothing any more, and every case that has the item says so.
   A list's entry that was an error is forgotten, with what was decided after it without viewing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tutela.apps.triage.arriving import weigh
from tutela.apps.triage.models import Assessment, Case, CaseState, Match, Sighting
from tutela.domain.actors import SYSTEM
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.actors import Actor


def keep_assessments(actor: Actor, made: Sequence[Assessment]) -> None:
    """Keep what was decided about items in one case; weigh the waiting cases that have them, too."""
    Assessment.objects.bulk_create(made)
    _weigh_waiting(actor, _cases_with([each.item_id for each in made]))


def assessed(item_ids: Collection[UUID]) -> QuerySet[Assessment]:
    """Return what was decided about items, oldest first."""
    return Assessment.objects.filter(item_id__in=item_ids, retracted_at=None).select_related("item")


def carried(case_id: UUID) -> QuerySet[Assessment]:
    """Return what was decided in other cases about what this one has. The caller has asked for the case."""
    return _of_items_in(case_id).filter(retracted_at=None).exclude(case_id=case_id)


def retracted(case_id: UUID) -> QuerySet[Assessment]:
    """Return what was decided about what this case has, and taken back. The caller has asked for the case."""
    return _of_items_in(case_id).exclude(retracted_at=None)


def retract(actor: Actor, item_id: UUID, basis: str) -> list[UUID]:
    """Take back what was decided about an item on this basis, in the caller's transaction; return the cases with it."""
    Assessment.objects.filter(item_id=item_id, basis=basis, retracted_at=None).update(retracted_at=clock.now())
    found = _cases_with([item_id])
    _weigh_waiting(actor, found)
    return found


def forget_entry(list_name: str, entry_id: str) -> list[UUID]:
    """Forget what an entry of a list said, in every organisation; return the cases that had it.

    In the caller's transaction, as the system. What was decided after it without viewing is taken back.
    """
    said = Match.objects.filter(list_name=list_name, entry_id=entry_id)
    items = list(said.values_list("item_id", flat=True).distinct())
    if not items:
        return []
    said.delete()
    kept = Match.objects.filter(list_name=list_name, kind="exact", item_id__in=items).values("item_id")
    taken_over = Assessment.objects.filter(item_id__in=items, list_name=list_name, retracted_at=None)
    taken_over.exclude(item_id__in=kept).update(retracted_at=clock.now())
    found = _cases_with(items)
    _weigh_waiting(SYSTEM, found)
    return found


def _of_items_in(case_id: UUID) -> QuerySet[Assessment]:
    items = Sighting.objects.filter(case_id=case_id).values("item_id")
    return Assessment.objects.filter(item_id__in=items).select_related("item")


def _cases_with(item_ids: Iterable[UUID]) -> list[UUID]:
    rows = Sighting.objects.filter(item_id__in=list(item_ids)).order_by("case_id")
    return list(rows.values_list("case_id", flat=True).distinct())


def _weigh_waiting(actor: Actor, case_ids: Collection[UUID]) -> None:
    """Weigh those of these cases that wait, the cases of each organisation together."""
    waiting = Case.objects.select_for_update().filter(id__in=case_ids, state=CaseState.WAITING).order_by("id")
    by_organisation: defaultdict[UUID, list[Case]] = defaultdict(list)
    for case in waiting:
        by_organisation[case.organisation_id].append(case)
    for cases in by_organisation.values():
        weigh(actor, cases)
