"""A client of the assessment, to read: definitions, series with what they are not, releases. Asks like the others.

    with Figures("https://tutela.example", key) as figures:
        for indicator in figures.indicators("reports"):
            print(indicator.title, indicator.not_this)
        series = figures.series("cybertipline-reports")
        series.values[-1].value, series.values[-1].unit, series.breaks, series.digest

Nothing here is without its unit, source and what it is not. `release` asks for the data as they were frozen.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from tutela.client.calls import Answered, Patience, Request, Wait, asked
from tutela.client.connections import Connections
from tutela.client.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = "/api/v1/assessment"
Value_ = TypeVar("Value_")


class Indicator(msgspec.Struct, frozen=True):
    """One definition. `not_this` says what its numbers are not."""

    id: str
    title: str
    definition: str
    lens: str
    measures: str
    polarity: str
    unit: str
    quality: str
    method: str
    not_this: list[str]


class Value(msgspec.Struct, frozen=True):
    """One value; `value` is None where it is missing or about too few people, `printed` is what a reader is shown."""

    span: str
    value: float | None
    lower: float | None
    upper: float | None
    printed: str
    unit: str
    status: str
    source: str
    doubt: str


class Break(msgspec.Struct, frozen=True):
    """A day from which on counting is not what it was."""

    day: str
    cause: str


class Series(msgspec.Struct, frozen=True):
    """One indicator in one place, oldest first, and the digest of the data that it is from."""

    digest: str
    indicator: Indicator
    area: str
    cell: str
    breaks: list[Break]
    values: list[Value]


class Release(msgspec.Struct, frozen=True):
    """One frozen version of everything."""

    id: str
    number: int
    title: str
    is_baseline: bool
    digest: str
    made_at: str


class _Indicators(msgspec.Struct, frozen=True):
    digest: str
    indicators: list[Indicator]


class Figures:
    """Asks and waits. Threads may share one. Errors: see `client.errors`."""

    def __init__(self, address: str, key: str, *, patience: Patience | None = None) -> None:
        """`key` is one with the scope to read the data of the assessment."""
        self._patience = patience or Patience()
        self._connections = Connections(address, key, self._patience.timeout_s)
        self._jitter = random.SystemRandom().random

    def indicators(self, words: str = "", *, lens: str = "", release: str = "") -> Sequence[Indicator]:
        """Return the definitions that have all these words."""
        return self._ask("indicators", _Indicators, q=words, lens=lens, release=release).indicators

    def series(self, indicator: str, *, area: str = "WLD", cell: str = "", release: str = "") -> Series:
        """Return one indicator in one place."""
        return self._ask(f"series/{quote(indicator, safe='')}", Series, area=area, cell=cell, release=release)

    def releases(self) -> Sequence[Release]:
        """Return every release, the newest first."""
        return self._ask("releases", list[Release])

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, what: str, kind: type[Value_], **said: str) -> Value_:
        query = urlencode({name: value for name, value in said.items() if value})
        target = f"{_ROOT}/{what}{'?' if query else ''}{query}"
        exchange = asked(Request("GET", target), self._patience, self._jitter)
        answered: Answered | None = None
        while True:
            try:
                step = exchange.send(answered)
            except StopIteration as end:
                return _read(end.value, kind)
            answered = None
            if isinstance(step, Wait):
                time.sleep(step.seconds)
            else:
                answered = self._connections.send(step)


def _read(body: bytes, kind: type[Value_]) -> Value_:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError:
        raise UnreachableError("what answered was not the assessment") from None
