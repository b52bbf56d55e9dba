"""Weights that are nothing below zero and add up to one, fitted by least squares: what synthetic methods are made of.

The sum is asked for by one more, very heavy row (Lawson and Hanson 1974, chapter 23); `scipy.optimize.nnls` does the
rest. That is a thousand times quicker than a general solver, so every unit can be pretended to be the treated one.

>>> import numpy as np
>>> weights(np.array([[1.0, 3.0], [2.0, 4.0]]), np.array([2.0, 3.0])).round(6)
array([0.5, 0.5])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls

from tutela.engine.assessment.refusals import NotEstimableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_HEAVY = 1e5
_STEPS_MAX = 10_000


def weights(columns: Floats, target: Floats, *, ridge: float = 0.0, shifted: bool = False) -> Floats:
    """Weights (k) of `columns` (n x k) whose mixture is nearest to `target` (n).

    `ridge` penalises the sum of squared weights by its square; `shifted` allows a constant difference.
    """
    count = columns.shape[1]
    if shifted:
        columns, target = columns - columns.mean(axis=0), target - target.mean()
    heavy = _HEAVY * max(float(np.abs(columns).max()), ridge, 1e-12) / np.sqrt(len(target))
    penalty: Floats = np.identity(count) * ridge
    rows = np.vstack([columns, penalty, np.full((1, count), heavy)])
    wanted = np.concatenate([target, np.zeros(count), [heavy]])
    try:
        found = np.asarray(nnls(rows, wanted, maxiter=_STEPS_MAX)[0])
    except RuntimeError as error:
        raise NotEstimableError("the weights of the comparators cannot be found") from error
    return found / found.sum()
