"""How much one recipient is sent, and when a person is asked before more goes out. Pure.

Rules:

1. A recipient gets a bounded number of notices an hour; the rest wait their turn, the oldest first. After an outage of
   the mail server nothing that was missed is made up for: each notice that waits goes once.
2. Many new matters about one site within a day, or two objections within a month, open its *circuit*: nothing more is
   sent about it until a person has looked. A page that fetches what others hold looks just like that, and whoever runs
   it can remove nothing.
3. While the mail server is away it is tried once a minute, by one. What it would not take now it is offered again after
   1, 2, 4 ... minutes, at most an hour, and given up after a day.

>>> PACE.room(sent=58, waiting=10), PACE.circuit(opened=101, objections=0).value, PACE.circuit(3, 2).value
(2, 'many', 'objections')
>>> [PACE.wait_min(tries) for tries in (1, 2, 3, 20)]
[1, 2, 4, 60]
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Circuit(StrEnum):
    """Whether notices about a site go out."""

    CLOSED = "closed"  # they do
    MANY = "many"
    OBJECTIONS = "objections"


@dataclass(frozen=True, slots=True)
class Pace:
    """The bounds."""

    recipient_an_hour_max: int = 60
    minute_max: int = 120  # of all recipients together: what one connection hands over with ease
    site_a_day_max: int = 100
    objections_a_month_max: int = 1

    def room(self, sent: int, waiting: int) -> int:
        """Return how many of those that wait may go to a recipient that got so many in the last hour."""
        return max(0, min(waiting, self.recipient_an_hour_max - sent))

    def circuit(self, opened: int, objections: int) -> Circuit:
        """Weigh what was opened about a site within a day, and who objected within a month."""
        if objections > self.objections_a_month_max:
            return Circuit.OBJECTIONS
        return Circuit.MANY if opened > self.site_a_day_max else Circuit.CLOSED

    def wait_min(self, tries: int) -> int:
        """Return after how many minutes a notice is offered again that was put off so often."""
        return min(60, 2 ** min(tries - 1, 10))


PACE: Final = Pace()
