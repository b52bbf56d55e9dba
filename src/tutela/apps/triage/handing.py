"""Handing a case over to another team, which accepts or refuses with a reason.

Rules:

1. A case is always somebody's. It stays with its team until another accepts; if that team refuses, it stays. Whoever
   had no team hands over from the queue of the whole organisation, and a refused case is there again.
2. One offer a case at a time: the team that was asked answers first.
3. Each offer is a row with its times and people; what was written is sealed under the key of the case.
4. With the case goes the question whether its child is safe.

    offered ──> accepted: the case is the other team's
       └──────> refused: it stays where it is
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise, visible
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage.models import Case, CaseState, Handover
from tutela.apps.triage.services import TriageError, case
from tutela.domain.actors import Actor, Permission
from tutela.domain.ids import OrganisationId, TeamId
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


def offers(actor: Actor) -> QuerySet[Handover]:
    """Return what waits for a team of the actor's, the oldest first."""
    reach = visible(actor, Permission.REVIEW_ITEM_DECIDE, teams="to_team")
    return Handover.objects.filter(reach, state=Handover.State.OFFERED).select_related("to_team")


def handovers(case_id: UUID) -> QuerySet[Handover]:
    """Return every offer of a case. The caller has asked for the case."""
    return Handover.objects.filter(case_id=case_id).select_related("to_team")


def is_offered(case_id: UUID) -> bool:
    """Whether a team has not answered yet."""
    return Handover.objects.filter(case_id=case_id, state=Handover.State.OFFERED).exists()


@transaction.atomic
def offer(actor: Actor, case_id: UUID, team_id: UUID, note: str) -> None:
    """Offer a case to another team of the organisation. The caller has asked whether there is such a team."""
    found = case(actor, case_id, Permission.REVIEW_ITEM_DECIDE, lock=True)
    if found.state == CaseState.CLOSED:
        raise TriageError(_("This case has been closed already."))
    if found.team_id == team_id:
        raise TriageError(_("This team has the case already."))
    if is_offered(found.id):
        raise TriageError(_("This case is offered to a team already. It answers first."))
    made = Handover.objects.create(
        case=found,
        organisation_id=found.organisation_id,
        from_team_id=found.team_id,
        to_team_id=team_id,
        offered_by=actor.pseudonym,
    )
    _record(Action.HANDOVER_OFFERED, made, actor, ReasonCode.PERSON_DECIDED, note)


@transaction.atomic
def accept(actor: Actor, handover_id: UUID) -> None:
    """Take a case over: from now on it is this team's."""
    offered = _offered(actor, handover_id)
    moved = Case.objects.select_for_update().get(id=offered.case_id)
    _end(actor, offered, Handover.State.ACCEPTED)
    moved.team_id = offered.to_team_id
    moved.save(update_fields=["team_id"])
    safeguarding.move(moved.id, offered.to_team_id)
    record(
        Action.CASE_ASSIGNED,
        kind=ObjectKind.CASE,
        object_id=moved.id,
        case_id=moved.id,
        actor=actor,
        reason=ReasonCode.PERSON_DECIDED,
    )


@transaction.atomic
def refuse(actor: Actor, handover_id: UUID, because: ReasonCode, note: str) -> None:
    """Refuse a case: it stays where it is."""
    offered = _offered(actor, handover_id)
    _end(actor, offered, Handover.State.REFUSED)
    _record(Action.HANDOVER_REFUSED, offered, actor, because, note)


def _offered(actor: Actor, handover_id: UUID) -> Handover:
    found = Handover.objects.select_for_update().filter(id=handover_id).first()
    if found is None:
        raise Http404
    target = Target(OrganisationId(found.organisation_id), frozenset({TeamId(found.to_team_id)}))
    authorise(actor, Permission.REVIEW_ITEM_DECIDE, target)
    if found.state != Handover.State.OFFERED:
        raise TriageError(_("This offer was answered already."))
    return found


def _end(actor: Actor, offered: Handover, state: Handover.State) -> None:
    offered.state, offered.ended_at, offered.ended_by = state, clock.now(), actor.pseudonym
    offered.save(update_fields=["state", "ended_at", "ended_by"])


def _record(action: Action, row: Handover, actor: Actor, reason: ReasonCode, note: str) -> None:
    record(
        action,
        kind=ObjectKind.HANDOVER,
        object_id=row.id,
        case_id=row.case_id,
        actor=actor,
        reason=reason,
        note=note,
    )
