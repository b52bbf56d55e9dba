"""One state of the live index: which files it is made of. A small JSON file, named by its SHA-256, that never changes.

A *part* is a packed list file and which of its entries no longer count. A *segment* is some parts that are searched
together: by an index that covers them, or, while they are small, by comparing every hash. A list has its parts in any
number of segments; each of its entries counts in one of them at most.

Worked example: ten million entries were indexed, three were added and one was removed since:

    segment 1   index 5b1e…   part national: file 77c0…, gone 0d4f… (one entry)
    segment 2                 part national: file 91aa… (three entries)
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from tutela.domain.errors import IndexCorruptError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT: Final = 1
HINT: Final = "Build the index again: tutela index build"
SUFFIXES: Final = {
    "state": ".tutelastate",
    "index": ".tutelaindex",
    "list": ".tutelalist",
    "gone": ".tutelagone",
    "ids": ".tutelaids",
    "policy": ".tutelapolicy",
}
_VERSION: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """A packed list file, its tombstones and its table of ids.

    `gone` is empty where every entry counts, `ids` where there are so few that they are hashed when they are needed.
    """

    list_name: str
    file: str
    entries: int
    gone: str = ""
    gone_entries: int = 0
    ids: str = ""

    @property
    def living(self) -> int:
        """How many entries count."""
        return self.entries - self.gone_entries


@dataclass(frozen=True, slots=True)
class Segment:
    """Parts that are searched together; `index` is empty where every hash is compared."""

    parts: tuple[Part, ...]
    index: str = ""

    @property
    def living(self) -> int:
        """How many entries count."""
        return sum(part.living for part in self.parts)


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is in force together.

    `serial` counts states from 1. `imported` maps each list to the version of the import that it goes back to,
    `versions` to its own: that of the import, and a new one with every change, but not when segments are merged.
    `policy` names the rules in force, empty where there are none.
    """

    serial: int
    made_at: str
    segments: tuple[Segment, ...]
    imported: Mapping[str, str] = field(default_factory=dict[str, str])
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    policy: str = ""

    def parts(self) -> Iterator[Part]:
        """Yield the parts of all segments."""
        for segment in self.segments:
            yield from segment.parts

    def files(self) -> set[str]:
        """Return the names of all files that this state needs."""
        named = {f"{part.file}{SUFFIXES['list']}" for part in self.parts()}
        named |= {f"{part.gone}{SUFFIXES['gone']}" for part in self.parts() if part.gone}
        named |= {f"{part.ids}{SUFFIXES['ids']}" for part in self.parts() if part.ids}
        named |= {f"{segment.index}{SUFFIXES['index']}" for segment in self.segments if segment.index}
        return named | ({f"{self.policy}{SUFFIXES['policy']}"} if self.policy else set())


def encode(state: State) -> bytes:
    """Write a state as JSON; its SHA-256 is its version."""
    return json.dumps({"format": FORMAT, **asdict(state)}, sort_keys=True, separators=(",", ":")).encode()


def version_of(raw: bytes) -> str:
    """Return the version of an encoded state."""
    return hashlib.sha256(raw).hexdigest()


def decode(raw: bytes, version: str) -> State:
    """Read what `encode` wrote; `IndexCorruptError` where it is altered or something else."""
    if version_of(raw) != version:
        raise IndexCorruptError("the state of the index is altered", hint=HINT)
    try:
        plain = cast("dict[str, Any]", json.loads(raw))
        if plain["format"] != FORMAT:
            raise IndexCorruptError(
                f"the index has format version {plain['format']}, this Tutela reads {FORMAT}", hint=HINT
            )
        return State(
            serial=int(plain["serial"]),
            made_at=str(plain["made_at"]),
            segments=tuple(
                Segment(tuple(_part(part) for part in segment["parts"]), _named(segment["index"], empty=True))
                for segment in plain["segments"]
            ),
            imported={str(name): _named(one) for name, one in plain["imported"].items()},
            versions={str(name): _named(one) for name, one in plain["versions"].items()},
            policy=_named(plain["policy"], empty=True),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise IndexCorruptError("the state of the index cannot be read", hint=HINT) from None


def is_version(text: str) -> bool:
    """Tell whether a text can name a file: 64 hexadecimal characters."""
    return _VERSION.fullmatch(text) is not None


def _part(plain: Mapping[str, Any]) -> Part:
    return Part(
        str(plain["list_name"]),
        _named(plain["file"]),
        int(plain["entries"]),
        _named(plain["gone"], empty=True),
        int(plain["gone_entries"]),
        _named(plain.get("ids", ""), empty=True),  # states of before have none
    )


def _named(value: str, *, empty: bool = False) -> str:
    if not is_version(value) and not (empty and value == ""):
        raise ValueError("no version")
    return value
