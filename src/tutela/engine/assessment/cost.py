"""Cost scenarios: every input with its range, every answer a range, and what drives it.

Rules
-----
* An input is a distribution with its unit, source and whether it was carried over from elsewhere. Shares are beta,
  costs gamma, counts and ratios log-normal; triangles are for what an expert said only.
* The same seed gives the same draws, and an input keeps its draws whatever else a scenario holds (common random
  numbers), so that two scenarios differ by what differs between them.
* An answer is a `Range`: median and 95 % interval. There is no field with one number. An answer that rests on one
  transferred input is indicative, and says so; it says also what share of the children it covers.
* Tornado: each input at both its ends, the others at their medians. Total Sobol indices: the share of the spread that
  would be left if everything but this input were known; by Jansen's estimator over Saltelli's design.

Worked example
--------------
>>> victims = Input("victims", LogNormal(113_144, 0.25), "children", "homeoffice2021")
>>> each = Input("cost a victim", Gamma(89_240, 0.30), "GBP", "homeoffice2021")
>>> found = simulate([victims, each], lambda draw: draw["victims"] * draw["cost a victim"], seed=1, unit="GBP")
>>> found.low / 1e9 < 10.097 < found.high / 1e9
True
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Draws = NDArray[np.float64]
    Model = Callable[[Mapping[str, Draws]], Draws]

DRAWS: Final = 100_000
_SOBOL_DRAWS: Final = 4_096
_LEVEL: Final = 0.95


class Distribution(Protocol):
    """What an input can be."""

    def draw(self, rng: np.random.Generator, count: int) -> Draws:
        """Return so many draws."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Known, or chosen."""

    value: float

    def draw(self, rng: np.random.Generator, count: int) -> Draws:
        """Return the value so many times."""
        del rng
        return np.full(count, self.value)


@dataclass(frozen=True, slots=True)
class Beta:
    """A share: its mean and standard deviation."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not 0 < self.mean < 1 or not 0 < self.sd**2 < self.mean * (1 - self.mean):
            raise ValueError("a share lies between 0 and 1, and spreads less than a coin does")

    def draw(self, rng: np.random.Generator, count: int) -> Draws:
        """Return draws by the method of moments."""
        size = self.mean * (1 - self.mean) / self.sd**2 - 1
        return rng.beta(self.mean * size, (1 - self.mean) * size, count)


@dataclass(frozen=True, slots=True)
class Gamma:
    """A cost: its mean and coefficient of variation."""

    mean: float
    cv: float

    def __post_init__(self) -> None:
        if self.mean <= 0 or self.cv <= 0:
            raise ValueError("a cost and its coefficient of variation are more than nothing")

    def draw(self, rng: np.random.Generator, count: int) -> Draws:
        """Return draws of this mean and spread."""
        shape = self.cv**-2
        return rng.gamma(shape, self.mean / shape, count)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A count or ratio: its median and coefficient of variation."""

    median: float
    cv: float

    def __post_init__(self) -> None:
        if self.median <= 0 or self.cv <= 0:
            raise ValueError("a count and its coefficient of variation are more than nothing")

    @classmethod
    def between(cls, low: float, high: float) -> LogNormal:
        """Return the one whose 95 % interval this is."""
        if not 0 < low < high:
            raise ValueError("an interval begins above nothing and ends after it begins")
        sigma = math.log(high / low) / (2 * 1.959964)
        return cls(math.sqrt(low * high), math.sqrt(math.expm1(sigma**2)))

    def draw(self, rng: np.random.Generator, count: int) -> Draws:
        """Return draws of this median and spread."""
        return rng.lognormal(math.log(self.median), math.sqrt(math.log1p(self.cv**2)), count)


@dataclass(frozen=True, slots=True)
class Triangle:
    """What an expert said: least, likely, most."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.likely <= self.high or self.low == self.high:
            raise ValueError("least, likely and most come in this order")

    def draw(self, rng: np.random.Generator, count: int) -> Draws:
        """Return draws of the triangle."""
        return rng.triangular(self.low, self.likely, self.high, count)


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a scenario."""

    name: str
    distribution: Distribution
    unit: str
    source: str
    transferred: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """An answer. `coverage` is the share of the children whom it is about, 0..1, None where nobody knows."""

    low: float
    median: float
    high: float
    unit: str
    indicative: bool
    coverage: float | None

    @property
    def words(self) -> str:
        """The answer in words."""
        mark = " (indicative: inputs were carried over from elsewhere)" if self.indicative else ""
        return f"{_short(self.low)} to {_short(self.high)} {self.unit}, around {_short(self.median)}{mark}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a tornado: the answer with an input at its low and at its high end."""

    name: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the answer moves."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True)
class Return:
    """An investment beside what it averts."""

    ratio: Range
    net: Range
    pays: float  # the share of draws in which more is averted than spent


def simulate(
    inputs: Sequence[Input],
    model: Model,
    *,
    seed: int,
    unit: str,
    draws: int = DRAWS,
    coverage: float | None = None,
) -> Range:
    """Draw every input and return the range of the answer."""
    answer = model(_draw(inputs, seed, draws))
    return _range(answer, unit, indicative=any(each.transferred for each in inputs), coverage=coverage)


def tornado(inputs: Sequence[Input], model: Model, *, seed: int, draws: int = DRAWS) -> tuple[Bar, ...]:
    """Return how far each input moves the answer, the widest bar first."""
    drawn = _draw(inputs, seed, draws)
    ends = {name: np.quantile(values, [0.025, 0.5, 0.975]) for name, values in drawn.items()}
    middle = {name: end[1:2] for name, end in ends.items()}
    bars = [
        Bar(
            name,
            float(model({**middle, name: end[0:1]})[0]),
            float(model({**middle, name: end[2:3]})[0]),
        )
        for name, end in ends.items()
    ]
    return tuple(sorted(bars, key=lambda bar: -bar.width))


def sobol_total(inputs: Sequence[Input], model: Model, *, seed: int, draws: int = _SOBOL_DRAWS) -> dict[str, float]:
    """Return the total Sobol index of each input: what drives the spread, with all its interactions."""
    one, other = _draw(inputs, seed, draws), _draw(inputs, seed + 1, draws)
    answer = model(one)
    spread = float(np.var(np.concatenate([answer, model(other)])))
    if spread == 0:
        return dict.fromkeys(one, 0.0)
    return {name: float(np.mean((answer - model({**one, name: other[name]})) ** 2)) / (2 * spread) for name in one}


def return_on(
    inputs: Sequence[Input],
    averted: Model,
    spent: Model,
    *,
    seed: int,
    unit: str,
    draws: int = DRAWS,
    coverage: float | None = None,
) -> Return:
    """Return what an investment averts for what it costs, as ranges: ratio, net, and how often it pays."""
    drawn = _draw(inputs, seed, draws)
    gain, price = averted(drawn), spent(drawn)
    if float(np.min(price)) <= 0:
        raise ValueError("an investment that may cost nothing has no return")
    indicative = any(each.transferred for each in inputs)
    return Return(
        ratio=_range(gain / price, f"{unit} averted for each spent", indicative=indicative, coverage=coverage),
        net=_range(gain - price, unit, indicative=indicative, coverage=coverage),
        pays=float(np.mean(gain > price)),
    )


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the stream of random numbers of one input: the same for the same seed and name."""
    named = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, named])


def _draw(inputs: Sequence[Input], seed: int, draws: int) -> dict[str, Draws]:
    """Draw each input from a stream of its own, named by the seed and the input."""
    if len({each.name for each in inputs}) < len(inputs):
        raise ValueError("two inputs have the same name")
    return {each.name: each.distribution.draw(stream(seed, each.name), draws) for each in inputs}


def _range(answer: Draws, unit: str, *, indicative: bool, coverage: float | None) -> Range:
    tail = (1 - _LEVEL) / 2
    low, median, high = (float(each) for each in np.quantile(answer, [tail, 0.5, 1 - tail]))
    return Range(low, median, high, unit, indicative, coverage)


def _short(value: float) -> str:
    """Write a number with two significant digits: a range carries no more."""
    for size, name in ((1e9, " thousand million"), (1e6, " million"), (1e3, " thousand")):
        if abs(value) >= size:
            return f"{float(f'{value / size:.2g}'):g}{name}"
    return f"{float(f'{value:.2g}'):g}"
