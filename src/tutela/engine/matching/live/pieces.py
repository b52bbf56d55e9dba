"""Packed list files on their way from one state to the next: copied, packed anew, or left as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from tutela.domain.errors import ListNotFoundError
from tutela.domain.limits import ImportLimits
from tutela.engine import clock
from tutela.engine.matching.live.gone import NONE_GONE
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

_SETTLED: Final = 3 / 4  # of the entries of its list, and of its own, that a part needs to be left as it is
_LIMITS: Final = ImportLimits()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part, and the file and tombstones that it names."""

    part: Part
    packed: PackedList
    gone: NDArray[np.uint32]

    @property
    def living(self) -> int:
        """How many entries count."""
        return self.part.entries - self.part.gone_entries

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


def copied(packed: PackedList, target: BinaryIO) -> str:
    """Write a list file again."""
    target.write(packed.content())
    return packed.info.version


def packed_of(drafts: Drafts, folder: Path, told: ListInfo, entries: Iterable[Entry]) -> Piece:
    """Pack some entries of a list, of which `told` says whose they are and how they want to be matched."""
    now = clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    blank = replace(
        told, version="", entries=0, counts={}, unmatchable=0, degenerate_pdq=0, rows_rejected=0, imported_at=now
    )

    def write(target: BinaryIO) -> str:
        return pack(entries, target, blank, folder=folder, limits=_LIMITS).version

    path, version = drafts.put("list", write)
    packed = PackedList.open(path)
    return Piece(Part(told.name, version, packed.info.entries), packed, NONE_GONE)


def repacked(drafts: Drafts, folder: Path, pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of one list with as few tombstones and files as is worth the work: two at most."""
    largest = max(pieces, key=lambda piece: piece.living)
    total = sum(piece.living for piece in pieces)
    if not total:
        return [largest]  # a list cannot be packed without an entry; this one has none that counts
    settled = largest.living >= _SETTLED * max(total, largest.part.entries)
    kept = [largest] if settled else []
    rest = [piece for piece in pieces if piece is not largest or not settled]
    if not sum(piece.living for piece in rest):
        return kept
    told = largest.packed.info
    return [*kept, packed_of(drafts, folder, told, chain.from_iterable(piece.survivors() for piece in rest))]
