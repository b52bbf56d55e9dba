"""One state of the live index, open: what it finds never changes, whatever is added or removed meanwhile.

Rules (see `policy`) decide at the moment of the question what of it is reported; the `judge` methods also say what is
withheld and why.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tutela.domain.lists import Hit, ListInfo, MatchKind
from tutela.domain.media import MediaKind
from tutela.domain.signals import DIGEST_KINDS, Digests
from tutela.engine import clock
from tutela.engine.matching.live.many import Join
from tutela.engine.matching.matcher import Matcher, Matches
from tutela.engine.matching.policy import Judged, Rules, judge

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tutela.domain.signals import PictureHash, SignalKind
    from tutela.engine.matching.live.opened import OpenPart, OpenSegment
    from tutela.engine.matching.live.state import State
    from tutela.engine.matching.packed import PackedList
    from tutela.engine.matching.policy import FloodGate

_NOTHING: Final = Judged(())
_NO_RULES: Final = Rules()
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
    hashes: int


class Snapshot:
    """A state, open. Threads may share it; it keeps its files although they may be removed."""

    def __init__(
        self, version: str, state: State, segments: tuple[OpenSegment, ...], rules: Rules | None, gate: FloodGate
    ) -> None:
        self.version = version
        self.rules = rules
        self._gate = gate
        self.state = state
        self._segments = segments
        self._parts = tuple(part for segment in segments for part in segment.parts)
        for part in self._parts:
            part.living.index_version = version
        self._join = Join(segments)
        self._distances = {part.part.list_name: part.living.info.policy.pdq_distance_max for part in self._parts}
        self._matcher = Matcher([_reaching(part.living, self._reach(part)) for part in self._parts])

    @property
    def set_apart(self) -> int:
        """How many entries are set apart because they flooded."""
        return len(self._gate.flooding)

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
        """Return the parts of some lists, or all, as a `Matcher` takes them: without what was removed, and no rules."""
        return [part.living for part in self._parts if names is None or part.part.list_name in names]

    def match_many(
        self,
        hashes: NDArray[np.uint8],
        *,
        distance_max: int | None = None,
        qualities: NDArray[np.float64] | None = None,
    ) -> list[tuple[Hit, ...]]:
        """Return the hits of each of many hashes that are reported, nearest first.

        Each is answered like a still picture, see `Matcher`; the more there are, the less each costs.

        Args:
            hashes: (Q, 32) PDQ.
            distance_max: in bits; in the place of every distance that lists and rules say.
            qualities: (Q,) 0..100; what is below a list's own limit is not asked of it. None: all are of full quality.
        """
        return [judged.hits for judged in self.judge_many(hashes, distance_max=distance_max, qualities=qualities)]

    def match_digests(self, digests: Sequence[Digests | bytes]) -> list[tuple[Hit, ...]]:
        """Return the hits of each file by its digests: all three, or one alone, whose length says which it is.

        `ValueError` for a digest of no such length. One alone cannot be contradicted by a stronger one.
        """
        return [judged.hits for judged in self.judge_digests(digests)]

    def match(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> tuple[Hit, ...]:
        """Return the hits of one file that are reported, as `Matcher.match`."""
        return self.look_up(digests, hashes, kind).hits

    def look_up(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> Matches:
        """Return the hits of one file and how many there were beyond the limit, as `Matcher.look_up`."""
        found = self._matcher.look_up(digests, hashes, kind)
        return Matches(self._judged(found.hits, _key(digests, hashes), self._distances).hits, found.left_out)

    def judge_many(
        self,
        hashes: NDArray[np.uint8],
        *,
        distance_max: int | None = None,
        qualities: NDArray[np.float64] | None = None,
    ) -> list[Judged]:
        """Return what `match_many` does, with what is withheld and why."""
        limits = [self._reach(part) if distance_max is None else distance_max for part in self._parts]
        policies = [part.living.info.policy for part in self._parts]
        found = self._join.match(
            hashes,
            limits,
            shares_min=[policy.video_entry_share_min for policy in policies],
            qualities=qualities,
            qualities_min=[policy.pdq_quality_min for policy in policies],
        )
        distances = self._distances if distance_max is None else None
        return [
            self._judged(hits, hashes[place].tobytes(), distances) if hits else _NOTHING
            for place, hits in enumerate(found)
        ]

    def judge_digests(self, digests: Sequence[Digests | bytes]) -> list[Judged]:
        """Return what `match_digests` does, with what is withheld and why."""
        return [
            self._judged(self._matcher.match(one, (), MediaKind.OTHER), one.sha256, self._distances)
            if isinstance(one, Digests)
            else self._judged(self._by_one(one), one, self._distances)
            for one in digests
        ]

    def judge(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> Judged:
        """Return what `match` does, with what is withheld and why."""
        hits = self._matcher.match(digests, hashes, kind)
        return self._judged(hits, _key(digests, hashes), self._distances)

    def _judged(self, hits: tuple[Hit, ...], key: bytes, distances: Mapping[str, int] | None) -> Judged:
        if not hits:
            return Judged(hits)
        rules, flooding = self.rules, self._gate.flooding
        if rules is None:
            if not flooding:
                return Judged(hits)
            rules = _NO_RULES
        now = clock.now()
        judged = judge(rules, hits, distances, key=key, now=now, flooding=flooding)
        if rules.flood is not None:
            self._gate.note(rules.flood, judged.hits, now)
        return judged

    def _reach(self, part: OpenPart) -> int:
        """Return how far a part is searched: as far as its list, or the rules about any class of it, say."""
        own = part.living.info.policy.pdq_distance_max
        return own if self.rules is None else self.rules.reach(part.part.list_name, own)

    def verify(self) -> None:
        """Read every file whole; `IndexCorruptError` or `ListCorruptError` where one is damaged."""
        for segment in self._segments:
            if segment.index is not None:
                segment.index.verify()
            for part in segment.parts:
                part.packed.verify()
                if part.ids is not None:
                    part.ids.verify()

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


def _key(digests: Digests | None, hashes: Sequence[PictureHash]) -> bytes:
    """Return by what an upload is known."""
    if digests is not None:
        return digests.sha256
    return hashes[0].pdq if hashes else b""


def _reaching(packed: PackedList, distance_max: int) -> PackedList:
    """Return a list that is searched up to another distance."""
    made = copy(packed)
    made.info = replace(packed.info, policy=replace(packed.info.policy, pdq_distance_max=distance_max))
    return made


def _about(parts: Sequence[OpenPart]) -> LiveList:
    entries = sum(part.part.entries for part in parts)
    removed = sum(part.part.gone_entries for part in parts)
    return LiveList(parts[0].living.info, entries - removed, removed, len(parts))
