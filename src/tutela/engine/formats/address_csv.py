"""A list of addresses as CSV: `id,url,classification,listed_on,recheck_on`, one row an address, exact.

Each address is in its one spelling (host in small letters, no fragment, no standard port). It is compared as a whole: a
host or a folder is never on such a list. Who takes it lets go of what was not looked at by `recheck_on`, or looks.

>>> from datetime import date
>>> rows = [Listed("a-1", "https://files.example/a?b=1", "s:A1", date(2026, 1, 2), date(2026, 2, 1))]
>>> b"".join(write(rows)).decode().splitlines()[1]
'a-1,https://files.example/a?b=1,s:A1,2026-01-02,2026-02-01'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.formats.csv_records import csv_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

_COLUMNS: Final = ("id", "url", "classification", "listed_on", "recheck_on")


@dataclass(frozen=True, slots=True)
class Listed:
    """One address."""

    entry_id: str
    address: str
    classification: str
    listed_on: date
    recheck_on: date


def write(rows: Iterable[Listed]) -> Iterator[bytes]:
    """Yield the header, then a line an address."""
    yield csv_line(_COLUMNS)
    for row in rows:
        days = (row.listed_on.isoformat(), row.recheck_on.isoformat())
        yield csv_line((row.entry_id, row.address, row.classification, *days))
