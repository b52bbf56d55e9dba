"""What is looked up in: digests by their bytes, hashes by their distance.

`SignalTable` is the seam for a sub-linear index: whatever finds every row within a distance can stand in the place of
`BruteTable`, and nothing else changes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tutela.engine import native

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Found = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]


class SignalTable(Protocol):
    """Rows of 256 bits that can be searched by distance."""

    @property
    def rows(self) -> int:
        """How many there are."""
        ...

    def search(self, queries: NDArray[np.uint8], distance_max: int, pairs_max: int) -> Found:
        """Return (query, row, distance in bits) of every pair within the distance, by query and row.

        `queries` has shape (Q, 32). No pair may be missed: an index that finds only most of them is no index here.
        `OverflowError` where there are more than `pairs_max`: ask again with fewer queries.
        """
        ...


class BruteTable:
    """Compares every query with every row, in cache-sized blocks, by the kernel."""

    def __init__(self, hashes: NDArray[np.uint8]) -> None:
        self.hashes = hashes

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.hashes)

    def search(self, queries: NDArray[np.uint8], distance_max: int, pairs_max: int) -> Found:
        """Return every pair within the distance, see `SignalTable`."""
        return native.search(queries, self.hashes, distance_max, hits_max=pairs_max)


class DigestTable:
    """Digests of one kind, sorted by their first eight bytes read as a number; looked up by binary search.

    The columns stay where they are (a mapped file). `rest` holds the other bytes of each digest, `entries` the entry it
    belongs to. A digest may belong to several entries: all are found.
    """

    def __init__(self, prefixes: NDArray[np.uint64], rest: NDArray[np.uint8], entries: NDArray[np.uint32]) -> None:
        self.prefixes = prefixes
        self.rest = rest
        self.entries = entries
        self._view: Any = prefixes.data  # bisect on it costs a tenth of searchsorted for one digest

    def __len__(self) -> int:
        return len(self.prefixes)

    def find(self, digest: bytes) -> NDArray[np.uint32]:
        """Return the entries with this digest, in the order of the list."""
        prefix = int.from_bytes(digest[:8])
        low = bisect_left(self._view, prefix)
        if low == len(self._view) or self._view[low] != prefix:
            return _NO_ENTRY
        high = bisect_right(self._view, prefix, low)
        rest = np.frombuffer(digest, np.uint8)[8:]
        return self.entries[low:high][(self.rest[low:high] == rest).all(axis=1)]

    def find_many(self, digests: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
        """Return (query, entry) of every match, by query. `digests` has shape (Q, bytes of the kind)."""
        queries = np.ascontiguousarray(digests[:, :8]).view(">u8").ravel().astype(np.uint64)
        low = np.searchsorted(self.prefixes, queries, side="left")
        counts = np.searchsorted(self.prefixes, queries, side="right") - low
        query = np.repeat(np.arange(len(queries)), counts)
        row = np.arange(len(query)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
        equal = (self.rest[row] == digests[query, 8:]).all(axis=1)
        return query[equal], self.entries[row[equal]]


_NO_ENTRY = np.empty(0, np.uint32)
