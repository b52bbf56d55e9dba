"""Records of a CSV file: a line of column names, then rows, each with the number of its first line.

A row with quotation marks goes through the `csv` module, strictly. A quotation mark that is never closed rejects its
own line; the lines that it would have swallowed are read again by themselves, so it hides no row.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import FormatError
from tutela.domain.lists import RejectedRow
from tutela.engine.formats.rows import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DELIMITERS: Final = ",;\t|"
_RECORD_LINES_MAX: Final = 64  # a quoted field of more lines is a quotation mark that was never closed
_HEADER_LINES_MAX: Final = 100  # comments above the header

csv.field_size_limit(max(csv.field_size_limit(), LIMITS.line_bytes_max))  # a line is bounded already


class Records:
    """Lines put together to records, each with the number of its first line."""

    def __init__(self, numbered: Iterator[tuple[int, str | RejectedRow]]) -> None:
        self._numbered = numbered
        self._again: deque[tuple[int, str | RejectedRow]] = deque()

    def header(self) -> str:
        """Return the line with the column names; `FormatError` where there is none."""
        for number, line in self._numbered:
            if isinstance(line, RejectedRow) or number > _HEADER_LINES_MAX:
                break
            text = line.strip()
            if text and not text.startswith("#") and not text.casefold().startswith("sep="):
                return line.strip("\r\n")
        raise FormatError("the file holds no line of column names", hint="Check that this is the file you meant.")

    def rows(self, delimiter: str) -> Iterator[tuple[int, list[str] | RejectedRow]]:
        """Yield the fields of each record; blank lines are no records."""
        while (item := self._next()) is not None:
            number, line = item
            if isinstance(line, RejectedRow):
                yield number, line
            elif '"' in line:
                yield number, self._quoted(number, line, delimiter)
            elif line.strip():
                yield number, line.rstrip("\n").split(delimiter)

    def _next(self) -> tuple[int, str | RejectedRow] | None:
        return self._again.popleft() if self._again else next(self._numbered, None)

    def _quoted(self, number: int, line: str, delimiter: str) -> list[str] | RejectedRow:
        """Parse a record that has quotation marks and may go on over several lines."""
        taken: list[tuple[int, str | RejectedRow]] = []
        try:
            return next(csv.reader(self._record(line, taken), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            self._again.extendleft(reversed(taken))
            return RejectedRow(number, "has a quotation mark that is not closed, or stands inside a field")

    def _record(self, line: str, taken: list[tuple[int, str | RejectedRow]]) -> Iterator[str]:
        yield line
        while len(taken) < _RECORD_LINES_MAX and (item := self._next()) is not None:
            taken.append(item)
            if isinstance(item[1], RejectedRow):
                return
            yield item[1]


def split_line(header: str, delimiter: str) -> list[str]:
    """Return the names in a line of column names; none where it is no such line."""
    try:
        names = next(csv.reader([header], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return []
    return [name.strip() for name in names]


def csv_line(cells: Iterable[str]) -> bytes:
    """Return one row as `Records` reads it back."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
