"""Packed list files on their way from one state to the next: copied, packed anew, or left as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from tutela.domain.errors import ListNotFoundError
from tutela.domain.limits import ImportLimits
from tutela.engine import clock
from tutela.engine.matching.live.due import is_settled
from tutela.engine.matching.live.gone import NONE_GONE
from tutela.engine.matching.live.ids import IDS_MIN, write_ids
from tutela.engine.matching.live.state import Part
from tutela.engine.matching.pack import pack
from tutela.engine.matching.packed import PackedList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tutela.domain.lists import Entry, ListInfo
    from tutela.engine.matching.live.folder import Drafts
    from tutela.engine.matching.live.opened import OpenSegment

_LIMITS: Final = ImportLimits()


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part, and the file and tombstones that it names.

    `of`: the pieces of which this was packed, one's survivors after the other's; empty where it was not packed anew.
    """

    part: Part
    packed: PackedList
    gone: NDArray[np.uint32]
    of: tuple[Piece, ...] = ()

    @property
    def living(self) -> int:
        """How many entries count."""
        return self.part.living

    def survivors(self) -> Iterator[Entry]:
        """Yield the entries that count."""
        gone = iter(self.gone.tolist())
        next_gone = next(gone, None)
        for row, entry in enumerate(self.packed.entries()):
            if row == next_gone:
                next_gone = next(gone, None)
            else:
                yield entry


def pieces_of(segments: Sequence[OpenSegment], name: str) -> list[Piece]:
    """Return the pieces of one list."""
    return [
        Piece(one.part, one.packed, one.gone)
        for segment in segments
        for one in segment.parts
        if one.part.list_name == name
    ]


def about(segments: Sequence[OpenSegment], name: str) -> ListInfo:
    """Return what the import of a list said. `ListNotFoundError` where the index does not hold it."""
    pieces = pieces_of(segments, name)
    if not pieces:
        raise ListNotFoundError(
            f"the index holds no list named {name}", hint="See tutela index info for those it holds."
        )
    return pieces[0].packed.info


def copied(drafts: Drafts, packed: PackedList) -> Piece:
    """Take a list over as it was imported."""

    def write(target: BinaryIO) -> str:
        target.write(packed.content())
        return packed.info.version

    drafts.put("list", write)
    return _known_by_ids(
        drafts, Piece(Part(packed.info.name, packed.info.version, packed.info.entries), packed, NONE_GONE)
    )


def packed_of(
    drafts: Drafts, folder: Path, told: ListInfo, entries: Iterable[Entry], of: tuple[Piece, ...] = ()
) -> Piece:
    """Pack some entries of a list, of which `told` says whose they are and how they want to be matched."""
    now = clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    blank = replace(
        told, version="", entries=0, counts={}, unmatchable=0, degenerate_pdq=0, rows_rejected=0, imported_at=now
    )

    def write(target: BinaryIO) -> str:
        return pack(entries, target, blank, folder=folder, limits=_LIMITS).version

    path, version = drafts.put("list", write)
    packed = PackedList.open(path)
    return _known_by_ids(drafts, Piece(Part(told.name, version, packed.info.entries), packed, NONE_GONE, of))


def repacked(drafts: Drafts, folder: Path, pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of one list with as few tombstones and files as is worth the work: two at most."""
    largest = max(pieces, key=lambda piece: piece.living)
    total = sum(piece.living for piece in pieces)
    if not total:
        return [largest]  # a list cannot be packed without an entry; this one has none that counts
    # A part that is left as it is holds most of the entries of its list, and they are most of its own.
    settled = is_settled(largest.living, max(total, largest.part.entries))
    kept = [largest] if settled else []
    rest = [piece for piece in pieces if piece is not largest or not settled]
    if not sum(piece.living for piece in rest):
        return kept
    told = largest.packed.info
    survivors = chain.from_iterable(piece.survivors() for piece in rest)
    return [*kept, packed_of(drafts, folder, told, survivors, tuple(rest))]


def _known_by_ids(drafts: Drafts, piece: Piece) -> Piece:
    """Return the piece with a table of its ids, where it is large."""
    if piece.part.entries < IDS_MIN:
        return piece
    _, version = drafts.put("ids", partial(write_ids, packed=piece.packed))
    return replace(piece, part=replace(piece.part, ids=version))
