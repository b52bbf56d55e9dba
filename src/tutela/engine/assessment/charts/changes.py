"""From the baseline to now: how many times the first value the later one is, on a scale of doublings.

Only quantities of one construct stand in one frame. A change across a break is drawn hollow and dashed, and its row in
the table says that the two were counted differently: the reader sees both values and no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import Axis, Chart, ChartError, Table, cited, number, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.charts.chart import Names
    from tutela.engine.assessment.indicators import Break, Indicator, Observation

_ROW: Final = 26


@dataclass(frozen=True, slots=True)
class Change:
    """Two observations of one indicator, and the breaks between them."""

    indicator: Indicator
    then: Observation
    now: Observation

    def __post_init__(self) -> None:
        if {self.then.indicator, self.now.indicator} != {self.indicator.id}:
            raise ChartError(
                f"{self.then.indicator} and {self.now.indicator} are not both values of {self.indicator.id}"
            )
        if (self.then.area, self.then.cell) != (self.now.area, self.now.cell):
            raise ChartError(f"{self.indicator.id}: the two values are not of one place and one cell")

    @property
    def breaks(self) -> tuple[Break, ...]:
        """What changed in the counting in between."""
        return self.indicator.breaks_between(self.then.span, self.now.span)

    @property
    def times(self) -> float | None:
        """How many times the first value the second is; None where that cannot be said."""
        if not self.then.value or self.then.value < 0 or self.now.value is None or self.now.value <= 0:
            return None
        return self.now.value / self.then.value


def dumbbell(changes: Sequence[Change], names: Names, *, title: str) -> Chart:
    """Draw each change from 1 (the baseline) to how many times that it is now, in the order given."""
    drawn = [each for each in changes if each.times is not None]
    if not drawn:
        raise ChartError("No change can be drawn: a value is missing or zero")
    if len({each.indicator.construct for each in drawn}) > 1:
        raise ChartError(
            "Changes of different constructs cannot share a frame", hint="Draw one chart for each construct."
        )
    axis = Axis(drawn[0].indicator.construct, "times the value at the baseline").title
    values: list[dict[str, Any]] = [
        {"name": each.indicator.title, "times": each.times, "start": 1, "same": not each.breaks} for each in drawn
    ]
    row = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "domain": False, "labelLimit": 300},
    }
    top = max(2.0, *(row["times"] for row in values))
    low = min(0.5, *(row["times"] for row in values))
    along = {
        "type": "quantitative",
        "scale": {"type": "log", "base": 2, "domain": [low, top * 1.1], "nice": False},
        "axis": {"title": axis, "grid": True, "format": "~r", "tickCount": 5},
    }
    solid = {"condition": {"test": "datum.same", "value": [1, 0]}, "value": [3, 3]}
    spec = ink.frame(
        _ROW * len(drawn) + 46,
        data={"values": values},
        layer=[
            {
                "mark": {"type": "rule", "color": ink.STRONG, "strokeWidth": 2},
                "encoding": {"y": row, "x": along | {"field": "start"}, "x2": {"field": "times"}, "strokeDash": solid},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 46, "color": ink.STRONG, "opacity": 1},
                "encoding": {"y": row, "x": along | {"field": "start"}},
            },
            {
                "mark": {"type": "point", "size": 60, "stroke": ink.ACCENT, "strokeWidth": 1.6, "opacity": 1},
                "encoding": {
                    "y": row,
                    "x": along | {"field": "times"},
                    "fill": {
                        "field": "same",
                        "type": "nominal",
                        "scale": {"domain": [True, False], "range": [ink.ACCENT, ink.SURFACE]},
                        "legend": None,
                    },
                },
            },
        ],
    )
    observations = [one for each in drawn for one in (each.then, each.now)]
    limits = dict.fromkeys(said for each in drawn for said in each.indicator.not_this)
    return Chart(
        title=title,
        finding=_finding(drawn),
        axis=axis,
        period=f"{min(each.then.span for each in drawn).text} to {max(each.now.span for each in drawn).text}",
        sources=cited(observations, names),
        not_this=tuple(limits),
        table=Table(("Indicator", "Baseline", "Now", "Times", "Comparable"), tuple(map(_row, drawn))),
        spec=spec,
    )


def _finding(drawn: Sequence[Change]) -> str:
    whole = [each for each in drawn if not each.breaks]
    broken = len(drawn) - len(whole)
    said = [f"{each.indicator.title}: {number(round(each.times or 0, 2))} times the baseline." for each in whole]
    if broken:
        counted = "One is" if broken == 1 else f"{broken} are"
        said.append(f"{counted} drawn hollow: what is counted changed in between, so the two values are not compared.")
    return " ".join(said)


def _row(change: Change) -> tuple[str, ...]:
    unit = change.indicator.unit.label
    then, now = change.then, change.now
    comparable = "yes" if not change.breaks else "no: " + "; ".join(each.cause for each in change.breaks)
    return (
        change.indicator.title,
        f"{written(change.indicator, then)} {unit}, {then.span.text}",
        f"{written(change.indicator, now)} {unit}, {now.span.text}",
        number(round(change.times or 0, 2)),
        comparable,
    )
