"""The report file as a journal: append whole blocks, survive `kill -9` at any moment, go on.

* One block is all rows of one file, written by one append and ended by the file's own row. A reader, or a later run,
  that finds members without their file's row after them sets them aside.
* The file is locked while a scan writes it, and synchronised about once a second and at the end.
* What an earlier run left is read by `recovery`; everything after the last whole block is cut before going on.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from tutela.domain.errors import ReportError
from tutela.domain.paths import as_text, for_display
from tutela.engine.durable import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

_LOCK_TRIES: Final = 30
_LOCK_PAUSE_S: Final = 0.1  # children of a killed scan may hold its lock for a moment
_MODE: Final = 0o600  # paths of evidence are nobody else's business


class Journal:
    """An open, locked report. Thread-safe; `close` is final and quiet when repeated."""

    def __init__(self, fd: int, name: str) -> None:
        self._fd = fd
        self._name = name
        self._lock = Lock()
        self._end = 0
        self._closed = False
        self._broken = False
        self._dirty = False

    @classmethod
    def open(cls, path: Path, *, resume: bool) -> Self:
        """Create the report, or open the one to go on with. `ReportError` says what is in the way."""
        name = for_display(as_text(os.fsencode(path)))
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_APPEND
        try:
            fd = os.open(path, flags if resume else flags | os.O_CREAT | os.O_EXCL, _MODE)
        except FileExistsError:
            raise ReportError(
                f"the report {name} is already there",
                hint="Add --resume to go on with it, or give --report another name.",
            ) from None
        except FileNotFoundError:
            raise ReportError(
                f"there is no report {name}" if resume else f"the folder of the report {name} is not there",
                hint="Leave out --resume to begin it." if resume else "Make the folder first.",
            ) from None
        except OSError as error:
            raise ReportError(
                f"the report {name} cannot be opened: {error.strerror}",
                hint="Give --report a file in a folder where you may write.",
            ) from error
        journal = cls(fd, name)
        try:
            journal._secure(path, new=not resume)
        except BaseException:
            os.close(fd)
            raise
        return journal

    def _secure(self, path: Path, *, new: bool) -> None:
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            raise ReportError(f"the report {self._name} is not a regular file", hint="Give --report a file name.")
        for attempt in range(_LOCK_TRIES):
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt + 1 < _LOCK_TRIES:
                    time.sleep(_LOCK_PAUSE_S)
        else:
            raise ReportError(
                f"another scan is writing the report {self._name}",
                hint="Wait for it, or give --report another name.",
            )
        if new:
            _synchronise_folder(path)

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode, so that a scan does not take its own report for evidence."""
        status = os.fstat(self._fd)
        return status.st_dev, status.st_ino

    @property
    def name(self) -> str:
        """The report's path, safe to print."""
        return self._name

    @property
    def fd(self) -> int:
        """The descriptor, for reading what is there."""
        return self._fd

    def cut(self, end: int) -> None:
        """Set aside everything after `end`."""
        os.ftruncate(self._fd, end)
        os.fsync(self._fd)
        self._end = end

    def append(self, block: bytes) -> bool:
        """Write one block whole or not at all; False when the journal is closed (a scan that was stopped)."""
        with self._lock:
            if self._closed or self._broken:
                return False
            try:
                _write_all(self._fd, block)
            except OSError as error:
                self._broken = True  # nothing may follow a torn block
                with contextlib.suppress(OSError):
                    os.ftruncate(self._fd, self._end)
                raise self._failed(error) from error
            self._end += len(block)
            self._dirty = True
            return True

    def sync(self) -> None:
        """Make what was appended durable."""
        with self._lock:
            dirty, self._dirty = self._dirty and not self._closed, False
        if dirty:
            try:
                os.fsync(self._fd)
            except OSError as error:
                raise self._failed(error) from error

    def close(self) -> None:
        """Synchronise and unlock."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        try:
            os.fsync(self._fd)
        except OSError as error:
            raise self._failed(error) from error
        finally:
            os.close(self._fd)

    def _failed(self, error: OSError) -> ReportError:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        return ReportError(
            f"the report {self._name} cannot be written: {error.strerror}",
            hint=("Free some space" if full else "Mend that")
            + ", then run the same command with --resume: nothing that was reported is lost.",
        )


def _write_all(fd: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(fd, view) :]


def _synchronise_folder(path: Path) -> None:
    """Make the new name durable; a file system that cannot is no reason to stop."""
    with contextlib.suppress(OSError):
        sync_folder(path.parent)
