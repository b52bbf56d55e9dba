"""The verbs of safeguarding: raise, take, answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404

from tutela.apps.access.public import Target, authorise, visible
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.safeguarding import rules
from tutela.apps.safeguarding.models import Concern
from tutela.domain.actors import Actor, Permission
from tutela.domain.ids import CaseId, ConcernId, OrganisationId, TeamId
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Danger:
    """What safeguarding is told: which case, and whose."""

    case_id: CaseId
    organisation_id: OrganisationId
    team_id: TeamId | None


def raise_concern(actor: Actor, danger: Danger) -> ConcernId:
    """Open the question for a case that the caller has locked, in its transaction; one that is open stands."""
    there = Concern.objects.filter(case_id=danger.case_id, closed_at=None).first()
    if there is not None:
        return ConcernId(there.id)
    made = Concern.objects.create(
        case_id=danger.case_id, organisation_id=danger.organisation_id, team_id=danger.team_id
    )
    for action in (Action.DANGER_RAISED, Action.SAFETY_ASKED):
        _record(action, made, actor)
    return ConcernId(made.id)


def concerns(actor: Actor) -> QuerySet[Concern]:
    """Return the open questions within reach, those that nobody has taken first, then the oldest."""
    reach = visible(actor, Permission.SAFEGUARDING_CONCERN_READ, teams="team")
    return Concern.objects.filter(reach, closed_at=None).order_by("taken_by", "raised_at", "id")


def concern(actor: Actor, concern_id: UUID, permission: Permission, *, lock: bool = False) -> Concern:
    """Return a concern that the actor may do `permission` to; 404 or 403 otherwise."""
    rows = Concern.objects.select_for_update() if lock else Concern.objects
    found = rows.filter(id=concern_id).first()
    if found is None:
        raise Http404
    authorise(actor, permission, target_of(found))
    return found


def target_of(concern: Concern) -> Target:
    """Return whom a concern belongs to."""
    teams = frozenset({TeamId(concern.team_id)} if concern.team_id else ())
    return Target(OrganisationId(concern.organisation_id), teams)


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
    answered = concern(actor, concern_id, Permission.SAFEGUARDING_CONCERN_ANSWER, lock=True)
    if answered.closed_at:
        return
    moment = clock.now()
    answered.answer, answered.answered_at = given.value, moment
    answered.closed_at = moment if rules.closes(given) else None
    answered.save(update_fields=["answer", "answered_at", "closed_at"])
    _record(Action.SAFETY_ANSWERED, answered, actor, note)


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
