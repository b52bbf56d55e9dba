"""Tables that an operator fills: who helps in a place, how long something may wait, when it must go.

Rules:

1. We invent no help line, deadline or law. A table for which we have no source ships with a head and no rows: what
   asks it says "not configured".
2. An operator's own stands in `TUTELA_HOME/tables`, under the same name and with the same columns, and then stands
   alone. It belongs to no app and is never written by a page: whoever may put a file there may run the service.
3. Each row names its source. One without, or one that cannot be read, is left out and never guessed; the status page
   names its line and says why.
4. A table is read anew as soon as its file changes: nobody restarts anything.

>>> def read(row: Row) -> int:
...     return int(row["hours"])
>>> table = Table("clocks.csv", Path(__file__), read, title=str, without=str)
>>> table.parse(["hours,source", "24,an agreement", "12,"])
Content(rows=(24,), faults=(Fault(line=3, why='it names no source'),))
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path  # noqa: TC003 - the example makes one
from typing import Final, Generic, TypedDict, TypeVar

from django.conf import settings

FOLDER: Final = "tables"
BYTES_MAX: Final = 4 << 20
Row = Mapping[str, str]
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Fault:
    """A line (the head is 1) that is left out, and why. Line 0 means the whole file."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Content(Generic[Entry]):
    """What a table holds."""

    rows: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()


class Table(Generic[Entry]):
    """One table. `read_row` turns one row into its value, or raises `ValueError` saying what is wrong with it.

    `title` names it to people, and `without` says what follows where it has no rows; both are called when they are
    shown, in the language of whoever looks.
    """

    def __init__(
        self,
        name: str,
        shipped: Path,
        read_row: Callable[[Row], Entry],
        *,
        title: Callable[[], str],
        without: Callable[[], str],
        bytes_max: int = BYTES_MAX,
    ) -> None:
        self.name, self.shipped, self.title, self.without, self.bytes_max = name, shipped, title, without, bytes_max
        self._read_row = read_row
        self._kept: tuple[object, Content[Entry]] = (None, Content())

    @property
    def path(self) -> Path:
        """Where it is read: an operator's own, else ours."""
        own = settings.TUTELA.home / FOLDER / self.name
        return own if own.exists() else self.shipped

    def rows(self) -> tuple[Entry, ...]:
        """Return every row that can be read, in their order."""
        return self.content().rows

    def content(self) -> Content[Entry]:
        """Read it, if it is not the one that was read last."""
        path = self.path
        try:
            found = path.stat()
            state = (path, found.st_mtime_ns, found.st_size)
            if state != self._kept[0]:
                self._kept = (state, self._read(path, found.st_size))
        except OSError as error:
            return Content(faults=(Fault(0, error.strerror or "it cannot be read"),))
        return self._kept[1]

    def parse(self, lines: Iterable[str]) -> Content[Entry]:
        """Read rows; the first line is the head."""
        given = csv.DictReader(lines, strict=True)
        rows: list[Entry] = []
        faults: list[Fault] = []
        try:
            for row in given:
                try:
                    rows.append(self._whole(row))
                except KeyError as error:
                    return Content(faults=(Fault(1, f"there is no column {error}"),))
                except ValueError as error:
                    faults.append(Fault(given.line_num, str(error)))
        except csv.Error as error:
            faults.append(Fault(given.line_num + 1, str(error)))
        return Content(tuple(rows), tuple(faults))

    def _read(self, path: Path, size: int) -> Content[Entry]:
        if size > self.bytes_max:
            return Content(faults=(Fault(0, f"it has more than {self.bytes_max} bytes"),))
        try:
            return self.parse(path.read_text(encoding="utf-8-sig").splitlines())  # as spreadsheets write it, too
        except UnicodeDecodeError:
            return Content(faults=(Fault(0, "it is not UTF-8"),))

    def _whole(self, row: Mapping[str | None, str | list[str] | None]) -> Entry:
        given = {name: value.strip() for name, value in row.items() if name and isinstance(value, str)}
        if len(given) < len(row):
            raise ValueError("it has more or fewer values than the head has columns")
        if not given["source"]:
            raise ValueError("it names no source")
        return self._read_row(given)


class Dates(TypedDict):
    """The columns of a `DatedRule`."""

    begins: date
    ends: date | None
    source: str
    reviewer: str


def dates(row: Row) -> Dates:
    """Read from when to when a rule of a row holds, and by whose word."""
    begins, ends = day(row["begins"]), day(row["ends"]) if row["ends"] else None
    if ends is not None and ends <= begins:
        raise ValueError("it ends before it begins")
    return Dates(begins=begins, ends=ends, source=row["source"], reviewer=row["reviewer"])


def day(written: str) -> date:
    """Read a day, YYYY-MM-DD."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{written!r} is not a day: write YYYY-MM-DD") from None
