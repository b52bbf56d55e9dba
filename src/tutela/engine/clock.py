"""The only clock, and the only maker of ids.

Everything that needs the time or an id asks here; ruff forbids `datetime.now` and `uuid4` elsewhere. Tests put another
clock in place for as long as a `with` block lasts; the change is seen by the current thread or task only.

>>> with use(lambda: datetime(2026, 1, 2, tzinfo=UTC)):
...     now().isoformat()
'2026-01-02T00:00:00+00:00'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tutela.domain.ids import RANDOM_BYTES, uuid7

if TYPE_CHECKING:
    from uuid import UUID

Clock = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def now() -> datetime:
    """Return the present moment in UTC, with its time zone."""
    return _clock.get()()


def new_id() -> UUID:
    """Return a new UUIDv7 of the present moment."""
    return uuid7(max(0, (now() - _EPOCH) // _MILLISECOND), os.urandom(RANDOM_BYTES))


@contextmanager
def use(clock: Clock) -> Generator[None]:
    """Let `clock` tell the time inside the block."""
    token = _clock.set(clock)
    try:
        yield
    finally:
        _clock.reset(token)


def _system() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is the injected clock


_clock: ContextVar[Clock] = ContextVar("clock", default=_system)
