"""Cost scenarios that are kept: name, inputs, their source, and what came of them by every published method.

Rules: a kept scenario is never changed; another assumption is another scenario. What was computed stands as it was
computed; an edition computes it again from the same inputs and tells it as ranges (`engine.assessment.scenarios`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from tutela.apps.access.public import authorise
from tutela.apps.assessment import data
from tutela.apps.assessment.models import Study
from tutela.apps.assessment.rules import Stage, StudyKind
from tutela.apps.custody.public import Action, ObjectKind, pseudonym_of, record
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.terms import find_avoided
from tutela.engine import clock
from tutela.engine.assessment import scenarios as engine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.engine.assessment.scenarios import Scenario

_TITLE_MAX: Final = 200


class ScenarioError(TutelaError):
    """A scenario cannot be kept like this; the message is for whoever tried."""


@transaction.atomic
def keep(actor: Actor, asked: Scenario) -> Study:
    """Keep a scenario with what came of it."""
    authorise(actor, Permission.ASSESSMENT_STUDY_EDIT)
    if actor.organisation_id is None:
        raise ScenarioError(_("Only somebody of an organisation can do this."))
    title = asked.title.strip()[:_TITLE_MAX]
    if not title:
        raise ScenarioError(_("Give the scenario a name; its numbers have a source."))
    for avoided in find_avoided(f"{title} {asked.source}"):
        raise ScenarioError(_("Say “%(word)s” instead.") % {"word": avoided.term.prefer})
    if scenarios(actor).filter(title=title).exists():
        raise ScenarioError(_("A scenario of this name is kept already. What differs has a name of its own."))
    made = Study.objects.create(
        organisation_id=actor.organisation_id,
        kind=StudyKind.COST,
        title=title,
        asked=asked.plain() | {"title": title},
        state=Stage.DONE,
        result={"ranges": [[each.study.id, each.range.words] for each in engine.price(asked)]},
        data_digest=data.registry(actor).digest,
        made_by=pseudonym_of(actor),
        done_at=clock.now(),
    )
    digests = {"data": bytes.fromhex(made.data_digest)}
    record(Action.STUDY_MADE, kind=ObjectKind.STUDY, object_id=made.id, actor=actor, digests=digests)
    return made


def scenarios(actor: Actor) -> QuerySet[Study]:
    """Return the scenarios that the actor's organisation kept, the newest first."""
    authorise(actor, Permission.ASSESSMENT_STUDY_READ)
    return Study.objects.filter(organisation_id=actor.organisation_id, kind=StudyKind.COST)


def chosen(organisation_id: UUID, ids: Iterable[str]) -> list[Scenario]:
    """Return these scenarios of an organisation, by name, for background work."""
    rows = Study.objects.filter(organisation_id=organisation_id, kind=StudyKind.COST, id__in=list(ids))
    return [engine.Scenario.read(row.asked) for row in rows.order_by("title")]


def titles(actor: Actor, ids: Iterable[str]) -> list[str]:
    """Return the names of these scenarios."""
    authorise(actor, Permission.ASSESSMENT_DATA_READ)
    return [each.title for each in chosen(actor.organisation_id, ids)] if actor.organisation_id else []
