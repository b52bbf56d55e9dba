"""What a package of tables holds beside what is known: definitions of its own, and observations. Pure.

A package may define indicators, sources and areas under ids of its own (`indicators.csv`, `sources.csv`, `areas.csv`,
`breaks.csv`); what is defined already cannot be defined otherwise. `evidence*.csv` holds cards of the evidence library,
and every other table observations.

>>> from datetime import date
>>> read(Registry(Catalogue({}, {}, {}), ()), {"observations.csv": b"x"}, date(2026, 11, 22)).refused[0].reason.value
'malformed'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import cards, imports
from tutela.engine.assessment import catalogue as catalogues
from tutela.engine.assessment.catalogue import Catalogue, CatalogueRefusedError
from tutela.engine.assessment.registry import Registry
from tutela.engine.assessment.rows import Reason, RefusedError, RefusedRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from tutela.engine.assessment.cards import Card
    from tutela.engine.assessment.indicators import Observation

_COLUMNS: Final = {
    "sources.csv": catalogues.SOURCE_COLUMNS,
    "areas.csv": catalogues.AREA_COLUMNS,
    "indicators.csv": catalogues.INDICATOR_COLUMNS,
    "breaks.csv": catalogues.BREAK_COLUMNS,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What a package adds, or the rows for which it is refused. `refused_count` counts those not kept as well."""

    added: Catalogue
    observations: tuple[Observation, ...] = ()
    cards: tuple[Card, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    refused_count: int = 0


def read(known: Registry, files: Mapping[str, bytes], today: date, *, again: bool = False) -> Read:
    """Read a package. `again`: it was taken in before, and is not weighed against what else is known."""
    try:
        given = imports.package_tables(files) if "datapackage.json" in files else files
        added = _definitions(given)
    except CatalogueRefusedError as error:
        return _refused(error.refused)
    except RefusedError as error:
        return _refused((RefusedRow("datapackage.json", 1, error.reason, str(error)),))
    if clashes := tuple(_clashes(known.catalogue, added)):
        return _refused(clashes)
    catalogue = _beside(known.catalogue, added)
    observed = {name: content for name, content in given.items() if name not in _COLUMNS and not cards.holds(name)}
    told = {name: content for name, content in given.items() if cards.holds(name)}
    found = imports.read_csv(observed, catalogue, today, () if again else known.observations)
    tried = cards.read(told, catalogue, () if again else known.cards, again=again)
    if found.refused or tried.refused:
        return _refused((*found.refused, *tried.refused), found.refused_count + tried.refused_count)
    return Read(added, found.observations, tried.cards)


def joined(known: Registry, new: Read) -> Registry:
    """Return both together; what both have stays as it was known."""
    there = {each.key for each in known.observations}
    fresh = (each for each in new.observations if each.key not in there)
    kept = {each.id for each in known.cards}
    cards_ = (each for each in new.cards if each.id not in kept)
    return Registry(_beside(known.catalogue, new.added), (*known.observations, *fresh), (*known.cards, *cards_))


def overruled(known: Registry, new: Read) -> Iterator[RefusedRow]:
    """Yield each value of a package that another one, known by now, stands in the place of. It has no line any more."""
    there = {each.key: each for each in known.observations}
    for each in new.observations:
        other = there.get(each.key)
        if other and (other.value, other.printed) != (each.value, each.printed):
            words = f"another value is known by now: {' '.join(part for part in each.key if part)}"
            yield RefusedRow("observations", 0, Reason.CONTRADICTORY, words)


def _beside(known: Catalogue, added: Catalogue) -> Catalogue:
    return Catalogue(
        {**added.sources, **known.sources}, {**added.areas, **known.areas}, {**added.indicators, **known.indicators}
    )


def _refused(rows: tuple[RefusedRow, ...], count: int = 0) -> Read:
    return Read(Catalogue({}, {}, {}), refused=rows, refused_count=max(count, len(rows)))


def _definitions(given: Mapping[str, bytes]) -> Catalogue:
    if not given.keys() & _COLUMNS.keys():
        return Catalogue({}, {}, {})
    return catalogues.read(
        {name: given.get(name) or f"{','.join(columns)}\n".encode() for name, columns in _COLUMNS.items()}
    )


def _clashes(known: Catalogue, added: Catalogue) -> Iterator[RefusedRow]:
    pairs = (
        ("sources.csv", known.sources, added.sources),
        ("areas.csv", known.areas, added.areas),
        ("indicators.csv", known.indicators, added.indicators),
    )
    for table, old, new in pairs:
        for line, (key, made) in enumerate(new.items(), start=2):
            if key in old and old[key] != made:
                yield RefusedRow(table, line, Reason.CONTRADICTORY, "is defined already, and otherwise")
