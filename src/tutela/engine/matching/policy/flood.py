"""Entries that are suddenly hit by everything: set apart until a person has looked, before they drown the rest.

Counted are hits of each entry in windows that follow each other. An entry that exceeds the rule is set apart and stays
so until it is released; then it is counted from nothing. Counters are bounded: when there are too many, those that
were touched longest ago are forgotten, which an entry that floods never is. One gate counts what one process answers.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tutela.domain.lists import Hit
    from tutela.engine.matching.policy.rules import Flood

COUNTERS_MAX: Final = 65_536
QUARANTINED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry that was set apart: when, and after how many hits since when."""

    list_name: str
    entry_id: str
    since: datetime
    hits: int
    counted_from: datetime


class FloodGate:
    """Counts, and sets apart. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: OrderedDict[tuple[str, str], tuple[datetime, int]] = OrderedDict()
        self._apart: dict[tuple[str, str], Quarantined] = {}

    @property
    def flooding(self) -> frozenset[tuple[str, str]]:
        """Entries that are set apart, as (list, id)."""
        with self._lock:
            return frozenset(self._apart)

    def note(self, rule: Flood, hits: Iterable[Hit], now: datetime) -> None:
        """Count the hits of one upload."""
        with self._lock:
            for hit in hits:
                self._count(rule, (hit.list_name, hit.entry_id), now)

    def quarantined(self) -> list[Quarantined]:
        """Return what is set apart, the latest first."""
        with self._lock:
            return sorted(self._apart.values(), key=lambda one: one.since, reverse=True)

    def release(self, list_name: str, entry_id: str) -> bool:
        """Let an entry count again; tell whether it was set apart."""
        with self._lock:
            self._counts.pop((list_name, entry_id), None)
            return self._apart.pop((list_name, entry_id), None) is not None

    def _count(self, rule: Flood, entry: tuple[str, str], now: datetime) -> None:
        if entry in self._apart:
            return
        start, count = self._counts.pop(entry, (now, 0))
        if now - start >= timedelta(seconds=rule.window_s):
            start, count = now, 0
        self._counts[entry] = (start, count + 1)
        if len(self._counts) > COUNTERS_MAX:
            self._counts.popitem(last=False)
        if count + 1 > rule.hits_max and len(self._apart) < QUARANTINED_MAX:
            self._apart[entry] = Quarantined(*entry, since=now, hits=count + 1, counted_from=start)
            del self._counts[entry]
