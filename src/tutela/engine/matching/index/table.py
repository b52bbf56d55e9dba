"""One table of one list, answered by the index: the same pairs as comparing every row would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.engine.matching.index.layout import INDEX
from tutela.engine.matching.index.plan import REACH_BITS
from tutela.engine.matching.tables import BruteTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutela.engine.matching.index.signal_index import SignalIndex
    from tutela.engine.matching.tables import Found

_ROWS_MIN: Final = 8192  # a smaller table is read whole in less time than the index takes to look up


class IndexedTable:
    """Stands in the place of a `BruteTable` (see `tables.SignalTable`)."""

    def __init__(self, index: SignalIndex, source: int, hashes: NDArray[np.uint8]) -> None:
        self._index = index
        self._source = source
        self._every = BruteTable(hashes)

    @property
    def rows(self) -> int:
        """How many there are."""
        return self._every.rows

    def search(self, queries: NDArray[np.uint8], distance_max: int, pairs_max: int) -> Found:
        """Return every pair within the distance, see `SignalTable`."""
        if self.rows < _ROWS_MIN or distance_max > REACH_BITS:
            return self._every.search(queries, distance_max, pairs_max)
        try:
            found = self._index.search(queries, distance_max, hits_max=pairs_max)
        except OverflowError:  # other lists may be what is too much
            return self._every.search(queries, distance_max, pairs_max)
        if not len(found.row):
            return found
        if self._index.owner_count(found.row) > pairs_max:
            return self._every.search(queries, distance_max, pairs_max)
        return self._own(found)

    def _own(self, found: Found) -> Found:
        """From hashes to the rows of this table."""
        query, pdq_hash, distance = found
        owners = self._index.owners(pdq_hash)
        mine = owners.source == self._source
        place, row = owners.place[mine], owners.row[mine]
        if len(row) and int(row.max()) >= self.rows:
            raise INDEX.fault("the owners in the {noun} lead outside their list: it is altered or damaged")
        order = np.lexsort((row, query[place]))
        return query[place][order], row[order], distance[place][order]
