"""Studies: a question put to the data as it is asked, and answered once, in the background.

Rules:

1. A study keeps what was asked and the digest of the data that it was asked of, before anything is computed. Asking
   again with another design is another study: both stay.
2. Where the data do not carry an answer, the study is refused and says why. That is an answer, too.
3. What is kept of an answer is what a person can be shown: the verdict in words, the estimate with its interval, the
   ranks among pretences, what was not run, and period by period what would have been without the event.

    made = ask(actor, Question("cybertipline-reports", "WLD", date(2014, 1, 1), "Platforms automate"))
    # the job `assessment.study` runs: answer(made.id), then keep(...)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.assessment import data
from tutela.apps.assessment.models import Study
from tutela.apps.assessment.rules import Stage, StudyKind
from tutela.apps.custody.public import Action, ObjectKind, pseudonym_of, record
from tutela.apps.jobs.public import enqueue
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.engine import clock
from tutela.engine.assessment import observed
from tutela.engine.assessment.interrupted import Design, Event, Scale, Shape
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError, TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.engine.assessment.impact import Study as Found
    from tutela.engine.assessment.registry import Registry

COMPARATORS_MAX: Final = 60
_REFUSALS: Final = (NotEstimableError, SeriesError, TooLittleDataError)


class StudyError(TutelaError):
    """A question that cannot be put; the message is for whoever asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """Did this series change at this event, beside these others? Decided before anybody looks."""

    indicator: str
    area: str
    event_on: date
    event: str
    cell: str = ""
    shape: Shape = Shape.STEP
    scale: Scale = Scale.LINEAR
    trend: bool = False
    comparators: tuple[str, ...] = ()  # areas

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        return asdict(self) | {
            "event_on": self.event_on.isoformat(),
            "shape": self.shape.value,
            "scale": self.scale.value,
            "comparators": list(self.comparators),
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Question:
        """Read what `plain` wrote."""
        return cls(
            indicator=plain["indicator"],
            area=plain["area"],
            event_on=date.fromisoformat(plain["event_on"]),
            event=plain["event"],
            cell=plain["cell"],
            shape=Shape(plain["shape"]),
            scale=Scale(plain["scale"]),
            trend=plain["trend"],
            comparators=tuple(plain["comparators"]),
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a study: a result, or why there is none."""

    result: dict[str, Any] | None
    refused_because: str = ""


@transaction.atomic
def ask(actor: Actor, question: Question) -> Study:
    """Put a question. It is answered in the background."""
    authorise(actor, Permission.ASSESSMENT_STUDY_EDIT)
    registry = data.registry(actor)
    if question.indicator not in registry.catalogue.indicators:
        raise StudyError(_("There is no such indicator."))
    if not registry.series(question.indicator, question.area, question.cell):
        raise StudyError(_("Nothing was observed of this indicator there."))
    if len(question.comparators) > COMPARATORS_MAX:
        raise StudyError(_("Choose at most %(count)s comparators.") % {"count": COMPARATORS_MAX})
    title = registry.indicator(question.indicator).title
    made = Study.objects.create(
        organisation_id=actor.organisation_id,
        kind=StudyKind.IMPACT,
        title=f"{title}: {question.event}"[:200],
        asked=question.plain(),
        data_digest=registry.digest,
        made_by=pseudonym_of(actor),
    )
    digests = {"data": bytes.fromhex(made.data_digest)}
    record(Action.STUDY_MADE, kind=ObjectKind.STUDY, object_id=made.id, actor=actor, digests=digests)
    enqueue("assessment.study", {"study_id": str(made.id)}, key=f"study:{made.id}")
    return made


def studies(actor: Actor) -> QuerySet[Study]:
    """Return the studies of the actor's organisation, the newest first."""
    authorise(actor, Permission.ASSESSMENT_STUDY_READ)
    return Study.objects.filter(organisation_id=actor.organisation_id, kind=StudyKind.IMPACT)


def study(actor: Actor, study_id: UUID) -> Study:
    """Return one of them; `Http404` where it is not there for this actor."""
    found = get_object_or_404(Study, id=study_id, kind=StudyKind.IMPACT)
    authorise(actor, Permission.ASSESSMENT_STUDY_READ, Target(OrganisationId(found.organisation_id)))
    return found


def answer(study_id: UUID) -> Answered | None:
    """Compute a study; None where it is done. No transaction is open."""
    row = Study.objects.get(id=study_id)
    if row.state != Stage.WAITING:
        return None
    registry = data.whole_registry(row.organisation_id)
    return answered(registry, Question.read(row.asked))


def answered(registry: Registry, question: Question) -> Answered:
    """Answer a question from a registry."""
    from tutela.engine.assessment.impact import study as run  # noqa: PLC0415 - SciPy: only where a study is done
    from tutela.engine.assessment.verdict import verdict  # noqa: PLC0415

    try:
        series = observed.series(registry, question.indicator, question.area, question.cell)
        others, left_out = observed.beside(registry, question.indicator, question.cell, question.comparators)
        found = run(
            series,
            Event(question.event_on, question.event),
            Design(question.shape, question.scale, question.trend),
            comparators=others,
        )
    except _REFUSALS as refusal:
        hint = getattr(refusal, "hint", "") or ""
        return Answered(None, f"{refusal}. {hint}".strip()[:500])
    said = verdict(found)
    result = _plain(found) | {
        "finding": said.finding.value,
        "certainty": said.certainty.value,
        "sentences": [each.text for each in said.sentences],
        "doubts": [each.text for each in said.doubts],
    }
    result["not_run"] = [*result["not_run"], *left_out]
    return Answered(result)


@transaction.atomic
def keep(study_id: UUID, found: Answered | None) -> None:
    """Keep an answer, once."""
    row = Study.objects.select_for_update(no_key=True).get(id=study_id)
    if found is None or row.state != Stage.WAITING:
        return
    row.state = Stage.REFUSED if found.result is None else Stage.DONE
    row.result, row.refused_because, row.done_at = found.result, found.refused_because, clock.now()
    row.save(update_fields=["state", "result", "refused_because", "done_at"])
    record(Action.STUDY_DONE, kind=ObjectKind.STUDY, object_id=row.id, actor=SYSTEM)


def _plain(found: Found) -> dict[str, Any]:
    main = found.interrupted
    shown = main.percent or main.effect
    compared = found.compared
    return {
        "unit": "per cent" if main.percent else main.series.unit,
        "effect": [shown.value, shown.low, shown.high],
        "before": main.before,
        "after": main.after,
        "dates": [main.pretences.place, main.pretences.of],
        "real": main.pretences.real,
        "pretended_dates": [[each.where, each.statistic] for each in main.pretences.pretended],
        "expected": [
            [each.starts.isoformat(), each.observed, each.without, each.low, each.high] for each in main.expected
        ],
        "observed": [[main.series.date_of(at).isoformat(), value] for at, value in enumerate(main.series.values)],
        "not_run": list(found.not_run),
        "compared": None
        if compared is None
        else {
            "control": compared.control.effect,
            "difference": [
                compared.difference.effect.value,
                compared.difference.effect.low,
                compared.difference.effect.high,
            ],
            "units": [compared.control.pretences.place, compared.control.pretences.of],
            "weights": _weights(compared.control.weights),
        },
    }


def _weights(weights: Sequence[Any]) -> list[list[Any]]:
    heavy = sorted((each for each in weights if each.share >= 0.01), key=lambda each: -each.share)
    return [[each.unit, round(each.share, 3)] for each in heavy]
