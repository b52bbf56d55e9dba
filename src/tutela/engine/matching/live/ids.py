"""Which rows of a packed list have some ids: found by a hash of their text, settled by the text itself.

The hash is a polynomial over the bytes, modulo 2**64: it is made for a whole column at once, without a loop over its
rows. Texts made to collide only cost a comparison each.

The table of a list (hashes in order, and the row of each) never changes. That of a large list is a checksummed file of
its own, written when the list is, so that whoever changes ten million entries maps it and reads a page an id; that of a
small one is made in a few milliseconds whenever it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import numpy as np

from tutela.domain.errors import IndexCorruptError
from tutela.engine.matching.container import Container, Form, Index, version_of
from tutela.engine.matching.live.state import HINT
from tutela.engine.matching.sections import finish, write_sections

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.engine.matching.packed import PackedList

IDS_MIN: Final = 65_536  # entries of a list whose table is kept
IDS: Final = Form(
    magic=b"TUTELA\x00N",
    version=1,
    noun="table of ids",
    hint=HINT,
    error=IndexCorruptError,
    layout={"hash": ("<u8", 1), "row": ("<u4", 1)},  # in the order of the hashes
)
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

    def __init__(self, packed: PackedList, hashes: NDArray[np.uint64], rows: NDArray[np.uint32]) -> None:
        self._packed = packed
        self._hashes = hashes
        self._rows = rows
        self._container: Container | None = None

    @classmethod
    def of(cls, packed: PackedList) -> Self:
        """Make the table in memory."""
        return cls(packed, *_table(packed))

    @classmethod
    def open(cls, path: Path, packed: PackedList) -> Self:
        """Map the table of a list; `IndexCorruptError` where it is truncated, altered or another list's."""
        container = Container.open(IDS, path)
        if container.index.info.get("list") != packed.info.version:
            raise IDS.fault("the {noun} is not that of its list")
        made = cls(packed, container.column("hash"), container.column("row"))
        if not len(made._hashes) == len(made._rows) == packed.info.entries:
            raise IDS.fault("the {noun} does not fit its list")
        made._container = container
        return made

    def rows(self, wanted: WantedIds) -> NDArray[np.uint32]:
        """Return the rows that have any of these ids, in order."""
        low = np.searchsorted(self._hashes, wanted.hashes, "left")
        high = np.searchsorted(self._hashes, wanted.hashes, "right")
        likely = [self._rows[low[place] : high[place]] for place in np.flatnonzero(high > low)]
        rows = np.unique(np.concatenate(likely)) if likely else np.empty(0, np.uint32)
        if len(rows) and int(rows[-1]) >= self._packed.info.entries:
            raise IDS.fault("the {noun} leads outside its list: it is altered or damaged")
        return np.array([row for row in rows.tolist() if self._packed.entry_id(row) in wanted.ids], np.uint32)

    def verify(self) -> None:
        """Read the file whole, if there is one; `IndexCorruptError` where it is damaged."""
        if self._container is not None:
            self._container.check_blocks()


def write_ids(target: BinaryIO, packed: PackedList) -> str:
    """Write the table of a list and return the version of the file."""
    hashes, rows = _table(packed)
    sections = dict(write_sections(IDS, target, {"hash": [hashes.astype("<u8")], "row": [rows.astype("<u4")]}))
    info = {"list": packed.info.version}
    version = version_of(IDS, info, sections)
    finish(IDS, target, Index(info | {"version": version}, sections))
    return version


def _table(packed: PackedList) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    hashes = text_hashes(*packed.id_columns)
    order = np.argsort(hashes, kind="stable").astype(np.uint32)
    return hashes[order], order


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
