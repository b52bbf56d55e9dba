"""Opening evidence so that it stays as it is.

Read-only, never through a symbolic link, never waiting for the other end of a pipe, and without moving access times
where the kernel lets us (`O_NOATIME` belongs to the owner of a file and to root). Where it does not, we say so, and
whether the time really moved.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import Final

from tutela.domain.media import Reason
from tutela.domain.scan import FileTimes, RowNote

_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_THERE: Final = {errno.ENOENT, errno.ESTALE, errno.ENOTDIR}
_NOT_ALLOWED: Final = {errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file changed between two looks; its access time is not part of that."""

    size_bytes: int
    modified_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A descriptor that the caller closes, and whether reading through it leaves the access time alone."""

    fd: int
    protected: bool


def open_unchanged(name: bytes, folder_fd: int | None, *, folder: bool = False) -> Opened:
    """Open one name in a folder; `OSError` says why it cannot be."""
    flags = _READ | (os.O_DIRECTORY if folder else 0)
    try:
        return Opened(os.open(name, flags | os.O_NOATIME, dir_fd=folder_fd), protected=True)
    except PermissionError:
        return Opened(os.open(name, flags, dir_fd=folder_fd), protected=False)


def reason_of(error: OSError) -> Reason:
    """Name why the file system refused."""
    if error.errno in _NOT_THERE:
        return Reason.VANISHED
    if error.errno in _NOT_ALLOWED:
        return Reason.PERMISSION
    if error.errno == errno.ELOOP:  # O_NOFOLLOW met a symbolic link that was not there a moment ago
        return Reason.SYMLINK
    if error.errno in {errno.ENXIO, errno.ENODEV}:  # a socket, a device without its driver
        return Reason.NOT_REGULAR
    return Reason.INPUT_OUTPUT


def unreadable_kind(mode: int) -> Reason:
    """Name why something with this mode has no contents to examine, or `Reason.NONE` for a regular file."""
    if stat.S_ISLNK(mode):
        return Reason.SYMLINK
    return Reason.NONE if stat.S_ISREG(mode) else Reason.NOT_REGULAR


def stamp_of(status: os.stat_result) -> Stamp:
    """Take what must stay the same while a file is read."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def times_of(status: os.stat_result) -> FileTimes:
    """Take the times that the report keeps."""
    return FileTimes.within_bounds(status.st_mtime_ns, status.st_ctime_ns, status.st_atime_ns)


def access_notes(*, protected: bool, before: os.stat_result, after: os.stat_result) -> tuple[RowNote, ...]:
    """Say what reading did to the access time of a file."""
    if before.st_atime_ns != after.st_atime_ns:
        return (RowNote.ACCESS_TIME_CHANGED,)
    return () if protected else (RowNote.ACCESS_TIME_UNPROTECTED,)
