"""A packed hash list, opened: an immutable, memory-mapped file that many processes share.

    packed = PackedList.open(path)          # checked whole; ListCorruptError says what is wrong
    packed.info.entries, packed.digests[SignalKind.SHA1].find(sha1)

The mapping lives as long as the object and arrays taken from it; deleting or replacing the file does not disturb it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from tutela.domain.errors import ListCorruptError
from tutela.domain.lists import Entry, RejectedRow
from tutela.domain.signals import DIGEST_KINDS
from tutela.engine.matching.container import Container
from tutela.engine.matching.info import info_from_json
from tutela.engine.matching.layout import LAYOUT, LIST
from tutela.engine.matching.tables import BruteTable, DigestTable
from tutela.engine.matching.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.domain.lists import ListInfo
    from tutela.domain.signals import SignalKind
    from tutela.engine.matching.tables import SignalTable

_TEXTS: Final = ("id", "label", "opaque", "reason")


def read_info(path: Path) -> ListInfo:
    """Read what a packed list says about itself, without looking at its sections."""
    return info_from_json(Container.open(LIST, path).index.info)


class PackedList:
    """One version of one list.

    `digests`: a table for each kind of digest. `pictures` and `frames`: PDQ of picture entries and of the matched
    frames of video entries; `picture_entries` and `frame_entries` give the entry of each of their rows. They compare
    every row until an index that covers this version takes their place; `index_version` then names it.
    """

    def __init__(self, info: ListInfo, container: Container) -> None:
        columns = {name: container.column(name) for name in LAYOUT}
        self.info = info
        self._container = container
        self._columns = columns
        self.digests: dict[SignalKind, DigestTable] = {
            kind: DigestTable(columns[f"{kind}.prefix"], columns[f"{kind}.rest"], columns[f"{kind}.entry"])
            for kind in DIGEST_KINDS
        }
        self.picture_hashes: NDArray[np.uint8] = columns["pdq.hash"]
        self.frame_hashes: NDArray[np.uint8] = columns["frame.hash"]
        self.pictures: SignalTable = BruteTable(self.picture_hashes)
        self.picture_entries: NDArray[np.uint32] = columns["pdq.entry"]
        self.frames: SignalTable = BruteTable(self.frame_hashes)
        self.frame_entries: NDArray[np.uint32] = columns["frame.entry"]
        self.index_version = ""
        self._texts = {name: Texts(columns[f"{name}.end"], columns[f"{name}.text"]) for name in _TEXTS}

    @classmethod
    def open(cls, path: Path, *, verify: bool = True) -> Self:
        """Map a packed list.

        Args:
            path: the file.
            verify: read it whole and compare every block with its SHA-256. Leave it only to whom has just done so.

        Raises:
            ListCorruptError: it is truncated, altered, of another format version or no packed list.
            OSError: it cannot be opened.
        """
        container = Container.open(LIST, path)
        packed = cls(info_from_json(container.index.info), container)
        if verify:
            packed.verify()
        return packed

    def verify(self) -> None:
        """Read the file whole; `ListCorruptError` where a block is altered or the columns do not fit together."""
        self._container.check_blocks()
        self._check_columns()

    def content(self) -> memoryview:
        """Return the bytes of the file."""
        return self._container.content()

    def entry_id(self, row: int) -> str:
        """Return the id of an entry by its row."""
        return self._texts["id"][row]

    @property
    def id_columns(self) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
        """Where the id of each entry ends, and the text of all (see `texts`)."""
        return self._columns["id.end"], self._columns["id.text"]

    def classification(self, row: int) -> str:
        """Return what the list says an entry is, in the list's own scheme."""
        return self._texts["label"][int(self._columns["entry.classification"][row])]

    def source(self, row: int) -> str:
        """Return who gave an entry to the list."""
        return self._texts["label"][int(self._columns["entry.source"][row])]

    def carries(self, rows: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """Return which signals entries have, as bits of `layout.CARRIES`."""
        return self._columns["entry.carries"][rows]

    def frame_counts(self, rows: NDArray[np.uint32]) -> NDArray[np.intp]:
        """Return how many matched frames each of these video entries has."""
        entries = self.frame_entries  # they stand in the order of the entries
        return np.searchsorted(entries, rows, side="right") - np.searchsorted(entries, rows, side="left")

    def rejected(self) -> Iterator[RejectedRow]:
        """Yield the rows that were not imported, as many as were kept."""
        lines, reasons = self._columns["rejected.line"], self._columns["rejected.reason"]
        for line, reason in zip(lines, reasons, strict=True):
            yield RejectedRow(int(line), self._texts["reason"][int(reason)])

    def entries(self) -> Iterator[Entry]:
        """Yield every entry as it was imported, in order. For export and checks: it sorts the tables back."""
        digests = [self._by_entry(f"{kind}.entry", self._digest_rows(kind)) for kind in DIGEST_KINDS]
        pdq = self._by_entry("pdq.entry", self._columns["pdq.hash"])
        flat = self._by_entry("flat.entry", self._columns["flat.hash"])
        frames, idle, opaque = self._frames_by_entry("frame"), self._frames_by_entry("idle"), self._opaque_by_entry()
        for row in range(len(self._columns["id.end"])):
            md5, sha1, sha256 = (_only(values, row) for values in digests)
            yield Entry(
                entry_id=self.entry_id(row),
                classification=self.classification(row),
                source=self.source(row),
                md5=md5,
                sha1=sha1,
                sha256=sha256,
                pdq=_only(pdq, row) or _only(flat, row),
                frames=tuple(sorted((*_all(frames, row), *_all(idle, row)), key=lambda frame: frame[2])),
                opaque=dict(_all(opaque, row)),
            )

    def _digest_rows(self, kind: SignalKind) -> NDArray[np.uint8]:
        prefixes = self._columns[f"{kind}.prefix"].astype(">u8").view(np.uint8).reshape(-1, 8)
        return np.hstack([prefixes, self._columns[f"{kind}.rest"]])

    def _by_entry(self, name: str, values: NDArray[np.uint8]) -> _Cursor:
        order = np.argsort(self._columns[name], kind="stable")
        entries = self._columns[name][order]
        return _Cursor(zip(map(int, entries), (values[at].tobytes() for at in order), strict=True))

    def _frames_by_entry(self, name: str) -> _Cursor:
        hashes, entries, quality, time_ms = (
            self._columns[f"{name}.{part}"] for part in ("hash", "entry", "quality", "time_ms")
        )
        return _Cursor(
            (int(entries[at]), (hashes[at].tobytes(), int(quality[at]), int(time_ms[at]))) for at in range(len(entries))
        )

    def _opaque_by_entry(self) -> _Cursor:
        entries, kinds = self._columns["opaque.entry"], self._columns["opaque.kind"]
        return _Cursor(
            (int(entries[at]), (self._texts["label"][int(kinds[at])], self._texts["opaque"][at]))
            for at in range(len(entries))
        )

    def _check_columns(self) -> None:
        """Refuse a file whose columns do not fit together: no row may lead outside another column."""
        columns, count = self._columns, self.info.entries
        sound = all(texts.is_sound() for texts in self._texts.values())
        for name in ("entry.carries", "entry.classification", "entry.source", "id.end"):
            sound &= len(columns[name]) == count
        for name in LAYOUT:
            table, _, part = name.partition(".")
            if part == "entry":
                first = next(other for other in LAYOUT if other.startswith(f"{table}."))
                sound &= len(columns[name]) == (
                    len(columns["opaque.end"]) if table == "opaque" else len(columns[first])
                )
                sound &= _all_below(columns[name], count)
        for name in ("entry.classification", "entry.source", "opaque.kind"):
            sound &= _all_below(columns[name], len(self._texts["label"]))
        sound &= _all_below(columns["rejected.reason"], len(self._texts["reason"]))
        sound &= not bool((self.frame_entries[1:] < self.frame_entries[:-1]).any())
        if not sound:
            raise ListCorruptError("the columns of the packed list do not fit together", hint="Import the list again.")


class _Cursor:
    """Values in the order of their entries, taken entry by entry."""

    def __init__(self, pairs: Iterator[tuple[int, Any]]) -> None:
        self._pairs = pairs
        self._next = next(pairs, None)

    def take(self, row: int) -> Iterator[Any]:
        while self._next is not None and self._next[0] == row:
            yield self._next[1]
            self._next = next(self._pairs, None)


def _only(cursor: _Cursor, row: int) -> bytes | None:
    return next(iter(list(cursor.take(row))), None)


def _all(cursor: _Cursor, row: int) -> list[Any]:
    return list(cursor.take(row))


def _all_below(rows: NDArray[Any], count: int) -> bool:
    return not len(rows) or int(rows.max()) < count
