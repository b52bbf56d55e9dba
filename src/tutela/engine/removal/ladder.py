"""Who is told after how long, and when it is looked at again. Pure; the times are a proposal.

Rules:

1. A notice goes first to who holds the material: the host, and where a delivery network stands before it, that network
   for the origin. It goes again every 24 hours, under the same reference, until it is gone.
2. Who does not act is not asked alone for ever: after 48 hours the network above is told as well, after 72 the
   registrar, after a week the competent authority. After a fortnight a person decides how to go on.
3. The site's own operator is on no rung. They may be who put it there.
4. It is looked at soon and then ever more rarely: 15 minutes, 1, 3, 6 and 12 hours after the start, every 12 hours
   for a fortnight, then daily. Once it seems gone: an hour later, then daily until that is certain, then after 7, 30
   and 90 days.

>>> [rung.value for rung in LADDER.reached(timedelta(hours=73))]
['host', 'upstream', 'registrar']
>>> [LADDER.look_again(number, timedelta(days=1)).total_seconds() / 3600 for number in range(1, 8)]
[0.25, 0.75, 2.0, 3.0, 6.0, 12.0, 12.0]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Rung(StrEnum):
    """Who can act, the nearest to the material first."""

    HOST = "host"  # holds it; or the delivery network that knows who does
    UPSTREAM = "upstream"  # gives the host its connection
    REGISTRAR = "registrar"  # gives the site its name
    AUTHORITY = "authority"  # can order


_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Every time of taking down, in one place."""

    rungs: tuple[tuple[Rung, timedelta], ...] = (
        (Rung.HOST, timedelta(0)),
        (Rung.UPSTREAM, 48 * _HOUR),
        (Rung.REGISTRAR, 72 * _HOUR),
        (Rung.AUTHORITY, timedelta(days=7)),
    )
    unresolved: timedelta = timedelta(days=14)  # after the first notice
    send_again: timedelta = 24 * _HOUR
    hold: timedelta = 24 * _HOUR  # of the police, unless they renew it
    looks: tuple[timedelta, ...] = (0.25 * _HOUR, 0.75 * _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR)  # each after the last
    look_often: timedelta = 12 * _HOUR
    look_seldom: timedelta = 24 * _HOUR
    seldom_after: timedelta = timedelta(days=14)
    gone_again: timedelta = _HOUR  # after it first seemed gone
    gone_apart: timedelta = 24 * _HOUR  # between two looks that count
    gone_rounds: int = 3
    gone_vantages: int = 2
    watch: tuple[timedelta, ...] = (timedelta(days=7), timedelta(days=30), timedelta(days=90))
    unclear_rounds: int = 10  # in a row; then a person is asked

    def reached(self, age: timedelta, pushed: int = 0) -> list[Rung]:
        """Return who is told at this age of the matter; at least the first `pushed` and one more."""
        return [rung for number, (rung, begins) in enumerate(self.rungs) if begins <= age or number <= pushed]

    def look_again(self, number: int, age: timedelta) -> timedelta:
        """Return how long to wait after the `number`-th look (the first is 1)."""
        if number <= len(self.looks):
            return self.looks[number - 1]
        return self.look_often if age < self.seldom_after else self.look_seldom


LADDER: Final = Ladder()
