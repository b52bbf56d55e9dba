"""What the gateway asks: the live index under TUTELA_HOME/lists, opened when it is there.

A request takes one snapshot and keeps it to its end; what was mapped stays mapped until the last one lets go. Looking
whether something new is there happens beside the requests, every `REFRESH_S` seconds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Protocol

from tutela.domain.errors import IndexMissingError
from tutela.engine.matching.live import LiveIndex
from tutela.engine.throttling import Rate, entry_buckets, name_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tutela.engine.matching.live import Snapshot
    from tutela.engine.matching.policy import Counts, Flood

REFRESH_S: Final = 0.25


class Index(Protocol):
    """Where snapshots come from."""

    def refresh(self) -> None:
        """Look whether there is a new version, and open it."""
        ...

    def snapshot(self) -> Snapshot | None:
        """Return the state in force; None before the first `refresh`, and where no index was built."""
        ...


class LiveLists:
    """The lists of this machine, and every change since they were imported."""

    def __init__(self, folder: Path, counts: Counts | None = None) -> None:
        """`counts`: of the hits of each entry, see `FloodCounts`."""
        self._folder = folder
        self._counts = counts
        self._live: LiveIndex | None = None
        self._snapshot: Snapshot | None = None

    def refresh(self) -> None:
        """Look at the pointer; the one place that opens files. What is damaged raises, and what was open stays."""
        if self._live is None:
            try:
                self._live = LiveIndex.open(self._folder, self._counts)
            except IndexMissingError:
                return
        self._snapshot = self._live.snapshot()

    def snapshot(self) -> Snapshot | None:
        """Return what the last look found."""
        return self._snapshot


class FloodCounts:
    """How often each entry was hit, counted once for all processes of this machine, and on after a restart.

    A bucket of as many hits as the rule allows, full again after its time: whatever empties it had more hits within
    such a time than are allowed. What comes evenly may have up to twice as many before it does.
    """

    def __init__(self, home: Path) -> None:
        self._table = entry_buckets(home)

    def exceeds(self, name: bytes, rule: Flood, now: datetime) -> bool:
        """Count one hit, see `Counts`."""
        rate = Rate(rule.hits_max, math.ceil(rule.window_s))
        return self._table.take(name_of(name), rate, round(now.timestamp() * 1e9)) > 0
