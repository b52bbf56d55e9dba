"""A composite index after the OECD/JRC Handbook, with its uncertainty in the face of the reader. Off by default.

Rules
-----
* Nothing is built without a `Purpose`: what for, on what theory, who decided. Capability profiles are never an input:
  the answers of a survey about capability are neither imputed nor ranked.
* The steps, in this order: denominate, impute by group (counted), screen by availability, treat outliers, normalise,
  weigh, aggregate. Each is a small function of arrays: rows are units, columns indicators, NaN what is missing.
* Outliers: where |skew| >= 2 and kurtosis >= 3.5, up to five points are winsorised; where that is not enough, the
  column is taken as it was and its logarithm used instead (the practice of COINr, which the JRC recommends).
* Fixed goalposts are preferred over time: min-max moves every year's scores when one unit moves.
* `composite` gives a score with its interval and a rank with its interval, over plausible choices of everything that
  was chosen (Monte Carlo from a seed), and the share of values that was imputed. There is no way to get one without
  the other.

Worked example
--------------
>>> normalise(np.array([[1.0], [3.0], [2.0]]), np.array([-1.0]), Scaling.MINMAX)[:, 0].tolist()
[100.0, 0.0, 50.0]
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Table = NDArray[np.float64]

SKEW_MAX: Final = 2.0
KURTOSIS_MAX: Final = 3.5
WINSORISED_MAX: Final = 5
AVAILABILITY_MIN: Final = 0.9
DRAWS: Final = 200
_WEIGHT_NOISE: Final = 0.25  # weights move by up to a quarter
_UNITS_MIN: Final = 3


class Scaling(StrEnum):
    """How a column becomes comparable with another."""

    MINMAX = "min-max, 0 to 100"
    Z = "standard score"
    RANK = "rank, 0 to 100"
    GOALPOSTS = "fixed goalposts, 0 to 100"


class Mean(StrEnum):
    """How scores are put together: from fully to hardly compensating."""

    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"
    HARMONIC = "harmonic"


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why there is an index at all."""

    what_for: str
    theory: str
    decided_by: str

    def __post_init__(self) -> None:
        if not (self.what_for.strip() and self.theory.strip() and self.decided_by.strip()):
            raise ValueError("an index is built for a stated purpose, on a stated theory, by somebody's decision")


@dataclass(frozen=True, slots=True)
class Part:
    """An indicator or a group of them. `direction` is -1 where more is worse; a parent of "" is the index itself."""

    code: str
    parent: str
    weight: float = 1.0
    direction: float = 1.0
    goalposts: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Framework:
    """Indicators in the order of the columns, and the groups above them, lower levels first."""

    indicators: tuple[Part, ...]
    groups: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        codes = [each.code for each in (*self.indicators, *self.groups)]
        if len(set(codes)) < len(codes) or "" in codes:
            raise ValueError("each part of a framework has a code of its own")
        above = {""}
        for group in reversed(self.groups):
            if group.parent not in above:
                raise ValueError("groups come lower levels first, each under one that exists")
            above.add(group.code)
        if any(each.parent not in above for each in self.indicators):
            raise ValueError("an indicator stands under a group that does not exist")
        if any(each.weight < 0 for each in (*self.indicators, *self.groups)):
            raise ValueError("weights are not negative")


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that was chosen. `composite` varies it."""

    winsorised_max: int = WINSORISED_MAX
    scaling: Scaling = Scaling.MINMAX
    mean: Mean = Mean.ARITHMETIC
    availability_min: float = AVAILABILITY_MIN


@dataclass(frozen=True, slots=True)
class Placed:
    """One unit: its score and rank, each with the interval that other choices would give it."""

    unit: str
    score: float
    score_low: float
    score_high: float
    rank: int
    rank_low: int
    rank_high: int
    imputed: float


@dataclass(frozen=True, slots=True)
class Composite:
    """An index with everything that a reader is owed."""

    purpose: Purpose
    choices: Choices
    placed: tuple[Placed, ...]
    left_out: tuple[str, ...]
    draws: int


def composite(
    purpose: Purpose,
    units: Sequence[str],
    values: Table,
    framework: Framework,
    *,
    seed: int,
    choices: Choices = Choices(),
    peers: Sequence[str] | None = None,
    draws: int = DRAWS,
) -> Composite:
    """Build an index and how far it depends on what was chosen.

    Args:
        purpose: what it is for.
        units: a name a row.
        values: denominated already; NaN is missing.
        framework: what stands under what.
        seed: of the Monte Carlo.
        choices: the nominal ones.
        peers: a group for each unit, within which missing values are replaced by the mean; None: they are left out.
        draws: how many other sets of choices are tried.
    """
    kept = available(values) >= choices.availability_min
    if int(kept.sum()) < _UNITS_MIN:
        raise ValueError(f"an index of fewer than {_UNITS_MIN} units says nothing")
    table = values if peers is None else impute(values, peers)
    table, missing = table[kept], np.isnan(values[kept])
    nominal = scores(table, framework, choices)
    rng = np.random.default_rng(seed)
    tried = np.stack([_other(table, framework, choices, rng) for _ in range(draws)])
    # Scores of other scalings have other sizes: they are laid over the nominal ones by their ranks.
    ranks = np.stack([rank(each) for each in tried])
    alike = np.sort(nominal)[::-1][ranks - 1]
    low, high = np.quantile(alike, [0.025, 0.975], axis=0)
    first, last = np.quantile(ranks, [0.025, 0.975], axis=0, method="nearest")
    names = [unit for unit, keep in zip(units, kept, strict=True) if keep]
    nominal_ranks = rank(nominal)
    placed = [
        Placed(
            unit=name,
            score=float(nominal[row]),
            score_low=float(min(low[row], nominal[row])),
            score_high=float(max(high[row], nominal[row])),
            rank=int(nominal_ranks[row]),
            rank_low=int(min(first[row], nominal_ranks[row])),
            rank_high=int(max(last[row], nominal_ranks[row])),
            imputed=float(missing[row].mean()) if peers is not None else 0.0,
        )
        for row, name in enumerate(names)
    ]
    left_out = tuple(unit for unit, keep in zip(units, kept, strict=True) if not keep)
    return Composite(purpose, choices, tuple(placed), left_out, draws)


def scores(values: Table, framework: Framework, choices: Choices) -> Table:
    """Treat, normalise and aggregate a table; return a score a unit."""
    treated = np.column_stack([treat(values[:, each], choices.winsorised_max) for each in range(values.shape[1])])
    directions = np.array([each.direction for each in framework.indicators])
    posts = [each.goalposts for each in framework.indicators]
    normalised = normalise(treated, directions, choices.scaling, posts)
    if choices.mean is not Mean.ARITHMETIC:
        normalised = 1 + 0.99 * _to_hundred(normalised)  # neither mean knows zero or less
    return aggregate(normalised, framework, choices.mean)


def denominate(values: Table, denominators: Table) -> Table:
    """Divide each column by its own; a column of ones leaves a column alone."""
    if np.any(denominators <= 0):
        raise ValueError("what is divided by is more than nothing")
    return values / denominators


def available(values: Table) -> Table:
    """Return for each unit the share of values that are there."""
    return 1 - np.isnan(values).mean(axis=1)


def impute(values: Table, peers: Sequence[str]) -> Table:
    """Replace what is missing by the mean of its group; where the group has none, it stays missing."""
    filled = values.copy()
    names = np.asarray(peers)
    for peer in set(peers):
        inside = names == peer
        for column in range(values.shape[1]):
            gaps = inside & np.isnan(values[:, column])
            known = values[inside & ~gaps, column]
            if len(known):
                filled[gaps, column] = known.mean()
    return filled


def treat(column: Table, winsorised_max: int = WINSORISED_MAX) -> Table:
    """Winsorise up to so many outliers, or take the logarithm where that is not enough."""
    if not _has_outliers(column):
        return column
    treated = column.copy()
    high = low = np.zeros(len(column), dtype=bool)  # the points moved at each end; a tie moves together
    while int(high.sum() + low.sum()) < winsorised_max and _has_outliers(treated):
        if skewness(treated) >= 0:
            high = treated == np.nanmax(treated)
            treated[high] = np.nanmax(treated[~high])
        else:
            low = treated == np.nanmin(treated)
            treated[low] = np.nanmin(treated[~low])
    if not _has_outliers(treated):
        return treated
    least, most = np.nanmin(column), np.nanmax(column)
    return np.log(column - least + 0.01 * (most - least))


def normalise(
    values: Table, directions: Table, scaling: Scaling, goalposts: Sequence[tuple[float, float] | None] | None = None
) -> Table:
    """Make columns comparable, more being better in all of them."""
    turned = values * directions
    if scaling is Scaling.Z:
        return (turned - np.nanmean(turned, axis=0)) / np.nanstd(turned, axis=0, ddof=1)
    if scaling is Scaling.RANK:
        return np.column_stack([_rank_share(turned[:, each]) for each in range(turned.shape[1])])
    if scaling is Scaling.GOALPOSTS:
        if goalposts is None or None in goalposts:
            raise ValueError("fixed goalposts are set for every indicator")
        posts = np.array(goalposts).T * directions
        low, high = np.minimum(*posts), np.maximum(*posts)
        return np.clip(100 * (turned - low) / (high - low), 0, 100)
    low, high = np.nanmin(turned, axis=0), np.nanmax(turned, axis=0)
    return 100 * (turned - low) / np.where(high > low, high - low, np.nan)


def aggregate(normalised: Table, framework: Framework, mean: Mean = Mean.ARITHMETIC) -> Table:
    """Put indicators together to groups, groups to groups, and those to one score a unit."""
    children: dict[str, list[tuple[float, Table]]] = {}
    for column, each in enumerate(framework.indicators):
        children.setdefault(each.parent, []).append((each.weight, normalised[:, column]))
    for group in framework.groups:
        children.setdefault(group.parent, []).append((group.weight, _mean(children[group.code], mean)))
    return _mean(children[""], mean)


def rank(scores_: Table) -> NDArray[np.int64]:
    """Return ranks, 1 the highest; those who share a score share the better rank."""
    return np.array([1 + int((scores_ > each).sum()) for each in scores_])


def skewness(column: Table) -> float:
    """Return the sample skewness, corrected for size; NaN with fewer than three values."""
    x = column[~np.isnan(column)]
    n = len(x)
    if n < 3 or np.ptp(x) == 0:
        return float("nan")
    x = x - x.mean()
    plain = np.sqrt(n) * np.sum(x**3) / np.sum(x**2) ** 1.5
    return float(plain * np.sqrt(n * (n - 1)) / (n - 2))


def kurtosis(column: Table) -> float:
    """Return the sample excess kurtosis, corrected for size; NaN with fewer than four values."""
    x = column[~np.isnan(column)]
    n = len(x)
    if n < 4 or np.ptp(x) == 0:
        return float("nan")
    x = x - x.mean()
    plain = n * np.sum(x**4) / np.sum(x**2) ** 2
    return float(((n + 1) * (plain - 3) + 6) * (n - 1) / ((n - 2) * (n - 3)))


def _has_outliers(column: Table) -> bool:
    return abs(skewness(column)) >= SKEW_MAX and kurtosis(column) >= KURTOSIS_MAX


def _rank_share(column: Table) -> Table:
    known = column[~np.isnan(column)]
    below = np.array([(known < each).sum() + ((known == each).sum() - 1) / 2 for each in column], dtype=float)
    return np.where(np.isnan(column), np.nan, 100 * below / max(len(known) - 1, 1))


def _mean(parts: Sequence[tuple[float, Table]], mean: Mean) -> Table:
    """Return the weighted mean of columns over what is there."""
    table = np.column_stack([column for _, column in parts])
    weights = np.where(np.isnan(table), 0.0, np.array([weight for weight, _ in parts]))
    total = weights.sum(axis=1)
    total = np.where(total > 0, total, np.nan)
    filled = np.where(np.isnan(table), 1.0, table)
    if mean is Mean.GEOMETRIC:
        return np.exp((weights * np.log(filled)).sum(axis=1) / total)
    if mean is Mean.HARMONIC:
        return total / (weights / filled).sum(axis=1)
    return (weights * filled).sum(axis=1) / total


def _to_hundred(values: Table) -> Table:
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    return 100 * (values - low) / np.where(high > low, high - low, np.nan)


def _other(values: Table, framework: Framework, choices: Choices, rng: np.random.Generator) -> Table:
    """Return the scores under one other set of plausible choices."""

    def moved(parts: tuple[Part, ...]) -> tuple[Part, ...]:
        noise = rng.uniform(1 - _WEIGHT_NOISE, 1 + _WEIGHT_NOISE, len(parts))
        return tuple(replace(each, weight=each.weight * float(by)) for each, by in zip(parts, noise, strict=True))

    other = replace(
        choices,
        winsorised_max=int(rng.integers(0, WINSORISED_MAX + 1)),
        scaling=(Scaling.MINMAX, Scaling.Z, Scaling.RANK)[int(rng.integers(3))],
        mean=(Mean.ARITHMETIC, Mean.GEOMETRIC)[int(rng.integers(2))],
    )
    return scores(values, Framework(moved(framework.indicators), moved(framework.groups)), other)
