"""Many looks against all segments at once: one pass over each index, one over whatever is not indexed.

Each hash is answered as `Matcher` answers a still picture with that hash, of full quality where nothing else is said:
picture entries within the distance, and video entries of which a frame is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tutela.domain.limits import MatchLimits
from tutela.domain.lists import Hit, MatchKind
from tutela.domain.signals import PDQ_BITS, PDQ_BYTES, PDQ_FLAT_BITS_OFF, SignalKind
from tutela.engine import native
from tutela.engine.matching.live.gone import are_gone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tutela.engine.matching.index import SignalIndex
    from tutela.engine.matching.live.opened import OpenPart, OpenSegment

_LIMITS: Final = MatchLimits()
_SOURCES: Final = 2  # of each part: pictures, then frames


class _Pairs(NamedTuple):
    """Hashes that are near: which query, which row of which source (2 x part, 1 more for frames), how many bits."""

    query: NDArray[np.uint32]
    source: NDArray[np.uint32]
    row: NDArray[np.uint32]
    distance: NDArray[np.uint16]

    def only(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> _Pairs:
        return _Pairs(self.query[keep], self.source[keep], self.row[keep], self.distance[keep])


class Join:
    """Matches looks against the parts of one state. Holds nothing that changes: threads may share it."""

    def __init__(self, segments: Sequence[OpenSegment], limits: MatchLimits = _LIMITS) -> None:
        self._limits = limits
        self._parts: list[OpenPart] = []
        self._indexed: list[tuple[SignalIndex, int]] = []  # and the number of its first part
        plain: list[int] = []
        for segment in segments:
            if segment.index is None:
                plain += range(len(self._parts), len(self._parts) + len(segment.parts))
            else:
                self._indexed.append((segment.index, len(self._parts)))
            self._parts += segment.parts
        self._plain = _Plain([(number, self._parts[number]) for number in plain])

    def match(
        self,
        hashes: NDArray[np.uint8],
        distances_max: Sequence[int],
        *,
        shares_min: Sequence[float],
        qualities: NDArray[np.float64] | None = None,
        qualities_min: Sequence[int] = (),
    ) -> list[tuple[Hit, ...]]:
        """Return the hits of each hash, nearest first, `hits_max` at most.

        Args:
            hashes: (Q, 32).
            distances_max: of each part, in the order of the segments.
            shares_min: of the frames of a video that must be near, of each part.
            qualities: of the hashes; None where all are full.
            qualities_min: of each part: what is below is not asked of it.
        """
        hits: list[tuple[Hit, ...]] = [()] * len(hashes)
        flat = np.abs(np.bitwise_count(hashes).sum(axis=1, dtype=np.int32) - PDQ_BITS // 2) > PDQ_FLAT_BITS_OFF
        asked = hashes[~flat] if flat.any() else hashes
        places = np.flatnonzero(~flat)
        limits = np.array(distances_max, np.uint16)
        for first, pairs in self._found(asked, int(limits.max(initial=0))):
            parts = pairs.source // _SOURCES
            is_asked = pairs.distance <= limits[parts]
            if qualities is not None:
                is_asked &= qualities[places[first + pairs.query]] >= np.array(qualities_min)[parts]
            kept = pairs.only(is_asked)
            for query, own in self._hits(kept, limits, np.array(shares_min)):
                hits[int(places[first + query])] = own
        return hits

    def _found(self, queries: NDArray[np.uint8], distance_max: int) -> Iterator[tuple[int, _Pairs]]:
        """Yield pairs, and the first query that their numbers count from; in parts where they would fill the memory."""
        waiting = [(0, len(queries))] if len(queries) and self._parts else []
        while waiting:
            start, stop = waiting.pop()
            try:
                pairs = self._pairs(queries[start:stop], distance_max, alone=stop - start == 1)
            except OverflowError:
                middle = (start + stop) // 2
                waiting += [(start, middle), (middle, stop)]
                continue
            if len(pairs.query):
                yield start, pairs

    def _pairs(self, queries: NDArray[np.uint8], distance_max: int, *, alone: bool) -> _Pairs:
        pairs_max = native.HITS_MAX if alone else self._limits.pairs_max
        found = [self._plain.search(queries, distance_max, pairs_max)]
        for index, first_part in self._indexed:
            hits = index.search(queries, distance_max, hits_max=pairs_max)
            if not len(hits.row):
                continue
            if not alone and index.owner_count(hits.row) > pairs_max:
                raise OverflowError
            owners = index.owners(hits.row)
            source = owners.source + np.uint32(_SOURCES * first_part)
            found.append(_Pairs(hits.query[owners.place], source, owners.row, hits.distance[owners.place]))
        found = [pairs for pairs in found if len(pairs.query)]
        if len(found) <= 1:
            return found[0] if found else _NO_PAIRS
        return _Pairs(*(np.concatenate(columns) for columns in zip(*found, strict=True)))

    def _hits(
        self, pairs: _Pairs, distances_max: NDArray[np.uint16], shares_min: NDArray[np.float64]
    ) -> Iterator[tuple[int, tuple[Hit, ...]]]:
        """Yield the hits of each query that has any."""
        entries = np.empty(len(pairs.row), np.uint32)
        keep = np.ones(len(pairs.row), bool)
        for source in map(int, np.unique(pairs.source)):
            part = self._parts[source // _SOURCES]
            mine = pairs.source == source
            table = part.packed.frame_entries if source % _SOURCES else part.packed.picture_entries
            entries[mine] = table[pairs.row[mine]]
            keep[mine] = ~are_gone(entries[mine], part.gone)
        pairs, entries = pairs.only(keep), entries[keep]
        if not len(entries):
            return
        # Of each query and entry the nearest hash, and how many of a source there are: frames of a video stand once.
        order = np.lexsort((pairs.distance, entries, pairs.source, pairs.query))
        pairs, entries = pairs.only(order), entries[order]
        first = np.ones(len(entries), bool)
        first[1:] = (
            (pairs.query[1:] != pairs.query[:-1])
            | (pairs.source[1:] != pairs.source[:-1])
            | (entries[1:] != entries[:-1])
        )
        counts = np.diff(np.append(np.flatnonzero(first), len(first)))
        pairs, entries = pairs.only(first), entries[first]
        shares = self._shares(pairs, entries, counts)
        enough = np.isnan(shares) | (shares >= shares_min[pairs.source // _SOURCES])
        pairs, entries, shares = pairs.only(enough), entries[enough], shares[enough]
        stops = np.append(np.flatnonzero(np.diff(pairs.query)) + 1, len(pairs.query))
        start = 0
        for stop in stops.tolist() if len(entries) else ():
            own = slice(start, stop)
            yield int(pairs.query[start]), self._best(pairs.only(np.r_[own]), entries[own], shares[own], distances_max)
            start = stop

    def _shares(self, pairs: _Pairs, entries: NDArray[np.uint32], counts: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return what share of each video was near; not a number for pictures."""
        shares = np.full(len(entries), np.nan)
        for source in map(int, np.unique(pairs.source[pairs.source % _SOURCES == 1])):
            mine = pairs.source == source
            part = self._parts[source // _SOURCES]
            shares[mine] = counts[mine] / part.packed.frame_counts(entries[mine])
        return shares

    def _best(
        self, pairs: _Pairs, entries: NDArray[np.uint32], shares: NDArray[np.float64], limits: NDArray[np.uint16]
    ) -> tuple[Hit, ...]:
        """Make the hits of one query: nearest first, each entry once, a share of frames before a single picture."""
        films = {
            (int(source) // _SOURCES, int(entry))
            for source, entry in zip(pairs.source, entries, strict=True)
            if source % _SOURCES
        }
        hits: list[Hit] = []
        for place in np.argsort(pairs.distance, kind="stable").tolist():
            number, is_film = divmod(int(pairs.source[place]), _SOURCES)
            if not is_film and (number, int(entries[place])) in films:
                continue
            share = float(shares[place]) if is_film else None
            hits.append(
                _hit(self._parts[number], int(entries[place]), int(pairs.distance[place]), int(limits[number]), share)
            )
            if len(hits) == self._limits.hits_max:
                break
        return tuple(hits)


class _Plain:
    """The hashes of all parts that no index covers, side by side: there are few of them."""

    def __init__(self, parts: Sequence[tuple[int, OpenPart]]) -> None:
        tables = [
            (_SOURCES * number + is_film, table)
            for number, part in parts
            for is_film, table in enumerate((part.packed.picture_hashes, part.packed.frame_hashes))
        ]
        self._hashes = np.concatenate([np.empty((0, PDQ_BYTES), np.uint8), *(table for _, table in tables)])
        self._sources = np.repeat(
            np.array([source for source, _ in tables], np.uint32), [len(table) for _, table in tables]
        )
        self._rows = np.concatenate(
            [np.empty(0, np.uint32), *(np.arange(len(table), dtype=np.uint32) for _, table in tables)]
        )

    def search(self, queries: NDArray[np.uint8], distance_max: int, pairs_max: int) -> _Pairs:
        if not len(self._hashes):
            return _NO_PAIRS
        query, row, distance = native.search(queries, self._hashes, distance_max, hits_max=pairs_max)
        return _Pairs(query, self._sources[row], self._rows[row], distance)


def _hit(part: OpenPart, entry: int, distance: int, threshold: int, share: float | None) -> Hit:
    listed, info = part.living, part.living.info
    return Hit(
        list_name=info.name,
        list_version=info.version,
        entry_id=listed.entry_id(entry),
        classification=listed.classification(entry),
        scheme=info.scheme,
        source=listed.source(entry),
        owner=info.owner,
        kind=MatchKind.NEAR,
        signal=SignalKind.PDQ if share is None else SignalKind.VPDQ,
        distance=distance,
        threshold=threshold,
        query_share=None if share is None else 1.0,
        entry_share=share,
        index_version=listed.index_version,
    )


_NO_PAIRS: Final = _Pairs(
    np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint16)
)
