"""One file against lists: what is known, and what is a question.

    matcher = Matcher([store.open("demo")])
    matcher.match(fingerprint.digests, examination.hashes, MediaKind.PICTURE)    # tuple[Hit, ...]

* EXACT: a digest agrees and no stronger one of the entry differs.
* NEAR: a picture, frame or share of frames is within the list's distance; or a digest agrees that a stronger one
  contradicts (signal `md5` or `sha1`, no distance).
* An entry is reported once: exact wins over near, and a share of video frames over a single picture.
* Exact first, then by distance. At most `hits_max` are given; `look_up` says how many more there were.

A matcher holds no state but the opened lists: any number of threads may use one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.domain.limits import MatchLimits
from tutela.domain.lists import Hit, MatchKind
from tutela.domain.media import MediaKind
from tutela.domain.signals import SignalKind
from tutela.engine.matching.exact import BY_STRENGTH, exact_entries
from tutela.engine.matching.near import NearEntries, askable, near_pictures, near_videos, with_shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tutela.domain.signals import Digests, PictureHash
    from tutela.engine.matching.packed import PackedList

_LIMITS: Final = MatchLimits()
_NO_ENTRY: Final = np.empty(0, np.uint32)
_HAS_HASHES: Final = (MediaKind.PICTURE, MediaKind.VIDEO)


@dataclass(frozen=True, slots=True)
class Matches:
    """The hits of one file, best first, and how many more there were beyond the limit."""

    hits: tuple[Hit, ...]
    left_out: int


class Matcher:
    """Matches files against several lists at once."""

    def __init__(
        self,
        lists: Sequence[PackedList],
        *,
        distance_max: int | None = None,
        limits: MatchLimits = _LIMITS,
    ) -> None:
        """Match by each list's own policy; `distance_max` (bits) takes the place of every list's distance."""
        if distance_max is not None and not 0 <= distance_max <= 255:
            raise ValueError("a distance is 0 to 255 bits")
        self._lists = tuple(
            _ListMatcher(
                packed, distance_max if distance_max is not None else packed.info.policy.pdq_distance_max, limits
            )
            for packed in lists
        )
        self._limits = limits

    def match(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> tuple[Hit, ...]:
        """Return the hits of one file, best first, `hits_max` at most."""
        return self.look_up(digests, hashes, kind).hits

    def look_up(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> Matches:
        """Return the hits of one file and how many there were beyond the limit.

        Args:
            digests: of the whole file; None where it could not be read.
            hashes: of the picture in every view, or of the frames.
            kind: only pictures and videos have hashes; for others `hashes` is not asked.
        """
        hashes = hashes if kind in _HAS_HASHES else ()
        hits: list[Hit] = []
        left_out = 0
        for one in self._lists:
            found, more = one.look_up(digests, hashes)
            hits += found
            left_out += more
        hits.sort(key=_rank)
        kept = tuple(hits[: self._limits.hits_max])
        return Matches(kept, left_out + len(hits) - len(kept))


class _ListMatcher:
    """Matches against one list."""

    def __init__(self, packed: PackedList, distance_max: int, limits: MatchLimits) -> None:
        self._packed = packed
        self._distance_max = distance_max
        self._limits = limits
        self._policy = packed.info.policy

    def look_up(self, digests: Digests | None, hashes: Sequence[PictureHash]) -> tuple[list[Hit], int]:
        """Return the best hits, by entry, and how many entries were left out."""
        hits: dict[int, Hit] = {}
        exact = exact_entries(self._packed, digests) if digests is not None else None
        known = _NO_ENTRY
        if exact is not None:
            known = exact.entry[~exact.contradicted]
            for place in self._best(exact.contradicted):
                signal = BY_STRENGTH[int(exact.strength[place])]
                kind = MatchKind.NEAR if exact.contradicted[place] else MatchKind.EXACT
                hits[int(exact.entry[place])] = self._hit(int(exact.entry[place]), kind, signal)
        found = [] if exact is None else [exact.entry]
        for near, asked, signal in self._near(hashes) if hashes else ():
            new = np.flatnonzero(~np.isin(near.entry, known)) if len(known) else np.arange(len(near.entry))
            for place in new[self._best(near.distance[new])].tolist():
                self._keep(hits, int(near.entry[place]), self._near_hit(near, place, asked, signal))
            found.append(near.entry[new])
        entries = len(np.unique(np.concatenate(found))) if found else 0
        return list(hits.values()), entries - len(hits)

    def _best(self, ranks: NDArray[np.generic]) -> list[int]:
        """Return the places of the smallest ranks, as many as may be reported; of equals the first."""
        return np.argsort(ranks, kind="stable")[: self._limits.hits_max].tolist()

    def _near(self, hashes: Sequence[PictureHash]) -> Iterator[tuple[NearEntries, Sequence[PictureHash], SignalKind]]:
        """Yield what is near among pictures, then among videos for each view, with the hashes that were asked."""
        packed, policy, pairs_max = self._packed, self._policy, self._limits.pairs_max
        asked = askable(hashes, policy.pdq_quality_min)
        yield (
            near_pictures(asked, packed.pictures, packed.picture_entries, self._distance_max, pairs_max),
            asked,
            SignalKind.PDQ,
        )
        for view in dict.fromkeys(one.view for one in hashes):
            asked = askable((one for one in hashes if one.view is view), policy.pdq_quality_min)
            near = near_videos(
                asked,
                packed.frames,
                packed.frame_entries,
                self._distance_max,
                pairs_max,
                frame_counts=packed.frame_counts,
            )
            yield with_shares(near, policy.video_query_share_min, policy.video_entry_share_min), asked, SignalKind.VPDQ

    def _keep(self, hits: dict[int, Hit], entry: int, hit: Hit) -> None:
        """Report an entry once: a share of frames before a single picture, a better view before a worse one."""
        before = hits.get(entry)
        if before is None or before.signal is not hit.signal or _rank(hit) < _rank(before):
            hits[entry] = hit

    def _near_hit(self, near: NearEntries, place: int, asked: Sequence[PictureHash], signal: SignalKind) -> Hit:
        query = asked[int(near.query[place])]
        hit = self._hit(int(near.entry[place]), MatchKind.NEAR, signal)
        return replace(
            hit,
            distance=int(near.distance[place]),
            threshold=self._distance_max,
            view=query.view,
            frame=query.frame,
            query_share=None if near.query_share is None else float(near.query_share[place]),
            entry_share=None if near.entry_share is None else float(near.entry_share[place]),
        )

    def _hit(self, entry: int, kind: MatchKind, signal: SignalKind) -> Hit:
        packed, info = self._packed, self._packed.info
        return Hit(
            list_name=info.name,
            list_version=info.version,
            entry_id=packed.entry_id(entry),
            classification=packed.classification(entry),
            scheme=info.scheme,
            source=packed.source(entry),
            owner=info.owner,
            kind=kind,
            signal=signal,
            index_version=packed.index_version,
        )


def _rank(hit: Hit) -> tuple[bool, int]:
    """Order hits: exact, then near by distance; a contradicted digest has none and stands first among the near."""
    return hit.kind is not MatchKind.EXACT, -1 if hit.distance is None else hit.distance
