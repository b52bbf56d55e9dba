"""Values over time: a line that stops at breaks and gaps, its interval behind it; the same for many places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import (
    Chart,
    ChartError,
    Table,
    axis_of,
    checked,
    cited,
    decimal_year,
    interval,
    name_of,
    number,
    period,
    places,
    year,
)
from tutela.engine.assessment.indicators import Status
from tutela.engine.assessment.spans import SpanKind
from tutela.engine.assessment.units import UnitKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutela.engine.assessment.indicators import Break, Indicator, Observation
    from tutela.engine.assessment.registry import Registry

MULTIPLES_MAX: Final = 24
_HEIGHT: Final = 250
_SMALL_WIDTH: Final = 130
_SMALL_HEIGHT: Final = 74
_COLUMNS: Final = 4
_STATUS_WORDS: Final = {
    Status.BREAK: "a break",
    Status.ESTIMATED: "estimated",
    Status.FORECAST: "forecast",
    Status.PROVISIONAL: "provisional",
}
_TIME: Final[dict[str, Any]] = {
    "field": "time",
    "type": "quantitative",
    "scale": {"zero": False, "nice": False, "padding": 8},
    "axis": {"format": "d", "tickMinStep": 1, "title": None},
}


def line(registry: Registry, indicator: Indicator, observations: Iterable[Observation]) -> Chart:
    """Draw one indicator in one place over time. No line crosses a break; each break is a numbered mark."""
    drawn = checked(registry, indicator, observations)
    if len({(each.area, each.cell) for each in drawn}) > 1:
        raise ChartError(f"{indicator.id}: a line is drawn for one place and one cell")
    breaks = indicator.breaks_between(drawn[0].span, drawn[-1].span)
    values = _values(indicator, drawn)
    axis = axis_of(indicator).title
    height = {"field": "value", "type": "quantitative", "title": axis, "axis": {"format": ",~f", "tickCount": 5}}
    encoding = {"x": _TIME, "y": height, "detail": {"field": "run"}}
    layers: list[dict[str, Any]] = []
    if any("low" in row for row in values):
        interval = {"x": _TIME, "y": height | {"field": "low"}, "y2": {"field": "high"}, "detail": {"field": "run"}}
        layers += [
            {"mark": {"type": "area", "color": ink.ACCENT, "opacity": ink.BAND}, "encoding": interval},
            {"mark": {"type": "rule", "color": ink.ACCENT, "opacity": 2 * ink.BAND}, "encoding": interval},
        ]
    layers += _break_layers(indicator, breaks)
    layers.append({"mark": {"type": "line", "color": ink.ACCENT, "strokeWidth": 1.8}, "encoding": encoding})
    layers.append(
        {
            "mark": {"type": "point", "size": 26, "stroke": ink.ACCENT, "strokeWidth": 1.4, "opacity": 1},
            "encoding": encoding
            | {
                "fill": {
                    "field": "firm",
                    "type": "nominal",
                    "scale": {"domain": [True, False], "range": [ink.ACCENT, ink.SURFACE]},
                    "legend": None,
                }
            },
        }
    )
    return Chart(
        title=f"{indicator.title}, {places(registry, drawn)}, {period(drawn)}",
        finding=_course(indicator, drawn, breaks),
        axis=axis,
        period=period(drawn),
        sources=cited(registry, drawn),
        not_this=indicator.not_this,
        table=_over_time(registry, indicator, drawn),
        spec=ink.frame(_HEIGHT, data={"values": values}, layer=layers),
        marks=tuple(f"{each.day.isoformat()}: {each.cause}" for each in breaks),
    )


def small_multiples(registry: Registry, indicator: Indicator, observations: Iterable[Observation]) -> Chart:
    """Draw one indicator over time in many places, side by side on equal scales, in the order of the alphabet."""
    drawn = checked(registry, indicator, observations)
    count = len({each.area for each in drawn})
    if count > MULTIPLES_MAX:
        raise ChartError(f"{count} places are more than the {MULTIPLES_MAX} that can be seen side by side")
    axis = axis_of(indicator).title
    breaks = indicator.breaks_between(drawn[0].span, drawn[-1].span)
    height = {"field": "value", "type": "quantitative", "title": None, "axis": ink.ROUND | {"tickCount": 3}}
    encoding = {"x": _TIME | {"axis": {"format": "d", "tickCount": 2, "title": None}}, "y": height}
    layers = [
        *(
            {k: v for k, v in each.items() if k != "data"} | {"data": each["data"]}
            for each in _break_layers(indicator, breaks)
        ),
        {"mark": {"type": "line", "color": ink.ACCENT}, "encoding": encoding | {"detail": {"field": "run"}}},
        {
            "mark": {"type": "point", "filled": True, "size": 12, "color": ink.ACCENT, "opacity": 1},
            "encoding": encoding,
        },
    ]
    by_place = {area: [each for each in drawn if each.area == area] for area in sorted({each.area for each in drawn})}
    values = [
        row | {"place": name_of(registry, area)} for area, rows in by_place.items() for row in _values(indicator, rows)
    ]
    spec = ink.frame(
        _SMALL_HEIGHT,
        data={"values": values},
        facet={"field": "place", "type": "nominal", "columns": _COLUMNS, "header": {"title": None}},
        columns=_COLUMNS,
        spec={"width": _SMALL_WIDTH, "height": _SMALL_HEIGHT, "layer": layers},
    )
    del spec["width"], spec["height"], spec["autosize"], spec["facet"]["columns"]
    return Chart(
        title=f"{indicator.title}, {places(registry, drawn)}, {period(drawn)}",
        finding=_spread(registry, indicator, drawn),
        axis=axis,
        period=period(drawn),
        sources=cited(registry, drawn),
        not_this=indicator.not_this,
        table=_over_time(registry, indicator, drawn),
        spec=spec,
        marks=tuple(f"{each.day.isoformat()}: {each.cause}" for each in breaks),
    )


def compared(indicator: Indicator, then: Observation, now: Observation) -> str:
    """Say how one value stands to an earlier one of the same indicator: in times, or in points where it is a share."""
    assert then.value is not None
    assert now.value is not None
    if indicator.unit.kind is UnitKind.SHARE:
        points = now.value - then.value
        return f"{number(abs(points))} points {'more' if points >= 0 else 'less'}"
    if then.value == 0:
        return "from none"
    return f"{number(round(now.value / then.value, 2))} times as many" if now.value != then.value else "the same"


def _values(indicator: Indicator, drawn: Sequence[Observation]) -> list[dict[str, Any]]:
    """The rows to draw. `run` numbers the stretches between breaks and gaps."""
    rows: list[dict[str, Any]] = []
    run = 0
    for place, each in enumerate(drawn):
        if place:
            before = drawn[place - 1].span
            run += bool(indicator.breaks_between(before, each.span)) or (each.span.first - before.last).days > 1
        row = {"time": year(each.span), "value": each.value, "run": run, "firm": each.status is Status.NORMAL}
        if each.lower is not None and each.upper is not None:
            row |= {"low": each.lower, "high": each.upper}
        rows.append(row)
    return rows


def _break_layers(indicator: Indicator, breaks: Sequence[Break]) -> list[dict[str, Any]]:
    if not breaks:
        return []
    early = (
        0.5 if indicator.span_kind is SpanKind.YEAR else 0.0
    )  # a year stands at its number, its beginning before that
    data = {"values": [{"time": decimal_year(each.day) - early, "mark": str(n)} for n, each in enumerate(breaks, 1)]}
    at = {"x": _TIME}
    return [
        {"data": data, "mark": {"type": "rule", "color": ink.CARE, "strokeDash": [3, 3]}, "encoding": at},
        {
            "data": data,
            "mark": {"type": "text", "color": ink.CARE, "dx": 3, "align": "left", "baseline": "top", "fontSize": 11},
            "encoding": at | {"y": {"value": 0}, "text": {"field": "mark"}},
        },
    ]


def _course(indicator: Indicator, drawn: Sequence[Observation], breaks: Sequence[Break]) -> str:
    """What the line shows, in a sentence or two."""
    first, last = drawn[0], drawn[-1]
    unit = indicator.unit.label
    if len(drawn) == 1:
        return f"{first.words} {unit} in {first.span.text}. There is one value, so nothing can be compared."
    said = f"{first.words} {unit} in {first.span.text}, {last.words} in {last.span.text}"
    if breaks:
        times = "once" if len(breaks) == 1 else f"{len(breaks)} times"
        return f"{said}. What is counted changed {times} in between: values on two sides of a mark are not compared."
    return f"{said}: {compared(indicator, first, last)}."


def _spread(registry: Registry, indicator: Indicator, drawn: Sequence[Observation]) -> str:
    last = max(each.span for each in drawn)
    values = [each for each in drawn if each.span == last]
    low = min(values, key=lambda each: each.value or 0)
    high = max(values, key=lambda each: each.value or 0)
    return (
        f"{places(registry, drawn)} on equal scales, in alphabetical order. In {last.text} the values lie between "
        f"{low.words} and {high.words} {indicator.unit.label}."
    )


def _over_time(registry: Registry, indicator: Indicator, drawn: Sequence[Observation]) -> Table:
    several = len({each.area for each in drawn}) > 1
    ranged = any(each.lower is not None for each in drawn)
    head = (
        *(("Place",) if several else ()),
        "Period",
        indicator.unit.label,
        *(("Interval",) if ranged else ()),
        "Note",
    )
    rows = tuple(
        (
            *((name_of(registry, each.area),) if several else ()),
            each.span.text,
            each.words,
            *((interval(each),) if ranged else ()),
            "; ".join(filter(None, (_STATUS_WORDS.get(each.status, ""), each.doubt))),
        )
        for each in sorted(drawn, key=lambda each: (name_of(registry, each.area), each.span))
    )
    return Table(head, rows)
