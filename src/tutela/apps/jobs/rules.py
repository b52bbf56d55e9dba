"""What a job may carry, when it is tried again, and why it was given up. Pure.

Rules:

1. Arguments are ids, codes and small whole numbers. A sentence, name, address or digest does not fit, so none can
   end up in the queue, in a log or on the list of dead letters: a job is told *which* row, and reads the rest itself.
2. After the n-th failure a job waits 5 s x 2**(n - 1), at most an hour, of which a random half: workers that failed
   together do not come back together.
3. Why a job failed is one of `ErrorCode`, and the place in the code. An error's message may quote data: it is not kept.

>>> check_payload({"report": "019a4f3c-6e20-7000-8000-000000000000", "attempt": 2})
>>> check_payload({"report": "somebody@example.org"})
Traceback (most recent call last):
tutela.apps.jobs.rules.PayloadError: The argument report is not an id, a code or a small whole number
>>> [backoff_s(attempt, 1.0) for attempt in (1, 2, 3, 20)]
[5.0, 10.0, 20.0, 3600.0]
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ARGUMENTS_MAX: Final = 12
INTEGER_MAX: Final = 2**31 - 1
KEY_CHARACTERS_MAX: Final = 200
NAME_CHARACTERS_MAX: Final = 64
SKEW_S_MAX: Final = 60
BACKOFF_S_MIN: Final = 5.0
BACKOFF_S_MAX: Final = 3600.0

_CODE: Final = r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*"
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME: Final = re.compile(_CODE)
_ARGUMENT: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_VALUE: Final = re.compile(rf"(?={_UUID}\Z|.{{0,40}}\Z)(?:{_UUID}|{_CODE})?")
_KEY: Final = re.compile(rf"(?:{_UUID}|{_CODE}|[0-9]{{1,10}})(?::(?:{_UUID}|{_CODE}|[0-9]{{1,10}}))*")


class PayloadError(TutelaError):
    """A job was given something else than ids, codes and small whole numbers."""


class ErrorCode(StrEnum):
    """Why an attempt came to nothing."""

    FAILED = "failed"  # the work raised an error
    REFUSED = "refused"  # the work said, in our own words, that it cannot be done
    DATABASE = "database"  # the database was away, full or read-only
    WORKER_DIED = "worker-died"  # the process ended in the middle, or stood still until its lease ran out
    LEASE_LOST = "lease-lost"  # it took too long, and somebody else had begun again
    UNKNOWN_NAME = "unknown-name"  # no code of this version does such work
    WRONG_ARGUMENTS = "wrong-arguments"  # the work of this version takes other arguments


def check_name(name: str) -> None:
    """Raise `PayloadError` unless `name` is a code such as `takedown.probe`."""
    if len(name) > NAME_CHARACTERS_MAX or not _NAME.fullmatch(name):
        raise PayloadError("A job's name is a code such as takedown.probe")


def check_payload(payload: Mapping[str, str | int]) -> None:
    """Raise `PayloadError` unless every argument is an id, a code or a small whole number."""
    if len(payload) > ARGUMENTS_MAX:
        raise PayloadError(f"A job takes at most {ARGUMENTS_MAX} arguments", hint="Give it the id of a row.")
    for name, value in payload.items():
        if not _ARGUMENT.fullmatch(name):
            raise PayloadError("The name of an argument is a Python name in small letters")
        if not _is_small(value):
            raise PayloadError(
                f"The argument {name} is not an id, a code or a small whole number",
                hint="Keep it in a row, encrypted where it is personal, and give the row's id.",
            )


def check_key(key: str) -> None:
    """Raise `PayloadError` unless `key` is made of codes, ids and numbers with colons between."""
    if len(key) > KEY_CHARACTERS_MAX or not _KEY.fullmatch(key):
        raise PayloadError("A job's key is made of codes, ids and numbers with colons between")


def backoff_s(attempt: int, fraction: float) -> float:
    """Seconds to wait after the `attempt`-th failure (1 is the first). `fraction` in [0, 1) is drawn by the caller."""
    longest = min(BACKOFF_S_MAX, BACKOFF_S_MIN * 2.0 ** min(attempt - 1, 16))
    return longest * (0.5 + fraction / 2)


def has_ended(lease_until: datetime, moment: datetime) -> bool:
    """Whether a lease is over."""
    return lease_until <= moment


def next_tick(due_at: datetime, moment: datetime, every_s: int) -> float | None:
    """Seconds from `moment` to the tick after this one, if it is due now; None if it is not.

    Ticks that nobody was there for are not made up for. A tick well over one period away (more than clocks of different
    machines differ) means that the clock was set back: it counts as due, so that nothing sleeps through that time.
    """
    away_s = (due_at - moment).total_seconds()
    if 0 < away_s <= every_s + SKEW_S_MAX:
        return None
    late_s = -away_s % every_s if away_s <= 0 else 0.0
    return every_s - late_s


def _is_small(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) <= INTEGER_MAX
    return isinstance(value, str) and _VALUE.fullmatch(value) is not None
