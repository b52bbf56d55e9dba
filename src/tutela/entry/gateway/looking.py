"""What the gateway asks: the live index under TUTELA_HOME/lists, opened when it is there.

A request takes one snapshot and keeps it to its end; what was mapped stays mapped until the last one lets go. Looking
whether something new is there happens beside the requests, every `REFRESH_S` seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from tutela.domain.errors import IndexMissingError
from tutela.engine.matching.live import LiveIndex

if TYPE_CHECKING:
    from pathlib import Path

    from tutela.engine.matching.live import Snapshot

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

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._live: LiveIndex | None = None
        self._snapshot: Snapshot | None = None

    def refresh(self) -> None:
        """Look at the pointer; the one place that opens files. What is damaged raises, and what was open stays."""
        if self._live is None:
            try:
                self._live = LiveIndex.open(self._folder)
            except IndexMissingError:
                return
        self._snapshot = self._live.snapshot()

    def snapshot(self) -> Snapshot | None:
        """Return what the last look found."""
        return self._snapshot
