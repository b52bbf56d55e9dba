"""The verbs of review: decide without viewing, and have a notice sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.review.models import Basis, Decision
from tutela.apps.takedown import public as takedown
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import CaseId, DecisionId, ItemId, OrganisationId

if TYPE_CHECKING:
    from uuid import UUID


class ReviewError(TutelaError):
    """A decision cannot be made; the message is for the person who asked."""


@transaction.atomic
def confirm_unseen(actor: Actor, case_id: UUID, note: str = "") -> list[DecisionId]:
    """Decide that items are what lists say they are, without viewing them: those that a list knows exactly."""
    case = triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE, lock=True)
    if case.state == triage.CaseState.CLOSED:
        raise ReviewError(_("This case has been closed already."))
    if case.state != triage.CaseState.WAITING:
        raise ReviewError(_("This case has been decided already."))
    exact = {match.item_id: match for match in reversed(triage.exact_matches(case.id))}
    if not exact:
        raise ReviewError(_("No list knows this exactly, so it cannot be decided without viewing."))
    item_ids = triage.confirmed(case)
    triage.keep_assessments(actor, [_assessment(actor, case, exact[item_id]) for item_id in item_ids])
    return [_confirm(actor, case, exact[item_id], note) for item_id in item_ids]


def _assessment(actor: Actor, case: triage.Case, exact: triage.Match) -> triage.Assessment:
    return triage.Assessment(
        organisation_id=case.organisation_id,
        item_id=exact.item_id,
        case_id=case.id,
        basis=Basis.WITHOUT_VIEWING,
        list_name=exact.list_name,
        classification=exact.classification,
        scheme=exact.scheme,
        assessed_by=actor.pseudonym,
    )


def _confirm(actor: Actor, case: triage.Case, exact: triage.Match, note: str) -> DecisionId:
    decision = Decision.objects.create(
        case_id=case.id,
        item_id=exact.item_id,
        organisation_id=case.organisation_id,
        basis=Basis.WITHOUT_VIEWING,
        list_name=exact.list_name,
        list_version=exact.list_version,
        entry_id=exact.entry_id,
        classification=exact.classification,
        scheme=exact.scheme,
        decided_by=actor.pseudonym,
    )
    record(
        Action.ITEM_CONFIRMED_UNSEEN,
        kind=ObjectKind.ITEM,
        object_id=decision.item_id,
        case_id=case.id,
        actor=actor,
        digests={"list-version": bytes.fromhex(exact.list_version)},
        reason=ReasonCode.EXACT_MATCH,
        note=note,
    )
    return DecisionId(decision.id)


@transaction.atomic
def probe_again(actor: Actor, case_id: UUID, location_id: UUID) -> None:
    """Have an address probed again whose probing stopped."""
    triage.case(actor, case_id, Permission.TAKEDOWN_NOTICE_SEND, lock=True)
    if not triage.locations(case_id).filter(id=location_id).exists():
        raise Http404
    takedown.resume(actor, case_id, location_id)


@transaction.atomic
def send_notice(actor: Actor, case_id: UUID, location_id: UUID, recipient: str = "", *, held: bool = False) -> None:
    """Have one address of a confirmed case taken down; without a recipient, by whoever is found to be able to."""
    case = triage.case(actor, case_id, Permission.TAKEDOWN_NOTICE_SEND, lock=True)
    location = triage.locations(case.id).filter(id=location_id).first()
    if location is None:
        raise Http404
    decision = Decision.objects.filter(case_id=case.id).first()
    if decision is None or case.state != triage.CaseState.CONFIRMED:
        raise ReviewError(_("A notice follows a decision: decide the case first."))
    takedown.order(
        actor,
        takedown.Order(
            case_id=CaseId(case.id),
            item_id=ItemId(location.item_id),
            location_id=location.id,
            organisation_id=OrganisationId(case.organisation_id),
            address=location.address,
            recipient=recipient,
            held=held,
            scheme=decision.scheme,
            classification=decision.classification,
        ),
    )
