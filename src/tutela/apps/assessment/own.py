"""What this organisation counted itself, as indicators beside the others: by month, frozen once the month is over.

Rules:

1. A month is counted once, after it has ended (UTC), from the tables of each app by its `public.indicators`: never from
   the record, which must not know. What is erased later does not change a figure that stands.
2. Months before the organisation was set up here were not counted, and are not zero.
3. Each of our counts says what it is not. None is a level of abuse: each moves with who knows our form, how partners
   report, and how many of us are at work.
4. Who may see them is decided where the registry is put together (`data`), and no release holds them.
5. A small count about people is printed as "fewer than 5" and has no value.

>>> months_between(date(2026, 11, 15), date(2027, 2, 3))
[datetime.date(2026, 12, 1), datetime.date(2027, 1, 1)]
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tutela.apps.access.public import organisations
from tutela.apps.assessment import services
from tutela.apps.assessment.models import OwnCount
from tutela.apps.assessment.rules import PEOPLE_SHOWN_MIN, shown
from tutela.apps.custody.public import Action, ObjectKind, record
from tutela.domain.actors import SYSTEM
from tutela.domain.period import Period
from tutela.engine import clock
from tutela.engine.assessment.indicators import (
    Area,
    AreaLevel,
    AreaRole,
    Bound,
    Construct,
    Indicator,
    Lens,
    Observation,
    Polarity,
    Quality,
    Source,
)
from tutela.engine.assessment.spans import Span, SpanKind
from tutela.engine.assessment.units import unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tutela.domain.ids import OrganisationId

AREA: Final = Area("X-DESK", "This organisation's desk", AreaLevel.NETWORK)
SOURCE: Final = Source(
    "own-operations", "This organisation", "Its own operations, counted by Tutela", "", "", "cited-facts", ""
)
PREFIX: Final = "own-"
_MONTHS_MAX: Final = 120  # of one run: ten years
_NOT: Final = (
    "not a level of abuse, or of how much of it there is",
    "not a number of children or of people who offend",
)


@dataclass(frozen=True, slots=True)
class _Counted:
    """How one of our counts is to be understood. `of_people`: small numbers are not shown."""

    title: str
    definition: str
    unit: str
    construct: Construct
    also_not: str
    of_people: bool = False


_COUNTED: Final = {
    "reports-received": _Counted(
        "Reports received here",
        "Reports that came through any door of this organisation in the month, repeated ones included",
        "reports",
        Construct.REPORT,
        "not a count of different things reported: several reports can be about one",
    ),
    "cases-opened": _Counted(
        "Cases opened here",
        "Cases that reports of the month began; reports about the same thing share one",
        "cases",
        Construct.REPORT,
        "not a count of confirmed cases",
    ),
    "items-known": _Counted(
        "Items that a list knew exactly",
        "Items of which an enabled list held the same digest, by the month in which it was found",
        "media",
        Construct.DETECTION,
        "not the share of known material: it depends on which lists are enabled",
    ),
    "concerns-raised": _Counted(
        "Children in danger: questions raised here",
        "Questions raised in the month whether a child is safe; one case has at most one open at a time",
        "cases",
        Construct.RESPONSE,
        "not a number of children: one question can be about several, and several about one",
        of_people=True,
    ),
    "concerns-closed": _Counted(
        "Children in danger: questions answered here",
        "Questions whether a child is safe that a person answered in the month",
        "cases",
        Construct.RESPONSE,
        "not a number of children made safe: the answer may be that nobody knows",
        of_people=True,
    ),
    "items-confirmed-without-viewing": _Counted(
        "Items confirmed here without viewing",
        "Items confirmed in the month by an exact match alone, without a person looking at them",
        "media",
        Construct.RESPONSE,
        "not independent assessments",
    ),
    "notices-sent": _Counted(
        "Notices sent from here",
        "Notices to hosts and services sent in the month",
        "notices",
        Construct.REMOVAL,
        "not a count of removals",
    ),
    "addresses-gone": _Counted(
        "Addresses found gone",
        "Addresses of notices of this organisation that were first found gone in the month",
        "URLs",
        Construct.REMOVAL,
        "not proof that the notice was the cause, or that the material is gone elsewhere",
    ),
}


def indicators() -> list[Indicator]:
    """Return the definitions of what we count."""
    return [
        Indicator(
            id=PREFIX + name,
            title=counted.title,
            definition=counted.definition,
            lens=Lens.RESPONSE,
            construct=counted.construct,
            polarity=Polarity.AMBIGUOUS,
            unit=unit(counted.unit),
            population="what reached this organisation",
            area_level=AREA.level,
            roles=frozenset({AreaRole.DESK}),
            span_kind=SpanKind.MONTH,
            method="counted in our own tables after the end of the month (UTC), once",
            not_this=(*_NOT, counted.also_not),
            quality=Quality.COMPLETE,
        )
        for name, counted in _COUNTED.items()
    ]


def observations(organisation_id: UUID) -> Iterator[Observation]:
    """Yield what was counted for an organisation."""
    rows = OwnCount.objects.filter(organisation_id=organisation_id, name__in=_COUNTED)
    for month, name, count in rows.values_list("month", "name", "count"):
        value = shown(count) if _COUNTED[name].of_people else count
        yield Observation(
            indicator=PREFIX + name,
            area=AREA.code,
            span=Span.parse(f"{month:%Y-%m}"),
            value=None if value is None else float(value),
            bound=Bound.EXACT if value is not None else Bound.BELOW,
            printed="" if value is not None else f"fewer than {PEOPLE_SHOWN_MIN}",
            source=SOURCE.id,
        )


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
    rows = [OwnCount(organisation_id=organisation_id, month=month, name=name, count=n) for name, n in counts.items()]
    digest = hashlib.sha256(json.dumps([f"{month}", sorted(counts.items())]).encode()).digest()
    whose = {"kind": ObjectKind.ORGANISATION, "object_id": organisation_id, "actor": SYSTEM}
    record(Action.DATA_IMPORTED, **whose, digests={"counts": digest})
    return OwnCount.objects.bulk_create(rows)


def _next(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
