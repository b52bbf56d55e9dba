"""Values of one moment with their intervals, by place: each a dot on a line as long as what is not known.

Places stand in the order of the alphabet: there is no way to ask for a ranking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import (
    Chart,
    ChartError,
    Table,
    axis_of,
    checked,
    cited,
    interval,
    name_of,
    period,
    places,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutela.engine.assessment.indicators import Indicator, Observation
    from tutela.engine.assessment.registry import Registry

_ROW: Final = 22


def dots(registry: Registry, indicator: Indicator, observations: Iterable[Observation]) -> Chart:
    """Draw one value a place, with its interval."""
    drawn = sorted(checked(registry, indicator, observations), key=lambda each: name_of(registry, each.area))
    if len({each.area for each in drawn}) < len(drawn):
        raise ChartError(f"{indicator.id}: a place has more than one value; choose one period and one cell")
    axis = axis_of(indicator).title
    values = [
        {
            "place": name_of(registry, each.area),
            "value": each.value,
            "low": each.value if each.lower is None else each.lower,
            "high": each.value if each.upper is None else each.upper,
        }
        for each in drawn
    ]
    row = {"field": "place", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}
    along = {"type": "quantitative", "scale": {"domainMin": 0}, "axis": {"title": axis, "grid": True, "tickCount": 6}}
    spec = ink.frame(
        _ROW * len(drawn) + 46,
        data={"values": values},
        layer=[
            {
                "mark": {"type": "rule", "color": ink.ACCENT, "strokeWidth": 5, "opacity": 2 * ink.BAND},
                "encoding": {"y": row, "x": along | {"field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 54, "color": ink.ACCENT, "opacity": 1},
                "encoding": {"y": row, "x": along | {"field": "value"}},
            },
        ],
    )
    return Chart(
        title=f"{indicator.title}, {places(registry, drawn)}, {period(drawn)}",
        finding=_finding(indicator, drawn),
        axis=axis,
        period=period(drawn),
        sources=cited(registry, drawn),
        not_this=indicator.not_this,
        table=Table(
            ("Place", "Period", indicator.unit.label, "Interval"),
            tuple((name_of(registry, each.area), each.span.text, each.words, interval(each)) for each in drawn),
        ),
        spec=spec,
    )


def _finding(indicator: Indicator, drawn: Sequence[Observation]) -> str:
    low = min(drawn, key=lambda each: each.value or 0)
    high = max(drawn, key=lambda each: each.value or 0)
    said = f"Between {low.words} and {high.words} {indicator.unit.label} in {len(drawn)} places, in alphabetical order."
    if any(each.lower is not None for each in drawn):
        said += " The bars are the published intervals; where two overlap, the places may not differ."
    return said
