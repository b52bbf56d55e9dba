"""Walk folders by descriptor: every name below the roots exactly once, in the order of their bytes.

* A symbolic link is never followed, not even as a root: it is a row. A folder that contains itself is a row too.
* Memory does not grow with a folder: names are read and sorted by the thousand, so the order is total in folders of up
  to `NAMES_SORTED_MAX` names and total within each such run in larger ones.
* A descriptor stays open for each folder on the way down, no path is resolved twice, and nothing recurses.

Worked example: for /e with a/x, b (a symbolic link) and c, the walk gives `Found(/e/a/x)`, `Refused(/e/b, symlink)`,
`Found(/e/c)`.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from tutela.domain.limits import ScanLimits
from tutela.domain.media import Reason
from tutela.domain.scan import RowKind, RowNote
from tutela.engine.scanning.evidence import Opened, open_unchanged, reason_of, unreadable_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NAMES_SORTED_MAX: Final = 4096


class Found(NamedTuple):
    """A regular file, open. Whoever receives it closes `opened.fd`. `status` was taken before any byte was read."""

    path: bytes
    opened: Opened
    status: os.stat_result
    notes: tuple[RowNote, ...] = ()


class Refused(NamedTuple):
    """A name that is not read, and why."""

    path: bytes
    kind: RowKind
    reason: Reason
    status: os.stat_result | None = None
    detail: str = ""


@dataclass(slots=True)
class _Folder:
    path: bytes
    opened: Opened
    before: os.stat_result
    names: Iterator[bytes]

    @property
    def identity(self) -> tuple[int, int]:
        return self.before.st_dev, self.before.st_ino

    def notes(self) -> tuple[RowNote, ...]:
        """Listing without O_NOATIME may have moved the folder's access time; each of its files says so."""
        if self.opened.protected or os.fstat(self.opened.fd).st_atime_ns == self.before.st_atime_ns:
            return ()
        return (RowNote.FOLDER_ACCESS_TIME_CHANGED,)


class Walk:
    """Everything below `roots`. `is_done(path)` names what an earlier run has reported; `own` is (device, inode).

    Iterate once; a walk that is not iterated to its end is ended by `close()` of its iterator, which closes all
    descriptors but those already handed out.
    """

    def __init__(
        self,
        roots: Sequence[bytes],
        *,
        limits: ScanLimits = ScanLimits(),  # noqa: B008  - frozen
        is_done: Callable[[bytes], bool] = lambda _path: False,
        own: tuple[int, int] | None = None,
    ) -> None:
        self._roots = roots
        self._limits = limits
        self._is_done = is_done
        self._own = own
        self._stack: list[_Folder] = []

    def __iter__(self) -> Iterator[Found | Refused]:
        try:
            for root in self._roots:
                yield from self._below(root)
        finally:
            while self._stack:
                os.close(self._stack.pop().opened.fd)

    def _below(self, root: bytes) -> Iterator[Found | Refused]:
        yield from self._meet(root, root, None)
        while self._stack:
            folder = self._stack[-1]
            try:
                name = next(folder.names)
            except StopIteration:
                os.close(self._stack.pop().opened.fd)
            except OSError as error:  # the rest of this folder cannot be listed
                os.close(self._stack.pop().opened.fd)
                yield from self._refuse(folder.path, RowKind.FOLDER, reason_of(error), folder.before)
            else:
                yield from self._meet(os.path.join(folder.path, name), name, folder)  # noqa: PTH118  - bytes

    def _meet(self, path: bytes, name: bytes, folder: _Folder | None) -> Iterator[Found | Refused]:
        """One name: push it if it is a folder, open it if it is a file, else say why not."""
        folder_fd = folder.opened.fd if folder else None
        try:
            status = os.stat(name, dir_fd=folder_fd, follow_symlinks=False)
        except OSError as error:
            yield from self._refuse(path, RowKind.FILE, reason_of(error))
            return
        if stat.S_ISDIR(status.st_mode):
            yield from self._enter(path, name, folder_fd, status)
        elif reason := self._unreadable(status):
            yield from self._refuse(path, RowKind.FILE, reason, status)
        elif not self._is_done(path):
            yield self._open(path, name, folder, status)

    def _unreadable(self, status: os.stat_result) -> Reason:
        if reason := unreadable_kind(status.st_mode):
            return reason
        if (status.st_dev, status.st_ino) == self._own:
            return Reason.OWN_REPORT
        return Reason.TOO_LARGE if status.st_size > self._limits.file_bytes_max else Reason.NONE

    def _open(self, path: bytes, name: bytes, folder: _Folder | None, status: os.stat_result) -> Found | Refused:
        try:
            opened = open_unchanged(name, folder.opened.fd if folder else None)
        except OSError as error:
            return Refused(path, RowKind.FILE, reason_of(error), status)
        status = os.fstat(opened.fd)  # the name may mean another file by now
        if reason := self._unreadable(status):
            os.close(opened.fd)
            return Refused(path, RowKind.FILE, reason, status)
        return Found(path, opened, status, folder.notes() if folder else ())

    def _enter(self, path: bytes, name: bytes, parent_fd: int | None, status: os.stat_result) -> Iterator[Refused]:
        if len(self._stack) >= self._limits.directory_depth_max or len(path) > self._limits.path_bytes_max:
            yield from self._refuse(path, RowKind.FOLDER, Reason.NESTED_TOO_DEEP, status)
            return
        if (status.st_dev, status.st_ino) in {folder.identity for folder in self._stack}:
            detail = "this folder contains itself"
            yield from self._refuse(path, RowKind.FOLDER, Reason.NESTED_TOO_DEEP, status, detail)
            return
        try:
            opened = open_unchanged(name, parent_fd, folder=True)
        except OSError as error:
            yield from self._refuse(path, RowKind.FOLDER, reason_of(error), status)
            return
        self._stack.append(_Folder(path, opened, os.fstat(opened.fd), _sorted_names(opened.fd)))

    def _refuse(
        self,
        path: bytes,
        kind: RowKind,
        reason: Reason,
        status: os.stat_result | None = None,
        detail: str = "",
    ) -> Iterator[Refused]:
        if not self._is_done(path):
            yield Refused(path, kind, reason, status, detail)


def _sorted_names(fd: int) -> Iterator[bytes]:
    """Give the names in an open folder, `NAMES_SORTED_MAX` at a time; `OSError` only after those that were read."""
    entries = os.scandir(fd)
    failure: OSError | None = None
    more = True
    try:
        while more and failure is None:
            names: list[bytes] = []
            try:
                names.extend(os.fsencode(entry.name) for entry in islice(entries, NAMES_SORTED_MAX))
            except OSError as error:
                failure = error
            more = len(names) == NAMES_SORTED_MAX
            if not more:
                entries.close()  # one descriptor less on the way down
            names.sort()
            yield from names
    finally:
        entries.close()
    if failure is not None:
        raise failure
