"""The live index as its readers see it: any number of threads and processes, none of which ever waits for a writer."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from tutela.domain.errors import IndexCorruptError, IndexMissingError, ListCorruptError, RulesError
from tutela.engine.matching.live.folder import LiveFolder
from tutela.engine.matching.live.opened import Files
from tutela.engine.matching.live.snapshot import Snapshot
from tutela.engine.matching.live.state import HINT
from tutela.engine.matching.policy import FloodGate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tutela.engine.matching.packed import PackedList
    from tutela.engine.matching.policy import Counts
    from tutela.engine.matching.store import ListStore

LOOK_EVERY_S: Final = 0.1  # so old a snapshot may be
_READ_TRIES: Final = 10


class LiveIndex:
    """The index in one folder.

    `fault` is empty, or says why the newest state could not be opened: snapshots then go on from the one before.
    `gate` leaves out entries that were set apart, and sets apart those that flood where somebody counts.
    """

    def __init__(self, folder: LiveFolder, counts: Counts | None = None) -> None:
        self._folder = folder
        self._looking = Lock()
        self.gate = FloodGate(folder.quarantine(), counts)
        self._files, self._snapshot = _open(folder, None, self.gate)
        self._look_again_s = time.monotonic() + LOOK_EVERY_S
        self.fault = ""

    @classmethod
    def open(cls, folder: Path, counts: Counts | None = None) -> Self:
        """Open the state in force. `counts` is for those who answer uploads (see `policy.flood`).

        Raises:
            IndexMissingError: no index was built.
            IndexCorruptError, ListCorruptError: it is damaged; the message says what is.
        """
        return cls(LiveFolder(folder), counts)

    def snapshot(self) -> Snapshot:
        """Return the state in force as it was at most `LOOK_EVERY_S` ago, and the time that opening it takes.

        One thread looks, and opens what is new; the others go on with what there is.
        """
        if time.monotonic() >= self._look_again_s and self._looking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._look_again_s = time.monotonic() + LOOK_EVERY_S
                self._looking.release()
        return self._snapshot

    def _look(self) -> None:
        try:
            if self._folder.pointer() != self._snapshot.version:
                self._files, self._snapshot = _open(self._folder, self._files, self.gate)
            self.fault = ""
        except (IndexMissingError, IndexCorruptError, ListCorruptError, RulesError, OSError) as error:
            self.fault = str(error)


def in_force(store: ListStore, names: Iterable[str]) -> list[PackedList]:
    """Return lists as they count now: with index and changes where the index goes back to the last import, else bare.

    A list has one part or several, each of which is one list to a `Matcher`.

    Raises:
        ListNotFoundError: there is no list of that name.
        ListCorruptError, IndexCorruptError: a list, or the index, is damaged.
    """
    try:
        snapshot = LiveIndex.open(store.index_folder).snapshot()
    except IndexMissingError:
        return [store.open(name) for name in names]
    found: list[PackedList] = []
    for name in names:
        is_covered = snapshot.state.imported.get(name) == store.info(name).version
        found += snapshot.lists([name]) if is_covered else [store.open(name)]
    return found


def _open(folder: LiveFolder, before: Files | None, gate: FloodGate) -> tuple[Files, Snapshot]:
    for _ in range(_READ_TRIES):
        version, state = folder.current()
        files = Files(folder, before)
        with suppress(FileNotFoundError):  # swept: several states have passed since
            return files, Snapshot(version, state, files.open(state), files.rules, gate)
    raise IndexCorruptError("a file of the index is not there", hint=HINT)
