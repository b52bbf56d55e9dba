"""An index, opened: an immutable, memory-mapped file that any number of processes share.

    index = SignalIndex.open(path)              # milliseconds: header, index and the place of every section are checked
    hits = index.search(queries, 31)            # (query, hash, distance) of every pair, by query and hash
    index.owners(hits.row)                      # which row of which list has each hash
    index.digests[SignalKind.MD5].find(md5)     # list << 32 | entry of each entry with that digest

Beyond the plan's reach every hash is compared: slower, and as exact. Nothing of the content is trusted that `verify`
has not read: what leads outside is `IndexCorruptError`, never a read out of bounds.
"""

from __future__ import annotations

import mmap
from copy import copy
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np

from tutela.domain.signals import DIGEST_KINDS
from tutela.engine import native
from tutela.engine.matching.container import Container
from tutela.engine.matching.index.info import info_from_json
from tutela.engine.matching.index.layout import INDEX
from tutela.engine.matching.index.plan import REACH_BITS, plan_for
from tutela.engine.matching.index.table import IndexedTable
from tutela.engine.matching.tables import DigestTable

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.engine.matching.packed import PackedList

_MADV_POPULATE_READ: Final = 22  # Linux 5.14; Python 3.11 has no name for it


class Owners(NamedTuple):
    """Owners of some hashes: `place` among those asked for, source (2 x list, 1 more for frames), row there."""

    place: NDArray[np.intp]
    source: NDArray[np.uint16]
    row: NDArray[np.uint32]


class SignalIndex:
    """One version of the index. Threads may share it."""

    def __init__(self, container: Container) -> None:
        self.info = info_from_json(container.index.info)
        self._container = container
        self._columns = native.IndexColumns(
            container.column("plan").tobytes(),
            *(container.column(name) for name in ("hash", "offset", "follow", "row")),
        )
        self._ends: NDArray[np.uint32] = container.column("owner.end")
        self._sources: NDArray[np.uint16] = container.column("owner.source")
        self._rows: NDArray[np.uint32] = container.column("owner.row")
        self.digests: dict[str, DigestTable] = {
            kind: DigestTable(*(container.column(f"{kind}.{part}") for part in ("prefix", "rest", "owner")))
            for kind in DIGEST_KINDS
        }
        self._check_lengths()
        self._index = native.Index(self._columns)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map an index.

        Raises:
            IndexCorruptError: it is truncated, of another format version or no index, or its frame is altered.
            OSError: it cannot be opened.
        """
        container = Container.open(INDEX, path)
        container.advise(mmap.MADV_HUGEPAGE)  # where the file system can: fewer pages to find the way to
        return cls(container)

    def verify(self) -> None:
        """Read the file whole and compare every block with its SHA-256; `IndexCorruptError` where one differs."""
        self._container.check_blocks()

    def load(self) -> None:
        """Bring the whole file into memory now, so that no query waits for the disk."""
        self._container.advise(_MADV_POPULATE_READ)

    @property
    def hashes(self) -> int:
        """How many distinct hashes there are."""
        return len(self._columns.table)

    @property
    def tables_bytes(self) -> int:
        """Bytes of what hashes are found in: without owners and digests."""
        _, *columns = self._columns
        return sum(column.nbytes for column in columns)

    def search(self, queries: NDArray[np.uint8], distance_max: int, *, hits_max: int = native.HITS_MAX) -> native.Hits:
        """Return (query, hash, distance) of every pair within the distance, by query and hash.

        `queries` has shape (Q, 32). From some thousands on they pass over the index together, which is several times
        faster for each. `OverflowError` where there are more than `hits_max`.
        """
        if distance_max > REACH_BITS:
            return native.search(native.lay(queries), self._columns.table, distance_max, hits_max=hits_max)
        try:
            return self._index.search(queries, distance_max, hits_max=hits_max)
        except IndexError as error:
            raise INDEX.fault(str(error)) from None

    def owners(self, hashes: NDArray[np.uint32]) -> Owners:
        """Return the owners of some hashes, in the order asked for."""
        end = self._ends[hashes].astype(np.int64)
        start = np.where(hashes > 0, self._ends[hashes.astype(np.int64) - 1], 0).astype(np.int64)
        counts = end - start
        if len(hashes) and (int(counts.min()) < 1 or int(end.max()) > len(self._rows)):
            raise INDEX.fault("the owners in the {noun} lead outside it: it is altered or damaged")
        place = np.repeat(np.arange(len(hashes)), counts)
        at = np.arange(len(place)) + np.repeat(start - (np.cumsum(counts) - counts), counts)
        return Owners(place, self._sources[at], self._rows[at])

    def owner_count(self, hashes: NDArray[np.uint32]) -> int:
        """Return how many owners these hashes have together."""
        starts = np.where(hashes > 0, self._ends[hashes.astype(np.int64) - 1], 0)
        return int((self._ends[hashes].astype(np.int64) - starts).sum())

    def serve(self, packed: PackedList, number: int) -> PackedList:
        """Return a list that this index covers, as its list of that number, answered by it."""
        served = copy(packed)
        served.pictures = IndexedTable(self, 2 * number, packed.picture_hashes)
        served.frames = IndexedTable(self, 2 * number + 1, packed.frame_hashes)
        served.index_version = self.info.version
        return served

    def _check_lengths(self) -> None:
        plan, table, offset, follow, row = self._columns
        fits = plan == plan_for(len(table))
        fits &= len(offset) == sum((1 << bits) + 1 for bits in plan[2::3])
        fits &= len(follow) == len(row) == len(table) * (len(plan) // 3)
        fits &= len(self._ends) == len(table) == self.info.hashes
        fits &= len(self._sources) == len(self._rows) == self.info.owners
        fits &= all(len(one.prefixes) == len(one.rest) == len(one.entries) for one in self.digests.values())
        if not fits:
            raise INDEX.fault("the columns of the {noun} do not fit together")
