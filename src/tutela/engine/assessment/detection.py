"""Level against detection: what a number of reports is not, and adjustments that say what they assume.

Three quantities never stand in for each other, and never on one axis:
- REPORTED what came to notice; it rises when more is looked for, and falls when less can be seen
- PREVALENCE the share of people who say in a survey that it happened to them
- EXPOSURE how many could be affected or could report (children, users)

A report count may be taken apart (`taken_apart`): growth of users times growth of reports a user. The second factor is
behaviour *and* detection, and nothing here tells them apart. It may be adjusted (`adjusted`) by named factors, each
with its range and its assumption; the result stays a report count under these assumptions. There is no function that
makes one number of the threat, and none will be added.

>>> parts = taken_apart(Measured(Quantity.REPORTED, 1_106_071, 10_214_753, "reports"), 1.5)
>>> round(parts.growth, 2), round(parts.per_exposed, 2)
(9.24, 6.16)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tutela.engine.assessment.refusals import SeriesError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Quantity(Enum):
    """What kind of thing was measured."""

    REPORTED = "reported"
    PREVALENCE = "prevalence"
    EXPOSURE = "exposure"


@dataclass(frozen=True, slots=True)
class Measured:
    """The same quantity, in the same unit, at an earlier and a later time."""

    quantity: Quantity
    earlier: float
    later: float
    unit: str


@dataclass(frozen=True, slots=True)
class Parts:
    """`growth` = `of_exposed` x `per_exposed`, all times (1 is no change)."""

    growth: float
    of_exposed: float
    per_exposed: float
    means: str


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
            raise SeriesError(f"{self.name}: an adjustment needs a range of factors above zero, low to high")
        if not (self.name and self.assumes and self.source):
            raise SeriesError("an adjustment needs a name, its assumption and its source")


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Reports under assumptions; every one of them is named, and the range is as wide as they make it together."""

    quantity: Quantity
    unit: str
    raw: float
    low: float
    central: float
    high: float
    assumes: tuple[str, ...]
    is_not: str


def taken_apart(reports: Measured, exposed_growth: float) -> Parts:
    """Take the growth of reports apart, given how many times more people there are that could report or be reported."""
    _check_reported(reports.quantity)
    if not all(0 < each < math.inf for each in (reports.earlier, reports.later, exposed_growth)):
        raise SeriesError("growth needs numbers above zero")
    growth = reports.later / reports.earlier
    return Parts(
        growth,
        exposed_growth,
        growth / exposed_growth,
        "Reports for each exposed person: behaviour and detection together. It is not the growth of abuse.",
    )


def adjusted(quantity: Quantity, raw: float, unit: str, adjustments: Sequence[Adjustment]) -> Adjusted:
    """Apply named adjustments to a report count. Ranges multiply end by end: the widest that the assumptions allow."""
    _check_reported(quantity)
    if not 0 <= raw < math.inf:
        raise SeriesError("a report count is zero or more")
    names = [each.name for each in adjustments]
    if not names or len(set(names)) < len(names):
        raise SeriesError("name at least one adjustment, and each once")
    return Adjusted(
        quantity,
        unit,
        raw,
        raw * math.prod(each.low for each in adjustments),
        raw * math.prod(each.central for each in adjustments),
        raw * math.prod(each.high for each in adjustments),
        tuple(f"{each.name}: {each.assumes} ({each.source})" for each in adjustments),
        "Reports under the assumptions named; not a level of abuse and not a number of children.",
    )


def _check_reported(quantity: Quantity) -> None:
    if quantity is not Quantity.REPORTED:
        raise SeriesError(
            f"{quantity.value} is not a report count",
            hint="Show the quantities beside each other, on axes of their own.",
        )
