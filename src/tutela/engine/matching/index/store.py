"""Where the index lives: one file for each version, a pointer to the current one.

    .index/
      .lock                        held for the moment in which something is published
      .partial-1f0c…               an index being built; whoever builds it holds its lock
      CURRENT                      the version in force
      5b1e….tutelaindex            that version

As with lists: written under a partial name, synced, renamed, and only then does CURRENT move. Killed at any point, the
old version stays in force. An open index stays readable after it was replaced.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tutela.engine.matching.durable import PRIVATE_FOLDER, locked, new_partial, replace_file, sync_folder
from tutela.engine.matching.index.build import build_index
from tutela.engine.matching.index.layout import INDEX
from tutela.engine.matching.index.signal_index import SignalIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tutela.engine.matching.index.info import IndexInfo
    from tutela.engine.matching.packed import PackedList

_VERSION: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SUFFIX: Final = ".tutelaindex"
_POINTER: Final = "CURRENT"
_READ_TRIES: Final = 10  # each time a reader is overtaken by a writer; more than once is rare


class IndexStore:
    """The index of one installation, in a folder that only it writes to. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: SignalIndex | None = None

    def build(self, lists: Sequence[PackedList], progress: Callable[[float], None] = lambda _: None) -> IndexInfo:
        """Build an index over lists and put it in force; see `build_index`."""
        self._folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        partial, target = new_partial(self._folder)
        try:
            with target:
                info = build_index(lists, target, folder=self._folder, progress=progress)
                target.flush()
                os.fsync(target.fileno())
                self._publish(partial, info)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return info

    def open(self) -> SignalIndex | None:
        """Return the index in force, None where there is none. `IndexCorruptError` where it is altered."""
        for _ in range(_READ_TRIES):
            try:
                version = (self._folder / _POINTER).read_text("ascii").strip()
            except (FileNotFoundError, NotADirectoryError):
                return None
            except UnicodeDecodeError:
                version = ""
            if not _VERSION.fullmatch(version):
                raise INDEX.fault("the pointer to the {noun} is damaged")
            opened = self._opened
            if opened is not None and opened.info.version == version:
                return opened
            with suppress(FileNotFoundError):  # replaced between the two reads: look at the pointer again
                self._opened = SignalIndex.open(self._folder / f"{version}{_SUFFIX}")
                return self._opened
        raise INDEX.fault("the pointer leads to an {noun} that is not there")

    def _publish(self, partial: Path, info: IndexInfo) -> None:
        with locked(self._folder / ".lock"):
            current = self._folder / f"{info.version}{_SUFFIX}"
            partial.rename(current)
            sync_folder(self._folder)
            replace_file(self._folder / _POINTER, f"{info.version}\n".encode())
            for path in self._folder.glob(f"*{_SUFFIX}"):
                if path != current:
                    path.unlink()
