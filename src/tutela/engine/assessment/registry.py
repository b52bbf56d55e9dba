"""The registry: a catalogue and what was observed of it, as one frozen value with one digest.

Rules: the seed that ships is read like any import, so nothing stands in it that an import would refuse. Two registries
of the same content have the same digest, in whatever order they were put together. Looking up gives a series in order
of time; what is missing stays in it as a gap.

>>> load().one("cybertipline-reports", "2017").words
'10,214,753'
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import cards as library
from tutela.engine.assessment import catalogue as catalogues
from tutela.engine.assessment import imports, rows
from tutela.engine.assessment.catalogue import Catalogue, CatalogueRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutela.engine.assessment.cards import Card
    from tutela.engine.assessment.indicators import Construct, Indicator, Lens, Observation

WORLD: Final = "WLD"
_SEED_DAY: Final = date(2026, 11, 22)  # the seed tables were put together then
_CATALOGUE_TABLES: Final = ("sources.csv", "areas.csv", "indicators.csv", "breaks.csv")


class NotObservedError(LookupError):
    """There is no such observation."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Definitions, observations and cards of evidence that belong together."""

    catalogue: Catalogue
    observations: tuple[Observation, ...]
    cards: tuple[Card, ...] = ()

    def indicator(self, id_: str) -> Indicator:
        """Return a definition; `KeyError` where there is none."""
        return self.catalogue.indicators[id_]

    def find(
        self, text: str = "", *, lens: Lens | None = None, construct: Construct | None = None, area: str = ""
    ) -> Iterator[Indicator]:
        """Yield by title the indicators that fit; each word of `text` must be in the title or the definition."""
        observed = {each.indicator for each in self.observations if each.area == area} if area else None
        words = text.casefold().split()
        for indicator in sorted(self.catalogue.indicators.values(), key=lambda each: each.title):
            said = f"{indicator.title} {indicator.definition}".casefold()
            if (
                all(word in said for word in words)
                and lens in {None, indicator.lens}
                and construct in {None, indicator.construct}
                and (observed is None or indicator.id in observed)
            ):
                yield indicator

    def series(self, indicator: str, area: str = WORLD, cell: str = "") -> tuple[Observation, ...]:
        """Return what was observed, oldest first."""
        found = (e for e in self.observations if (e.indicator, e.area, e.cell) == (indicator, area, cell))
        return tuple(sorted(found, key=lambda each: each.span))

    def one(self, indicator: str, span: str, area: str = WORLD, cell: str = "") -> Observation:
        """Return one observation; `NotObservedError` where there is none."""
        for each in self.observations:
            if each.key == (indicator, area, span, cell):
                return each
        raise NotObservedError(f"nothing was observed of {indicator} in {span}")

    @property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal."""
        digest = hashlib.sha256()
        for name, data in sorted(tables(self).items()):
            digest.update(f"{name}\n{len(data)}\n".encode())
            digest.update(data)
        return digest.hexdigest()


@cache
def load() -> Registry:
    """Return the registry that ships: the facts of GTA 2018 and public series, each with its source."""
    folder = resources.files("tutela.engine.assessment").joinpath("data")
    seed = {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".csv")}
    return of_tables(seed, _SEED_DAY)


def of_tables(given: Mapping[str, bytes], today: date) -> Registry:
    """Put a registry together from its tables; `CatalogueRefusedError` where a row is refused."""
    catalogue = catalogues.read({name: given.get(name, b"") for name in _CATALOGUE_TABLES})
    observed = {name: data for name, data in sorted(given.items()) if name.startswith("observations")}
    imported = imports.read_csv(observed, catalogue, today)
    if imported.refused:
        raise CatalogueRefusedError(imported.refused)
    written = {name: data for name, data in sorted(given.items()) if library.holds(name)}
    told = library.read(written, catalogue, again=True)
    if told.refused:
        raise CatalogueRefusedError(told.refused)
    return Registry(catalogue, imported.observations, told.cards)


def tables(registry: Registry) -> dict[str, bytes]:
    """Return the registry as tables in one order, which `of_tables` reads again."""
    ordered = sorted(registry.observations, key=lambda each: each.key)
    written = catalogues.write(
        Catalogue(
            sources=dict(sorted(registry.catalogue.sources.items())),
            areas=dict(sorted(registry.catalogue.areas.items())),
            indicators=dict(sorted(registry.catalogue.indicators.items())),
        )
    )
    units = {each.id: each.unit.code for each in registry.catalogue.indicators.values()}
    if registry.cards:
        written[library.TABLE] = library.write(registry.cards)
    return written | {
        "observations.csv": rows.write(imports.COLUMNS, (_fields(each, units[each.indicator]) for each in ordered))
    }


def package(registry: Registry, name: str) -> dict[str, bytes]:
    """Return the registry as a Frictionless data package: its descriptor and its tables, the same bytes each time."""
    files = tables(registry)
    licences = sorted({each.licence for each in registry.catalogue.sources.values()} - {catalogues.CITED_FACTS})
    descriptor = {
        "name": name,
        "profile": "tabular-data-package",
        "version": registry.digest,
        "licenses": [{"name": licence} for licence in licences],
        "sources": [{"title": each.citation} for _, each in sorted(registry.catalogue.sources.items())],
        "resources": [
            {
                "name": path.removesuffix(".csv"),
                "path": path,
                "profile": "tabular-data-resource",
                "format": "csv",
                "encoding": "utf-8",
                "bytes": len(data),
                "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
                "schema": {"fields": [{"name": column} for column in data.decode().split("\n", 1)[0].split(",")]},
            }
            for path, data in sorted(files.items())
        ],
    }
    return files | {"datapackage.json": json.dumps(descriptor, indent=2, ensure_ascii=False).encode()}


def _fields(observation: Observation, unit: str) -> list[str]:
    fields = {column: str(getattr(observation, column, "")) for column in imports.COLUMNS}
    fields |= {column: rows.spell(getattr(observation, column)) for column in ("value", "lower", "upper", "level")}
    fields |= {"span": observation.span.text, "unit": unit, "interval": observation.interval or ""}
    return list(fields.values())
