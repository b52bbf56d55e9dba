"""An estimate: a value that is never without its interval. Values in the unit that the holder names.

>>> Estimate(10.0, 4.0, 16.0, 3.0).excludes_zero
True
"""

from __future__ import annotations

from dataclasses import dataclass

LEVEL = 0.95
"""The level of every interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its 95 % interval, and its standard error."""

    value: float
    low: float
    high: float
    standard_error: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0 or self.high < 0

    @property
    def statistic(self) -> float:
        """How many standard errors the value is from zero."""
        return self.value / self.standard_error
