"""All hashes of some lists, each distinct one once: gathered, laid out, sorted, with their owners.

Hashes are gathered in a temporary file. In memory stand some 25 bytes a hash while they are sorted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tutela.domain.signals import PDQ_BYTES
from tutela.engine import native
from tutela.engine.matching.index.layout import SOURCES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tutela.engine.matching.packed import PackedList
    from tutela.engine.matching.spool import Spools

SLICE_ROWS: Final = 1 << 18


class DistinctHashes:
    """Hashes in the order of their laid-out first word, nearly; of equal ones in the order of the lists."""

    def __init__(self, lists: Sequence[PackedList], spools: Spools) -> None:
        tables = [table for one in lists for table in (one.picture_hashes, one.frame_hashes)]
        if len(tables) > SOURCES_MAX:
            raise ValueError(f"an index covers at most {SOURCES_MAX // 2} lists")
        self._starts = np.cumsum([0, *(len(table) for table in tables)])
        column = spools.new("u1")
        for table in tables:
            for start in range(0, len(table), SLICE_ROWS):
                column.pending += native.lay(table[start : start + SLICE_ROWS]).data
                column.spill()
        self._hashes: NDArray[np.uint8] = column.rows(PDQ_BYTES).reshape(-1, PDQ_BYTES)
        self._order, is_first = _sorted(self._hashes)
        self._first = np.flatnonzero(is_first)

    @property
    def distinct(self) -> int:
        """How many distinct ones there are."""
        return len(self._first)

    @property
    def owners(self) -> int:
        """How many there are in all."""
        return len(self._order)

    def hashes(self) -> Iterator[NDArray[np.uint8]]:
        """Yield each distinct hash once."""
        for start in range(0, self.distinct, SLICE_ROWS):
            yield self._hashes[self._order[self._first[start : start + SLICE_ROWS]]]

    def owner_ends(self) -> NDArray[np.uint32]:
        """Return where the owners of each distinct hash end."""
        return np.append(self._first[1:], [self.owners] * bool(self.owners)).astype("<u4")

    def owner_sources(self) -> Iterator[NDArray[np.uint16]]:
        """Yield the source of each owner."""
        for order in self._slices():
            yield (np.searchsorted(self._starts, order, side="right") - 1).astype("<u2")

    def owner_rows(self) -> Iterator[NDArray[np.uint32]]:
        """Yield the row of each owner in its source."""
        for order in self._slices():
            source = np.searchsorted(self._starts, order, side="right") - 1
            yield (order - self._starts[source]).astype("<u4")

    def _slices(self) -> Iterator[NDArray[np.intp]]:
        for start in range(0, self.owners, SLICE_ROWS):
            yield self._order[start : start + SLICE_ROWS]


def _sorted(hashes: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return an order in which equal hashes stand together, and which of them is the first of its kind.

    Sorted by the upper bits of the first word, which tell nearly all apart, with the row's number in the place of the
    lower ones: plain numbers are sorted several times faster than places. Only rows that share those bits are sorted by
    everything.
    """
    words: NDArray[Any] = hashes.view("<u8")
    row_bits = np.uint64(len(words).bit_length())
    keys = words[:, 0] >> row_bits << row_bits
    keys |= np.arange(len(words), dtype=np.uint64)
    keys.sort()
    order = (keys & ((np.uint64(1) << row_bits) - np.uint64(1))).astype(np.intp)
    keys >>= row_bits
    is_first = np.ones(len(order), bool)
    is_first[1:] = keys[1:] != keys[:-1]
    shared = ~is_first
    shared[:-1] |= shared[1:]
    places = np.flatnonzero(shared)
    if len(places):
        rows = order[places]
        own = words[rows]
        by_all = np.lexsort((rows, own[:, 3], own[:, 2], own[:, 1], own[:, 0]))
        order[places] = rows[by_all]
        own = own[by_all]
        is_first[places[1:]] = (own[1:] != own[:-1]).any(axis=1)
    return order, is_first
