"""Files of reports: CSV, JSON lines, and the media of a Project VIC file.

    with open_reports(Path("reports.csv")) as rows:
        for row in rows:            # ReportRow | RejectedRow, lazily, in bounded memory
            ...
        rows.format, rows.notes     # what it was read as, and which columns mean nothing to us

A row that cannot be read is a `RejectedRow` with its number and a sentence that never quotes it, and hides no other.

* JSON lines: an object a line, with the fields of `report_json`, and `id`, the row's own name, if it has one.
* CSV: a row a report, with the columns of `COLUMNS`. Several addresses, facts or countries stand in one cell with
  spaces between. A column that is not known is named in the notes, and kept out.
* VICS: a report of material a medium, with its digests and its category under the scheme that the file names.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self, TypeVar

from pydantic import ValidationError

from tutela.domain.errors import FormatError, RowError
from tutela.domain.lists import Entry, RejectedRow
from tutela.domain.lookups import Channel
from tutela.domain.reports import DIGEST_BYTES, Incident, Media, Reported
from tutela.engine.formats import hash_jsonl, vics
from tutela.engine.formats.csv_records import DELIMITERS, Records, split_line
from tutela.engine.formats.fields import Notes
from tutela.engine.formats.lines import encoding_of, lines
from tutela.engine.formats.report_json import ReportGiven, wrong_fields
from tutela.engine.formats.rows import LIMITS, head_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

    from tutela.domain.limits import ImportLimits

_ONE: Final = ("text", "child_in_danger", "incident", "age_band", "incident_name", "occurred_at", "contact")
_OF_GROUND: Final = ("channel", "jurisdiction")
_MANY: Final = {"address": "addresses", "facts": "facts", "jurisdictions": "jurisdictions"}
_OF_FILE: Final = ("md5", "sha1", "sha256", "pdq", "pdq_quality", "viewed_by_sender", "category")
_OF_ACCOUNT: Final = {"platform": "platform", "account": "name"}
_OF_CAPTURE: Final = {"ip": "address", "ip_at": "at", "ip_port": "port", "ip_event": "event"}
OWN_ID: Final = "id"
COLUMNS: Final = (OWN_ID, *_ONE, *_OF_GROUND, *_MANY, *_OF_FILE, *_OF_ACCOUNT, *_OF_CAPTURE)
_OWN_ID_CHARS_MAX: Final = 255
_NAME_CHARS_SHOWN_MAX: Final = 64
_WRONG_SHOWN_MAX: Final = 3


class ReportFormat(StrEnum):
    """Formats in which files of reports come."""

    CSV = "csv"
    JSONL = "jsonl"
    VICS = "vics"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report of a file. `own_id` is what its sender calls it; `jurisdiction` is empty where none is named."""

    number: int
    reported: Reported
    own_id: str = ""
    channel: Channel = Channel.PUBLIC
    jurisdiction: str = ""


Row = ReportRow | RejectedRow
_Raw = TypeVar("_Raw")


def open_reports(path: Path, told: ReportFormat | None = None, *, limits: ImportLimits = LIMITS) -> ReportRows:
    """Open a file of reports; its format is told from its first bytes where it is not given.

    Raises:
        FormatError: the file is in none of these formats, or not in the one it was said to be in.
        OSError: the file cannot be read.
    """
    with ExitStack() as on_error:
        stream = on_error.enter_context(path.open("rb"))
        rows = read_reports(stream, path.stat().st_size, told, limits=limits)
        on_error.pop_all()
    return rows


def read_reports(
    stream: BinaryIO, size_bytes: int, told: ReportFormat | None = None, *, limits: ImportLimits = LIMITS
) -> ReportRows:
    """The same of a stream that is open already, such as one in memory. It is closed with the rows."""
    return ReportRows(stream, size_bytes, told or _detect(head_of(stream)), limits)


class ReportRows:
    """The rows of an open file: iterate once, then close (or use `with`)."""

    def __init__(self, stream: BinaryIO, size_bytes: int, told: ReportFormat, limits: ImportLimits) -> None:
        self.format, self.size_bytes = told, size_bytes
        self.notes = Notes()
        self._stream, self._limits = stream, limits

    @property
    def bytes_read(self) -> int:
        """How far into the file reading has come, in bytes."""
        return self.size_bytes if self._stream.closed else self._stream.tell()

    def __iter__(self) -> Iterator[Row]:
        if self.format is ReportFormat.VICS:
            return self._of_vics()
        self.notes.encoding = encoding_of(head_of(self._stream))
        numbered = lines(self._stream, self.notes.encoding, chars_max=self._limits.line_bytes_max)
        return self._of_csv(Records(numbered)) if self.format is ReportFormat.CSV else _each(numbered, _of_json)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def _of_csv(self, records: Records) -> Iterator[Row]:
        header = records.header()
        delimiter = max(DELIMITERS, key=lambda each: len(_known(header, each)))
        names = [name.casefold() for name in split_line(header, delimiter)]
        if not _known(header, delimiter):
            raise FormatError("the first line names no column of a report", hint=f"Known: {', '.join(COLUMNS)}.")
        if len(set(names)) < len(names):
            raise FormatError("the first line names a column twice", hint="Rename or remove one of them.")
        self.notes.columns_unread = tuple(name[:_NAME_CHARS_SHOWN_MAX] for name in names if name not in COLUMNS)
        return _each(records.rows(delimiter), lambda number, cells: _of_cells(number, names, cells))

    def _of_vics(self) -> Iterator[Row]:
        for number, entry in enumerate(vics.read(self._stream, limits=self._limits, notes=self.notes), start=1):
            yield entry if isinstance(entry, RejectedRow) else _of_entry(number, entry, self.notes.scheme_hint)


def _detect(head: bytes) -> ReportFormat:
    text = head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n")
    if not text:
        raise FormatError("the file is empty")
    if text[0] not in "{[":
        return ReportFormat.CSV
    lower = text.casefold()
    return ReportFormat.VICS if '"@odata.context"' in lower or '"mediaid"' in lower else ReportFormat.JSONL


def _known(header: str, delimiter: str) -> set[str]:
    return {name.casefold() for name in split_line(header, delimiter)} & set(COLUMNS)


def _each(
    numbered: Iterable[tuple[int, _Raw | RejectedRow]], row_of: Callable[[int, _Raw], Row | None]
) -> Iterator[Row]:
    for number, raw in numbered:
        try:
            row = raw if isinstance(raw, RejectedRow) else row_of(number, raw)
        except RowError as error:
            row = RejectedRow(number, str(error))
        if row is not None:
            yield row


def _of_json(number: int, line: str) -> Row | None:
    if line.isspace():
        return None
    given = hash_jsonl.object_of(line)
    return _of_fields(number, given, given.pop(OWN_ID, ""))


def _of_cells(number: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(names):
        raise RowError(f"has {len(cells)} fields where the header has {len(names)}")
    said = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell.strip()}
    given: dict[str, object] = {name: said[name] for name in (*_ONE, *_OF_GROUND) if name in said}
    given |= {field: said[name].split() for name, field in _MANY.items() if name in said}
    for field, part in (
        ("media", {name: said[name] for name in _OF_FILE if name in said}),
        ("accounts", {field: said[name] for name, field in _OF_ACCOUNT.items() if name in said}),
        ("ip_captures", {field: said[name] for name, field in _OF_CAPTURE.items() if name in said}),
    ):
        if part:
            given[field] = [part]
    return _of_fields(number, given, said.get(OWN_ID, ""))


def _of_fields(number: int, given: Mapping[str, object], own_id: object) -> ReportRow:
    name = str(own_id) if isinstance(own_id, str | int) else None
    if name is None or len(name) > _OWN_ID_CHARS_MAX:
        raise RowError(f"has an id that is no text of at most {_OWN_ID_CHARS_MAX} characters")
    try:
        report = ReportGiven.model_validate(given)
    except ValidationError as error:
        wrong = [f"{field} ({problem})" for field, problem in wrong_fields(error)[:_WRONG_SHOWN_MAX]]
        raise RowError(f"is not valid: {', '.join(wrong)}") from None
    return ReportRow(number, report.reported(), name, report.channel, report.jurisdiction or "")


def _of_entry(number: int, entry: Entry, scheme: str) -> ReportRow:
    found = {name: getattr(entry, name) for name in DIGEST_BYTES}
    media = Media(
        {name: digest for name, digest in found.items() if digest},
        pdq=entry.pdq or b"",
        category=f"{scheme or ReportFormat.VICS}:{entry.classification}" if entry.classification else "",
    )
    return ReportRow(number, Reported(incident=Incident.MATERIAL, media=(media,)), entry.entry_id)
