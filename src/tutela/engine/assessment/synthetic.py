"""Synthetic control: a mixture of other units that went like the treated one before, and what became of both after.

The weights are non-negative and add up to one, so the comparison never leaves what the others really did (Abadie and
Gardeazabal 2003; Abadie, Diamond and Hainmueller 2010). They are fitted to the outcome before the event, or to
predictors of it: then each predictor counts as much as makes the outcome before fit best (`importance`).

There is no standard error. What is known comes from pretences: every other unit is treated as if it had had the event,
and the ratio of the misfit after to the misfit before (root mean square) is ranked. A unit that was never matched well
says nothing by a large gap, which is why it is the ratio. `left_out` repeats the estimate without each unit that
matters: the range says whether one neighbour makes the result. `backdated` repeats it as if the event had come earlier.

>>> from datetime import date
>>> from tutela.engine.assessment.interrupted import Event
>>> from tutela.engine.assessment.panel import Panel
>>> from tutela.engine.assessment.series import Frequency, Series
>>> def unit(name, *values):
...     return Series(name, "a year", Frequency.YEAR, date(2000, 1, 1), tuple(map(float, values)))
>>> others = [unit(str(rise), *(rise * year + year % 3 for year in range(12))) for rise in range(1, 7)]
>>> treated = unit("here", *(3.5 * year + year % 3 - 9 * (year >= 10) for year in range(12)))
>>> found = synthetic_control(Panel.of([treated, *others]), "here", Event(date(2010, 1, 1), "a new unit at work"))
>>> round(found.effect, 3), found.pretences.place
(-9.0, 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from tutela.engine.assessment import simplex
from tutela.engine.assessment.minimum import check_comparators
from tutela.engine.assessment.placebo import Pretence, Pretences
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tutela.engine.assessment.interrupted import Event
    from tutela.engine.assessment.panel import Panel

    Floats = NDArray[np.float64]

_MATTERS = 0.01  # a weight below is not worth a repetition without the unit
_SEARCH_STEPS_MAX = 4_000


@dataclass(frozen=True, slots=True)
class Predictor:
    """One property of every unit, in the order of the panel's units; any unit of measurement."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one unit counts in the mixture."""

    unit: str
    share: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Observed against the mixture in one period, in the panel's unit."""

    starts: date
    observed: float
    synthetic: float


@dataclass(frozen=True, slots=True)
class SyntheticControl:
    """`effect` is the mean gap after the event, `misfit` the root mean square before it, both in the panel's unit."""

    unit: str
    event: Event
    weights: tuple[Weight, ...]
    gaps: tuple[Gap, ...]
    effect: float
    misfit: float
    pretences: Pretences
    left_out: tuple[float, float]


def synthetic_control(
    panel: Panel,
    unit: str,
    event: Event,
    predictors: Sequence[Predictor] = (),
    importances: Sequence[float] = (),
) -> SyntheticControl:
    """Compare `unit` with its mixture; raises where there are too few units or periods.

    With `predictors`, `importances` (one each) says how much each counts; see `importance`.
    """
    treated, place = panel.row(unit), panel.first_whole(event.on)
    values = panel.values
    check_comparators(len(values) - 1, place, values.shape[1] - place)
    matched = values[:, :place] if not predictors else _weighed(predictors, importances, len(values))
    everyone = range(len(values))
    gaps = [_gap(values, matched, each, [row for row in everyone if row not in (treated, each)]) for each in everyone]
    others = [row for row in everyone if row != treated]
    shares = _shares(matched, treated, others)
    real = values[treated] - shares @ values[others]
    mattering = [row for row, share in zip(others, shares, strict=True) if share > _MATTERS]
    without = [
        float(_gap(values, matched, treated, [row for row in others if row != each])[place:].mean())
        for each in mattering
    ]
    effect = float(real[place:].mean())
    return SyntheticControl(
        unit,
        event,
        tuple(Weight(panel.names[row], float(share)) for row, share in zip(others, shares, strict=True) if share > 0),
        tuple(
            Gap(panel.date_of(at), float(values[treated, at]), float(values[treated, at] - real[at]))
            for at in range(len(real))
        ),
        effect,
        _root_mean_square(real[:place]),
        Pretences(_ratio(real, place), tuple(Pretence(panel.names[row], _ratio(gaps[row], place)) for row in others)),
        (min([effect, *without]), max([effect, *without])),
    )


def backdated(panel: Panel, unit: str, event: Event, periods: int) -> float:
    """Mean gap between `periods` before the event and the event, had it come that much earlier: should be near zero."""
    treated, place = panel.row(unit), panel.first_whole(event.on)
    values = panel.values[:, :place]
    check_comparators(len(values) - 1, place - periods, periods)
    others = [row for row in range(len(values)) if row != treated]
    return float(_gap(values, values[:, : place - periods], treated, others)[place - periods :].mean())


def importance(panel: Panel, unit: str, predictors: Sequence[Predictor], first: int, last: int) -> tuple[float, ...]:
    """How much each predictor should count, so that the outcome in periods `first` to before `last` fits best.

    Take the predictors from before those periods: that is how Abadie, Diamond and Hainmueller (2015) cross-validate.
    The search (Nelder and Mead) starts with all equal.
    """
    treated, values = panel.row(unit), panel.values[:, first:last]
    others = [row for row in range(len(values)) if row != treated]
    standard = _weighed(predictors, [1.0] * len(predictors), len(values))

    def loss(sizes: Floats) -> float:
        size = np.abs(sizes) / max(float(np.abs(sizes).sum()), 1e-12)
        shares = _shares(standard * np.sqrt(size), treated, others)
        return float(np.square(values[treated] - shares @ values[others]).mean())

    start = np.full(len(predictors), 1 / len(predictors))
    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": _SEARCH_STEPS_MAX})
    sizes = np.abs(np.asarray(found.x, dtype=np.float64))
    return tuple(float(size) for size in sizes / sizes.sum())


def _weighed(predictors: Sequence[Predictor], importances: Sequence[float], units: int) -> Floats:
    """Units x predictors, each predictor in its own standard deviations times the root of its importance."""
    if len(importances) != len(predictors) or min(importances) < 0 or not sum(importances) > 0:
        raise SeriesError("each predictor needs an importance of zero or more, and one of them more than zero")
    if any(len(each.values) != units or not np.isfinite(each.values).all() for each in predictors):
        raise SeriesError("a predictor needs one finite value for every unit")
    table = np.array([each.values for each in predictors]).T
    spread = table.std(axis=0, ddof=1)
    if not (spread > 0).all():
        raise NotEstimableError("a predictor is the same for every unit")
    return table / spread * np.sqrt(np.array(importances))


def _shares(matched: Floats, treated: int, others: Sequence[int]) -> Floats:
    return simplex.weights(matched[list(others)].T, matched[treated])


def _gap(values: Floats, matched: Floats, treated: int, others: Sequence[int]) -> Floats:
    return values[treated] - _shares(matched, treated, others) @ values[list(others)]


def _root_mean_square(gap: Floats) -> float:
    return float(np.sqrt(np.square(gap).mean()))


def _ratio(gap: Floats, place: int) -> float:
    """Misfit after over misfit before; a perfect fit before counts as a thousandth of the movement after."""
    after = _root_mean_square(gap[place:])
    return after / max(_root_mean_square(gap[:place]), after / 1_000, 1e-12)
