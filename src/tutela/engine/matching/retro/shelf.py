"""Where segments stand, and which of them must go: grounds that are off, what is too old, what is too much.

A segment goes whole, as soon as its first row is older than the retention. One that says it was begun in the future
counts as begun when that was first seen. What is being written is left alone: its process finishes it within the hour.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from tutela.engine.durable import take_lock
from tutela.engine.matching.retro.segment import SUFFIX, began_at_s, rows_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from tutela.domain.limits import RetroLimits
    from tutela.domain.lookups import Ground

DAY_S: Final = 86_400


class Swept(NamedTuple):
    """Rows that went: because they were too old or their ground is off, and before their time, for want of room."""

    expired: int = 0
    dropped: int = 0


class Shelf:
    """The segments of one machine. `grounds` are those on which anything may be remembered."""

    def __init__(self, folder: Path, grounds: Collection[Ground], limits: RetroLimits) -> None:
        self.folder = folder
        self.limits = limits
        self._own = {_name(ground): ground for ground in grounds}

    def place(self, ground: Ground) -> Path:
        """Return the folder of one ground."""
        return self.folder / "asked" / _name(ground)

    def segments(self) -> list[tuple[Ground, Path]]:
        """Return the segments of all grounds that are on, the oldest first."""
        found = [
            (ground, path)
            for name, ground in self._own.items()
            for path in (self.folder / "asked" / name).glob(f"*{SUFFIX}")
            if began_at_s(path) is not None
        ]
        return sorted(found, key=lambda one: one[1].name)

    def sweep(self, now_s: int, seen_at_s: Mapping[str, int] | None = None) -> Swept:
        """Remove what must go. `seen_at_s`: when a segment was looked at first, by the name of its file."""
        expired = self._sweep_grounds()
        seen_at_s = seen_at_s or {}
        for _, path in self.segments():
            began_s = min(began_at_s(path) or 0, seen_at_s.get(path.name, now_s))
            if now_s - began_s >= self.limits.days * DAY_S:
                expired += _remove(path) or 0
        return Swept(expired, self.make_room())

    def make_room(self) -> int:
        """Remove the oldest segments while all are more than may be; return how many rows went."""
        sizes = {path: size for _, path in self.segments() if (size := _size(path)) is not None}
        excess = sum(sizes.values()) - self.limits.bytes_max
        dropped = 0
        for path, size in sizes.items():
            if excess <= 0:
                break
            rows = _remove(path)
            if rows is not None:
                dropped += rows
                excess -= size
        return dropped

    def _sweep_grounds(self) -> int:
        gone = 0
        for folder in (self.folder / "asked").glob("*"):
            if folder.name in self._own or not folder.is_dir():
                continue
            for path in folder.iterdir():
                gone += _remove(path) or 0
            with suppress(OSError):  # what is still being written stays until its gateway has ended
                folder.rmdir()
        return gone


def _remove(path: Path) -> int | None:
    """Remove a segment under its lock, so that nobody begins to write it meanwhile. None where somebody writes it."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        if not take_lock(file.fileno()):
            return None
        rows = rows_in(path)
        path.unlink(missing_ok=True)
        return rows
    return 0


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _name(ground: Ground) -> str:
    return str(ground).lower().replace(":", "-")
