"""The folder of a live index: files that never change, states that name them, a pointer to the state in force.

    .index/
      .writer                    held by whoever changes something; the system lets go of it when its holder dies
      .keeper                    held by whoever tidies up (see `keeper`), while others may change things
      .partial-1f0c…             a file being written; whoever writes it holds its lock
      CURRENT                    the state in force, 64 hexadecimal characters
      5b1e….tutelastate          that state, and the few before it
      77c0….tutelalist …         the files that these states name
      quarantine.jsonl           entries that were set apart, and released (see `policy.quarantine`)

Everything is written under a partial name, synced and renamed before a state names it, and the state before CURRENT
moves. Killed at any point, the old state stays in force; what it left behind is swept by the next writer. The last
`STATES_KEPT` states stay, so that a reader has time to open what it has just read the name of; one that has mapped its
files keeps them anyway.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from tutela.domain.errors import IndexCorruptError, IndexMissingError
from tutela.engine.durable import DRAFT, PRIVATE_FOLDER, clear_partials, locked, new_partial, replace_file, sync_folder
from tutela.engine.matching.live.state import HINT, SUFFIXES, State, decode, encode, is_version, version_of
from tutela.engine.matching.policy import Quarantine

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path
    from types import TracebackType

STATES_KEPT: Final = 4
_POINTER: Final = "CURRENT"
_READ_TRIES: Final = 10  # each time a reader is overtaken by several states; more than once is rare


class LiveFolder:
    """Reads and changes the folder. Safe for threads and processes; changes are made inside `writing`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def file(self, kind: str, version: str) -> Path:
        """Return where a file is."""
        return self.path / f"{version}{SUFFIXES[kind]}"

    def quarantine(self) -> Quarantine:
        """Return what was set apart, and by this may be."""
        return Quarantine(self.path)

    def pointer(self) -> str:
        """Return the version of the state in force.

        Raises:
            IndexMissingError: there is none.
            IndexCorruptError: the pointer is damaged.
        """
        try:
            version = (self.path / _POINTER).read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            raise IndexMissingError("there is no index", hint="Build one: tutela index build") from None
        except UnicodeDecodeError:
            version = ""
        if not is_version(version):
            raise IndexCorruptError("the pointer to the index is damaged", hint=HINT)
        return version

    def current(self) -> tuple[str, State]:
        """Return the state in force and its version. Errors as in `pointer`."""
        for _ in range(_READ_TRIES):
            version = self.pointer()
            with suppress(FileNotFoundError):  # replaced between the two reads: look at the pointer again
                return version, decode(self.file("state", version).read_bytes(), version)
        raise IndexCorruptError("the pointer leads to an index that is not there", hint=HINT)

    @contextmanager
    def writing(self) -> Generator[None]:
        """Be the one that changes something, after waiting for others."""
        self.path.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        with locked(self.path / ".writer"):
            yield

    def publish(self, state: State) -> str:
        """Put a state in force, whose files are all in their places, and sweep; return its version."""
        raw = encode(state)
        version = version_of(raw)
        replace_file(self.file("state", version), raw)
        replace_file(self.path / _POINTER, f"{version}\n".encode())
        self._sweep(version, state)
        return version

    def _sweep(self, version: str, state: State) -> None:
        """Remove states that are long past, and files that none of the kept ones names."""
        kept = {version: state}
        found = {path.stem: path for path in self.path.glob(f"*{SUFFIXES['state']}")}
        past = sorted(
            ((one, before) for one, path in found.items() if (before := _read(path, one)) and one != version),
            key=lambda each: each[1].serial,
        )
        kept |= dict(past[1 - STATES_KEPT :])
        named = {f"{one}{SUFFIXES['state']}" for one in kept} | {_POINTER}
        for one in kept.values():
            named |= one.files()
        for path in self.path.iterdir():
            torn = path.name.startswith(".") and path.suffix == DRAFT  # what `replace_file` was killed over
            if torn or (path.suffix in SUFFIXES.values() and path.name not in named):
                path.unlink(missing_ok=True)
        clear_partials(self.path)


class Drafts:
    """Files on their way into the folder: nobody sees them until they are settled, and nothing of them stays if not."""

    def __init__(self, folder: LiveFolder) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._made: list[tuple[Path, Path]] = []

    def put(self, kind: str, write: Callable[[BinaryIO], str]) -> tuple[Path, str]:
        """Write a file; `write` returns its version. Return where it is until it is settled, and the version."""
        partial, target = new_partial(self._folder.path)
        self._stack.callback(partial.unlink, missing_ok=True)
        self._stack.callback(target.close)
        version = write(target)
        target.flush()
        os.fsync(target.fileno())
        self._made.append((partial, self._folder.file(kind, version)))
        return partial, version

    def settle(self) -> None:
        """Give every file its name."""
        for partial, path in self._made:
            partial.rename(path)
        self._made.clear()
        sync_folder(self._folder.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _read(path: Path, version: str) -> State | None:
    try:
        return decode(path.read_bytes(), version)
    except (OSError, IndexCorruptError):
        return None
