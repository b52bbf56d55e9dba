"""Pretences: the same estimate where nothing happened, at other dates or in other units.

If dates or units without the intervention give effects as large as the real one, the real one says little. The answer
is a rank, shown beside every interval: `place` 1 of 39 means that no pretence was as large. `share` is (1 + those at
least as large) / (1 + all): with 19 pretences the smallest that can be is 0.05, and dates that lie close together are
not independent trials. It is evidence, not a probability that the effect is real.

>>> Pretences(-5.3, (Pretence("1970", 1.1), Pretence("1971", -2.6), Pretence("1972", 0.2))).place
1
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pretence:
    """One date (the first day of its period, ISO) or unit without the intervention, and what the method says of it."""

    where: str
    statistic: float


@dataclass(frozen=True, slots=True)
class Pretences:
    """The real statistic among the pretended ones; compared by size, whatever the sign."""

    real: float
    pretended: tuple[Pretence, ...]

    @property
    def as_large(self) -> int:
        """How many pretences are at least as large as the real one."""
        return sum(abs(each.statistic) >= abs(self.real) for each in self.pretended)

    @property
    def place(self) -> int:
        """The rank of the real one, 1 being the largest."""
        return 1 + self.as_large

    @property
    def of(self) -> int:
        """How many there are, the real one included."""
        return 1 + len(self.pretended)

    @property
    def share(self) -> float:
        """`place / of`: what a permutation test calls p."""
        return self.place / self.of
