"""What an answer to a probe means. Pure.

Rules:

1. Gone is what the host says is gone: 404 or 410. Refused, withheld, moved or unreachable is not gone: it may come
   back, or be shown to others. A person can look at those; they are asked again.
2. The next probe comes after an hour, then after twice as long each time, at most a day: hosts that act at once are
   seen at once, nobody is asked all the time.
3. After `UNCLEAR_MAX` answers in a row that say neither, probing stops, and a person sees that it did. They can look
   another way, and have it resumed.

>>> [judge(status).value for status in (200, 404, 403, None)]
['there', 'gone', 'unclear', 'unclear']
>>> [wait_h(probe) for probe in (0, 1, 4, 5, 60)]
[1, 2, 16, 24, 24]
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_GONE: Final = frozenset({404, 410})
_WAIT_H_MAX: Final = 24
UNCLEAR_MAX: Final = 10  # some six days


class Verdict(StrEnum):
    """Is it still there?"""

    THERE = "there"
    GONE = "gone"
    UNCLEAR = "unclear"


def judge(http_status: int | None) -> Verdict:
    """Weigh one answer; None is no answer."""
    if http_status in _GONE:
        return Verdict.GONE
    return Verdict.THERE if http_status is not None and 200 <= http_status < 300 else Verdict.UNCLEAR


def must_stop(verdicts: Sequence[Verdict]) -> bool:
    """Whether these last answers, oldest first, leave no sense in asking again."""
    last = verdicts[-UNCLEAR_MAX:]
    return len(last) == UNCLEAR_MAX and all(verdict is Verdict.UNCLEAR for verdict in last)


def wait_h(probes: int) -> int:
    """Hours until the next probe, after so many."""
    return min(_WAIT_H_MAX, 2 ** min(probes, 10))
