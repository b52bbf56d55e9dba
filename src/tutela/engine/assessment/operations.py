"""This installation's own counts as observations: what its apps say they counted, from their tables, in one month.

Rules: they come in like any other import, with the same refusals. A count that no indicator `own-...` defines is
refused and named, so that a new count of an app cannot be dropped in silence; one count refused refuses the month.
Counts come from the apps' own tables, never from the ledger, which may not know.

>>> from datetime import date
>>> from tutela.engine.assessment.registry import load
>>> found = read({"reports-received": 41}, load().catalogue, area="KEN", month="2026-10", today=date(2026, 11, 1))
>>> [(each.indicator, each.value) for each in found.observations]
[('own-reports-received', 41.0)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import imports, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tutela.engine.assessment.catalogue import Catalogue
    from tutela.engine.assessment.imports import Imported
    from tutela.engine.assessment.indicators import Observation

SOURCE: Final = "own-operations"
_PREFIX: Final = "own-"


def read(
    counts: Mapping[str, int],
    catalogue: Catalogue,
    *,
    area: str,
    month: str,
    today: date,
    known: Iterable[Observation] = (),
) -> Imported:
    """Take one month's counts in, all or none. `area` is where the desk is."""
    defined = {name: catalogue.indicators.get(f"{_PREFIX}{name}") for name in counts}
    table = rows.write(
        imports.COLUMNS,
        (
            [
                {
                    "indicator": f"{_PREFIX}{name}",
                    "area": area,
                    "span": month,
                    "value": str(count),
                    "unit": indicator.unit.code if (indicator := defined[name]) else "",
                    "source": SOURCE,
                    "provenance": "primary",
                }.get(column, "")
                for column in imports.COLUMNS
            ]
            for name, count in sorted(counts.items())
        ),
    )
    return imports.read_csv({"operations": table}, catalogue, today, known)
