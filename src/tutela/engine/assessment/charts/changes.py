"""From the baseline to now: how many times the first value the later one is, on a scale of doublings.

Only movements of one construct stand in one frame. What cannot be compared (`releases.movement` says why) has its line
in the drawing and its row in the table, but no dot: a change of counting looks like a change of the world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import Axis, Chart, ChartError, Table, cited, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.registry import Registry
    from tutela.engine.assessment.releases import Movement

_ROW: Final = 26


def dumbbell(registry: Registry, moved: Sequence[Movement], *, title: str) -> Chart:
    """Draw each movement from 1 (the baseline) to how many times that it is now, in the order given."""
    if not moved:
        raise ChartError("There is no movement to draw")
    if len({each.indicator.construct for each in moved}) > 1:
        raise ChartError(
            "Movements of different constructs cannot share a frame", hint="Draw one chart for each construct."
        )
    axis = Axis(moved[0].indicator.construct, "times the value at the baseline").title
    observations = [one for each in moved for one in (each.earlier, each.later)]
    return Chart(
        title=title,
        finding=" ".join(f"{each.indicator.title}: {_said(each)}." for each in moved),
        axis=axis,
        period=f"{min(e.earlier.span for e in moved).text} to {max(e.later.span for e in moved).text}",
        sources=cited(registry, observations),
        not_this=tuple(dict.fromkeys(said for each in moved for said in each.indicator.not_this)),
        table=Table(("Indicator", "Baseline", "Now", "Times"), tuple(map(_row, moved))),
        spec=_spec(moved, axis),
    )


def _spec(moved: Sequence[Movement], axis: str) -> dict[str, Any]:
    ratios = [each.ratio for each in moved if each.ratio]
    names = [each.indicator.title for each in moved]
    row = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names},
        "title": None,
        "axis": {"ticks": False, "domain": False, "labelLimit": 300},
    }
    domain = [min(0.5, *ratios, 1.0), max(2.0, *ratios, 1.0) * 1.1]
    along: dict[str, Any] = {
        "type": "quantitative",
        "scale": {"type": "log", "base": 2, "domain": domain, "nice": False},
        "axis": {"title": axis, "grid": True, "format": "~r", "tickCount": 5},
    }
    whole = {"values": [{"name": e.indicator.title, "times": e.ratio, "start": 1} for e in moved if e.ratio]}
    broken = {"values": [{"name": e.indicator.title, "start": 1} for e in moved if not e.ratio]}
    point = {"type": "point", "filled": True, "opacity": 1}
    start, times = along | {"field": "start"}, along | {"field": "times"}
    return ink.frame(
        _ROW * len(moved) + 46,
        layer=[
            {
                "data": whole,
                "mark": {"type": "rule", "color": ink.STRONG, "strokeWidth": 2},
                "encoding": {"y": row, "x": start, "x2": {"field": "times"}},
            },
            {"data": whole, "mark": point | {"size": 46, "color": ink.STRONG}, "encoding": {"y": row, "x": start}},
            {"data": whole, "mark": point | {"size": 64, "color": ink.ACCENT}, "encoding": {"y": row, "x": times}},
            {
                "data": broken,
                "mark": {"type": "text", "text": "counted differently since: not compared", "color": ink.MUTED}
                | {"align": "left", "dx": 6, "fontSize": 11},
                "encoding": {"y": row, "x": start},
            },
        ],
    )


def _said(movement: Movement) -> str:
    return f"{number(round(movement.ratio, 2))} times the baseline" if movement.ratio else movement.words


def _row(movement: Movement) -> tuple[str, ...]:
    unit, then, now = movement.indicator.unit.label, movement.earlier, movement.later
    return (
        movement.indicator.title,
        f"{then.words} {unit}, {then.span.text}",
        f"{now.words} {unit}, {now.span.text}",
        number(round(movement.ratio, 2)) if movement.ratio else movement.words,
    )
