"""D6: rows that were spoilt are refused with their line and reason, and nothing comes in by half.

Hypothesis makes tables of sound rows with spoilt ones among them (`tests/engine/assessment/spoilt.py`), always the same
for the same number; every refusal is known before the import is asked. Three formats of the engine, then the service's
own door, where the rows of the database are counted after each table.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from bench.record import Measurement
from bench.service import Service
from tests.engine.assessment.spoilt import Spoilt, spoilt
from tests.engine.assessment.tables import CATALOGUE, TODAY
from tutela.engine.assessment import imports
from tutela.engine.assessment.rows import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.engine.assessment.imports import Imported

_TABLES: Final = 2_500  # for each format
_AT_THE_DOOR: Final = 500
_FORMATS: Final[dict[str, Callable[[Spoilt], Imported]]] = {
    "CSV": lambda table: imports.read_csv(table.as_csv(), CATALOGUE, TODAY),
    "data package": lambda table: imports.read_package(table.as_package(), CATALOGUE, TODAY),
    "SDMX-CSV": lambda table: imports.read_sdmx_csv("rows.csv", table.as_sdmx(), CATALOGUE, TODAY, source="desk"),
}


def measure() -> Measurement:
    """Spoil, import, compare."""
    found = Measurement()
    rows: Counter[Reason] = Counter()
    by_format: Counter[str] = Counter()
    differs: list[str] = []
    halves = 0
    for number, (name, read) in enumerate(_FORMATS.items()):
        for table in tables(_TABLES, first=number):
            if name == "SDMX-CSV" and not table.fits_sdmx:
                continue
            answer = read(table)
            halves += bool(answer.observations)
            by_format[name] += len(table.expected)
            rows.update(reason for _line, reason in table.expected)
            differs += (f"{name}: {fault}" for fault in table.wrong(answer))
    with Service() as service:
        door = service.ask("bench.spoilt_door", _AT_THE_DOOR)
    found.put("rows spoilt", rows.total())
    for reason in Reason:
        found.put(f"of these, {reason}", rows[reason])
    found.put("tables with a row that was not refused with its line and reason", len(differs) + door["differ"])
    found.put("tables taken in part", halves)
    found.put("tables given to the service's door", door["tables"])
    found.put("tables that left a figure in the database, or a refusal that cannot be found", door["left"])
    found.table("Rows spoilt, by format", ("format", "rows"), [*by_format.items(), ("the service", door["rows"])])
    found.notes += differs[:5] + door["notes"]
    return found


def tables(count: int, *, first: int) -> list[Spoilt]:
    """Make tables: always the same for the same number."""
    made: list[Spoilt] = []

    @seed(first)
    @settings(
        max_examples=count, database=None, deadline=None, phases=(Phase.generate,), suppress_health_check=HealthCheck
    )
    @given(spoilt())
    def keep(table: Spoilt) -> None:
        made.append(table)

    keep()
    return made
