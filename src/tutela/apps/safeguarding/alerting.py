"""Asking those on call to look, until somebody takes the question.

Rules:

1. A message says that somebody must look, and where the service is. It names no case, child, place or sender, and its
   subject is always the same: whoever reads it on a locked telephone learns nothing.
2. After `rules.ALERT_AGAIN_S` it is sent again, to one person more, until the question is taken or answered.
3. Who was asked, and why nobody could be, is a row that stands on the page of the question.
4. A mail server that is away, or a rota that is empty, ends nothing: it is tried again as long as nobody looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps import mailing
from tutela.apps.access.public import Target, authorise, colleagues
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.safeguarding import rules
from tutela.apps.safeguarding.models import Alert, Concern, OnCall
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.ids import OrganisationId, TeamId
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tutela.apps.access.public import Colleague


class Failure(StrEnum):
    """Why somebody could not be asked."""

    NOBODY_ON_CALL = "nobody-on-call"
    NO_MAIL_SERVER = "no-mail-server"
    NOT_TAKEN = "not-taken"  # by the mail server


@dataclass(frozen=True, slots=True)
class Asked:
    """One person who was asked, or nobody; and why that failed, if it did."""

    alert_id: UUID
    pseudonym: str = ""
    failure: str = ""


def is_wanted(concern: Concern) -> bool:
    """Whether somebody must still be asked."""
    return concern.closed_at is None and not concern.taken_by


def rota(organisation_id: UUID, team_id: UUID | None) -> list[Colleague]:
    """Return who is on call, the first to be asked first. A team without a rota has that of its organisation."""
    people: dict[UUID, Colleague] = {one.person_id: one for one in colleagues(organisation_id)}
    rows = OnCall.objects.filter(organisation_id=organisation_id)
    own = rows.filter(team_id=team_id) if team_id and rows.filter(team_id=team_id).exists() else rows.filter(team=None)
    return [people[row.person_id] for row in own if row.person_id in people]


@transaction.atomic
def set_rota(actor: Actor, organisation_id: UUID, team_id: UUID | None, person_ids: Sequence[UUID]) -> None:
    """Say who is on call, in this order: people of the team, or of the organisation where no team is named."""
    teams = frozenset({TeamId(team_id)} if team_id else ())
    authorise(actor, Permission.SAFEGUARDING_ROTA_EDIT, Target(OrganisationId(organisation_id), teams))
    wanted = list(dict.fromkeys(person_ids))[: rules.ON_CALL_MAX]
    if not set(wanted) <= {one.person_id for one in colleagues(organisation_id, team_id)}:
        raise Http404
    OnCall.objects.filter(organisation_id=organisation_id, team_id=team_id).delete()
    OnCall.objects.bulk_create(
        OnCall(organisation_id=organisation_id, team_id=team_id, person_id=person_id, place=place)
        for place, person_id in enumerate(wanted)
    )
    kind, object_id = (ObjectKind.TEAM, team_id) if team_id else (ObjectKind.ORGANISATION, organisation_id)
    record(Action.SETTING_CHANGED, kind=kind, object_id=object_id, actor=actor)


def ask(concern: Concern) -> list[Asked]:
    """Ask whoever is next. Nothing is written: `keep` does that, when the messages are out."""
    on_call = rota(concern.organisation_id, concern.team_id)
    if not on_call:
        return [Asked(clock.new_id(), failure=Failure.NOBODY_ON_CALL)]
    waited_s = (clock.now() - concern.raised_at).total_seconds()
    wanted = on_call[: rules.asked_at_once(len(on_call), waited_s)]
    return [_ask(one) for one in wanted if not _was_just_asked(one)]


def keep(concern: Concern, asked: Sequence[Asked]) -> None:
    """Keep who was asked and plan the next time, in the caller's transaction."""
    Alert.objects.bulk_create(
        Alert(
            id=one.alert_id,
            organisation_id=concern.organisation_id,
            concern_id=concern.id,
            asked=one.pseudonym,
            failure=one.failure,
        )
        for one in asked
    )
    for one in asked:
        record(
            Action.ALERT_SENT,
            kind=ObjectKind.CONCERN,
            object_id=concern.id,
            case_id=concern.case_id,
            actor=SYSTEM,
            reason=ReasonCode.UNREACHABLE if one.failure else ReasonCode.CHILD_IN_DANGER,
        )
    again = clock.now() + timedelta(seconds=rules.ALERT_AGAIN_S)
    enqueue("safeguarding.alert", {"concern_id": str(concern.id)}, run_at=again)


def _ask(one: Colleague) -> Asked:
    alert_id = clock.new_id()
    if not mailing.is_configured():
        return Asked(alert_id, one.pseudonym, Failure.NO_MAIL_SERVER)
    address = f"{settings.TUTELA.origin}/safeguarding/"
    message = mailing.Message(
        name=str(alert_id),
        recipient=one.email,
        subject=_("Somebody must look"),
        body=f"{_('Somebody must look. Please sign in now.')}\n\n{address}\n",
    )
    try:
        mailing.send([message])
    except (mailing.MailError, *mailing.REFUSALS):
        return Asked(alert_id, one.pseudonym, Failure.NOT_TAKEN)
    return Asked(alert_id, one.pseudonym)


def _was_just_asked(one: Colleague) -> bool:
    since = clock.now() - timedelta(seconds=rules.ALERT_QUIET_S)
    return Alert.objects.filter(asked=one.pseudonym, failure="", at__gt=since).exists()
