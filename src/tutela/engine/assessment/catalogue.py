"""The catalogue: which indicators, sources, areas and breaks exist. What is not in it cannot be observed.

Rules: every definition is checked when it is read, and one row that is refused refuses the catalogue. An indicator
names a unit, at least one thing that it is not, and only roles, denominators and followers that exist; a count of
reports is never "worse" or "better". A source without an open licence is quoted as single facts.

The tables are the same four whether they ship with the product or come in a data package:
`sources.csv`, `areas.csv`, `indicators.csv`, `breaks.csv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

from tutela.engine.assessment import rows
from tutela.engine.assessment.indicators import (
    Area,
    AreaLevel,
    AreaRole,
    Break,
    Construct,
    Effect,
    Indicator,
    Lens,
    Polarity,
    Quality,
    Sensitivity,
    Source,
)
from tutela.engine.assessment.rows import Reason, RefusedError, RefusedRow, Row
from tutela.engine.assessment.spans import SpanKind
from tutela.engine.assessment.units import UNITS, UnitKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

SOURCE_COLUMNS: Final = ("id", "producer", "title", "published", "url", "licence", "attribution", "endnote")
AREA_COLUMNS: Final = ("code", "name", "level")
BREAK_COLUMNS: Final = ("indicator", "day", "cause", "effect", "source")
INDICATOR_COLUMNS: Final = (
    "id", "title", "definition", "lens", "construct", "polarity", "unit", "population", "area_level", "roles",
    "span_kind", "method", "quality", "not_this", "cumulative", "price_year", "dimension", "denominator",
    "continued_by", "processing", "sensitivity", "editions",
)  # fmt: skip
CITED_FACTS: Final = "cited-facts"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is defined, by its id or code."""

    sources: Mapping[str, Source]
    areas: Mapping[str, Area]
    indicators: Mapping[str, Indicator]


class CatalogueRefusedError(ValueError):
    """Definitions contradict themselves; `refused` says where."""

    def __init__(self, refused: Sequence[RefusedRow]) -> None:
        first = refused[0]
        super().__init__(f"{len(refused)} refused; {first.table} line {first.line}: {first.words}")
        self.refused = tuple(refused)


def read(tables: Mapping[str, bytes]) -> Catalogue:
    """Read the four tables; `CatalogueRefusedError` with every refused row where one is not right."""
    refused: list[RefusedRow] = []

    def each(name: str, columns: Sequence[str]) -> list[Row]:
        found = rows.read(name, tables.get(name, b""), columns)
        refused.extend(found.refused)
        return found.taken

    sources = dict(_made(each("sources.csv", SOURCE_COLUMNS), _source, refused))
    areas = dict(_made(each("areas.csv", AREA_COLUMNS), _area, refused))
    breaks: list[tuple[str, Break]] = [
        made for _, made in _made(each("breaks.csv", BREAK_COLUMNS), _break, refused, repeats=True)
    ]
    indicator_rows = each("indicators.csv", INDICATOR_COLUMNS)
    indicators = dict(_made(indicator_rows, lambda row: _indicator(row, breaks), refused))
    catalogue = Catalogue(sources, areas, indicators)
    refused.extend(_dangling(catalogue, indicator_rows, breaks))
    if refused:
        raise CatalogueRefusedError(refused)
    return catalogue


def write(catalogue: Catalogue) -> dict[str, bytes]:
    """Write the four tables as `read` reads them."""
    return {
        "sources.csv": rows.write(SOURCE_COLUMNS, (_fields(e, SOURCE_COLUMNS) for e in catalogue.sources.values())),
        "areas.csv": rows.write(AREA_COLUMNS, (_fields(e, AREA_COLUMNS) for e in catalogue.areas.values())),
        "indicators.csv": rows.write(INDICATOR_COLUMNS, map(_indicator_fields, catalogue.indicators.values())),
        "breaks.csv": rows.write(
            BREAK_COLUMNS,
            (
                (indicator.id, *_fields(each, BREAK_COLUMNS[1:]))
                for indicator in catalogue.indicators.values()
                for each in indicator.breaks
            ),
        ),
    }


_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_AREA: Final = re.compile(r"[A-Z]{3}|X-[A-Z0-9]{1,12}", re.ASCII)
_M = TypeVar("_M")


def _made(
    taken: Iterable[Row], make: Callable[[Row], tuple[str, _M]], refused: list[RefusedRow], *, repeats: bool = False
) -> Iterator[tuple[str, _M]]:
    """Make each row's record with its key; refuse what cannot be made and, unless it may repeat, what was there."""
    seen: set[str] = set()
    for row in taken:
        try:
            key, made = make(row)
        except RefusedError as error:
            refused.append(row.refused(error))
            continue
        if key in seen and not repeats:
            refused.append(RefusedRow(row.table, row.line, Reason.DUPLICATE, "stands in the table already"))
            continue
        seen.add(key)
        yield key, made


def _key(row: Row, column: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(row[column]):
        raise RefusedError(Reason.MALFORMED, f"{column} is not written as ours are")
    return row[column]


def _source(row: Row) -> tuple[str, Source]:
    key = _key(row, "id", _ID)
    licence = row.needed("licence")
    if licence != CITED_FACTS and not row["attribution"]:
        raise RefusedError(Reason.UNSOURCED, "an open licence asks for an attribution")
    return key, Source(
        id=key,
        producer=row.needed("producer"),
        title=row.needed("title"),
        published=row["published"],
        url=row["url"],
        licence=licence,
        attribution=row["attribution"],
        endnote=row["endnote"],
    )


def _area(row: Row) -> tuple[str, Area]:
    key = _key(row, "code", _AREA)
    return key, Area(key, row.needed("name"), row.one_of("level", AreaLevel))


def _break(row: Row) -> tuple[str, tuple[str, Break]]:
    try:
        day = date.fromisoformat(row["day"])
    except ValueError:
        raise RefusedError(Reason.MISDATED, "day is no day of the calendar") from None
    indicator = row.needed("indicator")
    made = Break(day, row.needed("cause"), row.one_of("effect", Effect), row.needed("source"))
    return indicator, (indicator, made)


def _indicator(row: Row, breaks: Sequence[tuple[str, Break]]) -> tuple[str, Indicator]:
    key = _key(row, "id", _ID)
    if row["unit"] not in UNITS:
        raise RefusedError(Reason.MISUNITED, "unit is none of the units that we know")
    if not row["not_this"]:
        raise RefusedError(Reason.UNSOURCED, "says nothing about what the number is not")
    try:
        roles = frozenset(AreaRole(part) for part in row.parts("roles"))
    except ValueError:
        raise RefusedError(Reason.UNKNOWN, "roles are none of the words that we know") from None
    made = Indicator(
        id=key,
        title=row.needed("title"),
        definition=row.needed("definition"),
        lens=row.one_of("lens", Lens),
        construct=row.one_of("construct", Construct),
        polarity=row.one_of("polarity", Polarity),
        unit=UNITS[row["unit"]],
        population=row.needed("population"),
        area_level=row.one_of("area_level", AreaLevel),
        roles=roles,
        span_kind=row.one_of("span_kind", SpanKind),
        method=row.needed("method"),
        not_this=row.parts("not_this"),
        quality=row.one_of("quality", Quality),
        cumulative=row["cumulative"] == "yes",
        price_year=row["price_year"],
        dimension=row["dimension"],
        denominator=row["denominator"],
        processing=row.parts("processing"),
        breaks=tuple(each for indicator, each in breaks if indicator == key),
        continued_by=row["continued_by"],
        sensitivity=row.one_of("sensitivity", Sensitivity, Sensitivity.PUBLIC),
        editions=frozenset(row.parts("editions")),
    )
    if made.is_count_of_reports and made.polarity is not Polarity.AMBIGUOUS:
        raise RefusedError(Reason.CONTRADICTORY, "more reports can be better detection: the polarity is ambiguous")
    if made.unit.kind is UnitKind.SHARE and made.cumulative:
        raise RefusedError(Reason.CONTRADICTORY, "a share cannot be cumulative")
    return key, made


def _dangling(
    catalogue: Catalogue, indicator_rows: Sequence[Row], breaks: Sequence[tuple[str, Break]]
) -> Iterator[RefusedRow]:
    """Refuse references to what is not defined."""
    for row in indicator_rows:
        for column in ("denominator", "continued_by"):
            if row[column] and row[column] not in catalogue.indicators:
                yield RefusedRow(row.table, row.line, Reason.UNKNOWN, f"{column} is no indicator of the catalogue")
    for number, (indicator, each) in enumerate(breaks, start=2):
        if indicator not in catalogue.indicators or each.source not in catalogue.sources:
            yield RefusedRow("breaks.csv", number, Reason.UNKNOWN, "names an indicator or source that is not defined")


def _fields(record: Source | Area | Break, columns: Sequence[str]) -> list[str]:
    return [str(getattr(record, column)) for column in columns]


def _indicator_fields(indicator: Indicator) -> list[str]:
    several = {
        "unit": indicator.unit.code,
        "roles": "|".join(sorted(indicator.roles)),
        "not_this": "|".join(indicator.not_this),
        "processing": "|".join(indicator.processing),
        "editions": "|".join(sorted(indicator.editions)),
        "cumulative": "yes" if indicator.cumulative else "",
    }
    return [several.get(column, str(getattr(indicator, column))) for column in INDICATOR_COLUMNS]
