r"""Corrections from CSV: one value that was wrong a row, with what it was, what it is, why and by which source.

A row that cannot be read refuses the file, with its line and reason. An empty `after` withdraws the value.

>>> head = "indicator,area,span,cell,before,after,reason,source,day"
>>> read(f"{head}\nreports,AAA,2019,,7,8,a typing error,desk,2026-11-22\n".encode()).corrections[0].after
8.0
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import rows
from tutela.engine.assessment.releases import Correction
from tutela.engine.assessment.rows import Reason, RefusedError

if TYPE_CHECKING:
    from tutela.engine.assessment.rows import RefusedRow, Row

COLUMNS: Final = ("indicator", "area", "span", "cell", "before", "after", "reason", "source", "day")


@dataclass(frozen=True, slots=True)
class Corrected:
    """All corrections of a file, or none and why."""

    corrections: tuple[Correction, ...]
    refused: tuple[RefusedRow, ...]


def read(data: bytes) -> Corrected:
    """Read the file: the whole of it, or nothing."""
    found = rows.read("corrections", data, COLUMNS)
    refused = list(found.refused)
    made: list[Correction] = []
    for row in found.taken:
        try:
            made.append(_correction(row))
        except RefusedError as error:
            refused.append(row.refused(error))
    return Corrected(() if refused else tuple(made), tuple(refused))


def _correction(row: Row) -> Correction:
    try:
        day = date.fromisoformat(row.needed("day"))
    except ValueError as error:
        if isinstance(error, RefusedError):
            raise
        raise RefusedError(Reason.MISDATED, "day is no day of the calendar") from None
    return Correction(
        key=(row.needed("indicator"), row.needed("area"), row.needed("span"), row["cell"]),
        before=row.number("before"),
        after=row.number("after"),
        reason=row.needed("reason"),
        source=row.needed("source"),
        day=day,
    )
