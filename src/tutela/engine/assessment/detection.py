"""Level against detection: what a count of reports is made of, and adjustments that say what they assume.

A count of reports rises when more happens, when more people could report or be reported, and when more is looked for.
Only the second can be counted by itself. So a count may be
- taken apart (`taken_apart`): growth of the users times growth of reports a user. The second factor is behaviour *and*
  detection, and nothing here tells them apart;
- adjusted (`adjusted`) by named factors, each with its range, its assumption and its source. Ranges multiply end by
  end: as wide as the assumptions allow together. The result is still a count of reports, under these assumptions.

Only `Reports` go in, so that a prevalence from a survey or a number of users cannot be adjusted into something else.
There is no function that makes one number of the threat, and none belongs here.

>>> parts = taken_apart(Reports(1_106_071, "reports"), Reports(10_214_753, "reports"), exposed_growth=1.5)
>>> round(parts.growth, 2), round(parts.per_exposed, 2)
(9.24, 6.16)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.refusals import SeriesError

if TYPE_CHECKING:
    from collections.abc import Sequence

PER_EXPOSED_IS: Final = "Behaviour and detection together. It is not the growth of abuse."
ADJUSTED_IS: Final = "Reports under the assumptions named. It is not a level of abuse and not a number of children."


@dataclass(frozen=True, slots=True)
class Reports:
    """A count of what came to notice, in `unit`."""

    count: float
    unit: str

    def __post_init__(self) -> None:
        if not 0 <= self.count < math.inf or not self.unit:
            raise SeriesError("a count of reports is zero or more, and has a unit")


@dataclass(frozen=True, slots=True)
class Parts:
    """`growth` = `of_exposed` x `per_exposed`, all times (1 is no change); `note` says what the last one is."""

    growth: float
    of_exposed: float
    per_exposed: float
    note: str = PER_EXPOSED_IS


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A named factor with its range (1 changes nothing), what it assumes, and where it is from."""

    name: str
    low: float
    central: float
    high: float
    assumes: str
    source: str

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.central <= self.high < math.inf:
            raise SeriesError(f"{self.name}: an adjustment needs factors above zero, from low to high")
        if not (self.name and self.assumes and self.source):
            raise SeriesError("an adjustment needs a name, its assumption and its source")


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Reports under assumptions, in the unit of `raw`; no value without its range, no range without its reasons."""

    raw: Reports
    low: float
    central: float
    high: float
    adjustments: tuple[Adjustment, ...]
    note: str = ADJUSTED_IS


def taken_apart(earlier: Reports, later: Reports, *, exposed_growth: float) -> Parts:
    """Take growth apart, given how many times more people there are who could report or be reported."""
    if earlier.unit != later.unit:
        raise SeriesError(f"{earlier.unit} and {later.unit} are different units")
    if not (earlier.count > 0 and later.count > 0 and 0 < exposed_growth < math.inf):
        raise SeriesError("growth needs numbers above zero")
    growth = later.count / earlier.count
    return Parts(growth, exposed_growth, growth / exposed_growth)


def adjusted(raw: Reports, adjustments: Sequence[Adjustment]) -> Adjusted:
    """Apply named adjustments, each once."""
    if not adjustments or len({each.name for each in adjustments}) < len(adjustments):
        raise SeriesError("name at least one adjustment, and each once")
    return Adjusted(
        raw,
        raw.count * math.prod(each.low for each in adjustments),
        raw.count * math.prod(each.central for each in adjustments),
        raw.count * math.prod(each.high for each in adjustments),
        tuple(adjustments),
    )
