"""What may be shown, and how: the rules that stand between a number and a reader.

Rules
-----
* A number reaches a page or a report only as a `Figure`, and a figure cannot be made without its source, span, unit and
  what it is not.
* An axis belongs to one quantity. What was reported, detected or removed is never drawn as prevalence, threat or a
  number of children; quantities of different constructs never share an axis.
* No red and green where the polarity is ambiguous.
* Fewer people than `people_shown_min` in a place are "fewer than 5". Where one cell of a table is hidden and the total
  is known, the next smallest is hidden too, or it could be computed. A zero is hidden as well: that nobody was counted
  may say where nobody looked.
* Changes are not computed for a country with fewer than 50 reports in each half-year (a rule of NCMEC's own pages).
* An aggregate over countries stands on at least five of them, and only on those that agreed.

Worked example: `check_axis(cybertipline, Axis.PREVALENCE)` raises `UnfitError` "reports are never drawn as prevalence".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.limits import AssessmentLimits
from tutela.engine.assessment.indicators import AreaLevel, Construct, Polarity, Sensitivity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutela.engine.assessment.indicators import Break, Indicator, Observation, Source
    from tutela.engine.assessment.registry import Registry

_LIMITS: Final = AssessmentLimits()


class UnfitError(ValueError):
    """A number cannot be shown, or not like this."""


class Axis(StrEnum):
    """What an axis says it measures."""

    PREVALENCE = "prevalence"
    THREAT = "threat"
    REPORTS = "reports"
    DETECTIONS = "detections"
    REMOVALS = "removals"
    EXPOSURE = "exposure"
    TRACES = "traces of offending"
    PERCEPTION = "perception"
    RESPONSE = "response"
    COST = "cost"
    SURROUNDINGS = "surroundings"


_AXES: Final = {
    Construct.VICTIMISATION: Axis.PREVALENCE,
    Construct.EXPOSURE: Axis.EXPOSURE,
    Construct.ATTEMPT: Axis.EXPOSURE,
    Construct.OFFENDING: Axis.TRACES,
    Construct.PERCEPTION: Axis.PERCEPTION,
    Construct.REPORT: Axis.REPORTS,
    Construct.DETECTION: Axis.DETECTIONS,
    Construct.REMOVAL: Axis.REMOVALS,
    Construct.RESPONSE: Axis.RESPONSE,
    Construct.CAPACITY: Axis.RESPONSE,
    Construct.COST: Axis.COST,
    Construct.SURROUNDINGS: Axis.SURROUNDINGS,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be shown: with everything that a reader is owed beside it. Made by `figure` only.

    `interval` is in words, empty where nobody published one.
    """

    shown: str
    title: str
    span: str
    area: str
    unit: str
    source: Source
    not_this: tuple[str, ...]
    breaks: tuple[Break, ...]
    doubt: str
    suppressed: bool
    interval: str = ""

    @property
    def sentence(self) -> str:
        """The figure in one line, for who does not see the chart."""
        return f"{self.title}, {self.area}, {self.span}: {self.shown} {self.unit}. It is {self.not_this[0]}."


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table about people. `count` is None where it is hidden."""

    count: int | None
    words: str


def axis_of(indicator: Indicator) -> Axis:
    """Return the one axis that an indicator may be drawn on."""
    return _AXES[indicator.construct]


def check_axis(indicator: Indicator, axis: Axis) -> None:
    """Raise `UnfitError` where an indicator does not belong on an axis."""
    if axis is Axis.THREAT:
        raise UnfitError("nothing measures the threat as one number")
    if axis is not axis_of(indicator):
        raise UnfitError(f"{axis_of(indicator)} are never drawn as {axis}")


def check_together(indicators: Sequence[Indicator]) -> None:
    """Raise `UnfitError` where indicators do not share an axis or a unit."""
    if len({axis_of(each) for each in indicators}) > 1:
        raise UnfitError("quantities of different constructs do not share an axis: draw small multiples")
    if len({each.unit for each in indicators}) > 1:
        raise UnfitError("different units do not share an axis: draw small multiples")


def may_colour(indicator: Indicator) -> bool:
    """Whether a rise may be drawn as good or bad."""
    return indicator.polarity is not Polarity.AMBIGUOUS


def figure(registry: Registry, observation: Observation, reader: Sensitivity = Sensitivity.PUBLIC) -> Figure:
    """Make a figure; `UnfitError` where it lacks source, span, unit or what it is not, or is not for this reader."""
    indicator = registry.catalogue.indicators.get(observation.indicator)
    source = registry.catalogue.sources.get(observation.source)
    area = registry.catalogue.areas.get(observation.area)
    if indicator is None or area is None:
        raise UnfitError("the catalogue defines no such indicator or area")
    if source is None:
        raise UnfitError("a number without a source is not shown")
    if not indicator.not_this or not all(indicator.not_this):
        raise UnfitError("a number that does not say what it is not is not shown")
    if not observation.span.text or not indicator.unit.label:
        raise UnfitError("a number without its span and unit is not shown")
    if _READERS.index(indicator.sensitivity) > _READERS.index(reader):
        raise UnfitError("the figure is not for this reader")
    hidden = _tells_of_few(indicator, observation)
    return Figure(
        shown=_fewer() if hidden else observation.words,
        title=indicator.title,
        span=observation.span.text,
        area=area.name,
        unit=indicator.unit.label,
        source=source,
        not_this=indicator.not_this,
        breaks=indicator.breaks,
        doubt=observation.doubt,
        suppressed=hidden,
        interval="" if hidden else _interval(observation),
    )


def suppress(
    counts: Mapping[str, int], *, total_known: bool = True, limits: AssessmentLimits = _LIMITS
) -> dict[str, Cell]:
    """Return a table about people with what could point at somebody hidden.

    >>> {name: cell.words for name, cell in suppress({"a": 3, "b": 40, "c": 12}).items()}
    {'a': 'fewer than 5', 'b': '40', 'c': 'not shown'}
    """
    hidden = {name for name, count in counts.items() if count < limits.people_shown_min}
    known = {name: Cell(count, f"{count:,}") for name, count in counts.items() if name not in hidden}
    few = Cell(None, _fewer(limits))
    # The hidden cells could be told from the total where there is one, or where together they are fewer than the limit.
    while hidden and total_known and known and (len(hidden) < 2 or _sum(counts, hidden) < limits.people_shown_min):
        next_smallest = min(known, key=lambda name: counts[name])
        hidden.add(next_smallest)
        del known[next_smallest]
    return {
        name: known.get(name) or (few if count < limits.people_shown_min else Cell(None, "not shown"))
        for name, count in counts.items()
    }


def may_compute_change(halves: Sequence[int], limits: AssessmentLimits = _LIMITS) -> bool:
    """Whether a country's change may be computed from its counts of half-years."""
    return bool(halves) and all(count >= limits.half_year_reports_compared_min for count in halves)


def may_pool(agreed: Mapping[str, bool], limits: AssessmentLimits = _LIMITS) -> bool:
    """Whether an aggregate over countries may be shown: `agreed` says for each whether it agreed."""
    return all(agreed.values()) and len(agreed) >= limits.countries_pooled_min


_READERS: Final = (Sensitivity.PUBLIC, Sensitivity.MEMBERS, Sensitivity.RESTRICTED)


def _tells_of_few(indicator: Indicator, observation: Observation) -> bool:
    return (
        indicator.unit.people
        and indicator.area_level in {AreaLevel.COUNTRY, AreaLevel.REGION}
        and observation.status is not Status.MISSING
        and observation.value is not None
        and observation.value < _LIMITS.people_shown_min
    )


def _interval(observation: Observation) -> str:
    """What belongs beside a value in words: its interval; empty where there is none, or the printed words hold it."""
    if observation.printed or observation.interval is None or observation.lower is None or observation.upper is None:
        return ""
    level = f"{100 * observation.level:g} % " if observation.level else ""
    return f"{level}{observation.interval} interval {observation.lower:,.12g} to {observation.upper:,.12g}"


def _fewer(limits: AssessmentLimits = _LIMITS) -> str:
    return f"fewer than {limits.people_shown_min}"


def _sum(counts: Mapping[str, int], names: set[str]) -> int:
    return sum(counts[name] for name in names)
