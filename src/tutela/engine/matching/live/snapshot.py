"""One state of the live index, open: what it answers never changes, whatever is added or removed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.domain.lists import Hit, ListInfo, MatchKind
from tutela.domain.media import MediaKind
from tutela.domain.signals import DIGEST_KINDS, Digests
from tutela.engine.matching.live.many import Join
from tutela.engine.matching.matcher import Matcher, Matches

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tutela.domain.signals import PictureHash, SignalKind
    from tutela.engine.matching.live.opened import OpenPart, OpenSegment
    from tutela.engine.matching.live.state import State
    from tutela.engine.matching.packed import PackedList

_KIND_OF_LENGTH: Final[dict[int, SignalKind]] = {kind.digest_bytes: kind for kind in DIGEST_KINDS}


@dataclass(frozen=True, slots=True)
class LiveList:
    """One list in a state. `about` is what its import said, under the version that it has now."""

    about: ListInfo
    entries: int
    removed: int
    parts: int


@dataclass(frozen=True, slots=True)
class LiveInfo:
    """What a state holds. `entries` count; `tombstones` are entries that no longer do and await a merge."""

    version: str
    serial: int
    made_at: str
    lists: tuple[LiveList, ...]
    segments: int
    entries: int
    tombstones: int
    looks: int


class Snapshot:
    """A state, open. Threads may share it; it keeps its files although they may be removed."""

    def __init__(self, version: str, state: State, segments: tuple[OpenSegment, ...]) -> None:
        self.version = version
        self.state = state
        self._segments = segments
        self._parts = tuple(part for segment in segments for part in segment.parts)
        for part in self._parts:
            part.living.index_version = version
        self._join = Join(segments)
        self._matcher = Matcher([part.living for part in self._parts])

    @property
    def info(self) -> LiveInfo:
        """What it holds."""
        by_list: dict[str, list[OpenPart]] = {}
        for part in self._parts:
            by_list.setdefault(part.part.list_name, []).append(part)
        lists = tuple(_about(parts) for _, parts in sorted(by_list.items()))
        return LiveInfo(
            self.version,
            self.state.serial,
            self.state.made_at,
            lists,
            len(self._segments),
            sum(one.entries for one in lists),
            sum(one.removed for one in lists),
            sum(len(part.packed.picture_hashes) + len(part.packed.frame_hashes) for part in self._parts),
        )

    def lists(self, names: Collection[str] | None = None) -> list[PackedList]:
        """Return the parts of some lists, or all, as lists that a `Matcher` takes: without what was removed."""
        return [part.living for part in self._parts if names is None or part.part.list_name in names]

    def match_many(self, hashes: NDArray[np.uint8], *, distance_max: int | None = None) -> list[tuple[Hit, ...]]:
        """Return the hits of each of many looks, nearest first.

        Each is answered like a still picture of full quality, see `Matcher`; the more there are, the less each costs.

        Args:
            hashes: (Q, 32) PDQ.
            distance_max: in bits; in the place of every list's own distance.
        """
        policies = [part.living.info.policy for part in self._parts]
        limits = [policy.pdq_distance_max if distance_max is None else distance_max for policy in policies]
        return self._join.match(hashes, limits, shares_min=[policy.video_entry_share_min for policy in policies])

    def match_digests(self, digests: Sequence[Digests | bytes]) -> list[tuple[Hit, ...]]:
        """Return the hits of each file by its digests: all three, or one alone, whose length says which it is.

        `ValueError` for a digest of no such length. One alone cannot be contradicted by a stronger one.
        """
        return [
            self._matcher.match(one, (), MediaKind.OTHER) if isinstance(one, Digests) else self._by_one(one)
            for one in digests
        ]

    def match(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> tuple[Hit, ...]:
        """Return the hits of one file, as `Matcher.match`."""
        return self._matcher.match(digests, hashes, kind)

    def look_up(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> Matches:
        """Return the hits of one file and how many there were beyond the limit, as `Matcher.look_up`."""
        return self._matcher.look_up(digests, hashes, kind)

    def verify(self) -> None:
        """Read every file whole; `IndexCorruptError` or `ListCorruptError` where one is damaged."""
        for segment in self._segments:
            if segment.index is not None:
                segment.index.verify()
            for part in segment.parts:
                part.packed.verify()

    def _by_one(self, digest: bytes) -> tuple[Hit, ...]:
        kind = _KIND_OF_LENGTH.get(len(digest))
        if kind is None:
            raise ValueError("a digest has 16, 20 or 32 bytes")
        return tuple(
            _exact(part.living, int(entry), kind)
            for part in self._parts
            for entry in part.living.digests[kind].find(digest)
        )


def _exact(packed: PackedList, entry: int, signal: SignalKind) -> Hit:
    info = packed.info
    return Hit(
        info.name,
        info.version,
        packed.entry_id(entry),
        packed.classification(entry),
        info.scheme,
        packed.source(entry),
        info.owner,
        MatchKind.EXACT,
        signal,
        index_version=packed.index_version,
    )


def _about(parts: Sequence[OpenPart]) -> LiveList:
    entries = sum(part.part.entries for part in parts)
    removed = sum(part.part.gone_entries for part in parts)
    return LiveList(parts[0].living.info, entries - removed, removed, len(parts))
