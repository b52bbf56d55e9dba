"""How far the joiner came: one small file, replaced in one step after each segment. Without it all is joined again.

Of each segment: up to which byte it was joined, how many rows that is, against which state of the index, when, and when
the segment was first seen.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tutela.engine.durable import private_folder, replace_file
from tutela.engine.matching.retro.news import Face, face_from, face_json

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

NAME: Final = "CURSOR"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one segment was joined. `torn`: bytes at its end that are no whole block, once it is finished."""

    seen_at_s: int
    end: int = 0
    rows: int = 0
    version: str = ""
    joined_at_s: int = 0
    torn: int = 0


@dataclass(slots=True)
class Tally:
    """What came of it. Rows: `remembered` now, and since the folder was made `joined`, `expired`, `dropped`.

    `torn_bytes` were cut short by a crash; `is_full` says that joining waits because the outbox is full.
    """

    remembered: int = 0
    bytes: int = 0
    joined: int = 0
    found: int = 0
    expired: int = 0
    dropped: int = 0
    torn_bytes: int = 0
    is_full: bool = False
    version: str = ""


@dataclass(slots=True)
class Cursor:
    """Everything that the joiner knows. `lasts`: of each key, the last number that it was given."""

    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])
    faces: dict[str, Face] = field(default_factory=dict[str, Face])
    lasts: dict[str, int] = field(default_factory=dict[str, int])
    tally: Tally = field(default_factory=Tally)

    def forget(self, segments: Collection[str], version: str) -> None:
        """Leave out what is about segments that have gone, and states that no segment was joined against."""
        self.marks = {name: mark for name, mark in self.marks.items() if name in segments}
        needed = {mark.version for mark in self.marks.values()} | {version}
        self.faces = {known: one for known, one in self.faces.items() if known in needed}
        self.tally.remembered = sum(mark.rows for mark in self.marks.values())


def load(folder: Path) -> Cursor:
    """Read it; an empty one where there is none, or none that can be read."""
    try:
        plain = json.loads((folder / NAME).read_bytes())
        if plain["format"] != _FORMAT:
            return Cursor()
        return Cursor(
            {str(name): Mark(*one) for name, one in plain["marks"].items()},
            {str(version): face_from(one) for version, one in plain["faces"].items()},
            {str(key): int(last) for key, last in plain["lasts"].items()},
            Tally(**plain["tally"]),
        )
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return Cursor()


def encode(cursor: Cursor) -> bytes:
    """Return what `load` reads."""
    plain: dict[str, Any] = {
        "format": _FORMAT,
        "marks": {
            name: (mark.seen_at_s, mark.end, mark.rows, mark.version, mark.joined_at_s, mark.torn)
            for name, mark in cursor.marks.items()
        },
        "faces": {version: face_json(one) for version, one in cursor.faces.items()},
        "lasts": cursor.lasts,
        "tally": asdict(cursor.tally),
    }
    return json.dumps(plain, separators=(",", ":")).encode()


def save(folder: Path, raw: bytes) -> None:
    """Write it."""
    private_folder(folder)
    replace_file(folder / NAME, raw)
