"""Series: material of the same child, and each time that some of it is sighted again.

Rules:

1. A list says which of its entries are of which series (`read_rows`); a person may say so of an item of a case. Its
   name is a code of the list's owner or of ours, never a person's name.
2. An item is of a series because a list's entry matches it *exactly*, or a person decided so. What is near asks.
3. A sighting is one report of an item: it counts each time. It is not a copy, a viewer or an offence.
4. Sightings that were erased with their cases stay as a number a month (`Erased`), which leads back to nothing.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.custody.public import Action, Change, ObjectKind, ReasonCode, open_together, record_all
from tutela.apps.triage.models import Erased, Item, Location, Match, Series, SeriesEntry, SeriesItem, Sighting
from tutela.apps.triage.services import TriageError, case
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.ids import OrganisationId
from tutela.domain.lists import MatchKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

NAME_CHARACTERS_MAX: Final = 100
LOCATIONS_READ_MAX: Final = 5_000  # whose host is counted: each is opened by the key of its case
_ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list's metadata: this entry is of that series."""

    entry_id: str
    series: str
    status: Series.Status


@dataclass(frozen=True, slots=True)
class Month:
    """How often a series was sighted in a month; `erased` of them with nothing left but the number."""

    first_day: date
    sightings: int
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Circulation:
    """What is known of how a series goes round, in a span of time or in all."""

    sightings: int
    erased: int
    reports: int
    cases: int
    items: int
    first_at: datetime | None
    last_at: datetime | None
    months: tuple[Month, ...]


#### What lists and people say ####


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Read CSV with the columns `entry_id`, `series` and, if known, `status`. `TriageError` names the line at fault."""
    reader = csv.DictReader(lines)
    for line in reader:
        entry_id, name, status = (str(line.get(column) or "").strip() for column in ("entry_id", "series", "status"))
        known = status or Series.Status.NOT_SAID.value
        if not entry_id or not name or len(name) > NAME_CHARACTERS_MAX or known not in set(Series.Status):
            raise TriageError(_("Line %(line)d is not an entry, a series and a status.") % {"line": reader.line_num})
        yield Row(entry_id, name, Series.Status(known))


@transaction.atomic
def import_rows(actor: Actor, organisation_id: OrganisationId, list_name: str, rows: Iterable[Row]) -> int:
    """Keep which entries of a list are of which series; let items that match exactly join. Return how many are new."""
    authorise(actor, Permission.LISTS_LIST_EDIT, Target(organisation_id))
    count = 0
    for row in rows:
        series = _series(actor, organisation_id, list_name, row.series)
        if row.status not in {Series.Status.NOT_SAID, series.status}:
            series.status = row.status
            series.save(update_fields=["status"])
        count += SeriesEntry.objects.get_or_create(series=series, entry_id=row.entry_id)[1]
    known = Match.objects.filter(
        kind=MatchKind.EXACT,
        list_name=list_name,
        item__organisation_id=organisation_id,
        entry_id__in=SeriesEntry.objects.filter(
            series__organisation_id=organisation_id, series__list_name=list_name
        ).values("entry_id"),
    )
    join([match.item_id for match in known])
    return count


def join(item_ids: Iterable[UUID]) -> None:
    """Let items join the series of the list entries that match them exactly, in the caller's transaction."""
    matches = list(Match.objects.filter(item_id__in=set(item_ids), kind=MatchKind.EXACT).select_related("item"))
    if not matches:
        return
    entries = SeriesEntry.objects.filter(entry_id__in={each.entry_id for each in matches}).select_related("series")
    by_entry: dict[tuple[UUID, str, str], list[Series]] = {}
    for entry in entries:
        key = (entry.series.organisation_id, entry.series.list_name, entry.entry_id)
        by_entry.setdefault(key, []).append(entry.series)
    there = set(SeriesItem.objects.filter(item__in=[each.item_id for each in matches]).values_list("series", "item"))
    fresh = {
        (series.id, match.item_id): SeriesItem(series=series, item=match.item, list_version=match.list_version)
        for match in matches
        for series in by_entry.get((match.item.organisation_id, match.list_name, match.entry_id), ())
        if (series.id, match.item_id) not in there
    }
    SeriesItem.objects.bulk_create(fresh.values(), batch_size=_ROWS_AT_ONCE)
    record_all([_added(row, ReasonCode.EXACT_MATCH) for row in fresh.values()], SYSTEM)


@transaction.atomic
def put(actor: Actor, case_id: UUID, item_id: UUID, name: str) -> Series:
    """Say that an item of a case is of a series of our own, which begins where there is none of that name."""
    found = case(actor, case_id, Permission.REVIEW_ITEM_DECIDE, lock=True)
    item = Item.objects.filter(id=item_id, fold__isnull=False, sightings__case_id=found.id).first()
    if item is None:
        raise Http404
    if not name.strip() or len(name) > NAME_CHARACTERS_MAX:
        raise TriageError(_("A series has a short code of its own, never a name."))
    series = _series(actor, OrganisationId(found.organisation_id), "", name.strip())
    row, is_new = SeriesItem.objects.get_or_create(series=series, item=item, defaults={"decided_by": actor.pseudonym})
    if is_new:
        record_all([_added(row, ReasonCode.PERSON_DECIDED)], actor)
    return series


def _series(actor: Actor, organisation_id: OrganisationId, list_name: str, name: str) -> Series:
    series, is_new = Series.objects.get_or_create(organisation_id=organisation_id, list_name=list_name, name=name)
    if is_new:
        record_all([Change(Action.SERIES_BEGUN, ObjectKind.SERIES, series.id)], actor)
    return series


def _added(row: SeriesItem, reason: ReasonCode) -> Change:
    return Change(
        Action.SERIES_ITEM_ADDED, ObjectKind.ITEM, row.item_id, row.series_id, row.item.digests, reason=reason
    )


#### What is known ####


def all_series(actor: Actor) -> QuerySet[Series]:
    """Return the series of the actor's organisation, each with how often it was sighted."""
    authorise(actor, Permission.TRIAGE_SERIES_READ)
    rows = Series.objects.all() if actor.is_system else Series.objects.filter(organisation_id=actor.organisation_id)
    return rows.annotate(
        sighted=Count("members__item__sightings"), last_at=Max("members__item__sightings__seen_at")
    ).order_by("list_name", "name")


def find(actor: Actor, series_id: UUID, permission: Permission = Permission.TRIAGE_SERIES_READ) -> Series:
    """Return one series; 404 or 403 otherwise."""
    found = Series.objects.filter(id=series_id).first()
    if found is None:
        raise Http404
    authorise(actor, permission, Target(OrganisationId(found.organisation_id)))
    return found


def of_case(case_id: UUID) -> QuerySet[Series]:
    """Return the series that something in a case is of. The caller has asked for the case."""
    return Series.objects.filter(members__item__sightings__case_id=case_id).distinct()


def sightings(series: Series, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Sighting]:
    """Return the sightings of a series, oldest first; `until` is no part of the span."""
    rows = Sighting.objects.filter(item__in=SeriesItem.objects.filter(series=series).values("item_id"))
    rows = rows.filter(Q(seen_at__gte=since) if since else Q(), Q(seen_at__lt=until) if until else Q())
    return rows.order_by("seen_at", "id")


def circulation(series: Series, since: datetime | None = None, until: datetime | None = None) -> Circulation:
    """Count the sightings of a series. Months that were erased count where they begin within the span."""
    rows = sightings(series, since, until)
    told = rows.order_by().aggregate(
        sightings=Count("id"),
        reports=Count("report_id", distinct=True),
        cases=Count("case", distinct=True),
        items=Count("item", distinct=True),
        first=Min("seen_at"),
        last=Max("seen_at"),
    )
    gone = Erased.objects.filter(
        Q(month__gte=since.date()) if since else Q(), Q(month__lt=until.date()) if until else Q(), series=series
    )
    erased = Counter(dict(gone.values_list("month", "sightings")))
    found = rows.order_by().annotate(month=TruncMonth("seen_at")).values_list("month").annotate(count=Count("id"))
    kept = Counter({month.date(): count for month, count in found})
    months = tuple(Month(day, kept[day] + erased[day], erased[day]) for day in sorted({*kept, *erased}))
    return Circulation(
        told["sightings"] + erased.total(),
        erased.total(),
        told["reports"],
        told["cases"],
        told["items"],
        told["first"],
        told["last"],
        months,
    )


def hosts(series: Series) -> list[tuple[str, int]]:
    """Return at which hosts a series was reported and how often, most first: of the newest locations, no addresses."""
    items = SeriesItem.objects.filter(series=series).values("item_id")
    rows = list(Location.objects.filter(item__in=items).order_by("-reported_at", "-id")[:LOCATIONS_READ_MAX])
    open_together(rows)
    found = Counter(urlsplit(row.address).hostname or "" for row in rows if row.address)
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))
