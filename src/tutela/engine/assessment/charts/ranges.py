"""What moves a result most: for each assumption, from where to where the result goes when only that one moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import Chart, ChartError, Table, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.charts.chart import Axis
    from tutela.engine.assessment.cost import Bar

_ROW: Final = 24


def tornado(
    title: str,
    axis: Axis,
    centre: float,
    bars: Sequence[Bar],
    *,
    period: str,
    sources: tuple[str, ...],
    not_this: tuple[str, ...],
) -> Chart:
    """Draw the widest bar on top. `centre` is the result where every assumption stands in its middle."""
    if not bars or not sources or not not_this:
        raise ChartError("A tornado needs assumptions, their sources and what the result is not")
    ordered = sorted(bars, key=lambda each: -each.width)
    row = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "domain": False, "labelLimit": 260},
    }
    along = {
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {"title": axis.title, "grid": True} | ink.ROUND,
    }
    spec = ink.frame(
        _ROW * len(ordered) + 46,
        layer=[
            {
                "data": {"values": [{"name": b.name, "low": b.at_low, "high": b.at_high} for b in ordered]},
                "mark": {"type": "bar", "color": ink.ACCENT, "height": 11, "opacity": 0.75},
                "encoding": {"y": row, "x": along | {"field": "low"}, "x2": {"field": "high"}},
            },
            {
                "data": {"values": [{"centre": centre}]},
                "mark": {"type": "rule", "color": ink.INK, "strokeDash": [3, 3]},
                "encoding": {"x": along | {"field": "centre"}},
            },
        ],
    )
    widest = ordered[0]
    return Chart(
        title=title,
        finding=(
            f"{widest.name} moves the result most: from {number(widest.at_low)} to {number(widest.at_high)} "
            f"{axis.unit}, everything else staying as it is."
        ),
        axis=axis.title,
        period=period,
        sources=sources,
        not_this=not_this,
        table=Table(
            ("Assumption", "Result at its low end", "Result at its high end"),
            tuple((each.name, number(each.at_low), number(each.at_high)) for each in ordered),
        ),
        spec=spec,
    )
