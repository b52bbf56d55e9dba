r"""Rows of imported tables: read strictly, refused one by one with a reason, never taken in part.

Rules: UTF-8, commas, one line of column names, every column of ours present, none twice. A row has as many fields as
there are columns. A reason never quotes the row. A number is ASCII digits with a point, without separators or units.
Text that a spreadsheet would run as a formula is refused.

>>> [row["span"] for row in read("facts.csv", b"indicator,span\nx,2017\n", ("indicator", "span")).taken]
['2017']
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from tutela.domain.limits import AssessmentLimits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIMITS: Final = AssessmentLimits()
E = TypeVar("E", bound=Enum)


class Reason(StrEnum):
    """Why a row was refused."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"  # names an indicator, area, unit or source that nobody defined
    DUPLICATE = "duplicate"
    MISDATED = "mis-dated"
    MISUNITED = "mis-united"
    CONTRADICTORY = "contradictory"
    UNSOURCED = "unsourced"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that was not taken: in which table, on which line (from 1), why."""

    table: str
    line: int
    reason: Reason
    words: str


class RefusedError(ValueError):
    """Ends the reading of one row; becomes its `RefusedRow`."""

    def __init__(self, reason: Reason, words: str) -> None:
        super().__init__(words)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one row by column name, trimmed."""

    table: str
    line: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    def refused(self, error: RefusedError) -> RefusedRow:
        """Return why this row was not taken."""
        return RefusedRow(self.table, self.line, error.reason, str(error))

    def needed(self, column: str) -> str:
        """Return a field that may not be empty."""
        if not self.fields[column]:
            raise RefusedError(Reason.MALFORMED, f"says no {column}")
        return self.fields[column]

    def number(self, column: str) -> float | None:
        """Return a number, or None where the field is empty."""
        text = self.fields[column]
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise RefusedError(Reason.MALFORMED, f"{column} is not a number of digits with a point")
        return float(text)

    def parts(self, column: str) -> tuple[str, ...]:
        """Return what is separated by `|`."""
        return tuple(part.strip() for part in self.fields[column].split("|") if part.strip())

    def one_of(self, column: str, words: type[E], default: E | None = None) -> E:
        """Return a word of a closed list; empty gives the default."""
        text = self.fields[column]
        if not text and default is not None:
            return default
        try:
            return words(text)
        except ValueError:
            raise RefusedError(Reason.UNKNOWN, f"{column} is none of the words that we know") from None


@dataclass(slots=True)
class Rows:
    """What reading one table gave."""

    taken: list[Row] = field(default_factory=list[Row])
    refused: list[RefusedRow] = field(default_factory=list[RefusedRow])


def read(table: str, data: bytes, columns: Sequence[str], *, limits: AssessmentLimits = LIMITS) -> Rows:
    """Read a table that has these columns, and perhaps others, which are passed over."""
    rows = Rows()
    try:
        for row in _rows(table, data, columns, limits):
            if isinstance(row, Row):
                rows.taken.append(row)
            else:
                rows.refused.append(row)
    except RefusedError as error:
        rows.refused.append(RefusedRow(table, 1, error.reason, str(error)))
    return rows


def write(columns: Sequence[str], rows: Iterator[Sequence[str]]) -> bytes:
    """Write a table as `read` reads it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def spell(number: float | None) -> str:
    """Write a number so that reading gives the same; empty where there is none."""
    if number is None:
        return ""
    return str(int(number)) if number == int(number) else repr(number)


_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_FORMULA: Final = ("=", "+", "@")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def _rows(table: str, data: bytes, columns: Sequence[str], limits: AssessmentLimits) -> Iterator[Row | RefusedRow]:
    reader = csv.reader(io.StringIO(_text(data, limits), newline=""), strict=True)
    line = 1
    try:
        header = [name.strip() for name in next(reader, list[str]())]
        _check_header(header, columns)
        for count, fields in enumerate(reader, start=1):
            if count > limits.rows_max:
                raise RefusedError(Reason.MALFORMED, f"the table has more than {limits.rows_max:,} rows")
            line, begin = reader.line_num, line + 1
            if fields:
                yield _row(table, begin, header, fields, limits)
    except csv.Error:
        yield RefusedRow(table, line + 1, Reason.MALFORMED, "has a quotation mark that is not closed, or is not CSV")


def _text(data: bytes, limits: AssessmentLimits) -> str:
    if len(data) > limits.package_bytes_max:
        raise RefusedError(Reason.MALFORMED, f"the table is larger than {limits.package_bytes_max:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError(Reason.MALFORMED, "the table is not UTF-8") from None


def _check_header(header: list[str], columns: Sequence[str]) -> None:
    if missing := [name for name in columns if name not in header]:
        raise RefusedError(Reason.MALFORMED, f"the table lacks the columns: {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise RefusedError(Reason.MALFORMED, "the table names a column twice")


def _row(table: str, line: int, header: list[str], fields: list[str], limits: AssessmentLimits) -> Row | RefusedRow:
    if len(fields) != len(header):
        words = f"has {len(fields)} fields where the header has {len(header)}"
        return RefusedRow(table, line, Reason.MALFORMED, words)
    fields = [text.strip() for text in fields]
    if any(len(text) > limits.field_chars_max for text in fields):
        words = f"has a field of more than {limits.field_chars_max:,} characters"
        return RefusedRow(table, line, Reason.MALFORMED, words)
    if any(text.startswith(_FORMULA) or _CONTROL.search(text) for text in fields):
        words = "has a field that begins like a formula or holds control characters"
        return RefusedRow(table, line, Reason.MALFORMED, words)
    return Row(table, line, dict(zip(header, fields, strict=True)))
