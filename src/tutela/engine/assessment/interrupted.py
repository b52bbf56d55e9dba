"""An interrupted series: did it change at an event, by how much, and would it have seemed to at dates without one?

1. The effect is a step (a lasting shift) or a ramp (so much more each period) that begins with the first whole period
   after the event. The analyst says which *before* looking, with scale, trend and season: trying all and showing the
   best is how false findings are made.
2. Beside it stand a wandering level (`structural`), a shift at each break of the series, a seasonal pattern (months and
   quarters: one value each; weeks: two waves) and, if asked for, a trend.
3. On the logarithmic scale the effect is read in per cent; a zero is refused.
4. The same fit runs at every date before the event that has enough data around it, on the data before the event only:
   pretences in time (Bertrand, Duflo and Mullainathan 2004, of whom this asks: how often would we have cried wolf?).

The method is the intervention model of Harvey and Durbin (1986), whose seat-belt law is one of the tests.

>>> from datetime import date
>>> from tutela.engine.assessment.series import Frequency, Series
>>> wave = [5, 3, 4, 6, 2, 5, 7, 4]
>>> values = (*wave, *wave, *wave, 15, 13, 14, 16)
>>> quarters = Series("Removals", "removals", Frequency.QUARTER, date(2010, 1, 1), values)
>>> found = interrupted(quarters, Event(date(2016, 1, 1), "A law in force"), Design(seasonal=False))
>>> round(found.effect.value), found.pretences.place
(10, 1)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from tutela.engine.assessment.estimate import Estimate
from tutela.engine.assessment.minimum import AFTER_MIN, BEFORE_MIN, Footing, check_periods, enough
from tutela.engine.assessment.placebo import Pretence, Pretences
from tutela.engine.assessment.refusals import SeriesError, TooLittleDataError
from tutela.engine.assessment.series import Frequency, Series
from tutela.engine.assessment.structural import fit

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tutela.engine.assessment.structural import Mixture

    Floats = NDArray[np.float64]

_SEASONS_MIN = 2  # whole years of data before a seasonal pattern is fitted
_WEEKLY_WAVES = 2


class Shape(Enum):
    """What the event is thought to have done."""

    STEP = "step"
    RAMP = "ramp"


class Scale(Enum):
    """Whether effects add or multiply."""

    LINEAR = "linear"
    LOGARITHMIC = "logarithmic"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and the day from which it could act."""

    on: date
    what: str


@dataclass(frozen=True, slots=True)
class Design:
    """What the analyst decides before looking."""

    shape: Shape = Shape.STEP
    scale: Scale = Scale.LINEAR
    trend: bool = False
    seasonal: bool = True


@dataclass(frozen=True, slots=True)
class Expected:
    """What one period would have been without the event, by this model; in the series' unit."""

    starts: date
    observed: float
    without: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The change at an event.

    `effect` is in the series' unit (a period, for a ramp), on the logarithmic scale a difference of natural logarithms;
    `percent` is there on that scale only. `persistence`: 0 the series forgets at once, 1 it wanders freely.
    """

    series: Series
    event: Event
    design: Design
    effect: Estimate
    percent: Estimate | None
    persistence: float
    pretences: Pretences
    before: int
    after: int
    expected: tuple[Expected, ...]

    @property
    def footing(self) -> Footing:
        """What the amount of data allows to say."""
        return enough(self.before, self.after)


def interrupted(series: Series, event: Event, design: Design | None = None) -> Interrupted:
    """Estimate the change at the event; raises where there is too little data or the data cannot tell."""
    design = design or Design()
    found = change(series, event, design)
    place = series.first_whole(event.on)
    effect = found.estimate
    return Interrupted(
        series,
        event,
        design,
        effect,
        _percent(effect) if design.scale is Scale.LOGARITHMIC else None,
        found.persistence,
        Pretences(effect.statistic, pretended(series.before(place), design)),
        place,
        len(series) - place,
        _expected(series, design, effect, place),
    )


def change(series: Series, event: Event, design: Design) -> Mixture:
    """The effect alone, without pretences and on the scale of the design; for many series at once."""
    place = series.first_whole(event.on)
    check_periods(place, len(series) - place)
    (found,) = fit(
        _scaled(series, design.scale),
        _regressors(series, design),
        _shapes(len(series), np.array([place]), design.shape),
    )
    return found


def pretended(series: Series, design: Design) -> tuple[Pretence, ...]:
    """Pretend the event at every date with enough periods around it; none where the series is too short.

    Dates at which a break lies are left out: there the series did change.
    """
    count = len(series)
    broken = {series.first_whole(each.on) for each in series.breaks}
    places = [place for place in range(BEFORE_MIN, count - AFTER_MIN + 1) if place not in broken]
    if not places:
        return ()
    shapes = _shapes(count, np.array(places), design.shape)
    try:
        found = fit(_scaled(series, design.scale), _regressors(series, design), shapes)
    except TooLittleDataError:
        return ()
    return tuple(
        Pretence(series.date_of(place).isoformat(), each.statistic) for place, each in zip(places, found, strict=True)
    )


def _scaled(series: Series, scale: Scale) -> Floats:
    values = np.array(series.values)
    if scale is Scale.LINEAR:
        return values
    if (values <= 0).any():
        raise SeriesError(
            f"{series.name}: zero or less has no logarithm", hint="Use longer periods, or the linear scale."
        )
    return np.log(values)


def _shapes(count: int, places: NDArray[np.int64], shape: Shape) -> Floats:
    """One column a place (count x places): 0 before it, then 1, or 1, 2, 3 and so on."""
    since = np.arange(1, count + 1)[:, None] - places
    return np.clip(since, 0, 1 if shape is Shape.STEP else None).astype(np.float64)


def _regressors(series: Series, design: Design) -> Floats:
    """A constant, the breaks, the trend, the season (periods x regressors)."""
    count = len(series)
    place = np.arange(count)
    columns: list[Floats] = [np.ones(count)]
    shifts = {series.first_whole(each.on) for each in series.breaks} - {0, count}
    columns += [(place >= shift).astype(np.float64) for shift in sorted(shifts)]
    if design.trend:
        columns.append(place / count - 0.5)
    if design.seasonal and count >= _SEASONS_MIN * series.frequency.value:
        columns += _season(place, series.frequency)
    return np.column_stack(columns)


def _season(place: NDArray[np.int64], frequency: Frequency) -> list[Floats]:
    if frequency is Frequency.WEEK:
        angle = 2 * math.pi * place * 7 / 365.25
        return [wave(times * angle) for times in range(1, _WEEKLY_WAVES + 1) for wave in (np.sin, np.cos)]
    return [
        (place % frequency.value == each).astype(np.float64) - 1 / frequency.value for each in range(1, frequency.value)
    ]


def _percent(effect: Estimate) -> Estimate:
    """A difference of logarithms, in per cent; the standard error by the delta method."""
    value, low, high = (100 * math.expm1(each) for each in (effect.value, effect.low, effect.high))
    return Estimate(value, low, high, 100 * math.exp(effect.value) * effect.standard_error)


def _expected(series: Series, design: Design, effect: Estimate, place: int) -> tuple[Expected, ...]:
    """Each period from the event on with the effect taken out."""
    shape = _shapes(len(series), np.array([place]), design.shape)[:, 0]

    def without(at: int, size: float) -> float:
        size *= float(shape[at])
        return series.values[at] * math.exp(-size) if design.scale is Scale.LOGARITHMIC else series.values[at] - size

    return tuple(
        Expected(
            series.date_of(at),
            series.values[at],
            *(without(at, size) for size in (effect.value, effect.high, effect.low)),
        )
        for at in range(place, len(series))
    )
