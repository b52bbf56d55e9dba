r"""One fit for every series that wanders: what regressors explain, plus a level that moves by itself, plus noise.

    y = X b + effect * d + u,    Var(u) = s2 * ((1 - w) I + w R(p)),    R(p)[i, j] = p ** |i - j|

`w` is the share of the movement that persists, `p` how much of it lasts into the next period; at p = 1, R is a random
walk. White noise, autoregression and the local level model of structural time series (Harvey 1989; Durbin and Koopman
2012) are all cases of it, so one fit covers what a segmented regression (all noise) gets wrong.

Nobody knows w and p from a hundred values. Instead of choosing the likeliest pair, and then being too sure, every pair
of a grid is weighed by its restricted likelihood (Patterson and Thompson 1971), and the effect is the mixture of the
Student distributions that they give. A random walk weighs as much beforehand as all steadier movements together: what
moved by itself before may have moved by itself again. With these weights false alarms stay near their nominal rate
(`bench/d2_calibration.py`), where plugging in the likeliest pair gives two to three times as many.

Each R(p) is diagonal in its own basis whatever w is, so all pairs, and all effect columns, cost a few products of
matrices: a pretended date more is a column more.

>>> import numpy as np
>>> place = np.arange(60.0)
>>> values = np.sin(place * 7) + 30 * (place >= 40)
>>> found, = fit(values, np.ones((60, 1)), (place >= 40)[:, None])
>>> found.estimate.low < 30 < found.estimate.high
True
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from tutela.engine.assessment.estimate import LEVEL, Estimate
from tutela.engine.assessment.refusals import NotEstimableError, TooLittleDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SHARES = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
_LASTING = (0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
_BELIEF = np.log([1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 14.0])  # the last equals the sum of the others
_FREEDOM_MIN = 3  # below, a Student distribution has no spread that could be stated
_INDEPENDENT_MIN = 1e-8  # share of an effect column that the other columns must leave unexplained
_MOVING_MIN = 1e-9  # share of a series that must be left unexplained; below it there is only rounding
_HALVINGS = 45


@dataclass(frozen=True, slots=True)
class Mixture:
    """What is known of one effect: Student distributions (one a pair of w and p) with weights that add up to 1."""

    weights: Floats
    places: Floats
    scales: Floats
    freedom: int
    persistence: float  # mean over the weights of w * p: 0 is noise, 1 is a pure random walk

    @property
    def estimate(self) -> Estimate:
        """Mean, 95 % interval with equal tails, and standard deviation."""
        mean, spread = self._moments()
        tail = (1 - LEVEL) / 2
        return Estimate(mean, self.quantile(tail), self.quantile(1 - tail), spread)

    @property
    def statistic(self) -> float:
        """How many standard deviations the mean is from zero: as of `estimate`, without the work of an interval."""
        mean, spread = self._moments()
        return mean / spread

    def below(self, value: float) -> float:
        """How probable it is that the effect is below `value`."""
        return float(self.weights @ stdtr(self.freedom, (value - self.places) / self.scales))

    def quantile(self, probability: float) -> float:
        """The value that the effect is below with this probability."""
        reach = 100 * float(self.scales.max())
        low, high = float(self.places.min()) - reach, float(self.places.max()) + reach
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < probability else (low, middle)
        return (low + high) / 2

    def _moments(self) -> tuple[float, float]:
        mean = float(self.weights @ self.places)
        within = self.scales**2 * self.freedom / (self.freedom - 2)
        return mean, float(np.sqrt(self.weights @ (within + (self.places - mean) ** 2)))


def fit(values: Floats, regressors: Floats, effects: Floats) -> tuple[Mixture, ...]:
    """Weigh one effect at a time: `values` (n), `regressors` (n x k), `effects` (n x m); gives m mixtures.

    A constant is among the regressors, or in what they span. Raises where there are too few values for so many
    regressors, nothing varies, or an effect coincides with them.
    """
    count, known = regressors.shape
    freedom = count - known - 1
    if freedom < _FREEDOM_MIN:
        raise TooLittleDataError(f"{count} values are too few for {known} regressors and an effect")
    left = _left(values, regressors, effects)
    scale = float(np.std(left))
    parts = [_of_one_basis(basis, left / scale, regressors, effects, freedom) for basis in _bases(count)]
    places, scales, fits = (np.concatenate(part) for part in zip(*parts, strict=True))
    fits += np.repeat(_BELIEF, len(_SHARES))[:, None]
    weights = np.exp(fits - fits.max(axis=0))
    weights /= weights.sum(axis=0)
    lasting = np.outer(_LASTING, _SHARES).ravel() @ weights
    return tuple(
        Mixture(weights[:, m], places[:, m] * scale, scales[:, m] * scale, freedom, float(lasting[m]))
        for m in range(effects.shape[1])
    )


def _of_one_basis(
    basis: tuple[Floats, Floats], values: Floats, regressors: Floats, effects: Floats, freedom: int
) -> tuple[Floats, Floats, Floats]:
    """Place, scale and restricted log likelihood of each share (rows) and effect (columns).

    The effect column is taken apart from the regressors (Frisch, Waugh and Lovell), for all columns at once.
    """
    variances, vectors = basis
    known = regressors.shape[1]
    base = vectors.T @ np.column_stack([regressors, values])
    turned = vectors.T @ effects
    precisions = 1 / ((1 - _SHARES)[:, None] + np.outer(_SHARES, variances) + 1e-12)
    weighed = precisions[:, :, None] * base
    inner = base.T @ weighed
    across = weighed.transpose(0, 2, 1) @ turned
    normal, moments = inner[:, :known, :known], inner[:, :known, known:]
    solved = np.linalg.solve(normal, np.concatenate([across[:, :known], moments], axis=2))
    of_effect = precisions @ turned**2 - (across[:, :known] * solved[:, :, :-1]).sum(axis=1)
    with_values = across[:, known] - (moments * solved[:, :, :-1]).sum(axis=1)
    left = inner[:, known, known] - (moments[:, :, 0] * solved[:, :, -1]).sum(axis=1)
    places = with_values / of_effect
    squares = np.maximum(left[:, None] - with_values * places, 1e-12)
    scales = np.sqrt(squares / freedom / of_effect)
    fits = -0.5 * (
        (np.linalg.slogdet(normal)[1] - np.log(precisions).sum(axis=1))[:, None]
        + np.log(of_effect)
        + freedom * np.log(squares)
    )
    return places, scales, fits


@lru_cache(maxsize=16)
def _bases(count: int) -> tuple[tuple[Floats, Floats], ...]:
    """Eigenvalues and eigenvectors of each R(p), scaled so that the movement about the mean has variance 1."""
    place = np.arange(count, dtype=np.float64)
    found: list[tuple[Floats, Floats]] = []
    for lasting in _LASTING:
        moving = np.minimum.outer(place, place) if lasting == 1 else lasting ** np.abs(np.subtract.outer(place, place))
        about_mean = moving - moving.mean(axis=0)
        about_mean -= about_mean.mean(axis=1)[:, None]
        scaled = about_mean * (count - 1) / np.trace(about_mean)
        variances, vectors = np.linalg.eigh(scaled + 1 / count)  # the constant among the regressors takes the mean out
        found.append((np.clip(variances, 0, None), vectors))
    return tuple(found)


def _left(values: Floats, regressors: Floats, effects: Floats) -> Floats:
    """What least squares leaves of the values: they have the same effect. Refuses what no data could answer."""
    left = values - regressors @ np.linalg.lstsq(regressors, values)[0]
    if not np.linalg.norm(left) > _MOVING_MIN * np.linalg.norm(values):
        raise NotEstimableError("the series does not vary", hint="There is nothing to compare an effect with.")
    if np.linalg.matrix_rank(regressors) < regressors.shape[1]:
        raise NotEstimableError(
            "two of the known changes coincide", hint="Drop a break, the trend, or the seasonal pattern."
        )
    apart = effects - regressors @ np.linalg.lstsq(regressors, effects)[0]
    if (np.square(apart).sum(axis=0) <= _INDEPENDENT_MIN * np.square(effects).sum(axis=0)).any():
        raise NotEstimableError(
            "the effect cannot be told from a break, the trend or the seasonal pattern",
            hint="A break in the period of the event makes its effect unknowable.",
        )
    return left
