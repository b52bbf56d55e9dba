"""What B6 does to a live index: entries made of numbers, a reader that never stops asking, updates that can be checked.

Run as a program it is the reader: `python -m bench.live_load FOLDER UPDATES`.
"""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.domain.lists import Entry, MatchPolicy
from tutela.engine.matching import ListStore, LiveIndex, Snapshot, Updater
from tutela.engine.matching.live import Add, Remove

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.engine.matching.live import Change

NAME: Final = "bench"
CHANGES: Final = 10_000
_HALF: Final = CHANGES // 2
_PROBES: Final = 32  # of each update: of what came, and of what went
_BASE: Final = 20_000  # entries at first, where updaters are killed
_EACH: Final = 60  # entries that come with each update there, and go with the third after it
_WINDOW: Final = 3


def entry(number: int) -> Entry:
    """One entry; random to look at, and always the same."""
    seed = number.to_bytes(8)
    return Entry(
        f"n-{number}", "class", "source", md5=hashlib.sha256(seed).digest()[:16], pdq=hashlib.sha256(seed).digest()
    )


def store_of(folder: Path, entries: int) -> ListStore:
    """A list of so many entries."""
    store = ListStore(folder / "lists")
    made = (entry(number) for number in range(entries))
    store.add(NAME, "owner", "", "", MatchPolicy(), made, imported_at="")
    return store


def update(number: int) -> list[Change]:
    """Half come that never were, half of the first go."""
    come, gone = _numbers(number)
    return [*(Add(NAME, entry(one)) for one in come), *(Remove(NAME, f"n-{one}") for one in gone)]


def _numbers(number: int) -> tuple[range, range]:
    first = 10**9 + number * _HALF
    return range(first, first + _HALF), range((number - 1) * _HALF, number * _HALF)


def hashes(numbers: Iterable[int]) -> np.ndarray:
    """The hashes of some entries."""
    return np.frombuffer(b"".join(entry(one).pdq or b"" for one in numbers), np.uint8).reshape(-1, 32)


class Play:
    """An index to which a known thing is done again and again; `round` is the last that was done."""

    def __init__(self, folder: Path) -> None:
        self._store = store_of(folder, _BASE)
        self.folder = self._store.index_folder
        self.round = 0
        self._updater = Updater(self.folder)
        self._updater.build([self._store.open(NAME)])

    def step(self, number: int) -> None:
        """Do what number says: an update, and now and then a merge or a build after it."""
        come, gone = self._of(number), self._of(number - _WINDOW)
        if number:
            self._updater.apply([Remove(NAME, f"n-{one}") for one in gone] + [Add(NAME, entry(one)) for one in come])
        if number % 5 == 0:
            self._updater.merge()
        elif number % 7 == 0:
            self._updater.build([self._store.open(NAME)])

    def reached(self, snapshot: Snapshot) -> int | None:
        """Return the round whose entries, all and no other, are there; None where there is none such."""
        rounds = range(max(1, self.round - _WINDOW), self.round + 200)
        found = snapshot.match_many(hashes(one for number in rounds for one in self._of(number)))
        there = [sum(bool(found[place * _EACH + one]) for one in range(_EACH)) for place in range(len(rounds))]
        whole = [number for number, count in zip(rounds, there, strict=True) if count == _EACH]
        if any(count not in (0, _EACH) for count in there):
            return None
        reached = whole[-1] if whole else 0
        wanted = list(range(max(1, reached - _WINDOW + 1), reached + 1))
        base = snapshot.match_many(hashes(range(0, _BASE, 97)))
        digests = snapshot.match_digests([entry(one).md5 or b"" for one in range(0, _BASE, 97)])
        right = all(len(hits) == 1 for hits in (*base, *digests))
        right &= snapshot.info.entries == _BASE + _EACH * len(wanted)
        return reached if right and whole == wanted else None

    def _of(self, number: int) -> range:
        return range(10**9 + number * _EACH, 10**9 + (number + 1) * _EACH) if number > 0 else range(0)


def _read(folder: Path, updates: int) -> None:
    """Ask until the last update is there; say when each was first answered whole."""
    index = LiveIndex.open(folder)
    probes = [
        (hashes(come[:: _HALF // _PROBES]), hashes(gone[:: _HALF // _PROBES]))
        for come, gone in map(_numbers, range(1, updates + 1))
    ]
    queries = partial = seen = 0
    longest_s, version = 0.0, ""
    print("asking", flush=True)
    while seen < updates:
        start_s = time.monotonic()
        snapshot = index.snapshot()
        come, gone = probes[seen]
        hit = bool(snapshot.match_many(come[queries % len(come)][None])[0])
        longest_s = max(longest_s, time.monotonic() - start_s)
        queries += 1
        if snapshot.version == version and not hit:
            continue
        version = snapshot.version
        after = sum(map(bool, snapshot.match_many(come))), sum(map(bool, snapshot.match_many(gone)))
        if after == (len(come), 0):
            seen += 1
            print("seen", seen, time.monotonic(), flush=True)
        elif after != (0, len(gone)):
            partial += 1
    print("queries", queries)
    print("partial", partial)
    print("longest", longest_s)


if __name__ == "__main__":
    _read(Path(sys.argv[1]), int(sys.argv[2]))
