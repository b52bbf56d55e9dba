"""The statement of circulation of a series, for a court: how often it was sighted here, and the proof of each time.

    made = statement(actor, series_id, since=date(2026, 1, 1), until=date(2027, 1, 1))
    made.json()         everything, for machines
    made.pdf()          the same, typeset, with the JSON attached

Rules:

1. It counts what was reported to this organisation, and says what that figure is not.
2. It holds counts, times, digests (SHA-256 only), versions of lists, and entries of the log. No name, no address, no
   case, and nothing of what anybody wrote. Of sightings that were erased it holds the number alone.
3. Each sighting is tied to the entry of the log that received its report, wherever the report was moved since. One
   without is said to be without. The PDF is typeset from the JSON and from nothing else.
4. Making one is itself recorded, in the chain of the series.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from tutela.apps.custody.public import Action, ObjectKind, prove_all, pseudonym_of, record
from tutela.apps.triage import series as known
from tutela.apps.triage.models import Match, Move, SeriesItem
from tutela.apps.triage.services import TriageError
from tutela.domain.actors import Actor, Permission
from tutela.domain.lists import MatchKind
from tutela.engine import clock, typesetting

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from uuid import UUID

    from tutela.apps.triage.models import Series, Sighting

FORMAT: Final = "tutela-circulation/1"
TEMPLATE: Final = Path(__file__).parent / "templates" / "triage" / "circulation.typ"
SIGHTINGS_MAX: Final = 5_000  # each with its proof; more is for shorter spans, one after the other
NOT_SHOWN: Final = (
    "How often the material was copied, viewed or sent. A sighting is one report of it to this organisation.",
    "How far it spread. What was reported elsewhere, or to nobody, is not counted; reports may concern the same copy.",
    "That a report was right. What people reported was counted by the digests that they gave.",
    "That the clock was right. The order of the entries is proved; their times are what the machine's clock said.",
    "Who reported, who is shown, and at which addresses it stood.",
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as made."""

    content: Mapping[str, Any]

    def json(self) -> bytes:
        """Return it as JSON, UTF-8, ended by a newline."""
        return json.dumps(self.content, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"

    def pdf(self) -> bytes:
        """Return it as PDF/A-3, with the JSON attached."""
        return typesetting.pdf(TEMPLATE, {"statement": self.json()}, date=str(self.content["made_at"]))


@transaction.atomic
def statement(actor: Actor, series_id: UUID, *, since: date | None = None, until: date | None = None) -> Statement:
    """Make the statement of one series, and record that it was made. `until` is no part of the span.

    Raises `Http404` without the permission, and `TriageError` where there are more sightings than it can hold.
    """
    series = known.find(actor, series_id, Permission.TRIAGE_SERIES_EXPORT)
    record(Action.EXPORT_MADE, kind=ObjectKind.EXPORT, object_id=clock.new_id(), case_id=series.id, actor=actor)
    begin, end = (datetime.combine(day, time(), UTC) if day else None for day in (since, until))
    rows = list(known.sightings(series, begin, end).select_related("item")[: SIGHTINGS_MAX + 1])
    if len(rows) > SIGHTINGS_MAX:
        raise TriageError(f"A statement holds up to {SIGHTINGS_MAX} sightings: choose a shorter span")
    counted = known.circulation(series, begin, end)
    proved = prove_all(Action.REPORT_RECEIVED, {row.report_id for row in rows}, _chains(rows))
    content = {
        "format": FORMAT,
        "series": {"id": str(series.id), "name": series.name, "list": series.list_name, "status": series.status},
        "made_at": _moment(clock.now()),
        "made_by": pseudonym_of(actor),
        "since": f"{since}" if since else "",
        "until": f"{until}" if until else "",
        "counts": {
            "sightings": counted.sightings,
            "of_which_erased": counted.erased,
            "reports": counted.reports,
            "files": counted.items,
        },
        "first_at": _moment(counted.first_at) if counted.first_at else "",
        "last_at": _moment(counted.last_at) if counted.last_at else "",
        "months": [
            {"month": f"{each.first_day:%Y-%m}", "sightings": each.sightings, "of_which_erased": each.erased}
            for each in counted.months
        ],
        "files": _files(series, rows),
        "sightings": [_sighting(number, row, proved.entries) for number, row in enumerate(rows, 1)],
        "without_entry": sum(row.report_id not in proved.entries for row in rows),
        "faults": list(proved.faults),
        "log": {"origin": proved.origin, "vkey": proved.key, "checkpoint": proved.checkpoint},
        "not_shown": list(NOT_SHOWN),
    }
    return Statement(content)


def _chains(rows: Collection[Sighting]) -> list[UUID]:
    """Return the chains in which the reports were received: of the cases they are in, and of those they came from."""
    found = {row.case_id for row in rows}
    fresh = set(found)
    while fresh:
        fresh = set(Move.objects.filter(to_case__in=fresh).values_list("from_case_id", flat=True)) - found
        found |= fresh
    return sorted(found)


def _files(series: Series, rows: Collection[Sighting]) -> list[dict[str, Any]]:
    """Say of each file how often it was sighted, and by which version of which list it is known."""
    ids = {row.item_id for row in rows}
    versions: dict[UUID, set[tuple[str, str]]] = {}
    matches = Match.objects.filter(item_id__in=ids, kind=MatchKind.EXACT)
    for item_id, name, version in matches.order_by().values_list("item_id", "list_name", "list_version"):
        versions.setdefault(item_id, set()).add((name, version))
    by_person = SeriesItem.objects.filter(series=series, item__in=ids).exclude(decided_by="")
    decided = set(by_person.values_list("item_id", flat=True))
    told: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        file = told.setdefault(
            row.item_id,
            {
                "sha256": row.item.sha256,
                "sightings": 0,
                "first_at": _moment(row.seen_at),
                "by_a_person": row.item_id in decided,
                "lists": [
                    {"name": name, "version": version} for name, version in sorted(versions.get(row.item_id, ()))
                ],
            },
        )
        file["sightings"] += 1
        file["last_at"] = _moment(row.seen_at)
    return list(told.values())


def _sighting(number: int, row: Sighting, entries: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Any]:
    return {"number": number, "at": _moment(row.seen_at), "sha256": row.item.sha256} | {
        "received": dict(entries[row.report_id]) if row.report_id in entries else None
    }


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
