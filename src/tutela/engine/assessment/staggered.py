"""Staggered starts: many units, each with its own date, and no two-way regression that would compare them wrongly.

When effects grow with time, a regression with effects of units and periods uses units treated long ago as comparators
for those treated later and can get even the sign wrong (Goodman-Bacon 2021). So each group of units that start
together is compared, for each period, with units that have not started by then (Callaway and Sant'Anna 2021, without
covariates): the change from the last period before the group's start. The overall effect weighs each started unit and
period alike. Three periods `before` its start a group should differ by nothing: `led` says by how much it did.

Units are drawn again with their whole history (1,999 times by default, from the caller's seed), those that start and
those that never do apart, one fewer than there are and each weighing the more for it, which has the right variance in
small samples (Rao and Wu 1988); the interval is Student's with one degree of freedom fewer than units that start.
Fewer than 3 of these, or than 5 units that never or not yet started, are refused.

>>> from datetime import date
>>> import numpy as np
>>> from tutela.engine.assessment.panel import Panel
>>> from tutela.engine.assessment.series import Frequency, Series
>>> random = np.random.default_rng(1)
>>> def unit(name, start):
...     values = np.arange(24) / 4 + random.normal(0, 0.1, 24) + 2.0 * (np.arange(24) >= start)
...     return Series(name, "a quarter", Frequency.QUARTER, date(2015, 1, 1), tuple(values))
>>> panel = Panel.of([unit(f"{n}", 12 if n < 4 else 16 if n < 8 else 99) for n in range(16)])
>>> starts = {f"{n}": date(2018, 1, 1) if n < 4 else date(2019, 1, 1) for n in range(8)}
>>> round(staggered(panel, starts, seed=7).effect.value)
2
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtrit

from tutela.domain.limits import StudyLimits
from tutela.engine.assessment.estimate import LEVEL, Estimate
from tutela.engine.assessment.minimum import COMPARATORS_MIN, COMPARED_BEFORE_MIN
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError, TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from tutela.engine.assessment.panel import Panel

    Floats = NDArray[np.float64]

_LIMITS = StudyLimits()
_LEADS = 3
_STARTED_MIN = 3
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Staggered:
    """`effect`: mean over started units and periods since; `led`: the same over the periods just before each start."""

    effect: Estimate
    led: Estimate
    groups: int
    started: int
    comparators: int


def staggered(panel: Panel, starts: Mapping[str, date], *, seed: int, resamples: int = 1_999) -> Staggered:
    """Estimate the mean effect on the units in `starts`; the others never started."""
    if not 1 < resamples <= _LIMITS.resamples_max:
        raise SeriesError(f"{resamples} resamples are not between 2 and {_LIMITS.resamples_max}")
    values = panel.values
    begun = np.full(len(values), _NEVER)
    for unit, on in starts.items():
        begun[panel.row(unit)] = panel.first_whole(on)
    begun[begun >= values.shape[1]] = _NEVER
    if 0 < (begun < _NEVER).sum() < _STARTED_MIN:
        raise TooLittleDataError(f"fewer than {_STARTED_MIN} units start", hint="Use a synthetic difference for one.")
    cells = _cells(begun, values.shape[1])
    random = np.random.default_rng(seed)
    found = [_effects(values, begun, cells, np.ones(len(values)))]
    found += [_effects(values, begun, cells, _redrawn(begun, random)) for _ in range(resamples)]
    treated = begun[begun < _NEVER]
    effect, led = (_estimate(np.array(each), len(treated) - 1) for each in zip(*found, strict=True))
    return Staggered(effect, led, len(set(treated.tolist())), len(treated), int((begun == _NEVER).sum()))


class _Cell(NamedTuple):
    """One group in one period: compared with those that have not started by `until`."""

    start: int
    period: int
    base: int
    until: int
    leads: bool


def _cells(begun: NDArray[np.int64], periods: int) -> tuple[_Cell, ...]:
    """Every group and period that can be compared; raises where none can."""
    found: list[_Cell] = []
    for start in sorted({int(each) for each in begun if each < _NEVER}):
        if start < COMPARED_BEFORE_MIN:
            raise TooLittleDataError(
                f"a unit starts after {start} periods; {COMPARED_BEFORE_MIN} before the start are needed",
                hint="Leave out the units that started early.",
            )
        found += [_Cell(start, period, start - 1, period, leads=False) for period in range(start, periods)]
        found += [
            _Cell(start, period, start - _LEADS - 1, start, leads=True) for period in range(start - _LEADS, start)
        ]
    found = [cell for cell in found if int((begun > cell.until).sum()) >= COMPARATORS_MIN]
    if not any(not cell.leads for cell in found):
        raise NotEstimableError(
            f"fewer than {COMPARATORS_MIN} units have not started yet", hint="There is nobody left to compare with."
        )
    return tuple(found)


def _effects(values: Floats, begun: NDArray[np.int64], cells: tuple[_Cell, ...], drawn: Floats) -> tuple[float, float]:
    """The mean effect, and the mean over the leads; `drawn` is how often each unit counts."""
    sums = {False: 0.0, True: 0.0}
    weights = {False: 0.0, True: 0.0}
    for cell in cells:
        change = values[:, cell.period] - values[:, cell.base]
        group = drawn * (begun == cell.start)
        others = drawn * (begun > cell.until)
        size = float(group.sum())
        if others.sum() > 0:
            sums[cell.leads] += float(change @ group - size * (change @ others) / others.sum())
            weights[cell.leads] += size
    effect, led = (sums[leads] / weights[leads] if weights[leads] else math.nan for leads in (False, True))
    return effect, led


def _redrawn(begun: NDArray[np.int64], random: np.random.Generator) -> Floats:
    """How much each unit counts, drawing one fewer than there are of those that start, and of those that never do."""
    drawn = np.zeros(len(begun))
    for members in (np.flatnonzero(begun < _NEVER), np.flatnonzero(begun == _NEVER)):
        if len(members) > 1:
            fewer = len(members) - 1
            np.add.at(drawn, random.choice(members, fewer), len(members) / fewer)
        drawn[members] += len(members) == 1
    return drawn


def _estimate(found: Floats, freedom: int) -> Estimate:
    """The first is the estimate, the rest its resamples."""
    spread = max(float(np.nanstd(found[1:], ddof=1)), 1e-12)
    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * spread
    value = float(found[0])
    return Estimate(value, value - reach, value + reach, spread)
