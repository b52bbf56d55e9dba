"""Parts of a whole over time. The cells of one indicator only: parts of different wholes cannot be stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import (
    Axis,
    Chart,
    ChartError,
    Table,
    checked,
    cited,
    period,
    places,
)
from tutela.engine.assessment.units import UnitKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutela.engine.assessment.indicators import Indicator, Observation
    from tutela.engine.assessment.registry import Registry
    from tutela.engine.assessment.spans import Span

_HEIGHT: Final = 220
_SHADES: Final = (ink.ACCENT, ink.STRONG, ink.CARE, ink.LINE)


def stacked_share(registry: Registry, indicator: Indicator, observations: Iterable[Observation]) -> Chart:
    """Draw what share of the whole each cell has, period by period, the first cell at the bottom."""
    drawn = checked(registry, indicator, observations)
    cells = list(dict.fromkeys(each.cell for each in drawn))
    if indicator.unit.kind is not UnitKind.COUNT or not 2 <= len(cells) <= len(_SHADES):
        raise ChartError(f"{indicator.id}: shares are drawn of 2 to {len(_SHADES)} counts that make a whole")
    axis = Axis(indicator.construct, f"share of {indicator.unit.label}").title
    totals = {span: sum(each.value or 0 for each in drawn if each.span == span) for span in {e.span for e in drawn}}
    spec = ink.frame(
        _HEIGHT,
        data={
            "values": [
                {"time": each.span.text, "cell": each.cell, "place": cells.index(each.cell), "value": each.value}
                for each in drawn
            ]
        },
        mark={"type": "bar", "size": 54},
        encoding={
            "x": {"field": "time", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}},
            "y": {
                "field": "value",
                "type": "quantitative",
                "aggregate": "sum",
                "stack": "normalize",
                "axis": {"title": axis, "format": ".0%", "tickCount": 5},
            },
            "color": {
                "field": "cell",
                "type": "nominal",
                "scale": {"domain": cells, "range": list(_SHADES[: len(cells)])},
            },
            "order": {"field": "place", "type": "quantitative"},
        },
    )
    return Chart(
        title=f"{indicator.title} by {indicator.dimension or 'kind'}, {places(registry, drawn)}, {period(drawn)}",
        finding=_finding(drawn, totals, cells[0]),
        axis=axis,
        period=period(drawn),
        sources=cited(registry, drawn),
        not_this=indicator.not_this,
        table=Table(
            ("Period", "Kind", indicator.unit.label, "Share"),
            tuple(
                (
                    each.span.text,
                    each.cell,
                    each.words,
                    f"{(each.value or 0) / totals[each.span]:.1%}" if totals[each.span] else "",
                )
                for each in drawn
            ),
        ),
        spec=spec,
    )


def _finding(drawn: Sequence[Observation], totals: Mapping[Span, float], cell: str) -> str:
    shares = [
        f"{(each.value or 0) / totals[each.span]:.1%} in {each.span.text}"
        for each in drawn
        if each.cell == cell and totals[each.span]
    ]
    return (
        f"{cell.capitalize()}: {', '.join(shares)} of the whole. The height shows shares; the table holds the counts."
    )
