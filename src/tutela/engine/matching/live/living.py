"""A packed list of which some entries no longer count: the same list to whoever matches, without them."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from tutela.engine.matching.live.gone import are_gone
from tutela.engine.matching.tables import DigestTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tutela.engine.matching.packed import PackedList
    from tutela.engine.matching.tables import Found, SignalTable


def living(packed: PackedList, gone: NDArray[np.uint32], version: str) -> PackedList:
    """Return the list without these entries, under another version. The list itself stays as it is.

    It is for matching: its info counts entries without those that are gone, the file is still the whole one.
    """
    made = copy(packed)
    made.info = replace(packed.info, version=version, entries=packed.info.entries - len(gone))
    if len(gone):
        made.pictures = LivingTable(packed.pictures, packed.picture_entries, gone)
        made.frames = LivingTable(packed.frames, packed.frame_entries, gone)
        made.digests = {kind: LivingDigests(table, gone) for kind, table in packed.digests.items()}
    return made


class LivingTable:
    """Stands in the place of another `SignalTable`, and leaves out what is gone."""

    def __init__(self, table: SignalTable, entries: NDArray[np.uint32], gone: NDArray[np.uint32]) -> None:
        self._table = table
        self._entries = entries
        self._gone = gone

    @property
    def rows(self) -> int:
        """How many there are, gone ones too."""
        return self._table.rows

    def search(self, queries: NDArray[np.uint8], distance_max: int, pairs_max: int) -> Found:
        """Return every pair within the distance, see `SignalTable`."""
        query, row, distance = self._table.search(queries, distance_max, pairs_max)
        if not len(row):
            return query, row, distance
        keep = ~are_gone(self._entries[row], self._gone)
        return query[keep], row[keep], distance[keep]


class LivingDigests(DigestTable):
    """A table of digests that leaves out what is gone."""

    def __init__(self, table: DigestTable, gone: NDArray[np.uint32]) -> None:
        super().__init__(table.prefixes, table.rest, table.entries)
        self._gone = gone

    def find(self, digest: bytes) -> NDArray[np.uint32]:
        """Return the entries with this digest that count, in the order of the list."""
        found = super().find(digest)
        return found[~are_gone(found, self._gone)] if len(found) else found

    def find_many(self, digests: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
        """Return (query, entry) of every match that counts, by query."""
        query, entry = super().find_many(digests)
        keep = ~are_gone(entry, self._gone)
        return query[keep], entry[keep]
