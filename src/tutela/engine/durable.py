"""Files that are there whole or not at all, also when the power goes: write, sync, name, sync the folder.

    create_file(path, content)      where there is none; whoever comes second finds the first one's
    replace_file(path, content)     a reader sees the old or the new, never a part
    new_partial(folder)             for what is large: written under a partial name that its writer holds

Everything is for its owner alone. Who writes holds what is not named yet; what a killed writer left is held by nobody,
and whoever writes there next removes it. Nobody reads it meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

PRIVATE_FILE: Final = 0o600  # keys, and hash lists, which are for those who were given them
PRIVATE_FOLDER: Final = 0o700
DRAFT: Final = ".new"
_PARTIAL: Final = ".partial-"


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_file(path: Path, content: bytes) -> None:
    """Make a small file in one step; where another was first, theirs stays as it is."""
    with _draft(path, content) as draft, suppress(FileExistsError):
        path.hardlink_to(draft)
    sync_folder(path.parent)  # for the second as well: what they go on with must not vanish


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are not there yet, for their owner alone."""
    if not path.is_dir():
        private_folder(path.parent)
        path.mkdir(PRIVATE_FOLDER, exist_ok=True)


def replace_file(path: Path, content: bytes) -> None:
    """Give a small file new content in one step: a reader sees the old or the new, never a part."""
    with _draft(path, content) as draft:
        draft.rename(path)
    sync_folder(path.parent)


@contextmanager
def _draft(path: Path, content: bytes) -> Generator[Path]:
    """A synced file beside another, under a name of its own; in the end it is gone, unless it was renamed."""
    _clear(path.parent, f".{path.name}.*{DRAFT}")
    draft, file = _held(path.parent, f".{path.name}.{{}}{DRAFT}")
    try:
        with file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            yield draft
    finally:
        draft.unlink(missing_ok=True)


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
    clear_partials(folder)
    return _held(folder, f"{_PARTIAL}{{}}")


def clear_partials(folder: Path) -> None:
    """Remove partial files that nobody holds: whoever wrote them was killed."""
    _clear(folder, f"{_PARTIAL}*")


def _held(folder: Path, form: str) -> tuple[Path, BinaryIO]:
    """Open a new file that we hold as long as it is open: nobody clears it then."""
    while True:
        path = folder / form.format(secrets.token_hex(8))
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        file = os.fdopen(os.open(path, flags, PRIVATE_FILE), "w+b")
        if take_lock(file.fileno()) and os.fstat(file.fileno()).st_nlink:
            return path, file
        file.close()  # somebody cleared it before we held it


def _clear(folder: Path, pattern: str) -> None:
    for left in folder.glob(pattern):
        with suppress(FileNotFoundError), left.open("rb") as file:  # given its name, or removed, by its writer
            if take_lock(file.fileno()):
                left.unlink()
