"""A token bucket in one number: the moment at which it will be full again. Pure.

Rules:

1. A full bucket holds `tokens_max` tokens; an empty one fills evenly within `period_s`. Taking one moves the moment on
   by the time of one token; where that would be more than a period away, there is none to take. Several are taken
   together or not at all.
2. A number that lies more than a period ahead was written by another clock: it counts as an empty bucket. So a clock
   that is set back lets nobody wait longer than for one token, and gives nobody more than they had.
3. A moment that has passed is a full bucket. So a clock that is set forward gives one full bucket, and no more.

>>> twice_a_second = Rate(tokens_max=2, period_s=1)
>>> first = take(0, twice_a_second, now_ns=10_000_000_000)
>>> second = take(first.full_at_ns, twice_a_second, now_ns=10_000_000_000)
>>> third = take(second.full_at_ns, twice_a_second, now_ns=10_000_000_000)
>>> [each.wait_ns for each in (first, second, third)]
[0, 0, 500000000]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and as many again in every period."""

    tokens_max: int
    period_s: int

    def __post_init__(self) -> None:
        if self.tokens_max < 1 or self.period_s < 1:
            raise ValueError("a rate is at least one token, in at least one second")

    @property
    def token_ns(self) -> int:
        """The time in which one token comes back; rounded up, so that rounding never gives one away."""
        return -(-self.period_s * _NS // self.tokens_max)


class Taken(NamedTuple):
    """The bucket afterwards; and how long to wait for as many tokens, 0 where they were taken."""

    full_at_ns: int
    wait_ns: int


def take(full_at_ns: int, rate: Rate, now_ns: int, tokens: int = 1) -> Taken:
    """Take some tokens, if there are so many. `ValueError` for more than a bucket ever holds."""
    if not 1 <= tokens <= rate.tokens_max:
        raise ValueError("a bucket never holds so many tokens")
    token_ns = rate.token_ns
    empty_at_ns = now_ns + token_ns * rate.tokens_max
    full_at_ns = min(max(full_at_ns, now_ns), empty_at_ns)
    after_ns = full_at_ns + token_ns * tokens
    if after_ns > empty_at_ns:
        return Taken(full_at_ns, after_ns - empty_at_ns)
    return Taken(after_ns, 0)
