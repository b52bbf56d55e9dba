"""Two small bar charts as numbers: how far near matches are, and when files were last modified.

Geometry only: across in per cent of the drawing's width, so that it fits any window while its text keeps its size; up
in pixels. The template draws it as SVG without script or style.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH: Final = 100.0  # per cent
HEIGHT: Final = 88.0  # pixels
_GAP: Final = 0.18  # of a bar's step
_BAR_HEIGHT_MIN: Final = 1.5  # what is there must be seen
_MONTHLY_YEARS_MAX: Final = 12
_YEARS_MAX: Final = 200
_LABELS_MAX: Final = 12
_LABELLED_MONTHS_MAX: Final = 30


class Bar(NamedTuple):
    """One bar and its words."""

    x: float
    y: float
    width: float
    height: float
    title: str


class Tick(NamedTuple):
    """One label below the bars."""

    x: float
    text: str


class Chart(NamedTuple):
    """Bars, labels, and the largest count."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    count_max: int
    outside: int = 0


def distance_chart(distances: Mapping[int, int], distance_max: int) -> Chart:
    """Draw near matches by distance, 0 to the largest that any list allows."""
    last = max(distance_max, *distances) if distances else distance_max
    labels = [f"distance {distance}" for distance in range(last + 1)]
    counts = [distances.get(distance, 0) for distance in range(last + 1)]
    every = max(1, (last + 1) // _LABELS_MAX)
    ticks = [(distance, str(distance)) for distance in range(0, last + 1, every)]
    return _chart(counts, labels, ticks)


def time_chart(months: Mapping[tuple[int, int], int], span: Mapping[tuple[int, int], int]) -> Chart:
    """Draw counts by month, or by year where `span` is long. `span` sets the axis, so that charts can be compared."""
    first_year, last_year = _year_range(span)
    outside = sum(count for (year, _), count in months.items() if not first_year <= year <= last_year)
    if last_year - first_year >= _MONTHLY_YEARS_MAX:
        years = range(first_year, last_year + 1)
        counts = [sum(months.get((year, month), 0) for month in range(1, 13)) for year in years]
        labels = [str(year) for year in years]
        every = max(1, len(years) // _LABELS_MAX)
        ticks = [(at, str(year)) for at, year in enumerate(years) if year % every == 0]
        return _chart(counts, labels, ticks)._replace(outside=outside)
    inside = [at for at in span if first_year <= at[0] <= last_year]
    first, last = (min(inside), max(inside)) if inside else ((first_year, 1), (last_year, 12))
    axis = [_month(at) for at in range(_index(first), _index(last) + 1)]
    labels = [f"{year}-{month:02}" for year, month in axis]
    ticks = [(at, label) for at, label in enumerate(labels) if _is_labelled(at, axis)]
    return _chart([months.get(at, 0) for at in axis], labels, ticks)._replace(outside=outside)


def _year_range(span: Mapping[tuple[int, int], int]) -> tuple[int, int]:
    """Years to draw: of times that are not plainly made up, else 1970."""
    years = sorted(year for year, _ in span if 1970 <= year <= 1970 + _YEARS_MAX)
    return (years[0], years[-1]) if years else (1970, 1970)


def _index(at: tuple[int, int]) -> int:
    return at[0] * 12 + at[1] - 1


def _month(index: int) -> tuple[int, int]:
    return index // 12, index % 12 + 1


def _is_labelled(at: int, axis: Sequence[tuple[int, int]]) -> bool:
    if len(axis) <= _LABELS_MAX:
        return True
    if len(axis) <= _LABELLED_MONTHS_MAX:
        return axis[at][1] % 3 == 1
    return axis[at][1] == 1


def _chart(counts: Sequence[int], labels: Sequence[str], ticks: Sequence[tuple[int, str]]) -> Chart:
    step = WIDTH / max(1, len(counts))
    most = max(counts, default=0)
    bars = tuple(
        Bar(
            x=round(at * step + step * _GAP / 2, 2),
            y=round(HEIGHT - height, 2),
            width=round(step * (1 - _GAP), 2),
            height=round(height, 2),
            title=f"{label}: {count:,}",
        )
        for at, (count, label) in enumerate(zip(counts, labels, strict=True))
        if count and (height := max(_BAR_HEIGHT_MIN, HEIGHT * count / most))
    )
    placed = tuple(Tick(round((at + 0.5) * step, 2), text) for at, text in ticks)
    return Chart(bars, placed, most)
