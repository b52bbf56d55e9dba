"""Multiple systems estimation: how many people are on no list, from how lists overlap. Exploratory, and shown so.

Input is counts: how many people are on exactly these lists and no others. Never names, never anything of a person.

1. Poisson log-linear models with every set of pairwise dependences between lists; each gives the people on no list
   (Fienberg 1972; Silverman 2014 for the United Kingdom, one of the tests).
2. *All* models within 2 of the best Akaike criterion are given, not the best alone.
3. The interval repeats the choice of the model on resampled counts. Intervals that take the chosen model as given are
   far too narrow (Whitehead, Jackson and others 2021); both are shown, and the second is the one to quote.
4. A pair of lists with nobody in common tells nothing of its dependence: it is named and left out. A model whose
   estimate does not exist (the linear programme of Fienberg and Rinaldo 2012) is dropped and counted.

It assumes that lists are of the same people at the same time, matched without error, and that dependences are pairwise.
None can be tested with the counts.

>>> lists = ("A", "B", "C")
>>> on = {"A": 60, "B": 50, "C": 40, "AB": 25, "AC": 20, "BC": 16, "ABC": 8}
>>> counts = Overlaps(lists, {frozenset(which): count for which, count in on.items()})
>>> found = estimate(counts, seed=1, resamples=50)
>>> found.known, found.selected.total.low < found.selected.total.value < found.redrawn_high
(219, True)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from tutela.domain.limits import StudyLimits
from tutela.engine.assessment import poisson
from tutela.engine.assessment.estimate import LEVEL, Estimate
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError, TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_LIMITS = StudyLimits()
_LISTS_MIN = 3
_AS_GOOD = 2.0
_NORMAL = 1.959964
_ABOVE_ZERO = 1e-7  # people: what the linear programme calls more than none


@dataclass(frozen=True, slots=True)
class Overlaps:
    """How many people are on exactly these lists; a combination that is not given has nobody."""

    lists: tuple[str, ...]
    people: Mapping[frozenset[str], int]

    def __post_init__(self) -> None:
        if len(set(self.lists)) < len(self.lists) or not _LISTS_MIN <= len(self.lists) <= _LIMITS.population_lists_max:
            raise SeriesError(
                f"{len(self.lists)} lists: {_LISTS_MIN} to {_LIMITS.population_lists_max} different ones can be used",
                hint="Merge the smallest lists.",
            )
        if any(not on or not on <= set(self.lists) for on in self.people):
            raise SeriesError("a combination names a list that is not there, or none")
        if any(count < 0 for count in self.people.values()):
            raise SeriesError("a count of people is below zero")


@dataclass(frozen=True, slots=True)
class Model:
    """One set of dependences: `worse_by` the best Akaike criterion; `total` people, interval given this model."""

    dependences: tuple[tuple[str, str], ...]
    worse_by: float
    total: Estimate


@dataclass(frozen=True, slots=True)
class Population:
    """`selected` by steps; `as_good` within 2 of the best; the interval to quote is `redrawn_low` to `redrawn_high`."""

    known: int
    selected: Model
    as_good: tuple[Model, ...]
    redrawn_low: float
    redrawn_high: float
    no_overlap: tuple[tuple[str, str], ...]
    models_without_estimate: int

    @property
    def fragility(self) -> float:
        """The interval to quote, over the one that takes the model as given: 1 would be robust, 3 is fragile."""
        return (self.redrawn_high - self.redrawn_low) / (self.selected.total.high - self.selected.total.low)


def estimate(overlaps: Overlaps, *, seed: int, resamples: int = 200) -> Population:
    """Estimate how many people there are, on lists and on none."""
    if not 1 < resamples <= _LIMITS.resamples_max:
        raise SeriesError(f"{resamples} resamples are not between 2 and {_LIMITS.resamples_max}")
    table = _Table(overlaps)
    if not table.overlapping.any():
        raise TooLittleDataError("no two lists have a person in common", hint="Nothing can be said of who is on none.")
    every = _every_subset(table.overlapping)
    fitted = table.fit(np.tile(table.counts, (len(every), 1)), every)
    criteria = table.criteria(fitted, every)
    good, without = _good(table, every, criteria)
    best = float(criteria[good[0]])
    models = tuple(table.model(every[each], float(criteria[each]) - best) for each in good)
    (chosen,) = table.step(table.counts[None])
    if not table.exists(chosen):
        chosen = every[good[0]]
    (criterion,) = table.criteria(table.fit(table.counts[None], chosen[None]), chosen[None])
    low, high = _redrawn(table, np.random.default_rng(seed), resamples)
    return Population(
        int(table.counts.sum()),
        table.model(chosen, max(float(criterion) - best, 0.0)),
        models,
        low,
        high,
        tuple(pair for pair, there in zip(table.pairs, table.overlapping, strict=True) if not there),
        without,
    )


class _Table:
    """The counts as cells, and the columns that models choose from: one, the lists, the pairs."""

    def __init__(self, overlaps: Overlaps) -> None:
        lists = overlaps.lists
        self.cells = [frozenset(each) for size in range(1, len(lists) + 1) for each in combinations(lists, size)]
        self.pairs = list(combinations(lists, 2))
        self.counts = np.array([float(overlaps.people.get(cell, 0)) for cell in self.cells])
        on = np.array([[name in cell for name in lists] for cell in self.cells], dtype=np.float64)
        both = np.array([[set(pair) <= cell for pair in self.pairs] for cell in self.cells], dtype=np.float64)
        self.design = np.hstack([np.ones((len(self.cells), 1)), on, both])
        self.overlapping = self.counts @ both > 0
        self.fixed = 1 + len(lists)

    def fit(self, counts: Floats, pairs: Flags) -> poisson.Fitted:
        """Fit a stack of counts, each with its pairs."""
        always = np.ones((len(pairs), self.fixed), dtype=np.bool_)
        return poisson.fit(counts, self.design, np.hstack([always, pairs]))

    def criteria(self, fitted: poisson.Fitted, pairs: Flags) -> Floats:
        """Akaike's criterion of each."""
        return 2 * (self.fixed + pairs.sum(axis=1)) - 2 * fitted.log_likelihoods

    def model(self, pairs: Flags, worse_by: float) -> Model:
        """One model with its total; the people on no list have a log-normal interval."""
        fitted = self.fit(self.counts[None], pairs[None])
        hidden = float(np.exp(fitted.coefficients[0, 0]))
        spread = float(np.sqrt(fitted.covariances[0, 0, 0]))
        known = float(self.counts.sum())
        reach = math.exp(_NORMAL * spread)
        total = Estimate(known + hidden, known + hidden / reach, known + hidden * reach, hidden * spread)
        chosen = tuple(pair for pair, there in zip(self.pairs, pairs, strict=True) if there)
        return Model(chosen, worse_by, total)

    def step(self, counts: Floats) -> Flags:
        """Add the pair that helps Akaike's criterion most, until none does; for a stack of counts at once."""
        both = self.design[:, self.fixed :]
        allowed = counts @ both > 0
        chosen = np.zeros_like(allowed)
        current = self.criteria(self.fit(counts, chosen), chosen)
        going = np.ones(len(counts), dtype=np.bool_)
        while going.any():
            rows, added = np.nonzero(allowed & ~chosen & going[:, None])
            if not len(rows):
                break
            tried = chosen[rows]
            tried[np.arange(len(rows)), added] = True
            criteria = np.full(allowed.shape, np.inf)
            criteria[rows, added] = self.criteria(self.fit(counts[rows], tried), tried)
            best = criteria.argmin(axis=1)
            reached = criteria[np.arange(len(counts)), best]
            going &= reached < current
            chosen[going, best[going]] = True
            current = np.where(going, reached, current)
        return chosen

    def exists(self, pairs: Flags) -> bool:
        """Whether the maximum likelihood estimate exists: counts above zero have the same sufficient statistics."""
        used = self.design[:, np.concatenate([np.ones(self.fixed, dtype=np.bool_), pairs])]
        count = len(self.cells)
        found = linprog(
            np.append(np.zeros(count), -1.0),
            A_ub=np.hstack([-np.eye(count), np.ones((count, 1))]),
            b_ub=np.zeros(count),
            A_eq=np.hstack([used.T, np.zeros((used.shape[1], 1))]),
            b_eq=used.T @ self.counts,
            bounds=[(0, None)] * (count + 1),
        )
        return found.fun is not None and float(found.fun) < -_ABOVE_ZERO


def _good(table: _Table, every: Flags, criteria: Floats) -> tuple[list[int], int]:
    """The models that have an estimate and are within 2 of the best such, best first; and how many had none."""
    good: list[int] = []
    without = 0
    for each in np.argsort(criteria).tolist():
        if good and criteria[each] > criteria[good[0]] + _AS_GOOD:
            break
        if table.exists(every[each]):
            good.append(each)
        else:
            without += 1
    if not good:
        raise NotEstimableError("no model has an estimate", hint="Merge lists that hardly overlap.")
    return good, without


def _every_subset(allowed: Flags) -> Flags:
    """Every set of the allowed pairs (sets x pairs)."""
    places = np.flatnonzero(allowed)
    chosen = np.zeros((2 ** len(places), len(allowed)), dtype=np.bool_)
    chosen[:, places] = (np.arange(2 ** len(places))[:, None] >> np.arange(len(places))) & 1 == 1
    return chosen


def _redrawn(table: _Table, random: np.random.Generator, resamples: int) -> tuple[float, float]:
    """The interval of the total when people are drawn again and the model is chosen again each time."""
    known = int(table.counts.sum())
    draws = random.multinomial(known, table.counts / known, size=resamples).astype(np.float64)
    fitted = table.fit(draws, table.step(draws))
    totals = known + np.exp(fitted.coefficients[:, 0])
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(totals, [tail, 100 - tail])
    return float(low), float(high)
