"""A panel: the same series of many units (countries, platforms, regions), over the same periods, in the same unit.

>>> from datetime import date
>>> from tutela.engine.assessment.series import Frequency, Series
>>> years = [Series(name, "a year", Frequency.YEAR, date(2000, 1, 1), (1.0, 2.0)) for name in ("A", "B")]
>>> Panel.of(years).names
('A', 'B')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from tutela.domain.limits import StudyLimits
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray

    from tutela.engine.assessment.series import Series

_LIMITS = StudyLimits()


@dataclass(frozen=True, slots=True)
class Panel:
    """Series that may be compared period by period; each unit's name is there once."""

    series: tuple[Series, ...]

    @classmethod
    def of(cls, series: Iterable[Series]) -> Self:
        """Make a panel; refuses series that differ in unit, frequency, start or length, and doubled names."""
        found = tuple(series)
        if not found:
            raise SeriesError("there are no series to compare")
        if len(found) > _LIMITS.units_max:
            raise SeriesError(f"{len(found)} units are more than {_LIMITS.units_max}")
        if len({each.name for each in found}) < len(found):
            raise SeriesError("a unit is there twice")
        if len({(each.unit, each.frequency, each.starts, len(each)) for each in found}) > 1:
            raise SeriesError(
                "the series differ in unit, frequency, first period or length",
                hint="Bring all to the same unit and the same periods.",
            )
        return cls(found)

    @property
    def names(self) -> tuple[str, ...]:
        """The units, in the order of the rows of `values`."""
        return tuple(each.name for each in self.series)

    @property
    def unit(self) -> str:
        """The unit of every value."""
        return self.series[0].unit

    @property
    def values(self) -> NDArray[np.float64]:
        """Units x periods."""
        return np.array([each.values for each in self.series])

    def row(self, name: str) -> int:
        """The row of this unit."""
        if name not in self.names:
            raise NotEstimableError(f"{name} is not among the units")
        return self.names.index(name)

    def first_whole(self, on: date) -> int:
        """The first period wholly at or after `on`."""
        return self.series[0].first_whole(on)

    def date_of(self, place: int) -> date:
        """The first day of the period at this place."""
        return self.series[0].date_of(place)
