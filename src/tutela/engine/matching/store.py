"""Where packed lists live: a folder for each list, one file for each version, a pointer to the current one.

    lists/
      .lock                        held for the moment in which something is published or removed
      .partial-1f0c…               a list being built; whoever builds it holds its lock
      demo/CURRENT                 the version in force, 64 hexadecimal characters
      demo/5b1e….tutelalist        that version
      .index/                      the index over lists, see `live.folder`

Publishing: the new file is written and synced under a partial name, renamed into place, and only then does CURRENT
move. Killed at any point, the old version stays in force; what was left behind is cleared by the next `add`. Readers
need no lock: an open list stays readable after it was replaced or removed.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from tutela.domain.errors import ListCorruptError, ListError, ListNotFoundError
from tutela.domain.limits import ImportLimits
from tutela.domain.lists import Entry, ListInfo, MatchPolicy, RejectedRow
from tutela.engine.durable import (
    PRIVATE_FOLDER,
    locked,
    new_partial,
    replace_file,
    sync_folder,
)
from tutela.engine.matching.pack import pack
from tutela.engine.matching.packed import PackedList, read_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_LIMITS: Final = ImportLimits()
_NAME: Final = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,63}", re.ASCII)
_VERSION: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SUFFIX: Final = ".tutelalist"
_POINTER: Final = "CURRENT"
_T = TypeVar("_T")
_READ_TRIES: Final = 10  # each time a reader is overtaken by a writer; more than once is rare


class ListStore:
    """The lists of one installation, in a folder that only it writes to. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def index_folder(self) -> Path:
        """Where the index over these lists belongs."""
        return self._folder / ".index"

    def names(self) -> list[str]:
        """Return the names of all lists, sorted."""
        if not self._folder.is_dir():
            return []
        return sorted(
            path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name) and (path / _POINTER).is_file()
        )

    def add(  # noqa: PLR0917  - what a list says about itself, in the order in which people say it
        self,
        name: str,
        owner: str,
        label: str,
        scheme: str,
        policy: MatchPolicy,
        rows: Iterable[Entry | RejectedRow],
        *,
        imported_at: str,
        progress: Callable[[int], None] | None = None,
        limits: ImportLimits = _LIMITS,
    ) -> ListInfo:
        """Import a list, or a new version of it, and put it in force.

        Args:
            name: lower-case letters, digits, dash, underscore and dot; no leading dot, 64 characters at most.
            owner: who answers for the list.
            label: the owner's own version.
            scheme: the classification scheme without which its classes mean nothing.
            policy: how the list wants to be matched.
            rows: its entries and the rows that were rejected, read once.
            imported_at: ISO 8601, from the caller's clock.
            progress: called now and then with the number of rows read.
            limits: how large it may be.

        Raises:
            ListError: the name or policy is not allowed, or no row is usable. The version in force stays.
        """
        _check_name(name)
        _check_policy(policy)
        self._folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        blank = ListInfo(name, owner, label, scheme, "", 0, {}, 0, 0, 0, imported_at, policy)
        partial, target = new_partial(self._folder)
        try:
            with target:
                info = pack(rows, target, blank, folder=self._folder, limits=limits, progress=progress)
                target.flush()
                os.fsync(target.fileno())
                self._publish(partial, info)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return info

    def open(self, name: str, *, verify: bool = True) -> PackedList:
        """Open a list as it was imported last. `live.in_force` gives it with the index and the changes since.

        Args:
            name: of the list.
            verify: see `PackedList.open`.

        Raises:
            ListNotFoundError: there is no list of that name.
            ListCorruptError: its file is truncated or altered.
        """
        return self._with_current(name, lambda path: PackedList.open(path, verify=verify))

    def info(self, name: str) -> ListInfo:
        """Return what a list says about itself, without reading it whole. Errors as in `open`."""
        return self._with_current(name, read_info)

    def remove(self, name: str) -> None:
        """Take a list out of force and delete its files. `ListNotFoundError` where there is none."""
        folder = self._folder_of(name)
        with locked(self._folder / ".lock"):
            try:
                (folder / _POINTER).unlink()
            except (FileNotFoundError, NotADirectoryError):
                raise _not_found(name) from None
            sync_folder(folder)
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
            sync_folder(self._folder)

    def _publish(self, partial: Path, info: ListInfo) -> None:
        folder = self._folder_of(info.name)
        with locked(self._folder / ".lock"):
            folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
            sync_folder(self._folder)
            current = folder / f"{info.version}{_SUFFIX}"
            partial.rename(current)
            sync_folder(folder)
            replace_file(folder / _POINTER, f"{info.version}\n".encode())
            for path in set(folder.iterdir()) - {current, folder / _POINTER}:
                path.unlink()

    def _with_current(self, name: str, read: Callable[[Path], _T]) -> _T:
        folder = self._folder_of(name)
        for _ in range(_READ_TRIES):
            try:
                version = (folder / _POINTER).read_text("ascii").strip()
            except (FileNotFoundError, NotADirectoryError):
                raise _not_found(name) from None
            except UnicodeDecodeError:
                version = ""
            if not _VERSION.fullmatch(version):
                raise ListCorruptError(f"the pointer of list {name} is damaged", hint="Import the list again.")
            with suppress(FileNotFoundError):  # replaced between the two reads: look at the pointer again
                return read(folder / f"{version}{_SUFFIX}")
        raise ListCorruptError(f"list {name} points to a file that is not there", hint="Import the list again.")

    def _folder_of(self, name: str) -> Path:
        _check_name(name)
        return self._folder / name


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ListError(
            "this is no name for a list",
            hint="Use 1 to 64 lower-case letters, digits, dashes, underscores and dots; no dot in front.",
        )


def _check_policy(policy: MatchPolicy) -> None:
    shares = (policy.video_query_share_min, policy.video_entry_share_min)
    if not 0 <= policy.pdq_distance_max <= 255 or not 0 <= policy.pdq_quality_min <= 100:
        raise ListError("a distance is 0 to 255 bits, a quality 0 to 100")
    if not all(0 <= share <= 1 for share in shares):
        raise ListError("a share of frames is 0 to 1")


def _not_found(name: str) -> ListNotFoundError:
    return ListNotFoundError(f"there is no list named {name}", hint="See `tutela list show` for those there are.")
