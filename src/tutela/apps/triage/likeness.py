"""Which items look alike: asked in the background, answered by people. Exact carries, near asks (law 4).

Rules:

1. An item whose PDQ says enough is compared once with every item of its organisation that was compared before, and gets
   a place among them. Each one that is near is a `Likeness`: a question. It moves no case and carries no assessment.
2. A person answers it: the same, or not the same. An answer can be changed; each stands in the record.
3. Places are given in the transaction that keeps the questions. Two who compare at once would give the same: one of
   them begins again. So no two items are ever left uncompared, whoever dies when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.http import Http404

from tutela.apps.access.public import visible
from tutela.apps.custody.public import Action, Change, ObjectKind, ReasonCode, record_all
from tutela.apps.jobs.public import Finish, enqueue
from tutela.apps.triage.looks import THRESHOLD_BITS, Look, Looks, Near
from tutela.apps.triage.models import Case, Item, Likeness, Sighting
from tutela.domain.actors import Actor, Permission
from tutela.domain.lists import PDQ_QUALITY_MIN_DEFAULT
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.db.models import QuerySet

ITEMS_AT_ONCE: Final = 500
_GROWN_AT_ONCE: Final = 10_000


def ask_alike(organisation_id: UUID) -> None:
    """Have new items of an organisation compared, in the caller's transaction."""
    enqueue("triage.liken", {"organisation_id": str(organisation_id)}, key=f"liken:{organisation_id}")


def compare(organisation_id: UUID, finish: Finish) -> None:
    """Compare items that wait, some hundreds at once, and ask for more where more wait."""
    looks = Looks(settings.TUTELA.home / "likeness" / str(organisation_id))
    _catch_up(looks, organisation_id)
    waiting = list(_waiting(organisation_id)[:ITEMS_AT_ONCE])
    last = Item.objects.filter(organisation_id=organisation_id).aggregate(last=Max("likeness_place"))["last"] or 0
    for place, item in enumerate(waiting, last + 1):
        item.likeness_place = place
    near = looks.near([_look(item) for item in waiting])
    with finish():
        Item.objects.bulk_update(waiting, ["likeness_place"])
        _keep(organisation_id, near)
        if len(waiting) == ITEMS_AT_ONCE:
            ask_alike(organisation_id)


@transaction.atomic
def answer(actor: Actor, likeness_id: UUID, given: Likeness.Answer) -> None:
    """Say whether two items are the same, or that it is not known after all. Who sees a case of either may."""
    asked = Likeness.objects.select_for_update().filter(id=likeness_id).first()
    reach = visible(actor, Permission.REVIEW_ITEM_DECIDE, teams="team")
    either = Q(item_id__in=[asked.item_id, asked.other_id]) if asked else Q(pk=None)
    cases = Sighting.objects.filter(either, case__in=Case.objects.filter(reach)).values_list("case_id", flat=True)
    case_ids = sorted(set(cases.order_by()))
    if asked is None or not case_ids:
        raise Http404
    if asked.answer == given:
        return
    asked.answer, asked.answered_at, asked.answered_by = given, clock.now(), actor.pseudonym
    asked.save(update_fields=["answer", "answered_at", "answered_by"])
    change = (Action.LIKENESS_ANSWERED, ObjectKind.LIKENESS, asked.id)
    record_all([Change(*change, each, reason=ReasonCode.PERSON_DECIDED) for each in case_ids], actor)


def _catch_up(looks: Looks, organisation_id: UUID) -> None:
    """Let the files have every item that was compared."""
    placed = Item.objects.filter(organisation_id=organisation_id, likeness_place__isnull=False)
    upto = looks.upto()
    if upto is not None and not placed.filter(likeness_place=upto[0], id=upto[1]).exists():
        upto = None
    if upto is None:
        looks.forget()
    place = upto[0] if upto else 0
    while rows := list(placed.filter(likeness_place__gt=place).order_by("likeness_place")[:_GROWN_AT_ONCE]):
        looks.grow([_look(row) for row in rows])
        place = rows[-1].likeness_place or 0


def _waiting(organisation_id: UUID) -> QuerySet[Item]:
    rows = Item.objects.filter(
        organisation_id=organisation_id, likeness_place=None, pdq_quality__gte=PDQ_QUALITY_MIN_DEFAULT
    )
    return rows.exclude(pdq="").order_by("id")


def _keep(organisation_id: UUID, near: Sequence[Near]) -> None:
    there = set(Item.objects.filter(id__in={each.other_id for each in near}).values_list("id", flat=True))
    rows = [
        Likeness(
            organisation_id=organisation_id,
            item_id=each.item_id,
            other_id=each.other_id,
            distance_bits=each.distance_bits,
            threshold_bits=THRESHOLD_BITS,
        )
        for each in near
        if each.other_id in there
    ]
    Likeness.objects.bulk_create(rows, ignore_conflicts=True)


def _look(item: Item) -> Look:
    return Look(item.id, item.likeness_place or 0, bytes.fromhex(item.pdq))
