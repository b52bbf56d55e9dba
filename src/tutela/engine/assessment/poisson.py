"""Log-linear Poisson models, many at once: what nowcasts and multiple systems estimation are fitted with.

Iteratively reweighted least squares (McCullagh and Nelder 1989). A model leaves columns of a common design out; that
is a mask, so a stack of models or of resampled counts is one fit of arrays.

>>> import numpy as np
>>> found = fit(np.array([[2.0, 4.0]]), np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[True, True]]))
>>> np.exp(found.coefficients[0]).round(6)
array([2., 2.])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_STEPS_MAX = 60
_SMALL_ENOUGH = 1e-9
_EXPONENT_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """Stacks of models x columns, models x columns x columns, models x cells, and models.

    A column that a model leaves out has the coefficient 0 and no covariance.
    """

    coefficients: Floats
    covariances: Floats
    means: Floats
    log_likelihoods: Floats


def fit(counts: Floats, design: Floats, included: Flags) -> Fitted:
    """Fit `counts` (models x cells) by columns of `design` (cells x columns) `included` (models x columns).

    A coefficient whose estimate is minus infinity ends at a large negative number, and the means are right.
    """
    left_out = np.eye(design.shape[1]) * ~included[:, None, :]
    means = np.maximum(counts, 0.5)
    linear = np.log(means)
    constants: Floats = np.asarray(gammaln(counts + 1), dtype=np.float64).sum(axis=1)
    before = np.full(len(counts), -np.inf)
    coefficients = np.zeros(included.shape)
    covariances = np.zeros((*included.shape, included.shape[1]))
    for _ in range(_STEPS_MAX):
        working = linear + (counts - means) / means
        normal = np.einsum("mc,ci,cj->mij", means, design, design, optimize=True)
        normal = np.where(included[:, :, None] & included[:, None, :], normal, left_out)
        normal += np.eye(design.shape[1]) * 1e-10
        covariances = np.linalg.inv(normal)
        coefficients = np.einsum("mij,mj->mi", covariances, ((means * working) @ design) * included)
        linear = np.clip(coefficients @ design.T, -_EXPONENT_MAX, _EXPONENT_MAX)
        means = np.exp(linear)
        log_likelihoods = (counts * linear - means).sum(axis=1) - constants
        if (np.abs(log_likelihoods - before) <= _SMALL_ENOUGH * (np.abs(log_likelihoods) + 1)).all():
            break
        before = log_likelihoods
    covariances = covariances * (included[:, :, None] & included[:, None, :])
    return Fitted(coefficients, covariances, means, before)
