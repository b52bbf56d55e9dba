"""What pages show of a registry: figures that cannot be shown bare, the lenses, a country, a series with its drawing.

Every number on a page is a `Figure` of the engine's rules: it has its unit, span, source and what it is not, or it is
not made. What the rules refuse is left out of the page and counted in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutela.engine.assessment import charts, rules
from tutela.engine.assessment.charts import Chart, ChartError
from tutela.engine.assessment.registry import WORLD
from tutela.engine.assessment.rules import Figure, UnfitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutela.engine.assessment.indicators import Area, AreaLevel, Indicator, Lens, Observation
    from tutela.engine.assessment.registry import Registry


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator in a list: its newest figure, and how many values there are of it."""

    indicator: Indicator
    figure: Figure
    values: int
    areas: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart and its drawing; the drawing follows the page's colours."""

    chart: Chart
    svg: str


def lines(registry: Registry, chosen: Iterable[Indicator], area: str = "") -> list[Line]:
    """Return a line for each indicator of which something can be shown, in an area or anywhere."""
    by_indicator: dict[str, list[Observation]] = defaultdict(list)
    for each in registry.observations:
        if not area or each.area == area:
            by_indicator[each.indicator].append(each)
    found: list[Line] = []
    for indicator in chosen:
        observations = by_indicator[indicator.id]
        figure = _newest(registry, observations)
        if figure:
            found.append(Line(indicator, figure, len(observations), len({each.area for each in observations})))
    return found


def of_lens(registry: Registry, lens: Lens) -> list[Line]:
    """Return the indicators of a lens: those of one place before those of many, series first, then by title."""
    found = lines(registry, registry.find(lens=lens))
    return sorted(found, key=lambda each: (each.areas > 1, each.values < 2, each.indicator.title))


def areas(registry: Registry, level: AreaLevel) -> list[Area]:
    """Return the areas of a level of which something was observed, by name: no other order is offered."""
    seen = {each.area for each in registry.observations}
    found = (each for each in registry.catalogue.areas.values() if each.level is level and each.code in seen)
    return sorted(found, key=lambda each: each.name)


def places(registry: Registry, indicator: str) -> list[tuple[Area, str]]:
    """Return where, and in which cells of its dimension, an indicator was observed."""
    seen = {(each.area, each.cell) for each in registry.observations if each.indicator == indicator}
    found = [(registry.catalogue.areas[area], cell) for area, cell in seen]
    return sorted(found, key=lambda each: (each[0].code != WORLD, each[0].name, each[1]))


def figures(registry: Registry, observations: Iterable[Observation]) -> list[Figure]:
    """Return what may be shown, in the order given."""
    found: list[Figure] = []
    for each in observations:
        try:
            found.append(rules.figure(registry, each))
        except UnfitError:
            continue
    return found


def drawn(registry: Registry, indicator: Indicator, observations: Sequence[Observation]) -> Drawn | None:
    """Draw a series; None where there is nothing to draw: fewer than two values, or none that may be shown."""
    if sum(each.value is not None for each in observations) < 2:
        return None
    try:
        return draw(charts.line(registry, indicator, observations))
    except (ChartError, UnfitError):
        return None


def draw(chart: Chart) -> Drawn:
    """Draw a chart for a page."""
    from tutela.engine.assessment.rendering import svg  # noqa: PLC0415 - 84 MB, only where something is drawn

    return Drawn(chart, svg(chart, live=True))


def _newest(registry: Registry, observations: Sequence[Observation]) -> Figure | None:
    """Return the newest figure: of the world where there is one, and of the whole rather than of a cell."""
    ordered = sorted(observations, key=lambda each: (each.area == WORLD, not each.cell, each.span), reverse=True)
    return next(iter(figures(registry, ordered[:3])), None)
