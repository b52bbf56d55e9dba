"""What keys are told: finds, numbered from 1 for each key, in files that are there whole or not at all.

    finds/KEY/000000000001-000000000003-1764000000-1763990000-5f….finds       numbers, when found, of which segment

A file holds what one join of one segment found for one key. It is synced before its name is there, so a number that was
read is never given again. It is kept while its segment is, because from it the joiner knows what was told already, and
for the retention after it was found.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tutela.domain.errors import RetroCorruptError
from tutela.domain.lists import Hit, MatchKind
from tutela.domain.signals import SignalKind, View
from tutela.engine.durable import private_folder, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

SUFFIX: Final = ".finds"


@dataclass(frozen=True, slots=True)
class Find:
    """One value that is known now. `place` is its row in its segment; `hits` are the entries not told before."""

    number: int
    found_at_s: int
    asked_at_s: int
    ground: str
    kind: str
    value: str
    reference: str
    index: str
    place: int
    hits: tuple[Hit, ...]


class Page(NamedTuple):
    """Some finds; after which number to go on, and whether there are more."""

    finds: tuple[Find, ...]
    next: int
    more: bool


class _Name(NamedTuple):
    first: int
    last: int
    found_at_s: int
    segment: str


class Outbox:
    """The finds of every key. Any number of readers; one writer, the joiner."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "finds"

    def page(self, key: bytes, after: int, limit: int, grounds: Collection[str]) -> Page:
        """Return what a key is told after a number, on these grounds. `RetroCorruptError` where a file is damaged."""
        found: list[Find] = []
        for path, name in self._files(key):
            if name.last <= after:
                continue
            for find in _read(path):
                if find.number <= after:
                    continue
                if len(found) == limit:
                    return Page(tuple(found), after, more=True)
                after = find.number
                if find.ground in grounds:
                    found.append(find)
        return Page(tuple(found), after, more=False)

    def told(self, key: bytes, segment: str) -> set[tuple[int, str, str]]:
        """Return which rows of a segment were told with which entries."""
        return {
            (find.place, hit.list_name, hit.entry_id)
            for path, name in self._files(key)
            if name.segment == segment
            for find in _read(path)
            for hit in find.hits
        }

    def tell(self, key: bytes, segment: str, finds: Sequence[Find]) -> None:
        """Add finds, durably and all or none. Their numbers follow on each other."""
        folder = self._of(key)
        private_folder(folder)
        first, last = finds[0].number, finds[-1].number
        raw = json.dumps([asdict(find) for find in finds], separators=(",", ":")).encode()
        replace_file(folder / f"{first:012d}-{last:012d}-{finds[0].found_at_s}-{segment}{SUFFIX}", raw)

    def lasts(self) -> Iterator[tuple[bytes, int]]:
        """Yield each key that has finds, and the last number among them."""
        if not self._folder.exists():
            return
        for folder in self._folder.iterdir():
            key = bytes.fromhex(folder.name)
            last = max((name.last for _, name in self._files(key)), default=0)
            if last:
                yield key, last

    def size_bytes(self) -> int:
        """Return how much there is."""
        return sum(path.stat().st_size for path in self._folder.glob(f"*/*{SUFFIX}"))

    def sweep(self, segments: Collection[str], is_past: Callable[[int], bool]) -> None:
        """Remove files whose segment has gone and whose time has passed, and what a kill left half-written."""
        for folder in self._folder.glob("*"):
            for path, name in self._files(bytes.fromhex(folder.name)):
                if name.segment not in segments and is_past(name.found_at_s):
                    path.unlink(missing_ok=True)
            for torn in folder.glob(".*.new"):
                torn.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()

    def _of(self, key: bytes) -> Path:
        return self._folder / key.hex()

    def _files(self, key: bytes) -> list[tuple[Path, _Name]]:
        found = [(path, _parsed(path)) for path in self._of(key).glob(f"[0-9]*{SUFFIX}")]
        return sorted(found, key=lambda one: one[1])


def _parsed(path: Path) -> _Name:
    try:
        first, last, found_at_s, segment = path.stem.split("-", 3)
        return _Name(int(first), int(last), int(found_at_s), segment)
    except ValueError:
        raise RetroCorruptError("a file of finds is not one by its name") from None


def _read(path: Path) -> list[Find]:
    try:
        return [_find(plain) for plain in json.loads(path.read_bytes())]
    except FileNotFoundError:  # swept between the two steps
        return []
    except (ValueError, TypeError, KeyError):
        raise RetroCorruptError("a file of finds is damaged") from None


def _find(plain: Mapping[str, Any]) -> Find:
    fields: dict[str, Any] = {**plain, "hits": tuple(map(_hit, plain["hits"]))}
    return Find(**fields)


def _hit(plain: Mapping[str, Any]) -> Hit:
    words = {"kind": MatchKind(plain["kind"]), "signal": SignalKind(plain["signal"]), "view": View(plain["view"])}
    fields: dict[str, Any] = {**plain, **words}
    return Hit(**fields)
