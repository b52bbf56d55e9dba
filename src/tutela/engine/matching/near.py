"""Hashes compared with hashes: pictures by distance, videos by the share of frames that agree.

What is asked: every hash of the file, whatever its view and frame, that is good enough (quality) and says something
(not degenerate). Each distinct hash is asked once, as the first view and frame that has it.

* Against picture entries: an entry is near if any hash is within the distance. So frames of animations and videos find
  known pictures too.
* Against video entries, view by view, as vPDQ does it: the share of the file's distinct frames that are in the entry,
  and of the entry's frames that are in the file. A still is a video of one frame, so a still taken from a known video
  is found as well; its entry share says how little of the video it is.

Queries are asked in batches, which become smaller where a list of nothing but near-identical hashes would fill the
memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tutela.domain.signals import PDQ_BYTES, is_degenerate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from tutela.domain.signals import PictureHash
    from tutela.engine.matching.tables import SignalTable

_QUERIES_MAX = 1024  # in one call of the kernel: more gains nothing


@dataclass(frozen=True, slots=True)
class NearEntries:
    """Entries that are near, one row an entry, ordered by entry.

    `distance` is the smallest in bits; `query` is the first hash (its place in what was asked) that has it. The shares
    are None for pictures.
    """

    entry: NDArray[np.uint32]
    distance: NDArray[np.uint16]
    query: NDArray[np.uint32]
    query_share: NDArray[np.float64] | None = None
    entry_share: NDArray[np.float64] | None = None


def askable(hashes: Iterable[PictureHash], quality_min: int) -> list[PictureHash]:
    """Return the hashes that may be matched near, each distinct value once, first come first."""
    first: dict[bytes, PictureHash] = {}
    for one in hashes:
        if one.quality >= quality_min and not is_degenerate(one.pdq):
            first.setdefault(one.pdq, one)
    return list(first.values())


def near_pictures(
    asked: Sequence[PictureHash],
    table: SignalTable,
    entries: NDArray[np.uint32],
    distance_max: int,
    pairs_max: int,
) -> NearEntries:
    """Return the picture entries within `distance_max` of any of the hashes."""
    found = [
        _best(entries[row], distance, query) for query, row, distance in _batches(asked, table, distance_max, pairs_max)
    ]
    return _merged(found)


def near_videos(
    asked: Sequence[PictureHash],
    table: SignalTable,
    entries: NDArray[np.uint32],
    distance_max: int,
    pairs_max: int,
    *,
    frame_counts: Callable[[NDArray[np.uint32]], NDArray[np.intp]],
) -> NearEntries:
    """Return the video entries that share any frame with the hashes, which are the distinct ones of one view."""
    seen = np.zeros(0, bool)
    found: list[NearEntries] = []
    pairs: list[NDArray[np.uint32]] = []  # entries, once for each query that found them
    for query, row, distance in _batches(asked, table, distance_max, pairs_max):
        if not len(row):
            continue
        if not len(seen):
            seen = np.zeros(table.rows, bool)
        seen[row] = True
        entry = entries[row]
        found.append(_best(entry, distance, query))
        pairs.append(np.unique(query.astype(np.uint64) << np.uint64(32) | entry).astype(np.uint32))
    best = _merged(found)
    if not pairs:
        return best
    _, queries_found = np.unique(np.concatenate(pairs), return_counts=True)
    _, frames_found = np.unique(entries[np.flatnonzero(seen)], return_counts=True)
    return NearEntries(
        best.entry,
        best.distance,
        best.query,
        query_share=queries_found / len(asked),
        entry_share=frames_found / frame_counts(best.entry),
    )


def with_shares(near: NearEntries, query_share_min: float, entry_share_min: float) -> NearEntries:
    """Keep the video entries that share enough frames with the file, and the file with them."""
    if near.query_share is None or near.entry_share is None:
        return near
    enough = (near.query_share >= query_share_min) & (near.entry_share >= entry_share_min)
    return NearEntries(
        near.entry[enough],
        near.distance[enough],
        near.query[enough],
        near.query_share[enough],
        near.entry_share[enough],
    )


def _batches(
    asked: Sequence[PictureHash], table: SignalTable, distance_max: int, pairs_max: int
) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]]:
    if not asked or not table.rows:
        return
    queries = np.frombuffer(b"".join(one.pdq for one in asked), np.uint8).reshape(-1, PDQ_BYTES)
    start, step = 0, _QUERIES_MAX
    while start < len(queries):
        try:
            query, row, distance = table.search(
                queries[start : start + step], distance_max, pairs_max if step > 1 else max(pairs_max, table.rows)
            )
        except OverflowError:
            step = max(1, step // 8)
            continue
        yield query + np.uint32(start), row, distance
        start += step


def _best(entry: NDArray[np.uint32], distance: NDArray[np.uint16], query: NDArray[np.uint32]) -> NearEntries:
    """Keep for each entry the smallest distance, and of those the first query."""
    order = np.lexsort((query, distance, entry))
    entry = entry[order]
    first = np.ones(len(entry), bool)
    first[1:] = entry[1:] != entry[:-1]
    kept = order[first]
    return NearEntries(entry[first], distance[kept], query[kept])


def _merged(parts: Sequence[NearEntries]) -> NearEntries:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NearEntries(np.empty(0, np.uint32), np.empty(0, np.uint16), np.empty(0, np.uint32))
    return _best(
        np.concatenate([part.entry for part in parts]),
        np.concatenate([part.distance for part in parts]),
        np.concatenate([part.query for part in parts]),
    )
