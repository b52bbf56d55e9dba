"""Where the bytes of a file come from when an authority must have them: whoever holds them lawfully, never we.

Nothing here keeps media. A source hands over the bytes of one file, known by its fold (`domain.reports.Media.fold`),
for one use; who asks checks the digest again, because what is held elsewhere may have changed.

>>> held = {"md5:5d41402abc4b2a76b9719d911017c592": b"hello"}
>>> read_checked(InMemory(held), "md5:5d41402abc4b2a76b9719d911017c592", bytes_max=10)
b'hello'
>>> read_checked(InMemory({"md5:00": b"other"}), "md5:00", bytes_max=10) is None
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping  # noqa: TC003  - the example holds one
from dataclasses import dataclass, field
from typing import Protocol


class MediaSource(Protocol):
    """Whoever holds bytes lawfully."""

    def holds(self, fold: str) -> bool:
        """Whether the bytes of a file can be had."""
        ...

    def read(self, fold: str, bytes_max: int) -> bytes | None:
        """Return the bytes of a file; None where they cannot be had, or are more than that."""
        ...


@dataclass(frozen=True, slots=True)
class InMemory:
    """A source for tests and rehearsals, of benign bytes."""

    held: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def holds(self, fold: str) -> bool:
        """Whether they were put in."""
        return fold in self.held

    def read(self, fold: str, bytes_max: int) -> bytes | None:
        """Return what was put in."""
        data = self.held.get(fold)
        return data if data is not None and len(data) <= bytes_max else None


def read_checked(source: MediaSource, fold: str, bytes_max: int) -> bytes | None:
    """Return the bytes of a file if they are those of its digest; else None."""
    data = source.read(fold, bytes_max)
    name, _, digest = fold.partition(":")
    if data is None or name not in {"sha256", "sha1", "md5"}:
        return None
    return data if hashlib.new(name, data, usedforsecurity=False).hexdigest() == digest else None
