"""Synthetic difference in differences: weights for units *and* for periods, then a difference in differences.

Units are weighted so that their mixture runs parallel to the treated one before the event (a constant gap is allowed,
which synthetic control does not), periods so that the time before resembles the time after. A ridge on the unit
weights, `(treated x periods after) ** 1/4` times the typical change from period to period, spreads them (Arkhangelsky,
Athey, Hirshberg, Imbens and Wager 2021, American Economic Review 111(12)).

>>> import numpy as np
>>> walk = np.outer(np.arange(1.0, 7.0), np.arange(14.0)) + np.sin(np.arange(84.0)).reshape(6, 14)
>>> treated = walk[2:4].mean(axis=0, keepdims=True) + 100 - 5 * (np.arange(14) >= 11)
>>> -6 < sdid(treated, walk, 11) < -4
True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tutela.engine.assessment import simplex
from tutela.engine.assessment.did import difference
from tutela.engine.assessment.minimum import check_comparators
from tutela.engine.assessment.pretended_units import among_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutela.engine.assessment.estimate import Estimate
    from tutela.engine.assessment.interrupted import Event
    from tutela.engine.assessment.panel import Panel
    from tutela.engine.assessment.placebo import Pretences

    Floats = NDArray[np.float64]

_RIDGE_OF_PERIODS = 1e-6


@dataclass(frozen=True, slots=True)
class SyntheticDifference:
    """`effect` in the panel's unit, its interval from the pretences; `plain` is what no weights at all would give."""

    unit: str
    event: Event
    effect: Estimate
    plain: float
    pretences: Pretences


def synthetic_difference(panel: Panel, unit: str, event: Event) -> SyntheticDifference:
    """Compare `unit` with all others, weighted."""
    treated, place = panel.row(unit), panel.first_whole(event.on)
    values = panel.values
    check_comparators(len(values) - 1, place, values.shape[1] - place)
    effect, pretences = among_units(panel.names, values, treated, place, sdid)
    plain = difference(values[[treated]], np.delete(values, treated, axis=0), place)
    return SyntheticDifference(unit, event, effect, plain, pretences)


def sdid(treated: Floats, others: Floats, place: int) -> float:
    """The effect on `treated` (units x periods) against `others`, from period `place` on."""
    before, after = others[:, :place], others[:, place:]
    noise = float(np.std(np.diff(before, axis=1), ddof=1))
    spread = (len(treated) * after.shape[1]) ** 0.25 * noise
    of_units = simplex.weights(before.T, treated[:, :place].mean(axis=0), ridge=spread * np.sqrt(place), shifted=True)
    of_periods = simplex.weights(
        before, after.mean(axis=1), ridge=_RIDGE_OF_PERIODS * noise * np.sqrt(len(others)), shifted=True
    )
    change = treated.mean(axis=0) - of_units @ others
    return float(change[place:].mean() - of_periods @ change[:place])
