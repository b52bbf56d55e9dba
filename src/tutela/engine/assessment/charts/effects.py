"""What was observed, what would have been expected without an event, and the real result among the pretences.

Pretences are drawn as the method gives them: whole gaps (other units), or one number each (other dates).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import Chart, ChartError, Table, number

if TYPE_CHECKING:
    from tutela.engine.assessment.charts.chart import Axis

_HEIGHT: Final = 190


@dataclass(frozen=True, slots=True)
class Gap:
    """Observed minus expected, period by period, of a unit or a date where nothing happened."""

    where: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One value a period in each of the fields; `times` are years with decimals, `names` what they are called.

    `low` and `high` are the interval of `expected`, or empty where the method gives none. `event` is when it began.
    `real` is the statistic of the event, `statistics` those of the pretences; `of` says what they are.
    """

    times: tuple[float, ...]
    names: tuple[str, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    event: float
    event_name: str
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    pretended: tuple[Gap, ...] = ()
    statistics: tuple[float, ...] = ()
    real: float = 0.0
    of: str = ""

    def __post_init__(self) -> None:
        count = len(self.times)
        lengths = {count, len(self.names), len(self.observed), len(self.expected)}
        lengths |= {len(each.values) for each in self.pretended} | (
            {len(self.low), len(self.high)} if self.low else set()
        )
        if lengths != {count} or not count:
            raise ChartError("The parts of a counterfactual have different lengths")

    @property
    def gaps(self) -> tuple[float, ...]:
        """Observed minus expected."""
        return tuple(seen - due for seen, due in zip(self.observed, self.expected, strict=True))


def counterfactual(
    title: str, axis: Axis, made: Counterfactual, verdict: str, *, sources: tuple[str, ...], not_this: tuple[str, ...]
) -> Chart:
    """Draw two frames on one axis of time: the values, and the gap with the pretences' gaps behind it."""
    if not sources or not not_this:
        raise ChartError("A result is not drawn without its sources and what it is not")
    time: dict[str, Any] = {
        "field": "time",
        "type": "quantitative",
        "scale": {"zero": False, "nice": False, "padding": 8},
        "axis": {"format": "d", "title": None},
    }
    size = {"width": ink.WIDTH - 110, "height": _HEIGHT}
    spec: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": ink.config(),
        "vconcat": [
            size | {"layer": [*_values(made, time, axis), *_event(made, time)]},
            size | {"layer": [*_gaps(made, time, axis), *_event(made, time)]},
            *([{"width": size["width"], "height": 34, "layer": _strip(made)}] if made.statistics else []),
        ],
    }
    return Chart(
        title=title,
        finding=verdict,
        axis=axis.title,
        period=f"{made.names[0]} to {made.names[-1]}",
        sources=sources,
        not_this=not_this,
        table=_table(made),
        spec=spec,
        marks=(f"{made.event_name} (dashed line)",),
    )


def _values(made: Counterfactual, time: dict[str, Any], axis: Axis) -> list[dict[str, Any]]:
    along = {
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {"title": f"{axis.title}; dashed: expected without it", "format": ",~f", "tickCount": 5},
    }
    rows = [
        {"time": t, "observed": o, "expected": e}
        for t, o, e in zip(made.times, made.observed, made.expected, strict=True)
    ]
    data = {"data": {"values": rows}}
    layers: list[dict[str, Any]] = []
    if made.low:
        band = [{"time": t, "low": a, "high": b} for t, a, b in zip(made.times, made.low, made.high, strict=True)]
        layers.append(
            {
                "data": {"values": band},
                "mark": {"type": "area", "color": ink.STRONG, "opacity": ink.BAND * 1.6},
                "encoding": {"x": time, "y": along | {"field": "low"}, "y2": {"field": "high"}},
            }
        )
    for field, colour, dash in (("expected", ink.MUTED, [5, 3]), ("observed", ink.ACCENT, [1, 0])):
        mark = {"type": "line", "strokeWidth": 1.8, "color": colour, "strokeDash": dash}
        layers.append(data | {"mark": mark, "encoding": {"x": time, "y": along | {"field": field}}})
    return layers


def _gaps(made: Counterfactual, time: dict[str, Any], axis: Axis) -> list[dict[str, Any]]:
    title = f"Observed minus expected ({axis.unit})" + ("; pale: where nothing happened" if made.pretended else "")
    along = {
        "field": "gap",
        "type": "quantitative",
        "axis": {"title": title, "tickCount": 5},
    }
    cloud = [
        {"time": t, "gap": value, "where": each.where}
        for each in made.pretended
        for t, value in zip(made.times, each.values, strict=True)
    ]
    real = [{"time": t, "gap": value} for t, value in zip(made.times, made.gaps, strict=True)]
    layers: list[dict[str, Any]] = []
    if cloud:
        layers.append(
            {
                "data": {"values": cloud},
                "mark": {"type": "line", "color": ink.STRONG, "opacity": 0.35, "strokeWidth": 1},
                "encoding": {"x": time, "y": along, "detail": {"field": "where"}},
            }
        )
    layers.append(
        {"data": {"values": [{}]}, "mark": {"type": "rule", "color": ink.STRONG}, "encoding": {"y": {"datum": 0}}}
    )
    layers.append(
        {
            "data": {"values": real},
            "mark": {"type": "line", "color": ink.ACCENT, "strokeWidth": 2},
            "encoding": {"x": time, "y": along},
        }
    )
    return layers


def _strip(made: Counterfactual) -> list[dict[str, Any]]:
    """The size of each pretence on one line, and the real one among them."""
    title = f"Tall: the event; short: {made.of}"
    along = {"field": "size", "type": "quantitative", "axis": {"title": title, "grid": False}}
    return [
        {
            "data": {"values": [{"size": abs(each)} for each in made.statistics]},
            "mark": {"type": "tick", "color": ink.STRONG, "height": 16, "thickness": 1.4, "opacity": 0.7},
            "encoding": {"x": along},
        },
        {
            "data": {"values": [{"size": abs(made.real)}]},
            "mark": {"type": "tick", "color": ink.ACCENT, "height": 34, "thickness": 3},
            "encoding": {"x": along},
        },
    ]


def _event(made: Counterfactual, time: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "data": {"values": [{"time": made.event}]},
            "mark": {"type": "rule", "color": ink.CARE, "strokeDash": [3, 3]},
            "encoding": {"x": time},
        }
    ]


def _table(made: Counterfactual) -> Table:
    ranged = bool(made.low)
    head = ("Period", "Observed", "Expected without it", *(("Interval",) if ranged else ()), "Gap")
    rows = tuple(
        (
            name,
            number(made.observed[place]),
            number(made.expected[place]),
            *((f"{number(made.low[place])} to {number(made.high[place])}",) if ranged else ()),
            number(made.gaps[place]),
        )
        for place, name in enumerate(made.names)
    )
    return Table(head, rows)
