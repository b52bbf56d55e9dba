"""Which rows of a packed list have some ids: found by a hash of their text, settled by the text itself.

The hash is a polynomial over the bytes, modulo 2**64: it is made for a whole column at once, without a loop over its
rows. Texts made to collide only cost a comparison each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from tutela.engine.matching.packed import PackedList

_FACTOR: Final = 0x9E3779B97F4A7C15  # odd, so that it can be undone
_UNDOES: Final = pow(_FACTOR, -1, 1 << 64)
_SLICE_BYTES: Final = 4 * 1024 * 1024


class WantedIds:
    """Ids that are looked for, in any number of lists."""

    def __init__(self, ids: Collection[str]) -> None:
        texts = [one.encode("utf-8", "replace") for one in ids]
        ends = np.cumsum([len(text) for text in texts], dtype=np.uint64)
        self.ids = frozenset(ids)
        self.hashes = np.sort(text_hashes(ends, np.frombuffer(b"".join(texts), np.uint8)))


class Ids:
    """The ids of one packed list."""

    def __init__(self, packed: PackedList) -> None:
        self._packed = packed
        hashes = text_hashes(*packed.id_columns)
        self._order = np.argsort(hashes, kind="stable").astype(np.uint32)
        self._sorted = hashes[self._order]

    def rows(self, wanted: WantedIds) -> NDArray[np.uint32]:
        """Return the rows that have any of these ids, in order."""
        low = np.searchsorted(self._sorted, wanted.hashes, "left")
        high = np.searchsorted(self._sorted, wanted.hashes, "right")
        likely = [self._order[low[place] : high[place]] for place in np.flatnonzero(high > low)]
        rows = np.unique(np.concatenate(likely)) if likely else np.empty(0, np.uint32)
        return np.array([row for row in rows.tolist() if self._packed.entry_id(row) in wanted.ids], np.uint32)


def text_hashes(ends: NDArray[Any], blob: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return a number of 64 bits for each text of a column (see `texts`)."""
    made = np.empty(len(ends), np.uint64)
    start_row, start = 0, 0
    while start_row < len(ends):
        stop_row = max(start_row + 1, int(np.searchsorted(ends, start + _SLICE_BYTES, "right")))
        stop = int(ends[stop_row - 1])
        powers, undone = _powers(_FACTOR, stop - start), _powers(_UNDOES, stop - start)
        sums = np.zeros(stop - start + 1, np.uint64)
        np.cumsum((blob[start:stop].astype(np.uint64) + np.uint64(1)) * powers[:-1], out=sums[1:])
        own_ends = ends[start_row:stop_row].astype(np.int64) - start
        own_starts = np.concatenate([[0], own_ends[:-1]])
        made[start_row:stop_row] = (sums[own_ends] - sums[own_starts]) * undone[own_starts]
        start_row, start = stop_row, stop
    return made


def _powers(factor: int, count: int) -> NDArray[np.uint64]:
    """Return the powers 0 to `count` of a factor, modulo 2**64."""
    powers = np.full(count + 1, factor, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)
