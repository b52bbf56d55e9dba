"""The verbs of safeguarding: raise, take, answer. Those of referrals are in `referring`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from tutela.apps.custody.public import Action, Change, ObjectKind, ReasonCode, record, record_all
from tutela.apps.jobs.public import enqueue
from tutela.apps.safeguarding import referring, rules
from tutela.apps.safeguarding.models import Concern
from tutela.apps.safeguarding.reaching import concern
from tutela.apps.safeguarding.rules import Cause, Step
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tutela.domain.ids import CaseId, OrganisationId, TeamId


@dataclass(frozen=True, slots=True)
class Danger:
    """What safeguarding is told: which case, whose, why, and which places (ISO 3166-1, small letters) were named."""

    case_id: CaseId
    organisation_id: OrganisationId
    team_id: TeamId | None
    causes: frozenset[Cause] = frozenset({Cause.DANGER_NOW})
    places: tuple[str, ...] = ()


def raise_concerns(actor: Actor, dangers: Sequence[Danger]) -> None:
    """Open the question for cases that the caller has locked, each once, in its transaction.

    One that is open stands, and grows by what is new; where a child is now said to be in danger, whoever had taken it
    is asked again.
    """
    if not dangers:
        return
    asked = {danger.case_id for danger in dangers}
    there = {row.case_id: row for row in Concern.objects.filter(case_id__in=asked, closed_at=None)}
    fresh = [_opened(danger) for danger in dangers if danger.case_id not in there]
    grown = [danger for danger in dangers if danger.case_id in there]
    Concern.objects.bulk_create(fresh)
    changes: list[Change] = []
    ringing = [made for made in fresh if rules.rings(made.causes)]
    for made in fresh:
        changes += [_change(Action.DANGER_RAISED, made)] if made.in_danger else []
        changes.append(_change(Action.SAFETY_ASKED, made))
    for danger in grown:
        row = there[danger.case_id]
        rang, was_in_danger = rules.rings(row.causes), row.in_danger
        if not _grow(row, danger):
            continue
        if row.in_danger and not was_in_danger:
            changes.append(_change(Action.DANGER_RAISED, row))
        if rules.rings(row.causes) and (not rang or (row.in_danger and not was_in_danger)):
            ringing.append(row)
    record_all(changes, actor)
    concerns_by_case = there | {made.case_id: made for made in fresh}
    referring.propose(actor, [(concerns_by_case[danger.case_id], danger.places) for danger in dangers])
    for row in ringing:
        enqueue("safeguarding.alert", {"concern_id": str(row.id)})


@transaction.atomic
def take(actor: Actor, concern_id: UUID) -> None:
    """Acknowledge: this person sees to it now."""
    taken = concern(actor, concern_id, Permission.SAFEGUARDING_CONCERN_ANSWER, lock=True)
    if taken.closed_at or taken.taken_by == actor.pseudonym:
        return
    taken.taken_by, taken.taken_at = actor.pseudonym, clock.now()
    taken.save(update_fields=["taken_by", "taken_at"])
    _record(Action.DANGER_TAKEN, taken, actor)


@transaction.atomic
def answer(actor: Actor, concern_id: UUID, given: rules.Answer, note: str) -> None:
    """Answer the question; whether that closes it is for the rules. The note is sealed under the key of the case."""
    keep_answer(actor, concern(actor, concern_id, Permission.SAFEGUARDING_CONCERN_ANSWER, lock=True), given, note)


def keep_answer(actor: Actor, answered: Concern, given: rules.Answer, note: str) -> None:
    """Keep an answer to a locked question, in the caller's transaction."""
    if answered.closed_at:
        return
    moment = clock.now()
    answered.answer, answered.answered_at = given.value, moment
    answered.closed_at = moment if rules.closes(given) else None
    answered.save(update_fields=["answer", "answered_at", "closed_at"])
    _record(Action.SAFETY_ANSWERED, answered, actor, note)
    if answered.closed_at:
        referring.withdraw(actor, answered)


@transaction.atomic
def answer_referral(actor: Actor, referral_id: UUID, given: rules.Answer, note: str) -> None:
    """Keep what a service answered: it answers the question, too, and the rules say whether that closes it."""
    asked = referring.referral(actor, referral_id)
    referring.end(actor, asked, Step.ANSWERED, note)
    keep_answer(actor, asked.concern, given, note)


def _opened(danger: Danger) -> Concern:
    return Concern(
        case_id=danger.case_id,
        organisation_id=danger.organisation_id,
        team_id=danger.team_id,
        causes=sorted(danger.causes),
        in_danger=Cause.DANGER_NOW in danger.causes,
    )


def _grow(row: Concern, danger: Danger) -> bool:
    """Add what is new to an open question; False where nothing is."""
    causes = sorted({*row.causes, *danger.causes})
    if causes == row.causes:
        return False
    if Cause.DANGER_NOW in danger.causes and not row.in_danger:
        row.in_danger, row.taken_by, row.taken_at = True, "", None
    row.causes = causes
    row.save(update_fields=["causes", "in_danger", "taken_by", "taken_at"])
    return True


def _change(action: Action, concern: Concern) -> Change:
    return Change(action, ObjectKind.CONCERN, concern.id, concern.case_id, reason=ReasonCode.CHILD_IN_DANGER)


def _record(action: Action, concern: Concern, actor: Actor, note: str = "") -> None:
    record(
        action,
        kind=ObjectKind.CONCERN,
        object_id=concern.id,
        case_id=concern.case_id,
        actor=actor,
        reason=ReasonCode.CHILD_IN_DANGER,
        note=note,
    )
