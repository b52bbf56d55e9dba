"""Routes for machines: indicators, their series and releases, to read. Annotations are read as they stand.

Every value comes with its unit, span, source and what it is not, as on the pages; what is suppressed there is
suppressed here. `release` asks for the data as they were frozen; without it, as they stand. Each answer names the
digest of the data that it is from.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from tutela.apps.access.public import actor_of, require
from tutela.apps.assessment import data, reading, releasing
from tutela.domain.actors import Actor, Permission
from tutela.engine.assessment.indicators import Indicator, Lens, Observation
from tutela.engine.assessment.registry import WORLD, Registry

router = Router(tags=["assessment"])


class IndicatorPart(Schema):
    """One definition."""

    id: str
    title: str
    definition: str
    lens: str
    measures: str
    polarity: str
    unit: str
    quality: str
    method: str
    not_this: list[str]


class IndicatorsPage(Schema):
    """Every definition of the data."""

    digest: str
    indicators: list[IndicatorPart]


class ValuePart(Schema):
    """One value. `value` is null where it is missing or suppressed; `printed` is what a reader is shown."""

    span: str
    value: float | None
    lower: float | None
    upper: float | None
    printed: str
    unit: str
    status: str
    source: str
    doubt: str


class BreakPart(Schema):
    """A day from which on counting is not what it was."""

    day: str
    cause: str


class SeriesAnswer(Schema):
    """One indicator in one place, oldest first."""

    digest: str
    indicator: IndicatorPart
    area: str
    cell: str
    breaks: list[BreakPart]
    values: list[ValuePart]


class ReleasePart(Schema):
    """One release."""

    id: UUID
    number: int
    title: str
    is_baseline: bool
    digest: str
    made_at: datetime


@router.get("/assessment/indicators", response=IndicatorsPage, url_name="assessment-indicators")
@require(Permission.ASSESSMENT_DATA_READ)
def indicators(request: HttpRequest, q: str = "", lens: Lens | None = None, release: UUID | None = None) -> Any:
    """Return the definitions that have these words, of one lens or of all."""
    registry = _registry(actor_of(request), release)
    found = [_definition(each) for each in registry.find(q, lens=lens)]
    return {"digest": registry.digest, "indicators": found}


@router.get("/assessment/series/{indicator_id}", response=SeriesAnswer, url_name="assessment-series")
@require(Permission.ASSESSMENT_DATA_READ)
def series(
    request: HttpRequest, indicator_id: str, area: str = WORLD, cell: str = "", release: UUID | None = None
) -> Any:
    """Return one indicator in one place, with its breaks; nothing is there where nothing was observed."""
    registry = _registry(actor_of(request), release)
    observed = registry.series(indicator_id, area, cell)
    if not observed:
        raise Http404
    shown = registry.indicator(indicator_id)
    return {
        "digest": registry.digest,
        "indicator": _definition(shown),
        "area": area,
        "cell": cell,
        "breaks": [{"day": each.day.isoformat(), "cause": each.cause} for each in shown.breaks],
        "values": [_value(registry, shown, each) for each in observed],
    }


@router.get("/assessment/releases", response=list[ReleasePart], url_name="assessment-releases")
@require(Permission.ASSESSMENT_DATA_READ)
def releases(request: HttpRequest) -> Any:
    """Return every release, the newest first."""
    return list(releasing.releases(actor_of(request)))


def _registry(actor: Actor, release_id: UUID | None) -> Registry:
    if release_id is None:
        return data.registry(actor)
    return releasing.opened(releasing.release(actor, release_id))


def _definition(shown: Indicator) -> dict[str, Any]:
    return {
        "id": shown.id,
        "title": shown.title,
        "definition": shown.definition,
        "lens": shown.lens.value,
        "measures": shown.construct.value,
        "polarity": shown.polarity.value,
        "unit": shown.unit.label,
        "quality": shown.quality.value,
        "method": shown.method,
        "not_this": list(shown.not_this),
    }


def _value(registry: Registry, shown: Indicator, observation: Observation) -> dict[str, Any]:
    figures = reading.figures(registry, [observation])
    hidden = not figures or figures[0].suppressed
    return {
        "span": observation.span.text,
        "value": None if hidden else observation.value,
        "lower": None if hidden else observation.lower,
        "upper": None if hidden else observation.upper,
        "printed": figures[0].shown if figures else "",
        "unit": shown.unit.label,
        "status": observation.status.value,
        "source": registry.catalogue.sources[observation.source].citation,
        "doubt": observation.doubt,
    }
