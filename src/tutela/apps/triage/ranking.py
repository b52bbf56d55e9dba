"""Which weights order the queue, and how others take over without anybody waiting.

Rules:

1. One version of the weights is in force in an organisation, and at most one more is being ranked. A case keeps a score
   by each: versions with an even number write one column, those with an odd number the other.
2. While cases are ranked by the new version, a few thousand at a time, the queue is ordered by the old one as before.
   One commit lets the new one take over.
3. What comes in meanwhile is weighed by both. A transaction that weighs holds the weights until it ends, and whoever
   adopts waits for those that began before: no case is left with the score of weights that it never met.
4. Ranking may be killed at any moment and begun again: it writes what it would have written.
5. Cases with the same signals have the same score, so a few thousand are one statement that names kinds, not cases. It
   asks for no lock beforehand: what is weighed at that moment has its score by both versions already (rule 3).

    version 4 in force, writes `score_even`     adopt(5)      5 is ranked into `score_odd`; arrivals write both
                                                take over     the queue reads `score_odd`; 4 is replaced
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, read_together, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.triage import rules, store
from tutela.apps.triage.models import Case, CaseState, Weighting, WeightingState
from tutela.apps.triage.weights import DEFAULT, Weights
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.engine import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tutela.apps.triage.store import Column

CASES_AT_ONCE: Final = 10_000  # locked together: some tenths of a second
REASON_CHARACTERS_MAX: Final = 1000
_AT_WORK: Final = (WeightingState.RANKING.value, WeightingState.IN_FORCE.value)


class RankingError(TutelaError):
    """Weights cannot be adopted; the message is for the person who tried."""


def column(weights: Weights) -> Column:
    """Return where the scores by a version stand."""
    return "score_odd" if weights.number % 2 else "score_even"


def in_force(organisation_id: UUID | None) -> Weights:
    """Return the weights that order the queue of an organisation."""
    row = Weighting.objects.filter(organisation_id=organisation_id, state=WeightingState.IN_FORCE).first()
    return _read(row) if row else DEFAULT


def column_in_force(organisation_id: UUID | None) -> Column:
    """Return by which column the queue is ordered."""
    return column(in_force(organisation_id))


def standing(organisation_id: UUID) -> list[Weights]:
    """Return every version by which a case is weighed now, and hold them until the transaction ends."""
    store.lock_weights(organisation_id, to_change=False)
    rows = read_together(Weighting, organisation_id=organisation_id, state=_AT_WORK)
    versions = {row.state: _read(row) for row in rows}
    return list(({WeightingState.IN_FORCE.value: DEFAULT} | versions).values())


def history(organisation_id: UUID) -> QuerySet[Weighting]:
    """Return every version that was adopted, the newest first."""
    return Weighting.objects.filter(organisation_id=organisation_id)


@transaction.atomic
def adopt(actor: Actor, organisation_id: OrganisationId, weights: Weights, reason: str) -> Weighting:
    """Adopt weights as the next version. They order the queue once every waiting case is weighed by them.

    Raises:
        RankingError: there is no reason, they are those in force, or a version before them is still being ranked.
    """
    authorise(actor, Permission.TRIAGE_WEIGHT_EDIT, Target(organisation_id))
    if not reason.strip():
        raise RankingError(_("Say why the weights are changed."))
    store.lock_weights(organisation_id, to_change=True)
    newest = Weighting.objects.filter(organisation_id=organisation_id).first()
    if newest is not None and newest.state == WeightingState.RANKING:
        raise RankingError(_("Cases are still being ranked by the weights that were adopted last. Wait for that."))
    if weights.plain() == in_force(organisation_id).plain():
        raise RankingError(_("These are the weights in force."))
    made = Weighting(
        organisation_id=organisation_id,
        number=newest.number + 1 if newest else 1,
        points=weights.plain(),
        adopted_by=pseudonym_of(actor),
    )
    record(
        Action.POLICY_ADOPTED,
        kind=ObjectKind.POLICY,
        object_id=made.id,
        actor=actor,
        digests={"points": hashlib.sha256(json.dumps(made.points, sort_keys=True).encode()).digest()},
        reason=ReasonCode.PERSON_DECIDED,
    )
    made.reason = reason.strip()[:REASON_CHARACTERS_MAX]
    made.save(force_insert=True)
    enqueue("triage.rank", {"weighting_id": str(made.id)}, key=f"rank:{made.id}")
    return made


def rank(organisation_id: UUID, weights: Weights) -> int:
    """Weigh every waiting case by a version, a few at a time; return how many. No transaction is open around it."""
    scores: dict[str, int] = {}
    waiting = Case.objects.filter(organisation_id=organisation_id, state=CaseState.WAITING).order_by("id")
    count, last = 0, UUID(int=0)
    while ids := list(waiting.filter(id__gt=last).values_list("id", flat=True)[:CASES_AT_ONCE]):
        batch = waiting.filter(id__gt=last, id__lte=ids[-1]).order_by()
        kinds = set(batch.values_list("signals", flat=True).distinct())
        scores |= {kind: weights.score(rules.read(kind)) for kind in kinds - scores.keys()}
        store.place(column(weights), organisation_id, (last, ids[-1]), {kind: scores[kind] for kind in kinds})
        count, last = count + len(ids), ids[-1]
    return count


def to_rank(weighting_id: UUID) -> tuple[OrganisationId, Weights] | None:
    """Return what an adopted version asks for; None once it is done."""
    row = Weighting.objects.get(id=weighting_id)
    return (OrganisationId(row.organisation_id), _read(row)) if row.state == WeightingState.RANKING else None


def take_over(weighting_id: UUID) -> None:
    """Let a version that every case is weighed by order the queue, in the caller's transaction."""
    row = Weighting.objects.get(id=weighting_id)
    store.lock_weights(row.organisation_id, to_change=True)
    row.refresh_from_db()
    if row.state != WeightingState.RANKING:
        return  # another ranked it, too, and was first
    of_desk = Weighting.objects.filter(organisation_id=row.organisation_id)
    of_desk.filter(state=WeightingState.IN_FORCE).update(state=WeightingState.REPLACED)
    row.state, row.in_force_at = WeightingState.IN_FORCE, clock.now()
    row.save(update_fields=["state", "in_force_at"])
    record(Action.SETTING_CHANGED, kind=ObjectKind.POLICY, object_id=row.id, actor=SYSTEM)


def rank_all() -> int:
    """Rank every queue: by weights that wait for it, which take over, else by those in force. Return the cases."""
    count = 0
    for organisation_id in Case.objects.order_by().values_list("organisation_id", flat=True).distinct():
        row = history(organisation_id).filter(state=WeightingState.RANKING).first()
        count += rank(organisation_id, _read(row) if row else in_force(organisation_id))
        if row:
            with transaction.atomic():
                take_over(row.id)
    return count


def _read(row: Weighting) -> Weights:
    return Weights.read(row.number, row.points)
