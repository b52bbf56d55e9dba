"""Several segments made one, beside whoever goes on changing them.

    in force         segment 1   national 10,000 entries, 5 gone
                     segment 2   national 8 entries
    prepared         segment M   national 10,003 entries              nobody waits, however long it takes
    by then          segment 1   national 10,000 entries, 6 gone      an update came
                     segment 2   national 8 entries
                     segment 3   national 2 entries
    moved            segment M   national 10,003 entries, 1 gone      writers wait for milliseconds
                     segment 3   national 2 entries

While a merge is prepared, updates entomb more entries of the segments that it makes one, and put new segments beside
them. So when it takes their place, what went meanwhile is entombed in it too: survivors stand in their order, which
says where each of them is now. Where its segments are no longer there (lists were built anew, or another merge was
quicker), or where an entry came back, it is of no use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from tutela.engine.matching.index import build_index
from tutela.engine.matching.live.gone import NONE_GONE, are_gone, read_gone, write_gone
from tutela.engine.matching.live.pieces import Piece, repacked
from tutela.engine.matching.live.state import Part, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tutela.engine.matching.live.folder import Drafts, LiveFolder
    from tutela.engine.matching.live.opened import OpenSegment

HASHES_MIN: Final = 8192  # fewer are compared in less time than an index takes to look up


class Merge:
    """One segment in the place of several, in drafts. Made without the writers' lock, moved with it."""

    def __init__(
        self, drafts: Drafts, folder: LiveFolder, sources: Sequence[OpenSegment], progress: Callable[[float], None]
    ) -> None:
        self._drafts = drafts
        self._folder = folder
        self._sources = [
            (one.segment, [Piece(part.part, part.packed, part.gone) for part in one.parts]) for one in sources
        ]
        by_list: dict[str, list[Piece]] = {}
        for _, own in self._sources:
            for piece in own:
                by_list.setdefault(piece.part.list_name, []).append(piece)
        self._pieces, self._segment = merged(drafts, folder, by_list, progress)

    @property
    def entries(self) -> int:
        """How many entries counted in it when it was prepared."""
        return sum(piece.living for piece in self._pieces)

    def moved(self, segments: Sequence[Segment]) -> tuple[Segment, ...] | None:
        """Return the segments in force with this one in the place of its sources; None where they are not there."""
        left = list(segments)
        now: dict[Piece, _Now] = {}
        first = len(left)
        for segment, pieces in self._sources:
            place, found = next(
                ((place, found) for place, one in enumerate(left) if (found := self._same(segment, pieces, one))),
                (0, None),
            )
            if found is None:
                return None
            first = min(first, place)
            del left[place]
            now.update(zip(pieces, found, strict=True))
        if self._segment is not None:
            parts = tuple(self._part(piece, now) for piece in self._pieces)
            left.insert(first, replace(self._segment, parts=parts))
        return tuple(left)

    def _same(self, segment: Segment, pieces: Sequence[Piece], other: Segment) -> list[_Now] | None:
        """Return what is gone of each piece now, where the other segment is this one with perhaps more tombstones."""
        if _files(segment) != _files(other):
            return None
        found = [self._now(piece, part) for piece, part in zip(pieces, other.parts, strict=True)]
        return found if all(are_gone(a.gone, b.gone).all() for a, b in zip(pieces, found, strict=True)) else None

    def _now(self, piece: Piece, part: Part) -> _Now:
        if part.gone == piece.part.gone:
            return _Now(part, piece.gone)
        if not part.gone:
            return _Now(part, NONE_GONE)
        path = self._folder.file("gone", part.gone)
        return _Now(part, read_gone(path, part.gone_entries, part.entries))

    def _part(self, piece: Piece, now: Mapping[Piece, _Now]) -> Part:
        """Return the part of a piece, with what went while it was made."""
        if not piece.of:
            return now[piece].part
        rows: list[NDArray[np.uint32]] = []
        start = 0
        for source in piece.of:
            since = np.setdiff1d(now[source].gone, source.gone, assume_unique=True)
            rows.append((since - np.searchsorted(source.gone, since) + start).astype(np.uint32))
            start += source.living
        gone = np.concatenate(rows)
        return entombed(self._drafts, piece.part, gone) if len(gone) else piece.part


@dataclass(frozen=True, slots=True)
class _Now:
    """A part as it is in force, and its tombstones."""

    part: Part
    gone: NDArray[np.uint32]


def merged(
    drafts: Drafts, folder: LiveFolder, by_list: Mapping[str, Sequence[Piece]], progress: Callable[[float], None]
) -> tuple[list[Piece], Segment | None]:
    """Make one segment of what counts in these pieces; none where there are no pieces."""
    pieces = [made for _, own in sorted(by_list.items()) for made in repacked(drafts, folder.path, own)]
    return pieces, (laid_out(drafts, folder, pieces, progress) if pieces else None)


def laid_out(drafts: Drafts, folder: LiveFolder, pieces: Sequence[Piece], progress: Callable[[float], None]) -> Segment:
    """Return a segment of these pieces, with an index where they are large."""
    parts = tuple(piece.part for piece in pieces)
    lists = [piece.packed for piece in pieces]
    if sum(len(one.picture_hashes) + len(one.frame_hashes) for one in lists) < HASHES_MIN:
        progress(1.0)
        return Segment(parts)

    def write(target: BinaryIO) -> str:
        return build_index(lists, target, folder=folder.path, progress=progress).version

    return Segment(parts, drafts.put("index", write)[1])


def entombed(drafts: Drafts, part: Part, gone: NDArray[np.uint32]) -> Part:
    """Return a part of which these entries, in order, no longer count."""
    _, version = drafts.put("gone", partial(write_gone, entries=gone))
    return replace(part, gone=version, gone_entries=len(gone))


def _files(segment: Segment) -> tuple[str, list[tuple[str, str]]]:
    return segment.index, [(part.list_name, part.file) for part in segment.parts]
