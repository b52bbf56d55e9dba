"""Referrals: which service protects this child, who was told, and what it answered. The steps are in `rules`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.custody.public import Action, Change, ObjectKind, ReasonCode, record, record_all
from tutela.apps.safeguarding import rules
from tutela.apps.safeguarding.directory import SERVICES, services_of
from tutela.apps.safeguarding.models import Concern, Referral
from tutela.apps.safeguarding.reaching import concern
from tutela.apps.safeguarding.rules import Step
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from tutela.apps.safeguarding.directory import Service

_ENDINGS = {
    Step.ANSWERED: Action.REFERRAL_ANSWERED,
    Step.REFUSED: Action.REFERRAL_REFUSED,
    Step.NOT_NEEDED: Action.REFERRAL_WITHDRAWN,
}


class ReferralError(TutelaError):
    """A referral cannot go that way; the message is for the person who asked."""


def propose(actor: Actor, asked: Sequence[tuple[Concern, Collection[str]]]) -> None:
    """Open a referral for each service of each place that was named, in the caller's transaction.

    Where the directory has no service of a place, or no place was named, one stands open without a service: whoever is
    on call finds the way and writes it down. A place that has one already gets no second.
    """
    known = Referral.objects.filter(concern__in=[concern for concern, _places in asked])
    there = set(known.values_list("concern_id", "jurisdiction"))
    has_one = {concern_id for concern_id, _jurisdiction in there}
    today = clock.now().date()
    opened: list[Referral] = []
    for one, places in asked:
        named = sorted(place for place in places if (one.id, place) not in there)
        if not named and one.id not in has_one:
            named = [""]
        rows = [
            _referral(one, place, service.id if service else "")
            for place in named
            for service in (services_of(place, today) or [None])
        ]
        opened += rows[: rules.SERVICES_MAX]
    Referral.objects.bulk_create(opened)
    record_all([_change(Action.REFERRAL_OPENED, row) for row in opened], actor)


def referral(actor: Actor, referral_id: UUID) -> Referral:
    """Return a referral that the actor may work on, it and its question locked; 404 or 403 otherwise."""
    found = Referral.objects.filter(id=referral_id).first()
    if found is None:
        raise Http404
    asked = concern(actor, found.concern_id, Permission.SAFEGUARDING_CONCERN_ANSWER, lock=True)
    locked = Referral.objects.select_for_update().get(id=referral_id)
    locked.concern = asked
    return locked


@transaction.atomic
def hand_over(actor: Actor, referral_id: UUID, recipient: str, note: str) -> None:
    """Keep who was told, and how. Telling them is for a person: by the way that the service wants."""
    handed = referral(actor, referral_id)
    _go(handed, Step.HANDED_OVER)
    handed.recipient, handed.handed_over_at, handed.handed_over_by = recipient, clock.now(), actor.pseudonym
    service = service_of(handed)
    if service and service.deadline_h is not None:
        handed.due_at = handed.handed_over_at + timedelta(hours=service.deadline_h)
    handed.save(update_fields=["step", "recipient", "handed_over_at", "handed_over_by", "due_at"])
    _record(Action.REFERRAL_SENT, handed, actor, note)


@transaction.atomic
def acknowledge(actor: Actor, referral_id: UUID, reference: str) -> None:
    """Keep that a service has it, and under which name of its own."""
    known = referral(actor, referral_id)
    _go(known, Step.ACKNOWLEDGED)
    known.reference, known.acknowledged_at = reference, clock.now()
    known.save(update_fields=["step", "reference", "acknowledged_at"])
    _record(Action.REFERRAL_ACKNOWLEDGED, known, actor)


@transaction.atomic
def refuse(actor: Actor, referral_id: UUID, note: str) -> None:
    """Keep that a service does not take it, and why; another referral opens at once, for whoever else there is."""
    refused = referral(actor, referral_id)
    end(actor, refused, Step.REFUSED, note)
    if refused.concern.closed_at is None:
        again, _is_new = Referral.objects.get_or_create(
            concern_id=refused.concern_id,
            jurisdiction=refused.jurisdiction,
            service="",
            step=Step.OPEN,
            defaults={"case_id": refused.case_id, "organisation_id": refused.organisation_id},
        )
        _record(Action.REFERRAL_OPENED, again, actor)


def end(actor: Actor, ended: Referral, step: Step, note: str = "") -> None:
    """End a locked referral, in the caller's transaction."""
    _go(ended, step)
    ended.ended_at = clock.now()
    ended.save(update_fields=["step", "ended_at"])
    _record(_ENDINGS[step], ended, actor, note)


def withdraw(actor: Actor, answered: Concern) -> None:
    """End what nobody was asked yet, in the transaction that answers the question."""
    for row in Referral.objects.select_for_update().filter(concern=answered, step=Step.OPEN):
        end(actor, row, Step.NOT_NEEDED)


def service_of(row: Referral) -> Service | None:
    """Return the row of the directory that a referral goes to; None where none is configured."""
    return next((service for service in SERVICES.rows() if service.id == row.service), None)


def _referral(asked: Concern, place: str, service_id: str) -> Referral:
    return Referral(
        concern_id=asked.id,
        case_id=asked.case_id,
        organisation_id=asked.organisation_id,
        jurisdiction=place,
        service=service_id,
    )


def _go(row: Referral, to: Step) -> None:
    if not rules.may_go(Step(row.step), to):
        raise ReferralError(_("This referral is further on already. Look at it again."))
    row.step = to


def _change(action: Action, row: Referral) -> Change:
    return Change(action, ObjectKind.REFERRAL, row.id, row.case_id, reason=ReasonCode.CHILD_IN_DANGER)


def _record(action: Action, row: Referral, actor: Actor, note: str = "") -> None:
    record(
        action,
        kind=ObjectKind.REFERRAL,
        object_id=row.id,
        case_id=row.case_id,
        actor=actor,
        reason=ReasonCode.CHILD_IN_DANGER,
        note=note,
    )
