"""What this organisation counted itself, month by month, frozen once the month is over.

Rules:

1. A month is counted once, after it has ended (UTC), from the tables of each app by its `public.indicators`: never from
   the record, which must not know. What is erased later does not change a figure that stands.
2. Months before the organisation was set up here were not counted, and are not zero.
3. What each count is, and is not, says the registry that ships: its indicators `own-...`. The engine's `operations`
   reads them, with the refusals of any import. A count that the registry does not define fails the work, in sight.
4. Who may see them is decided where the registry is put together (`data`), and no release holds them.

>>> months_between(date(2026, 11, 15), date(2027, 2, 3))
[datetime.date(2026, 12, 1), datetime.date(2027, 1, 1)]
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tutela.apps.access.public import organisations
from tutela.apps.assessment import services
from tutela.apps.assessment.models import OwnCount
from tutela.apps.custody.public import Action, ObjectKind, record
from tutela.domain.actors import SYSTEM
from tutela.domain.errors import TutelaError
from tutela.domain.period import Period
from tutela.engine import clock
from tutela.engine.assessment import operations
from tutela.engine.assessment.registry import load

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.domain.ids import OrganisationId
    from tutela.engine.assessment.catalogue import Catalogue
    from tutela.engine.assessment.indicators import Observation

_MONTHS_MAX: Final = 120  # of one run: ten years


class UndefinedCountError(TutelaError):
    """An app counts what the registry does not define."""


def observations(organisation_id: UUID, catalogue: Catalogue) -> tuple[Observation, ...]:
    """Return what was counted for an organisation; a name that this version does not define is left where it stands."""
    months: dict[str, dict[str, int]] = defaultdict(dict)
    rows = OwnCount.objects.filter(organisation_id=organisation_id)
    for month, name, count in rows.values_list("month", "name", "count"):
        if f"{operations.PREFIX}{name}" in catalogue.indicators:
            months[f"{month:%Y-%m}"][name] = count
    return operations.read(months, catalogue, today=clock.now().date()).observations


def count_months() -> int:
    """Count, in the caller's transaction, every whole month that has not been counted; return how many counts."""
    made = 0
    for organisation_id, since in organisations():
        there = set(OwnCount.objects.filter(organisation_id=organisation_id).values_list("month", flat=True))
        for month in months_between(since.date(), clock.now().date()):
            if month not in there:
                made += len(_count(organisation_id, month))
    return made


def months_between(since: date, today: date) -> list[date]:
    """Return the first day of each whole month after `since` that has ended, the newest `_MONTHS_MAX` of them."""
    month, found = _next(since.replace(day=1)) if since.day > 1 else since, []
    while (after := _next(month)) <= today:
        found.append(month)
        month = after
    return found[-_MONTHS_MAX:]


def _count(organisation_id: OrganisationId, month: date) -> list[OwnCount]:
    start, end = (datetime(each.year, each.month, 1, tzinfo=UTC) for each in (month, _next(month)))
    counts = services.of_organisation(Period(start, end), organisation_id)
    if undefined := [name for name in counts if f"{operations.PREFIX}{name}" not in load().catalogue.indicators]:
        raise UndefinedCountError(f"The registry does not define {', '.join(sorted(undefined))}")
    rows = [OwnCount(organisation_id=organisation_id, month=month, name=name, count=n) for name, n in counts.items()]
    digest = hashlib.sha256(json.dumps([f"{month}", sorted(counts.items())]).encode()).digest()
    whose = {"kind": ObjectKind.ORGANISATION, "object_id": organisation_id, "actor": SYSTEM}
    record(Action.DATA_IMPORTED, **whose, digests={"counts": digest})
    return OwnCount.objects.bulk_create(rows)


def _next(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
