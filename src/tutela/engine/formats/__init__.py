"""Wire formats: one format a file. Here: opening a hash list of any of them.

    with open_list(Path("list.csv")) as rows:
        for row in rows:            # Entry | RejectedRow, lazily, in bounded memory
            ...
        rows.format, rows.notes     # what it was read as, and what a person should know about the whole file

The format is told from the first bytes, never from the file's name.
"""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tutela.domain.errors import FormatError, RowError
from tutela.domain.lists import Entry
from tutela.engine.formats import hash_csv, hash_jsonl, hash_text, threatexchange, vics
from tutela.engine.formats.columns import field_of, names_signal
from tutela.engine.formats.fields import Notes
from tutela.engine.formats.lines import encoding_of
from tutela.engine.formats.rows import LIMITS, Row, head_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import BinaryIO

    from tutela.domain.limits import ImportLimits
    from tutela.domain.signals import SignalKind

__all__ = ["ListFormat", "ListRows", "Notes", "Row", "detect", "open_list"]

_HINT: Final = "Known formats: csv, jsonl, text (a hash a line), vics (Project VIC JSON), threatexchange."


class ListFormat(StrEnum):
    """Formats in which hash lists come."""

    CSV = "csv"
    JSONL = "jsonl"
    TEXT = "text"
    VICS = "vics"
    THREATEXCHANGE = "threatexchange"


def detect(head: bytes) -> ListFormat:
    """Tell the format of a list from its first bytes (64 KiB are plenty); `FormatError` where it is none of ours."""
    text = head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n")
    if not text:
        raise FormatError("the file is empty", hint=_HINT)
    if text[0] in "{[":
        return _detect_json(text)
    for line in text.splitlines():
        if line.strip() and not line.startswith("#") and not line.casefold().startswith("sep="):
            return _detect_line(line)
    raise FormatError("the file holds nothing but comments", hint=_HINT)


def open_list(
    path: Path | str,
    format: ListFormat | str | None = None,  # noqa: A002  - the word a caller looks for
    *,
    kind: SignalKind | None = None,
    columns: Mapping[str, str] | None = None,
    limits: ImportLimits = LIMITS,
    strict: bool = False,
) -> ListRows:
    """Open a list file for reading.

    Args:
        path: the file.
        format: its format; told from its first bytes where not given.
        kind: what a bare hash of 64 characters is, SHA-256 or PDQ.
        columns: this file's column names (or JSON keys) to our field names, before all names known here.
        limits: what the file may hold.
        strict: raise `RowError` at the first malformed row, instead of yielding a `RejectedRow`.

    Raises:
        FormatError: the file is in no format we know, or not in the one it was said to be in.
        OSError: the file cannot be read.
    """
    path = Path(path)
    with ExitStack() as on_error:
        stream = on_error.enter_context(path.open("rb"))
        try:
            told = ListFormat(format) if format is not None else detect(head_of(stream))
        except ValueError:
            raise FormatError("there is no list format of that name", hint=_HINT) from None
        rows = ListRows(stream, path.stat().st_size, told, kind, columns, limits, strict=strict)
        on_error.pop_all()
    return rows


class ListRows:
    """The rows of an open list file: iterate once, then close (or use `with`).

    `format`, `notes`: what the file was read as; `size_bytes`, `bytes_read`: for a progress bar.
    """

    def __init__(  # noqa: PLR0917  - called in one place, above
        self,
        stream: BinaryIO,
        size_bytes: int,
        told: ListFormat,
        kind: SignalKind | None,
        columns: Mapping[str, str] | None,
        limits: ImportLimits,
        *,
        strict: bool,
    ) -> None:
        self.format = told
        self.notes = Notes()
        self.size_bytes = size_bytes
        self._stream = stream
        self._limits = limits
        self._strict = strict
        self._rows = self._read(kind, columns)

    @property
    def bytes_read(self) -> int:
        """How far into the file reading has come, in bytes."""
        return self.size_bytes if self._stream.closed else self._stream.tell()

    def __iter__(self) -> Iterator[Row]:
        entries = 0
        for row in self._rows:
            if isinstance(row, Entry):
                entries += 1
                if entries > self._limits.entries_max:
                    raise FormatError(f"the file holds more than {self._limits.entries_max} entries")
            elif self._strict:
                raise RowError(f"row {row.line} {row.reason}", hint="Mend the row, or import without --strict.")
            yield row

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _read(self, kind: SignalKind | None, columns: Mapping[str, str] | None) -> Iterator[Row]:
        stream, limits, notes = self._stream, self._limits, self.notes
        match self.format:
            case ListFormat.CSV:
                return hash_csv.read(stream, limits=limits, columns=columns, kind=kind, notes=notes)
            case ListFormat.JSONL:
                return hash_jsonl.read(stream, limits=limits, columns=columns, kind=kind, notes=notes)
            case ListFormat.TEXT:
                return hash_text.read(stream, limits=limits, kind=kind, notes=notes)
            case ListFormat.VICS:
                return vics.read(stream, limits=limits, notes=notes)
            case ListFormat.THREATEXCHANGE:
                return threatexchange.read(stream, limits=limits, columns=columns, kind=kind, notes=notes)


def _detect_json(text: str) -> ListFormat:
    if threatexchange.is_lines(text):
        return ListFormat.JSONL
    lower = text.casefold()
    if '"@odata.context"' in lower or '"odata.metadata"' in lower or ('"value"' in lower and '"mediaid"' in lower):
        return ListFormat.VICS
    return ListFormat.THREATEXCHANGE


def _detect_line(line: str) -> ListFormat:
    try:
        hash_csv.delimiter_of(line, {})
    except FormatError:
        pass
    else:
        # "pdq 0f…" names a signal too, but its first word is followed by a space and a value.
        words = line.split()
        if len(words) != 2 or not names_signal(words[0]) or field_of(line):
            return ListFormat.CSV
    first = line.split(None, 1)[0].lstrip("\\")
    if names_signal(first) or _is_like_a_hash(first):
        return ListFormat.TEXT
    raise FormatError("this is no hash list in a format known here", hint=_HINT)


def _is_like_a_hash(word: str) -> bool:
    return len(word) in {24, 28, 32, 40, 44, 64} and word.rstrip("=").replace("+", "").replace("/", "").isalnum()
