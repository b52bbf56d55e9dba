"""Series of a study, out of the registry: one indicator in one place, and the same in others.

Rules: a value that is missing is left out, never filled; breaks of the indicator stand in the series. What is not
counted by month, quarter or year is no series. A place whose series cannot be used is named, with the reason.

>>> from tutela.engine.assessment.registry import load
>>> found = series(load(), "cybertipline-reports", "WLD")
>>> found.name, found.unit, found.frequency.name
('CyberTipline reports a year, World', 'reports', 'YEAR')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.indicators import Status
from tutela.engine.assessment.refusals import SeriesError
from tutela.engine.assessment.series import Break, Frequency, Series
from tutela.engine.assessment.spans import SpanKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.engine.assessment.registry import Registry

FREQUENCIES: Final = {
    SpanKind.YEAR: Frequency.YEAR,
    SpanKind.QUARTER: Frequency.QUARTER,
    SpanKind.MONTH: Frequency.MONTH,
}


def series(registry: Registry, indicator_id: str, area: str, cell: str = "") -> Series:
    """Return one indicator in one place; `SeriesError` where that is no series."""
    indicator = registry.catalogue.indicators.get(indicator_id)
    place = registry.catalogue.areas.get(area)
    if indicator is None or place is None:
        raise SeriesError("the registry has no such indicator or place", hint="Use the ids of the catalogue.")
    frequency = FREQUENCIES.get(indicator.span_kind)
    if frequency is None:
        raise SeriesError(f"{indicator.title} is not counted by month, quarter or year")
    rows = [
        (each.span.first, each.value)
        for each in registry.series(indicator_id, area, cell)
        if each.value is not None and each.status is not Status.MISSING
    ]
    if not rows:
        raise SeriesError(f"nothing was observed of {indicator.title} in {place.name}")
    breaks = (Break(each.day, each.cause) for each in indicator.breaks)
    return Series.of(f"{indicator.title}, {place.name}", indicator.unit.label, frequency, rows, breaks)


def beside(registry: Registry, indicator_id: str, cell: str, areas: Iterable[str]) -> tuple[list[Series], list[str]]:
    """Return the same indicator in other places where it can be used, and for each other one why it cannot."""
    used: list[Series] = []
    left_out: list[str] = []
    for area in areas:
        try:
            used.append(series(registry, indicator_id, area, cell))
        except SeriesError as refusal:
            left_out.append(f"{registry.catalogue.areas[area].name}: {refusal}")
    return used, left_out
