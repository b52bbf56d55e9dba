"""Nowcast: how many reports of the latest periods are still on their way.

A run-off triangle has a row a period and a column a delay: how many reports of that period came in so much later. The
lower right corner has not happened yet. A Poisson model of period and delay fills it (the chain ladder of insurers:
Renshaw and Verrall 1998); its dispersion is estimated, and the interval holds both what is not known of the model and
the chance of the counts themselves (England and Verrall 1999).

It assumes that delays are as they were. After a change of the law or of a system that is untrue: begin the triangle
there. A period with nothing reported so far cannot be completed and says so by no estimate.

>>> found = nowcast(((100, 50, 10), (110, 55, None), (120, None, None)), unit="reports")
>>> [round(period.total.value) if period.total else None for period in found]
[160, 176, 192]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv

from tutela.domain.limits import StudyLimits
from tutela.engine.assessment import poisson
from tutela.engine.assessment.estimate import LEVEL, Estimate
from tutela.engine.assessment.refusals import SeriesError, TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LIMITS = StudyLimits()


@dataclass(frozen=True, slots=True)
class Nowcast:
    """`reported` so far, and the `total` that is to be expected; None where nothing can be said. In `unit`."""

    unit: str
    reported: float
    total: Estimate | None


def nowcast(triangle: Sequence[Sequence[float | None]], *, unit: str) -> tuple[Nowcast, ...]:
    """Complete the triangle (periods x delays; None is not yet known); one result a period, oldest first."""
    counts = _checked(triangle)
    known = np.isfinite(counts)
    rows, delays = counts.shape
    fitted_rows = np.flatnonzero(np.nansum(counts, axis=1) > 0)
    fitted_delays = np.flatnonzero(np.nansum(counts[fitted_rows], axis=0) > 0)
    if len(fitted_rows) < delays or not len(fitted_delays):
        raise TooLittleDataError(
            f"{len(fitted_rows)} periods with reports are too few for {delays} delays",
            hint="Wait for more periods, or count longer delays together.",
        )
    design = _design(rows, delays, fitted_rows, fitted_delays)
    usable = np.zeros_like(known)
    usable[np.ix_(fitted_rows, fitted_delays)] = True
    seen = (known & usable).ravel()
    model = poisson.fit(counts.ravel()[seen][None], design[seen], np.ones((1, design.shape[1]), dtype=np.bool_))
    freedom = max(int(seen.sum()) - design.shape[1], 1)
    dispersion = float((np.square(counts.ravel()[seen] - model.means[0]) / model.means[0]).sum() / freedom)
    reported = np.nansum(counts, axis=1)
    waiting = ~known & usable
    of_cells = design.reshape(rows, delays, -1)
    return tuple(
        Nowcast(
            unit,
            float(reported[row]),
            _total(model, of_cells[row, waiting[row]], float(reported[row]), dispersion)
            if row in fitted_rows
            else None,
        )
        for row in range(rows)
    )


def _total(model: poisson.Fitted, waiting: Floats, reported: float, dispersion: float) -> Estimate:
    """What was reported of one period, and what is `waiting` (cells x columns), whose interval is a gamma's."""
    if not len(waiting):
        return Estimate(reported, reported, reported, 0.0)
    means = np.exp(waiting @ model.coefficients[0])
    expected = float(means.sum())
    slope = means @ waiting
    variance = dispersion * (expected + float(slope @ model.covariances[0] @ slope))
    shape, scale = expected**2 / variance, variance / expected
    low, high = (float(gammaincinv(shape, each)) * scale for each in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Estimate(reported + expected, reported + low, reported + high, float(np.sqrt(variance)))


def _design(rows: int, delays: int, fitted_rows: NDArray[np.int64], fitted_delays: NDArray[np.int64]) -> Floats:
    """Cells (row by row) x (a column a fitted period, then one a fitted delay but the first)."""
    of_rows = np.repeat(np.eye(rows)[:, fitted_rows], delays, axis=0)
    of_delays = np.tile(np.eye(delays)[:, fitted_delays[1:]], (rows, 1))
    return np.hstack([of_rows, of_delays])


def _checked(triangle: Sequence[Sequence[float | None]]) -> Floats:
    """Refuse what is no run-off triangle."""
    if not triangle or not triangle[0] or len({len(row) for row in triangle}) > 1:
        raise SeriesError("the triangle has rows of different length, or none")
    if len(triangle) > _LIMITS.periods_max or len(triangle[0]) > _LIMITS.delays_max:
        raise SeriesError(f"the triangle is larger than {_LIMITS.periods_max} x {_LIMITS.delays_max}")
    counts = np.array([[np.nan if cell is None else float(cell) for cell in row] for row in triangle])
    given = np.array([[cell is not None for cell in row] for row in triangle])
    if not np.isfinite(counts[given]).all() or (counts[given] < 0).any():
        raise SeriesError("a count is below zero or not a number", hint="Book corrections in the period they correct.")
    if (~given[:, :-1] & given[:, 1:]).any() or not given[:, 0].all():
        raise SeriesError("a delay is missing before one that is known")
    if (given[1:] & ~given[:-1]).any():
        raise SeriesError("a later period is known for a longer delay than an earlier one")
    return counts
