"""What can go wrong on the way to an authority and back, made to happen.

    faults = Faults(rate=0.2, seed=7)                      # one call in five, always the same ones
    faults = Faults(planned=[None, Fault.LOST_ANSWER])     # the second call, and no other

A lost answer and one that comes too late are the same to whoever asked; a request that is lost was never seen.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.formats.cybertip_answer import Answer, Code, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Fault(StrEnum):
    """One thing that goes wrong with one call."""

    LOST_REQUEST = "lost-request"
    LOST_ANSWER = "lost-answer"
    LATE_ANSWER = "late-answer"
    HALF_ANSWER = "half-answer"
    BUSY = "busy"  # it says so, and did nothing
    BUSY_AFTER = "busy-after"  # it says so, and did it all the same
    NO_XML = "no-xml"  # something in between answers in its place
    REFUSED = "refused"  # the credentials are, all of a sudden
    UNKNOWN_CODE = "unknown-code"


PASSING: Final = tuple(each for each in Fault if each not in {Fault.REFUSED, Fault.UNKNOWN_CODE})
"""Those that pass without a person."""


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back."""

    status: int
    body: bytes


class Faults:
    """Which call meets which fault: those planned, then by chance."""

    def __init__(
        self,
        planned: Iterable[Fault | None] = (),
        *,
        rate: float = 0.0,
        seed: int = 0,
        kinds: tuple[Fault, ...] = PASSING,
    ) -> None:
        self._planned = iter(planned)
        self._rate, self._kinds = rate, kinds
        self._chance = random.Random(seed)  # noqa: S311 - a rehearsal that can be repeated, no secret
        self._lock = threading.Lock()

    def next(self) -> Fault | None:
        """Return what happens to the next call."""
        with self._lock:
            for planned in self._planned:
                return planned
            return self._chance.choice(self._kinds) if self._chance.random() < self._rate else None


def through(fault: Fault | None, act: Callable[[], Answer]) -> Response | None:
    """Let a call meet a fault; None where nothing comes back. What comes late is for whoever has a clock."""
    early = _EARLY.get(fault) if fault else None
    if fault is Fault.LOST_REQUEST or early is not None:
        return early
    body = write(act())
    if fault is Fault.LOST_ANSWER:
        return None
    if fault is Fault.HALF_ANSWER:
        return Response(200, body[: len(body) // 2])
    return Response(200, _BUSY if fault is Fault.BUSY_AFTER else body)


_BUSY: Final = write(Answer(Code.SERVER_ERROR, "Server error"))
_EARLY: Final = {
    Fault.BUSY: Response(200, _BUSY),
    Fault.NO_XML: Response(502, b"<html><body>Bad gateway</body></html>"),
    Fault.REFUSED: Response(401, b""),
    Fault.UNKNOWN_CODE: Response(200, write(Answer(9999, "Something new"))),
}
