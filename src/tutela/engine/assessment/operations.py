"""This installation's own counts as observations: what its apps say they counted, from their tables, in one month.

Rules: they come in like any other import, with the same refusals. A count that no indicator `own-...` defines is
refused and named, so that a new count of an app cannot be dropped in silence; one count refused refuses the month.
Counts come from the apps' own tables, never from the ledger, which may not know. They are of a desk, which is nowhere
on a map (`DESK`). A small count about people has no value and is printed as "fewer than 5"; so is none.

>>> from datetime import date
>>> from tutela.engine.assessment.registry import load
>>> counts = {"reports-received": 41, "concerns-raised": 2}
>>> found = read({"2026-10": counts}, load().catalogue, today=date(2026, 11, 1))
>>> [(each.indicator, each.words) for each in found.observations]
[('own-concerns-raised', 'fewer than 5'), ('own-reports-received', '41')]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.domain.limits import AssessmentLimits
from tutela.engine.assessment import imports, rows
from tutela.engine.assessment.indicators import Bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from tutela.engine.assessment.catalogue import Catalogue
    from tutela.engine.assessment.imports import Imported
    from tutela.engine.assessment.indicators import Observation

SOURCE: Final = "own-operations"
DESK: Final = "X-DESK"
PREFIX: Final = "own-"
_PEOPLE_SHOWN_MIN: Final = AssessmentLimits().people_shown_min


def read(
    months: Mapping[str, Mapping[str, int]], catalogue: Catalogue, *, today: date, known: Iterable[Observation] = ()
) -> Imported:
    """Take the counts of months in by name, all or none."""
    counted = ((month, name, count) for month, counts in sorted(months.items()) for name, count in counts.items())
    table = rows.write(imports.COLUMNS, (list(_row(catalogue, *each)) for each in sorted(counted)))
    return imports.read_csv({"operations": table}, catalogue, today, known)


def _row(catalogue: Catalogue, month: str, name: str, count: int) -> Iterator[str]:
    indicator = catalogue.indicators.get(f"{PREFIX}{name}")
    fields = {
        "indicator": f"{PREFIX}{name}",
        "area": DESK,
        "span": month,
        "unit": indicator.unit.code if indicator else "",
        "source": SOURCE,
        "provenance": "primary",
    }
    if indicator and indicator.unit.people and 0 <= count < _PEOPLE_SHOWN_MIN:
        fields |= {"bound": Bound.BELOW, "printed": f"fewer than {_PEOPLE_SHOWN_MIN}"}
    else:
        fields |= {"value": str(count)}
    return (fields.get(column, "") for column in imports.COLUMNS)
