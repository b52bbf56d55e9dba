"""Treaties and legal definitions, by country and day. Both tables ship empty: rows come in with a source or not.

Rules
-----
* A treaty row says when a country signed and ratified it and when it entered into force there, its reservations, and
  apart from that whether it is implemented. What came into force was ratified or acceded to before.
* A legal definition (an age, a term) holds from a day to a day. Two rows of one country and topic do not overlap.
* Every row names its source, and a definition the person who reviewed it. A row that nobody reviewed is shown as that.
* All rows are taken, or none. Asking for what no row says raises `NotConfiguredError`: "not configured", never "no".

>>> Registry().treaty("AAA", "UNCRC")
Traceback (most recent call last):
    ...
tutela.engine.assessment.tables.NotConfiguredError: not configured: no row about UNCRC in AAA
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeVar

from tutela.engine.assessment import rows
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.rows import Reason, RefusedError, RefusedRow, Row
from tutela.engine.assessment.tables import NotConfiguredError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TREATY_COLUMNS: Final = (
    "country", "instrument", "signed", "ratified", "in_force", "reservations", "implementation", "source",
)  # fmt: skip
DEFINITION_COLUMNS: Final = ("country", "topic", "says", "from", "to", "source", "reviewer")
INSTRUMENTS: Final = {
    "UNCRC": "United Nations Convention on the Rights of the Child",
    "OPSC": "its Optional Protocol on the sale and sexual exploitation of children",
    "LANZAROTE": "Council of Europe Convention on the Protection of Children (Lanzarote Convention)",
}


@dataclass(frozen=True, slots=True)
class Treaty:
    """Where one country stands with one instrument."""

    country: str
    instrument: str
    signed: date | None
    ratified: date | None
    in_force: date | None
    reservations: str
    implementation: Answer
    source: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What the law of one country says about a topic, in our words, from a day to a day (both counted)."""

    country: str
    topic: str
    says: str
    first: date
    last: date
    source: str
    reviewer: str

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Registry:
    """What has been imported."""

    treaties: tuple[Treaty, ...] = ()
    definitions: tuple[Definition, ...] = ()

    def treaty(self, country: str, instrument: str) -> Treaty:
        """Return where a country stands; `NotConfiguredError` where no row says it."""
        for each in self.treaties:
            if (each.country, each.instrument) == (country, instrument):
                return each
        raise NotConfiguredError(f"not configured: no row about {instrument} in {country}")

    def definition(self, country: str, topic: str, day: date) -> Definition:
        """Return what held on a day; `NotConfiguredError` where no row says it."""
        for each in self.definitions:
            if (each.country, each.topic) == (country, topic) and each.holds(day):
                return each
        raise NotConfiguredError(f"not configured: no row about {topic} in {country} on {day}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gave: a registry, empty where a row was refused."""

    registry: Registry
    refused: tuple[RefusedRow, ...]


def read(treaties: bytes, definitions: bytes) -> Imported:
    """Read both tables."""
    refused: list[RefusedRow] = []
    made_treaties = _each(rows.read("treaties.csv", treaties, TREATY_COLUMNS), _treaty, refused)
    made_definitions = _each(rows.read("definitions.csv", definitions, DEFINITION_COLUMNS), _definition, refused)
    refused.extend(_twice(made_treaties))
    refused.extend(_overlapping(made_definitions))
    if refused:
        return Imported(Registry(), tuple(refused))
    return Imported(Registry(tuple(made for _, made in made_treaties), tuple(made for _, made in made_definitions)), ())


_T = TypeVar("_T")


def _each(found: rows.Rows, make: Callable[[Row], _T], refused: list[RefusedRow]) -> list[tuple[Row, _T]]:
    refused.extend(found.refused)
    made: list[tuple[Row, _T]] = []
    for row in found.taken:
        try:
            made.append((row, make(row)))
        except RefusedError as error:
            refused.append(row.refused(error))
    return made


def _treaty(row: Row) -> Treaty:
    if row.needed("instrument") not in INSTRUMENTS:
        raise RefusedError(Reason.UNKNOWN, "the instrument is none that we know")
    made = Treaty(
        country=row.needed("country"),
        instrument=row["instrument"],
        signed=_day(row, "signed"),
        ratified=_day(row, "ratified"),
        in_force=_day(row, "in_force"),
        reservations=row["reservations"],
        implementation=row.one_of("implementation", Answer, Answer.NOT_ASSESSED),
        source=_sourced(row),
    )
    if made.in_force and not (made.ratified and made.ratified <= made.in_force):
        raise RefusedError(Reason.CONTRADICTORY, "it came into force without having been ratified before")
    if made.signed and made.ratified and made.ratified < made.signed:
        raise RefusedError(Reason.CONTRADICTORY, "it was ratified before it was signed")
    return made


def _definition(row: Row) -> Definition:
    first = _day(row, "from")
    if first is None:
        raise RefusedError(Reason.MISDATED, "says no day from which it holds")
    last = _day(row, "to") or date.max
    if last < first:
        raise RefusedError(Reason.MISDATED, "ends before it begins")
    return Definition(
        country=row.needed("country"),
        topic=row.needed("topic"),
        says=row.needed("says"),
        first=first,
        last=last,
        source=_sourced(row),
        reviewer=row["reviewer"],
    )


def _sourced(row: Row) -> str:
    if not row["source"]:
        raise RefusedError(Reason.UNSOURCED, "says no source")
    return row["source"]


def _day(row: Row, column: str) -> date | None:
    try:
        return date.fromisoformat(row[column]) if row[column] else None
    except ValueError:
        raise RefusedError(Reason.MISDATED, f"{column} is no day of the calendar") from None


def _twice(made: Sequence[tuple[Row, Treaty]]) -> list[RefusedRow]:
    seen: set[tuple[str, str]] = set()
    refused: list[RefusedRow] = []
    for row, each in made:
        if (each.country, each.instrument) in seen:
            refused.append(RefusedRow(row.table, row.line, Reason.DUPLICATE, "stands in the table already"))
        seen.add((each.country, each.instrument))
    return refused


def _overlapping(made: Sequence[tuple[Row, Definition]]) -> list[RefusedRow]:
    refused: list[RefusedRow] = []
    ordered = sorted(made, key=lambda each: (each[1].country, each[1].topic, each[1].first))
    for (_, before), (row, after) in pairwise(ordered):
        same = (before.country, before.topic) == (after.country, after.topic)
        if same and after.first <= before.last:
            words = "two definitions of one country and topic hold on the same day"
            refused.append(RefusedRow(row.table, row.line, Reason.CONTRADICTORY, words))
    return refused
