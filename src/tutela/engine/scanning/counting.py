"""How many files there may be: a quick look ahead that only lists, for the time left on a progress bar.

An estimate: it does not tell links from files where the file system does not, and gives up where it may not look.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tutela.engine.scanning.evidence import open_unchanged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event

_DEPTH_MAX: Final = 64  # deeper trees are counted as they come: descriptors are for the scan itself
_FOLDERS_MAX: Final = 10_000  # subfolders of one folder that are remembered; memory must not grow with a folder


class FileCount:
    """Counts files below `roots` in its own thread, until told to stop. `total` grows; `complete` says when it ends."""

    def __init__(self) -> None:
        self.total = 0
        self.complete = False

    def run(self, roots: Sequence[bytes], stop: Event) -> None:
        """Count everything; never raises for what it cannot list."""
        for root in roots:
            with suppress(OSError):
                if stat.S_ISDIR(os.lstat(root).st_mode):
                    self._list(root, None, 0, stop)
                else:
                    self.total += 1
        self.complete = not stop.is_set()

    def _list(self, name: bytes, parent_fd: int | None, depth: int, stop: Event) -> None:
        fd = open_unchanged(name, parent_fd, folder=True).fd
        try:
            folders: list[bytes] = []
            with os.scandir(fd) as entries:
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        self.total += 1
                    elif len(folders) < _FOLDERS_MAX:
                        folders.append(os.fsencode(entry.name))
                    if stop.is_set():
                        return
            if depth < _DEPTH_MAX:
                for folder in folders:
                    with suppress(OSError):
                        self._list(folder, fd, depth + 1, stop)
        finally:
            os.close(fd)
