"""Workforce and backlog: whether those who should act can keep up, and what it does to them.

Rules
-----
* A backlog is counted by its own identity: what was waiting, plus what came, less what was done, is what waits. Counts
  that break it are refused, not smoothed.
* Waiting is told by median and 90th percentile, including what still waits: leaving that out makes a growing queue
  look quick. Where fewer than half are done, the median is "not reached" (Kaplan and Meier's estimate).
* The workforce is counted, never scored person by person: staff, leavers, share with support within reach, and
  exposure as a distribution over people. Groups of fewer than five are suppressed (`rules.suppress`).

Worked example
--------------
>>> july = Throughput("2026-07", waiting=100, came=500, done=450)
>>> july.left, round(july.periods_to_clear, 2), july.keeps_up
(150, 0.33, False)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from tutela.domain.limits import AssessmentLimits

if TYPE_CHECKING:
    from collections.abc import Sequence


class BrokenCountError(ValueError):
    """Counts contradict each other."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """One period of a desk."""

    span: str
    waiting: int  # at its beginning
    came: int
    done: int

    def __post_init__(self) -> None:
        if min(self.waiting, self.came, self.done) < 0:
            raise BrokenCountError("counts are not negative")
        if self.done > self.waiting + self.came:
            raise BrokenCountError("more was done than was there")

    @property
    def left(self) -> int:
        """What waits at the end."""
        return self.waiting + self.came - self.done

    @property
    def periods_to_clear(self) -> float:
        """How many such periods the backlog would take at this pace if nothing came; infinite where nothing is done."""
        return self.left / self.done if self.done else float("inf") if self.left else 0.0

    @property
    def keeps_up(self) -> bool:
        """Whether the backlog did not grow."""
        return self.done >= self.came


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one piece of work took, or has waited so far."""

    days: float
    done: bool

    def __post_init__(self) -> None:
        if self.days < 0:
            raise BrokenCountError("nothing is done before it came")


@dataclass(frozen=True, slots=True)
class Workforce:
    """A team in one period. `exposure` is each person's share of a budget of viewing, without names."""

    span: str
    staff: int
    left: int
    joined: int
    with_support: int
    exposure: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if min(self.staff, self.left, self.joined, self.with_support) < 0 or self.with_support > self.staff:
            raise BrokenCountError("counts of people are not negative, and a part is not more than all")

    @property
    def few(self) -> bool:
        """Whether the team is so small that its figures are about somebody."""
        return self.staff < AssessmentLimits().people_shown_min

    @property
    def turnover(self) -> float | None:
        """Leavers for each person of the average team; None for a team too small to say."""
        average = (self.staff + self.staff - self.joined + self.left) / 2
        return None if self.few or average <= 0 else self.left / average

    @property
    def support(self) -> float | None:
        """The share with support within reach; None for a team too small to say."""
        return None if self.few else self.with_support / self.staff

    @property
    def over_budget(self) -> float | None:
        """The share whose exposure was more than its budget; None where it is not known or the team is too small."""
        few = len(self.exposure) < AssessmentLimits().people_shown_min
        return None if few else sum(each > 1 for each in self.exposure) / len(self.exposure)


def check_chain(periods: Sequence[Throughput]) -> None:
    """Raise `BrokenCountError` where one period does not begin with what the last one left."""
    for before, after in pairwise(periods):
        if after.waiting != before.left:
            raise BrokenCountError(f"{after.span} does not begin with what {before.span} left")


def waited(waits: Sequence[Wait], share: float) -> float | None:
    """Return the days within which so large a share was done, counting what still waits; None: not reached yet.

    >>> waited([Wait(1, True), Wait(2, True), Wait(9, False), Wait(30, False)], 0.5)
    2
    >>> waited([Wait(1, True), Wait(9, False), Wait(30, False)], 0.5) is None
    True
    """
    if not 0 < share < 1:
        raise ValueError("a share lies between 0 and 1")
    still = 1.0  # the share that waits longer than the days looked at
    at_risk = len(waits)  # those who waited so long
    for days, group in groupby(sorted(waits, key=lambda each: each.days), key=lambda each: each.days):
        ends = [each.done for each in group]
        still *= 1 - sum(ends) / at_risk
        if any(ends) and 1 - still >= share - 1e-12:
            return days
        at_risk -= len(ends)
    return None
