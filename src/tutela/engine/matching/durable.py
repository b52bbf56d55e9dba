"""Files that are there whole or not at all, also when the power goes: write, sync, rename, sync the folder."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

PRIVATE_FILE: Final = 0o600  # hash lists are for those who were given them
PRIVATE_FOLDER: Final = 0o700
_PARTIAL: Final = ".partial-"


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Give a small file new content in one step: a reader sees the old or the new, never a part."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
    with open(descriptor, "wb") as file:  # noqa: PTH123  - a descriptor, not a path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold a lock file; other processes and threads that ask for it wait."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def take_lock(descriptor: int) -> bool:
    """Lock an open file if nobody else holds it; it is let go when the file is closed or its process ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def new_partial(folder: Path) -> tuple[Path, BinaryIO]:
    """Open a partial file that we hold, after clearing those that nobody holds any more."""
    with locked(folder / ".lock"):
        _clear(folder)
        partial = folder / f"{_PARTIAL}{secrets.token_hex(8)}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        target = os.fdopen(os.open(partial, flags, PRIVATE_FILE), "w+b")
        take_lock(target.fileno())
    return partial, target


def clear_partials(folder: Path) -> None:
    """Remove partial files that nobody holds: whoever wrote them was killed."""
    with locked(folder / ".lock"):
        _clear(folder)


def _clear(folder: Path) -> None:
    for left in folder.glob(f"{_PARTIAL}*"):
        with suppress(FileNotFoundError), left.open("rb") as file:  # given its name, or removed, by its writer
            if take_lock(file.fileno()):
                left.unlink()
