"""A series: one unit, one regular frequency, every period there, and the breaks where it stopped being the same thing.

- Values are finite numbers. A gap is refused, never filled: what was not measured is not zero and not the average.
- Dates are the first day of their period. Months, quarters and years start on the first of a month; a year may be a
  financial one.
- A break is a date from which the numbers mean something else (a new law, another way of counting). Methods allow for
  a shift at each break; a break in the same period as an event makes the event's effect unknowable.

>>> from datetime import date
>>> reports = Series.of(
...     "Reports", "reports a quarter", Frequency.QUARTER, [(date(2020, 1, 1), 40), (date(2020, 4, 1), 44)]
... )
>>> reports.date_of(1), reports.first_whole(date(2020, 2, 11))
(datetime.date(2020, 4, 1), 1)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Self

from tutela.domain.limits import StudyLimits
from tutela.engine.assessment.refusals import SeriesError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIMITS = StudyLimits()
_WEEK = timedelta(days=7)
_SIZE_MAX = 1e15  # beyond it a value and the next whole number are hardly told apart


class Frequency(Enum):
    """How often there is a value; the member's value is how many periods a year has."""

    WEEK = 52
    MONTH = 12
    QUARTER = 4
    YEAR = 1

    def after(self, start: date, periods: int) -> date:
        """The first day of the period that comes `periods` after the one that starts at `start`."""
        if self is Frequency.WEEK:
            return start + periods * _WEEK
        months = start.year * 12 + start.month - 1 + periods * (12 // self.value)
        return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Break:
    """From `on`, the numbers mean something else; `what` says what changed."""

    on: date
    what: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values in `unit`, one a period, the first in the period that starts at `starts`."""

    name: str
    unit: str
    frequency: Frequency
    starts: date
    values: tuple[float, ...]
    breaks: tuple[Break, ...] = ()

    def __post_init__(self) -> None:
        if not self.unit:
            raise SeriesError(f"{self.name}: no unit is given", hint="Say what one unit of the values is.")
        if not self.values:
            raise SeriesError(f"{self.name}: there are no values")
        if len(self.values) > _LIMITS.periods_max:
            raise SeriesError(
                f"{self.name}: {len(self.values)} periods are more than {_LIMITS.periods_max}",
                hint="Add them up to longer periods.",
            )
        if not all(map(math.isfinite, self.values)):
            raise SeriesError(f"{self.name}: a value is not a finite number", hint="Leave out what was not measured.")
        if max(map(abs, self.values)) > _SIZE_MAX:
            raise SeriesError(f"{self.name}: a value is larger than {_SIZE_MAX:g}", hint="Use a larger unit.")
        if self.frequency is not Frequency.WEEK and self.starts.day != 1:
            raise SeriesError(f"{self.name}: {self.starts} is not the first day of a month")

    @classmethod
    def of(
        cls,
        name: str,
        unit: str,
        frequency: Frequency,
        points: Iterable[tuple[date, float]],
        breaks: Iterable[Break] = (),
    ) -> Self:
        """Make a series of dated values; refuses what is out of order, doubled, missing or off the frequency."""
        dated = tuple(points)
        if not dated:
            raise SeriesError(f"{name}: there are no values")
        starts = dated[0][0]
        for place, (on, _) in enumerate(dated):
            expected = frequency.after(starts, place)
            if on != expected:
                raise SeriesError(
                    f"{name}: row {place + 1} has {on} where {expected} belongs",
                    hint="Rows come in the order of time, one a period, without gaps.",
                )
        return cls(name, unit, frequency, starts, tuple(float(value) for _, value in dated), tuple(breaks))

    def __len__(self) -> int:
        return len(self.values)

    def date_of(self, place: int) -> date:
        """The first day of the period at this place."""
        return self.frequency.after(self.starts, place)

    def first_whole(self, on: date) -> int:
        """The place of the first period that lies wholly at or after `on`; `len(self)` where none does."""
        return next((place for place in range(len(self)) if self.date_of(place) >= on), len(self))

    def before(self, place: int) -> Series:
        """The part before this place."""
        ends = self.date_of(place)
        breaks = tuple(each for each in self.breaks if each.on < ends)
        return Series(self.name, self.unit, self.frequency, self.starts, self.values[:place], breaks)
