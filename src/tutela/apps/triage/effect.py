"""What other weights would do to the queue, seen before anybody adopts them.

The queue of the last `DAYS` days, whatever became of its cases since, is ordered twice and laid side by side. It is
read, never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.apps.triage import rules
from tutela.apps.triage.models import Case
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from tutela.apps.triage.weights import Weights

DAYS: Final = 30
CASES_MAX: Final = 250_000  # the newest
TOP: Final = 30
FIRST_SHARE: Final = 0.005


@dataclass(frozen=True, slots=True)
class Standing:
    """One case of the effect: its places, from 1 on, and its scores."""

    case_id: UUID
    before: int
    after: int
    score_before: int
    score_after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """Both orders of the same cases. `first` is how many cases the first 0.5 % are."""

    cases: int
    moved: int
    first: int
    top_before: tuple[Standing, ...]
    top_after: tuple[Standing, ...]
    entering: tuple[Standing, ...]
    leaving: tuple[Standing, ...]


def effect(organisation_id: UUID, before: Weights, after: Weights) -> Effect:
    """Order the queue of the last days by both."""
    since = clock.now() - timedelta(days=DAYS)
    rows = Case.objects.filter(organisation_id=organisation_id, opened_at__gte=since).order_by("-opened_at", "-id")
    newest = list(rows.values_list("id", "signals")[:CASES_MAX])
    newest.reverse()
    return compare([case_id for case_id, _ in newest], [written for _, written in newest], before, after)


def compare(case_ids: Sequence[UUID], signals: Sequence[str], before: Weights, after: Weights) -> Effect:
    """Order cases, given as they came in, by both."""
    first = ceil(len(case_ids) * FIRST_SHARE)
    old, new = (_scores(signals, weights) for weights in (before, after))
    old_order, new_order = (np.argsort(-scores, kind="stable") for scores in (old, new))
    old_places, new_places = _places(old_order), _places(new_order)

    def told(indexes: NDArray[np.int64]) -> tuple[Standing, ...]:
        return tuple(
            Standing(case_ids[at], int(old_places[at]), int(new_places[at]), int(old[at]), int(new[at]))
            for at in indexes
        )

    is_first_before, is_first_after = old_places <= first, new_places <= first
    return Effect(
        cases=len(case_ids),
        moved=int(np.count_nonzero(old_places != new_places)),
        first=first,
        top_before=told(old_order[:TOP]),
        top_after=told(new_order[:TOP]),
        entering=told(new_order[(is_first_after & ~is_first_before)[new_order]]),
        leaving=told(old_order[(is_first_before & ~is_first_after)[old_order]]),
    )


def _scores(signals: Sequence[str], weights: Weights) -> NDArray[np.int64]:
    known = {written: weights.score(rules.read(written)) for written in set(signals)}
    return np.fromiter((known[written] for written in signals), np.int64, len(signals))


def _places(order: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(1, len(order) + 1)
    return places
