"""What is too little: how much data each method needs before it may say anything.

| periods before | periods after | what may be said |
|---|---|---|
| fewer than 8 | any | describe only |
| any | fewer than 3 | describe only |
| 8 to 19 | 3 or more | a change, with strong caution |
| 20 or more | 3 or more | a change |

Comparators: at least 5 units with at least 10 periods before. Annual national series usually fail these rules: that is
said, not worked around.

>>> enough(before=12, after=6)
<Footing.CAUTION: 'caution'>
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from tutela.engine.assessment.refusals import TooLittleDataError

BEFORE_MIN: Final = 8
BEFORE_FULL: Final = 20
AFTER_MIN: Final = 3
COMPARATORS_MIN: Final = 5
COMPARED_BEFORE_MIN: Final = 10


class Footing(Enum):
    """How much the amount of data allows to say."""

    DESCRIBE = "describe only"
    CAUTION = "caution"
    FULL = "full"


def enough(before: int, after: int) -> Footing:
    """What so many periods before and after allow."""
    if before < BEFORE_MIN or after < AFTER_MIN:
        return Footing.DESCRIBE
    return Footing.FULL if before >= BEFORE_FULL else Footing.CAUTION


def check_periods(before: int, after: int) -> None:
    """Refuse to estimate a change from too few periods."""
    if enough(before, after) is Footing.DESCRIBE:
        raise TooLittleDataError(
            f"{before} periods before and {after} after are too few: {BEFORE_MIN} and {AFTER_MIN} are needed",
            hint="Show the series as it is, without an estimate.",
        )


def check_comparators(units: int, before: int, after: int) -> None:
    """Refuse to compare with too few units or too short a past."""
    if units < COMPARATORS_MIN or before < COMPARED_BEFORE_MIN or after < 1:
        raise TooLittleDataError(
            f"{units} comparators with {before} periods before and {after} after are too few: "
            f"{COMPARATORS_MIN}, {COMPARED_BEFORE_MIN} and 1 are needed",
            hint="Show the units beside each other, without an estimate.",
        )
