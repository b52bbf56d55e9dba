"""Hash lists as CSV: a header, then a row an entry. INTERPOL's ICSE export (`;`) is one of them.

Rules
-----
* The delimiter is the one of `,` `;` tab `|` under which the header names most columns that we know. Lines above the
  header that are blank, begin with `#` or say `sep=` are passed over.
* Records are read as `csv_records` says.
* A row that ends before a column that we read, or holds more than the header, is rejected: its values may have slipped
  into the wrong columns.

Worked example: `MD5;SHA1;PhotoDNA;Image ID;Baseline` reads as md5, sha1, photodna (opaque), entry_id, classification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from tutela.domain.errors import FormatError, RowError
from tutela.engine.formats.columns import PAIR_KIND, PAIR_VALUE, SIGNAL_FIELDS, field_of, rank_of
from tutela.engine.formats.csv_records import DELIMITERS, Records, csv_line, split_line
from tutela.engine.formats.entries import EntryReader
from tutela.engine.formats.fields import Notes
from tutela.engine.formats.lines import encoding_of, lines
from tutela.engine.formats.rows import LIMITS, each, head_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tutela.domain.limits import ImportLimits
    from tutela.domain.lists import Entry
    from tutela.domain.signals import SignalKind
    from tutela.engine.formats.rows import Row

_NAME_CHARS_SHOWN_MAX: Final = 64  # of a column's name, in notes
_WRITTEN: Final = ("id", "sha256", "sha1", "md5", "pdq", "classification", "source")


def read(
    stream: BinaryIO,
    *,
    limits: ImportLimits = LIMITS,
    columns: Mapping[str, str] | None = None,
    kind: SignalKind | None = None,
    notes: Notes | None = None,
) -> Iterator[Row]:
    """Yield the entries and rejected rows of a CSV file, in order.

    Args:
        stream: seekable, binary.
        limits: what a row may hold.
        columns: this file's column names to our field names, before all known names (`{"Hash": "md5"}`).
        kind: what a column of bare hashes holds, where the length does not tell.
        notes: filled while reading.

    Raises:
        FormatError: the first line names no column that carries a signal.
    """
    notes = notes if notes is not None else Notes()
    notes.encoding = encoding_of(head_of(stream))
    records = Records(lines(stream, notes.encoding, chars_max=limits.line_bytes_max))
    header = records.header()
    columns = columns or {}
    delimiter = delimiter_of(header, columns)
    plan = _Plan(split_line(header, delimiter), columns)
    notes.columns_unread = tuple(name[:_NAME_CHARS_SHOWN_MAX] for name in plan.unread)
    reader = EntryReader(limits, notes, kind)
    return each(records.rows(delimiter), lambda number, row: plan.entry(row, number, reader))


def delimiter_of(header: str, columns: Mapping[str, str]) -> str:
    """Return the delimiter under which a header line names most of what we know; `FormatError` where none does."""
    known = {
        delimiter: {columns.get(name) or field_of(name) for name in split_line(header, delimiter)} - {""}
        for delimiter in DELIMITERS
    }
    best = max(known, key=lambda delimiter: len(known[delimiter]))
    if not SIGNAL_FIELDS & known[best]:
        raise FormatError(
            "the first line names no column with hashes",
            hint="Begin the file with a line of column names, such as: md5,sha1,sha256,pdq,classification,source,id.",
        )
    return best


class _Plan:
    """Which column is read as what, worked out once from the header."""

    def __init__(self, names: Sequence[str], columns: Mapping[str, str]) -> None:
        self.unread: list[str] = []
        self._width = len(names)
        place: dict[str, int] = {}
        for index, name in enumerate(names):
            field = columns.get(name) or field_of(name)
            if not field:
                self.unread.append(name)
            elif field not in place:
                place[field] = index
            elif field in SIGNAL_FIELDS:
                raise FormatError(
                    f"columns {place[field] + 1} and {index + 1} both hold {field}",
                    hint="Rename or remove one of them.",
                )
            else:
                worse = index if rank_of(name) >= rank_of(names[place[field]]) else place[field]
                place[field] = index + place[field] - worse
                self.unread.append(names[worse])
        self._pair_kind = place.pop(PAIR_KIND, None) if PAIR_VALUE in place else None
        self._pair_value = place.pop(PAIR_VALUE, None)
        self._signals = tuple((field, index) for field, index in place.items() if field in SIGNAL_FIELDS)
        self._labels = tuple((field, index) for field, index in place.items() if field not in SIGNAL_FIELDS)
        read = (*place.values(), *(i for i in (self._pair_kind, self._pair_value) if i is not None))
        self._last = max(read)

    def entry(self, row: Sequence[str], number: int, reader: EntryReader) -> Entry:
        """Make the entry of one row; `RowError` where it is malformed."""
        if len(row) <= self._last:
            raise RowError(f"has {len(row)} fields where the header has {self._width}")
        if len(row) > self._width and any(row[self._width :]):
            raise RowError(f"has {len(row)} fields where the header has {self._width}")
        signals: dict[str, object] = {field: row[index] for field, index in self._signals}
        if self._pair_value is not None:
            kind = row[self._pair_kind] if self._pair_kind is not None else ""
            reader.add_pair(signals, kind, row[self._pair_value])
        return reader.entry({field: row[index] for field, index in self._labels}, signals, str(number))


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the lines of a list that `read` gives back: the header, then a row an entry."""
    yield csv_line(_WRITTEN)
    for entry in entries:
        digests = (value.hex() if value else "" for value in (entry.sha256, entry.sha1, entry.md5, entry.pdq))
        yield csv_line((entry.entry_id, *digests, entry.classification, entry.source))
