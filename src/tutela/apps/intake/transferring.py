"""Handing a case over to another organisation, which accepts or refuses with a reason.

Rules:

1. A case is always somebody's. It stays with its team until the other organisation accepts; if that refuses, it stays
   where it is, with the reason.
2. One offer a case at a time. An offer is a minimal summary that a person writes: the other side sees that, how many
   reports there are and the kinds of incident, and nothing else before it accepts.
3. Whoever accepts gets the reports anew, through the door of machines, sealed under keys of their own case; they refer
   to the offer. How to reach a reporter does not go over: that was given to us. Both sides record it.
4. Then the sender's case is closed as handed over; where the question whether the child is safe is open, it stays until
   somebody answered that. Nobody assumes that the other side did.
5. An organisation that is not here is named in words, and its answer is entered by whoever hears it.

    offered ──> accepted: theirs, and ours is closed
       └──────> refused: it stays where it is
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, acting_as, authorise, can, desk_of, organisation_named
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, open_together, record
from tutela.apps.intake import claimed
from tutela.apps.intake.models import Door, Report, Transfer
from tutela.apps.intake.services import Submission, receive_many
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.lookups import Channel, Ground
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.ids import OrganisationId

SUMMARY_CHARACTERS_MAX: Final = 1000
_REPORTS_MAX: Final = 1000  # of one case that go over in one transaction


@dataclass(frozen=True, slots=True)
class Incoming:
    """What another organisation is offered: no case, no clue, no reporter."""

    transfer: Transfer
    sender: str
    reports: int
    incidents: tuple[str, ...]


def transfers(case_id: UUID) -> QuerySet[Transfer]:
    """Return every offer of a case. The caller has asked for the case."""
    return Transfer.objects.filter(case_id=case_id)


def incoming(actor: Actor) -> list[Incoming]:
    """Return what other organisations offer to that of the actor, the oldest first."""
    if actor.organisation_id is None or not can(actor, Permission.REVIEW_ITEM_DECIDE, _desk(actor.organisation_id)):
        return []
    with acting_as(SYSTEM):  # the offer is the sender's row; what is shown of it is chosen here
        rows = Transfer.objects.filter(to_organisation_id=actor.organisation_id, state=Transfer.State.OFFERED)
        found = list(rows.select_related("organisation"))
        open_together(found)
        return [_shown(each) for each in found]


@transaction.atomic
def offer(actor: Actor, case_id: UUID, name: str, summary: str) -> Transfer:
    """Offer a case to an organisation: one of this installation by its full name, or any other in words."""
    found = triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE, lock=True)
    if found.state == triage.CaseState.CLOSED:
        raise triage.TriageError(_("This case has been closed already."))
    if Transfer.objects.filter(case=found, state=Transfer.State.OFFERED).exists():
        raise triage.TriageError(_("This case is offered to an organisation already. It answers first."))
    if triage.handovers(found.id).filter(state="offered").exists():
        raise triage.TriageError(_("This case is offered to a team already. It answers first."))
    if Report.objects.filter(case=found).count() > _REPORTS_MAX:
        raise triage.TriageError(_("This case has too many reports to be handed over at once."))
    with acting_as(SYSTEM):  # nobody sees another organisation, so it must be named in full
        to_id = organisation_named(name.strip())
    if to_id == found.organisation_id:
        raise triage.TriageError(_("This organisation has the case already."))
    made = Transfer(
        organisation_id=found.organisation_id, case=found, to_organisation_id=to_id, offered_by=actor.pseudonym
    )
    _record(Action.TRANSFER_OFFERED, made, actor, ReasonCode.PERSON_DECIDED, case_id=found.id)
    _record(Action.TRANSFER_OFFERED, made, actor, ReasonCode.PERSON_DECIDED)
    made.name, made.summary = name.strip(), summary.strip()[:SUMMARY_CHARACTERS_MAX]
    made.save(force_insert=True)
    return made


@transaction.atomic
def accept(actor: Actor, transfer_id: UUID) -> UUID:
    """Take a case over for the organisation that it was offered to; return the case there.

    Raises:
        TriageError: it was answered already, or nothing in it can be taken in here.
    """
    offered = _offered_to(actor, transfer_id)
    assert actor.organisation_id is not None
    with acting_as(SYSTEM):
        submissions = _submissions(offered)
    answers = receive_many(actor, desk_of(actor.organisation_id), submissions)
    taken = [each for each in answers if not isinstance(each, TutelaError)]
    if not taken:
        raise triage.TriageError(_("Nothing in this case can be taken in here."))
    with acting_as(SYSTEM):
        _end(offered, Transfer.State.ACCEPTED, actor)
        _record(Action.TRANSFER_ACCEPTED, offered, actor, ReasonCode.PERSON_DECIDED)
        _let_go(offered)
    _record(Action.TRANSFER_ACCEPTED, offered, actor, ReasonCode.PERSON_DECIDED, case_id=taken[0].case_id)
    return taken[0].case_id


@transaction.atomic
def refuse(actor: Actor, transfer_id: UUID, because: ReasonCode, note: str) -> None:
    """Refuse a case for the organisation that it was offered to; the words go back to who offered."""
    offered = _offered_to(actor, transfer_id)
    with acting_as(SYSTEM):
        offered.answer = note.strip()[:SUMMARY_CHARACTERS_MAX]
        offered.because = because.value
        _end(offered, Transfer.State.REFUSED, actor)
        _record(Action.TRANSFER_REFUSED, offered, actor, because)
        _record(Action.TRANSFER_REFUSED, offered, SYSTEM, because, case_id=offered.case_id)


@transaction.atomic
def answered(actor: Actor, transfer_id: UUID, *, accepted: bool, because: ReasonCode, note: str) -> None:
    """Enter what an organisation that is not here answered."""
    offered = Transfer.objects.select_for_update().filter(id=transfer_id, to_organisation=None).first()
    if offered is None:
        raise Http404
    triage.case(actor, offered.case_id, Permission.REVIEW_ITEM_DECIDE, lock=True)
    _refuse_twice(offered)
    offered.answer, offered.because = note.strip()[:SUMMARY_CHARACTERS_MAX], because.value
    _end(offered, Transfer.State.ACCEPTED if accepted else Transfer.State.REFUSED, actor)
    action = Action.TRANSFER_ACCEPTED if accepted else Action.TRANSFER_REFUSED
    _record(action, offered, actor, because, case_id=offered.case_id)
    if accepted:
        _let_go(offered)


def _offered_to(actor: Actor, transfer_id: UUID) -> Transfer:
    if actor.organisation_id is None:
        raise Http404
    with acting_as(SYSTEM):
        rows = Transfer.objects.select_for_update().filter(to_organisation_id=actor.organisation_id)
        found = rows.filter(id=transfer_id).first()
    if found is None:
        raise Http404
    authorise(actor, Permission.REVIEW_ITEM_DECIDE, _desk(actor.organisation_id))
    _refuse_twice(found)
    return found


def _refuse_twice(offered: Transfer) -> None:
    if offered.state != Transfer.State.OFFERED:
        raise triage.TriageError(_("This offer was answered already."))


def _desk(organisation_id: OrganisationId) -> Target:
    desk = desk_of(organisation_id)
    return Target(organisation_id, frozenset({desk.team_id} if desk.team_id else ()))


def _shown(transfer: Transfer) -> Incoming:
    incidents = Report.objects.filter(case_id=transfer.case_id).values_list("incident", flat=True)
    return Incoming(transfer, transfer.organisation.name, len(incidents), tuple(sorted(set(incidents))))


def _submissions(offered: Transfer) -> list[Submission]:
    """Return the reports of a case as they are handed in anew: one case there, whatever they share with others."""
    rows = list(Report.objects.filter(case_id=offered.case_id).order_by("received_at", "id"))
    open_together(rows)
    name = f"transfer {offered.id}"
    return [
        Submission(
            door=Door.MACHINE,
            key=f"{offered.id}:{number}",
            reported=replace(claimed.read(row.claimed or "", text=row.text or ""), incident_name=name),
            ground=Ground(Channel(row.channel), row.jurisdiction),
        )
        for number, row in enumerate(rows)
    ]


def _let_go(offered: Transfer) -> None:
    """Close the sender's case, unless its question whether the child is safe is open."""
    if not safeguarding.is_open(offered.case_id):
        triage.close(SYSTEM, offered.case_id, triage.Closing.HANDED_OVER)


def _end(offered: Transfer, state: Transfer.State, actor: Actor) -> None:
    offered.state, offered.ended_at, offered.ended_by = state, clock.now(), actor.pseudonym
    offered.save(update_fields=["state", "ended_at", "ended_by", "answer", "because"])


def _record(action: Action, row: Transfer, actor: Actor, reason: ReasonCode, *, case_id: UUID | None = None) -> None:
    record(action, kind=ObjectKind.TRANSFER, object_id=row.id, case_id=case_id, actor=actor, reason=reason)
