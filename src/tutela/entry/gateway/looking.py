"""What the gateway asks, and of whom: a snapshot of all lists, exchanged whole when a new version is in force.

A request takes one snapshot and keeps it to its end; what was mapped stays mapped until the last one lets go. Looking
whether something new is there is the reading of a few pointers, beside the requests, every `REFRESH_S` seconds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tutela.domain.lists import Hit, MatchKind
from tutela.domain.media import MediaKind
from tutela.domain.signals import DIGEST_KINDS, PictureHash
from tutela.engine.matching import ListStore, Matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Sized
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tutela.domain.signals import Digests, SignalKind
    from tutela.engine.matching import PackedList, SignalIndex

REFRESH_S: Final = 0.25
_KIND_OF_LENGTH: Final = {kind.digest_bytes: kind for kind in DIGEST_KINDS}
_QUALITY: Final = 100  # of a hash whose quality nobody said: whoever asks has judged it


class Info(Protocol):
    """What a snapshot holds."""

    @property
    def entries(self) -> int:
        """How many entries count."""
        ...

    @property
    def lists(self) -> Sized:
        """The lists they are in."""
        ...


class Snapshot(Protocol):
    """One state of all lists. Any number of threads may ask."""

    version: str

    @property
    def info(self) -> Info:
        """What it holds."""
        ...

    def match_many(self, hashes: NDArray[np.uint8]) -> list[tuple[Hit, ...]]:
        """Return the hits of each hash (Q, 32)."""
        ...

    def match_digests(self, digests: Sequence[bytes]) -> list[tuple[Hit, ...]]:
        """Return the hits of each digest, whose length says which it is."""
        ...

    def match(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> tuple[Hit, ...]:
        """Return the hits of one file."""
        ...


class Index(Protocol):
    """Where snapshots come from."""

    def refresh(self) -> None:
        """Look whether there is a new version, and open it."""
        ...

    def snapshot(self) -> Snapshot | None:
        """Return the state in force; None before the first `refresh`, and where there is no list."""
        ...


class StoreIndex:
    """Lists and index as they stand under TUTELA_HOME/lists."""

    def __init__(self, folder: Path) -> None:
        self._store = ListStore(folder)
        self._folder = folder
        self._state: object = None
        self._snapshot: Snapshot | None = None

    def refresh(self) -> None:
        """Open anew whatever pointer has moved."""
        state = tuple(sorted((path, path.read_bytes()) for path in self._folder.glob("*/CURRENT")))
        if state != self._state:
            lists = [self._store.open(name, verify=False) for name in self._store.names()]
            index = self._store.index.open()
            covers = index is not None and all(each.index_version for each in lists)
            self._snapshot = _StoreSnapshot(lists, index if covers else None) if lists else None
            self._state = state

    def snapshot(self) -> Snapshot | None:
        """Return the lists in force."""
        return self._snapshot


@dataclass(frozen=True, slots=True)
class _Info:
    entries: int
    lists: Sized


class _StoreSnapshot:
    def __init__(self, lists: Sequence[PackedList], index: SignalIndex | None) -> None:
        """`index`: one that covers every list."""
        self._lists = lists
        self._index = index
        self._reach_bits = max(each.info.policy.pdq_distance_max for each in lists)
        self._matcher = Matcher(lists)
        versions = "".join(each.info.version for each in lists)
        self.version = next((each.index_version for each in lists if each.index_version), "") or _digest(versions)
        self.info = _Info(sum(each.info.entries for each in lists), lists)

    def match_many(self, hashes: NDArray[np.uint8]) -> list[tuple[Hit, ...]]:
        found: list[tuple[Hit, ...]] = [()] * len(hashes)
        near: Iterable[int] = range(len(hashes))
        if self._index is not None:  # nearly nothing is known: only what the index finds is looked at closely
            near = sorted(set(self._index.search(hashes, self._reach_bits).query.tolist()))
        for at in near:
            found[at] = self.match(None, (PictureHash(hashes[at].tobytes(), _QUALITY),), MediaKind.PICTURE)
        return found

    def match_digests(self, digests: Sequence[bytes]) -> list[tuple[Hit, ...]]:
        return [self._exact(_KIND_OF_LENGTH[len(digest)], digest) for digest in digests]

    def match(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> tuple[Hit, ...]:
        return self._matcher.match(digests, hashes, kind)

    def _exact(self, kind: SignalKind, digest: bytes) -> tuple[Hit, ...]:
        return tuple(
            Hit(
                list_name=packed.info.name,
                list_version=packed.info.version,
                entry_id=packed.entry_id(row),
                classification=packed.classification(row),
                scheme=packed.info.scheme,
                source=packed.source(row),
                owner=packed.info.owner,
                kind=MatchKind.EXACT,
                signal=kind,
            )
            for packed in self._lists
            for row in packed.digests[kind].find(digest).tolist()
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
