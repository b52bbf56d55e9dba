"""A chart as a value: a drawing is never without its title, its finding in words, its table, its source and its limits.

Rules
-----
* The name of an axis of values is made of the construct and the unit, never given: what was reported stays "Reported".
* A chart has one `Axis`. Observations of another indicator are refused, so two quantities cannot share a frame.
* What is drawn has passed `rules.figure`: small numbers about people are neither drawn nor written.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.errors import TutelaError
from tutela.engine.assessment import rules
from tutela.engine.assessment.catalogue import CITED_FACTS
from tutela.engine.assessment.indicators import Construct
from tutela.engine.assessment.spans import Span, SpanKind
from tutela.engine.assessment.units import UnitKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from tutela.engine.assessment.indicators import Indicator, Observation, Source
    from tutela.engine.assessment.registry import Registry


class ChartError(TutelaError):
    """This cannot be drawn without saying something that is not so."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What is measured, in what unit, over how long ("a year")."""

    construct: Construct
    unit: str
    over: str = ""

    @property
    def title(self) -> str:
        """The name of the axis.

        >>> Axis(Construct.REPORT, "reports", "a year").title
        'Reported (reports a year)'
        """
        return f"{_CONSTRUCTS[self.construct]} ({' '.join(filter(None, (self.unit, self.over)))})"


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart, as words: what a reader gets who cannot see it. Every row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing with its words. `marks` explain the numbered marks of the drawing, from 1 on."""

    title: str
    finding: str
    axis: str
    period: str
    sources: tuple[str, ...]
    not_this: tuple[str, ...]
    table: Table
    spec: Mapping[str, Any]
    marks: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the specification: what a drawing is cached by."""
        return hashlib.sha256(json.dumps(self.spec, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def axis_of(indicator: Indicator) -> Axis:
    """Return the axis of an indicator's values."""
    flows = indicator.unit.kind is UnitKind.COUNT and indicator.construct in _HAPPEN
    over = _OVER.get(indicator.span_kind, "") if flows else ""
    if indicator.cumulative:
        over = "since it began"
    price = f"{indicator.unit.label} of {indicator.price_year}" if indicator.price_year else indicator.unit.label
    return Axis(indicator.construct, price, over)


def checked(registry: Registry, indicator: Indicator, observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Return what can be drawn, in the order of time; `ChartError` where it is of something else or nothing is left."""
    given = tuple(observations)
    if others := {each.indicator for each in given} - {indicator.id}:
        raise ChartError(
            f"{', '.join(sorted(others))} cannot be drawn on the axis of {indicator.id}",
            hint="Draw one chart for each indicator, beside each other.",
        )
    drawn = [each for each in given if each.value is not None and not rules.figure(registry, each).suppressed]
    if not drawn:
        raise ChartError(f"{indicator.id} has no value that can be drawn", hint="Say in words what is known.")
    return tuple(sorted(drawn, key=lambda each: (each.span, each.area, each.cell)))


def interval(observation: Observation) -> str:
    """Return the two ends of a published interval as they stand in a table."""
    if observation.lower is None or observation.upper is None:
        return "none published"
    return f"{number(observation.lower)} to {number(observation.upper)}"


def number(value: float) -> str:
    """Write a number: whole where it is whole, else to four places that count.

    >>> number(1106071.0), number(12.5), number(0.04351)
    ('1,106,071', '12.5', '0.0435')
    """
    if value == int(value) or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) >= 1 else f"{value:.3g}"


def year(span: Span) -> float:
    """Where a span stands on the axis of time: a year at its number, any other in its middle.

    >>> year(Span.parse("2017")), year(Span.parse("2017-S1"))
    (2017, 2017.2478)
    """
    if span.kind is SpanKind.YEAR:
        return span.first.year
    return round((_decimal(span.first.year, span.first.timetuple().tm_yday - 1) + _end(span)) / 2, 4)


def decimal_year(day: date) -> float:
    """Where a day stands on the axis of time."""
    return round(_decimal(day.year, day.timetuple().tm_yday - 1), 4)


def cited(registry: Registry, observations: Iterable[Observation]) -> tuple[str, ...]:
    """Return the source lines of what is drawn, each once, in the order of use."""
    return tuple(dict.fromkeys(source_line(registry.catalogue.sources[each.source]) for each in observations))


def source_line(source: Source) -> str:
    """Who says so, where, and under what licence."""
    licence = "Cited as single facts" if source.licence == CITED_FACTS else source.attribution
    return f"{source.citation}. {licence}."


def period(observations: Sequence[Observation]) -> str:
    """From when to when: `1998 to 2023`."""
    first = min(observations, key=lambda each: each.span.first).span
    last = max(observations, key=lambda each: each.span.last).span
    return first.text if first == last else f"{first.text} to {last.text}"


def places(registry: Registry, observations: Iterable[Observation]) -> str:
    """Return the name of the place, or how many places there are."""
    found = {each.area for each in observations}
    return name_of(registry, found.pop()) if len(found) == 1 else f"{len(found)} places"


def name_of(registry: Registry, area: str) -> str:
    """Return what a place is called."""
    return registry.catalogue.areas[area].name


def _decimal(year_: int, days: int) -> float:
    return year_ + days / 365.25


def _end(span: Span) -> float:
    return _decimal(span.last.year, span.last.timetuple().tm_yday)


_CONSTRUCTS: Final = {
    Construct.EXPOSURE: "Exposed",
    Construct.ATTEMPT: "Attempted",
    Construct.VICTIMISATION: "Said by people who were asked",
    Construct.OFFENDING: "Traces of offending",
    Construct.PERCEPTION: "Believed by professionals",
    Construct.REPORT: "Reported",
    Construct.DETECTION: "Detected",
    Construct.REMOVAL: "Removed",
    Construct.RESPONSE: "Response",
    Construct.CAPACITY: "Capacity",
    Construct.COST: "Cost",
    Construct.SURROUNDINGS: "Surroundings",
}
_HAPPEN: Final = {Construct.ATTEMPT, Construct.REPORT, Construct.DETECTION, Construct.REMOVAL}
"""What happens again each period; the rest is counted as it stands at a time."""
_OVER: Final = {
    SpanKind.YEAR: "a year",
    SpanKind.HALF: "a half-year",
    SpanKind.QUARTER: "a quarter",
    SpanKind.MONTH: "a month",
    SpanKind.DAY: "a day",
}
