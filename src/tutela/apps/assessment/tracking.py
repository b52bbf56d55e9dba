"""What follows from findings, and what is watched: the tracker of the Global Strategic Response, the emerging threats.

Rules:

1. An action has a finding that it answers, an owner (an office, never a person), and an indicator of the registry that
   will show whether it helped. Without an indicator it is not tracked.
2. A statement about an emerging threat has a day, a source and one of four levels of certainty. It is never rewritten:
   what is known better later is another statement, and both stay.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.assessment import data
from tutela.apps.assessment.models import TrackedAction, WatchedStatement
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, record
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.engine import clock

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.engine.assessment.actions import State, Theme
    from tutela.engine.assessment.certainty import Certainty
    from tutela.engine.assessment.indicators import Lens


class TrackingError(TutelaError):
    """An action or statement lacks something; the message is for whoever tried."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An action as it is planned."""

    theme: Theme
    finding: str
    action: str
    owner: str
    indicator: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about an emerging threat."""

    lens: Lens
    statement: str
    dated: date
    source: str
    certainty: Certainty


@transaction.atomic
def track(actor: Actor, plan: Plan) -> TrackedAction:
    """Track an action from now on."""
    organisation_id = _editor(actor)
    if not (plan.finding.strip() and plan.action.strip() and plan.owner.strip()):
        raise TrackingError(_("An action has a finding that it answers, and an owner."))
    if plan.indicator not in data.registry(actor).catalogue.indicators:
        raise TrackingError(_("Name an indicator of the registry that will show whether it helped."))
    made = TrackedAction.objects.create(
        organisation_id=organisation_id,
        theme=plan.theme,
        finding=plan.finding.strip()[:500],
        action=plan.action.strip()[:500],
        owner=plan.owner.strip()[:200],
        indicator=plan.indicator,
        due_on=plan.due_on,
    )
    _record(actor, made)
    return made


@transaction.atomic
def move(actor: Actor, action_id: UUID, progress: State) -> TrackedAction:
    """Say how far an action is."""
    found = get_object_or_404(TrackedAction.objects.select_for_update(no_key=True), id=action_id)
    authorise(actor, Permission.ASSESSMENT_ACTION_EDIT, Target(OrganisationId(found.organisation_id)))
    found.progress, found.changed_at = progress, clock.now()
    found.save(update_fields=["progress", "changed_at"])
    _record(actor, found)
    return found


def actions(actor: Actor) -> QuerySet[TrackedAction]:
    """Return what is tracked, by theme."""
    authorise(actor, Permission.ASSESSMENT_ACTION_READ)
    return TrackedAction.objects.filter(organisation_id=actor.organisation_id)


@transaction.atomic
def keep(actor: Actor, said: Statement) -> WatchedStatement:
    """Keep a statement."""
    organisation_id = _editor(actor)
    if not (said.statement.strip() and said.source.strip()):
        raise TrackingError(_("A statement has a source."))
    if said.dated > clock.now().date():
        raise TrackingError(_("A statement cannot be of a day that is still to come."))
    made = WatchedStatement.objects.create(
        organisation_id=organisation_id,
        lens=said.lens,
        statement=said.statement.strip()[:1000],
        dated=said.dated,
        source=said.source.strip()[:500],
        certainty=said.certainty,
        kept_by=pseudonym_of(actor),
    )
    digest = hashlib.sha256(made.statement.encode()).digest()
    kind = ObjectKind.STATEMENT
    record(Action.STATEMENT_KEPT, kind=kind, object_id=made.id, actor=actor, digests={"statement": digest})
    return made


def statements(actor: Actor) -> QuerySet[WatchedStatement]:
    """Return every statement, the newest first."""
    authorise(actor, Permission.ASSESSMENT_ACTION_READ)
    return WatchedStatement.objects.filter(organisation_id=actor.organisation_id)


def _editor(actor: Actor) -> OrganisationId:
    authorise(actor, Permission.ASSESSMENT_ACTION_EDIT)
    if actor.organisation_id is None:
        raise TrackingError(_("Only somebody of an organisation can do this."))
    return actor.organisation_id


def _record(actor: Actor, row: TrackedAction) -> None:
    digest = hashlib.sha256(f"{row.action}\n{row.progress}".encode()).digest()
    record(
        Action.ACTION_TRACKED,
        kind=ObjectKind.ACTION,
        object_id=row.id,
        actor=actor,
        digests={"action": digest},
        reason=ReasonCode.PERSON_DECIDED,
    )
