"""What E2 runs in processes of the service: a desk and a list, the year taken in, and the figures.

python -m bench.year_load prepare 1000000 7            a desk, and a list of a tenth of the files of that year
python -m bench.year_load take 1000000 7 0 2           take in every second thousand of that year, from the first on
python -m bench.year_load waiting                      say how many look-ups wait
python -m bench.year_load figures 1000000 7            say what there is, as JSON

A thousand reports are a transaction. What was taken in before an interruption is found by its key and not sent again.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import django

django.setup()

import numpy as np  # noqa: E402 - Django comes first
from django.conf import settings  # noqa: E402 - as above
from django.db import OperationalError, connection  # noqa: E402 - as above
from django.db.models import Count, Sum  # noqa: E402 - as above

from bench.look_alikes import groups  # noqa: E402 - as above
from bench.reports_year import FILES_A_REPORT, NEW_BY_DIGEST, digest_of, year  # noqa: E402 - as above
from tutela.apps.access.models import Organisation, Team  # noqa: E402 - as above
from tutela.apps.access.public import Desk, acting_as  # noqa: E402 - as above
from tutela.apps.access.services import create_organisation, create_team  # noqa: E402 - as above
from tutela.apps.custody.models import Leaf  # noqa: E402 - as above
from tutela.apps.intake.models import Door, Report  # noqa: E402 - as above
from tutela.apps.intake.services import Submission, ground_of, receive_many  # noqa: E402 - as above
from tutela.apps.triage import ranking  # noqa: E402 - as above
from tutela.apps.triage.models import Case, CaseState, Item, Lookup, Match, Sighting  # noqa: E402 - as above
from tutela.domain.actors import SYSTEM  # noqa: E402 - as above
from tutela.domain.ids import OrganisationId, TeamId  # noqa: E402 - as above
from tutela.domain.lists import Entry, MatchPolicy  # noqa: E402 - as above
from tutela.engine import clock  # noqa: E402 - as above
from tutela.engine.matching import ListStore  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.reports_year import Given

AT_ONCE: Final = 1000
_KNOWN_EVERY: Final = 10  # our share: how much a list knows stands in no public record
_TOLD_EVERY: Final = 10
_TRIES: Final = 10
_VIRAL: Final = (1, 2, 10, 100, 1000)


def prepare(reports: str, seed: str) -> None:
    """Make the desk and the list, unless they are there."""
    if not Team.objects.exists():
        organisation = create_organisation(SYSTEM, "Hotline")
        create_team(SYSTEM, organisation.id, "Team")
    files = int(int(reports) * FILES_A_REPORT * NEW_BY_DIGEST)
    rows = (Entry(f"{file}", sha256=digest_of(int(seed), file)) for file in range(0, files, _KNOWN_EVERY))
    store = ListStore(settings.TUTELA.home / "lists")
    store.add("synthetic", "nobody", "1", "", MatchPolicy(), rows, imported_at=clock.now().isoformat())


def take(reports: str, seed: str, part: str, parts: str) -> None:
    """Take a part of the year in, and say how far it came; at the end, what it took."""
    whose, given = _desk(), year(int(reports), seed=int(seed))
    taken, files, again, start_s, cpu_s = 0, 0, 0, time.monotonic(), 0.0
    with acting_as(SYSTEM):
        for number, batch in enumerate(_batches(given)):
            files += sum(len(one.reported.media) for one in batch)
            if number % int(parts) != int(part):
                continue
            if not Report.objects.filter(idempotency_key=_key(seed, batch[-1])).exists():
                sent = [Submission(Door.API, _key(seed, one), one.reported, ground_of()) for one in batch]
                begin_s = time.process_time()
                again += _received(whose, sent)
                cpu_s += time.process_time() - begin_s
                taken += len(batch)
            if number // int(parts) % _TOLD_EVERY == 0:
                say({"at": batch[-1].number + 1})
    say({"taken": taken, "files": files, "again": again, "cpu_s": cpu_s, "wall_s": time.monotonic() - start_s})


def _received(whose: Desk, sent: list[Submission]) -> int:
    """Hand a batch in, again and again while the database says that something else held it up; return how often."""
    for tries in range(_TRIES):
        try:
            receive_many(SYSTEM, whose, sent)
        except OperationalError:  # waited too long for a lock; the same keys make sending again safe
            time.sleep(tries)
        else:
            return tries
    raise TimeoutError("the database does not take a batch in")


def waiting() -> None:
    """Count look-ups that wait."""
    say(Lookup.objects.filter(done_at=None).count())


def figures(reports: str, seed: str) -> None:
    """Count everything."""
    with acting_as(SYSTEM):
        hashes = np.frombuffer(
            b"".join(map(bytes.fromhex, Item.objects.exclude(pdq="").values_list("pdq", flat=True).iterator())),
            np.uint8,
        ).reshape(-1, 32)
        named = Item.objects.exclude(fold=None).annotate(count=Count("sightings"))
        found: dict[str, Any] = {
            "reports": Report.objects.count(),
            "cases": Case.objects.count(),
            "items": Item.objects.exclude(fold=None).count(),
            "look_alikes": groups(hashes),
            "sightings": Sighting.objects.count(),
            "known": Match.objects.values("item").distinct().count(),
            "known_sightings": Sighting.objects.filter(item__matches__isnull=False).count(),
            "waiting": Case.objects.filter(state=CaseState.WAITING).count(),
            "counted": Case.objects.aggregate(sum=Sum("report_count"))["sum"],
            "largest_case": Case.objects.order_by("-report_count").values_list("report_count", flat=True)[0],
            "entries": Leaf.objects.count(),
            "viral": _viral(np.fromiter(named.values_list("count", flat=True).iterator(), np.int64)),
            "queue": _queue(int(reports), seed),
        }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        found["database_bytes"] = cursor.fetchone()[0]
    say(found)


def _viral(counts: np.ndarray) -> list[tuple[str, int, float]]:
    """Return for each range of sightings how many items have so many, and their share of all sightings in %."""
    rows: list[tuple[str, int, float]] = []
    for low, high in zip(_VIRAL, (*_VIRAL[1:], np.inf), strict=True):
        of_range = counts[(counts >= low) & (counts < high)]
        name = f"{low}" if high == low + 1 else f"{low} and more" if high == np.inf else f"{low} to {high - 1:.0f}"
        rows.append((name, len(of_range), 100 * float(of_range.sum()) / max(1, int(counts.sum()))))
    return rows


def _queue(reports: int, seed: str) -> list[tuple[int, float, float]]:
    """Return in what share of the queue each share of what was planted as urgent is found: in our order, in theirs."""
    urgent = [_key(seed, one) for one in year(reports, seed=int(seed)) if one.is_urgent]
    planted = set(Report.objects.filter(idempotency_key__in=urgent).values_list("case_id", flat=True))
    column = ranking.column(ranking.in_force(_desk().organisation_id))
    rows = Case.objects.filter(state=CaseState.WAITING)
    spots = []
    for order in ((f"-{column}", "opened_at", "id"), ("opened_at", "id")):
        ids = rows.order_by(*order).values_list("id", flat=True).iterator()
        spots.append([place for place, case_id in enumerate(ids, start=1) if case_id in planted])
    count = max(1, rows.count())
    shares = []
    for share in (50, 90, 100):
        ours, theirs = (100 * spot[max(0, -(-len(spot) * share // 100) - 1)] / count if spot else 0.0 for spot in spots)
        shares.append((share, ours, theirs))
    return shares


def _desk() -> Desk:
    return Desk(OrganisationId(Organisation.objects.get().id), TeamId(Team.objects.get().id))


def _batches(given: Iterator[Given]) -> Iterator[list[Given]]:
    while batch := list(islice(given, AT_ONCE)):
        yield batch


def _key(seed: str, one: Given) -> str:
    return f"year-{seed}-{one.number:09}"


def say(word: object) -> None:
    """Say a line at once."""
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"prepare": prepare, "take": take, "waiting": waiting, "figures": figures}[sys.argv[1]](*sys.argv[2:])
