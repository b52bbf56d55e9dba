"""The load behind E3: a queue of many open cases that other weights re-rank while it is served; its own process.

python -m bench.rank_load 1000000           say, as JSON, how long pages and ranking took, and what was lost
python -m bench.rank_load 1000000 pages     pages only
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django

django.setup()

from typing import Final  # noqa: E402 - Django comes first

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from bench.reports_year import year  # noqa: E402
from bench.urgent import queue  # noqa: E402
from tests.world import Desk, actor, make_desk, make_person, sign_in  # noqa: E402
from tutela.apps.access.public import acting_as  # noqa: E402
from tutela.apps.triage import effect, ranking, rules  # noqa: E402
from tutela.apps.triage.arriving import weigh  # noqa: E402
from tutela.apps.triage.models import Case  # noqa: E402
from tutela.apps.triage.queue import queue as waiting  # noqa: E402
from tutela.apps.triage.weights import DEFAULT, Weights  # noqa: E402
from tutela.domain.actors import SYSTEM, Actor, Role  # noqa: E402
from tutela.domain.ids import OrganisationId  # noqa: E402
from tutela.domain.reports import Fact  # noqa: E402
from tutela.engine import clock  # noqa: E402

if TYPE_CHECKING:
    from uuid import UUID

_REPORTS: Final = 40_000  # whose cases are repeated
_SEED: Final = 11
_PAGES: Final = 15
_OTHER: Final = Weights(0, {**DEFAULT.points, rules.Code.HAS_ACCOUNT: 45, rules.Code.NEW: 5, rules.Code.LIVE: 70})
_COLUMNS: Final = (
    "id", "organisation_id", "team_id", "state", "child_in_danger", "report_count", "score_even", "score_odd",
    "signals", "reasons", "facts", "route", "opened_at", "closed_because",
)  # fmt: skip
COPY: Final = f"COPY triage_case ({', '.join(_COLUMNS)}) FROM STDIN"


def main(cases: str, only: str = "") -> None:
    """Fill, read, rank."""
    with acting_as(SYSTEM):
        desk = make_desk()
        person = make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team])
        fill(desk, int(cases))
        client = Client(SERVER_NAME="localhost")
        sign_in(client, person)
    found: dict[str, Any] = {}
    with acting_as(actor(person)):
        supervisor = actor(person)
        assert client.get("/queue/").status_code == 200
        found["page_ms"] = _median_ms(lambda: client.get("/queue/"))
        deep = waiting(supervisor)[int(cases) // 2]
        after = f"{deep.score_even}~{deep.opened_at.isoformat()}~{deep.id}"
        found["deep_page_ms"] = _median_ms(lambda: client.get("/queue/", {"after": after}))
        found["rare_page_ms"] = _median_ms(lambda: client.get("/queue/", {"only": "exploited"}))
        found["plan"] = waiting(supervisor)[:51].explain(analyze=True)
        found |= {} if only == "pages" else _changed(desk, supervisor)
    print(f"\n{json.dumps(found)}")  # the last line: before it stand the logs of the requests


def _changed(desk: Desk, supervisor: Actor) -> dict[str, Any]:
    """Rank by other weights, and ask what they would do."""
    found = _ranked(desk, supervisor)
    start_s = time.monotonic()
    effect.effect(desk.organisation.id, DEFAULT, _OTHER)
    return found | {"effect_s": time.monotonic() - start_s}


def fill(desk: Desk, count: int) -> None:
    """Write open cases, opened evenly through the last year, of the kinds that a synthetic year has."""
    rng, now = random.Random(_SEED), clock.now()
    kinds = []
    for one in queue(year(_REPORTS, seed=_SEED), noise=0.1, seed=_SEED):
        signals = rules.signals(rules.Facts(one.claims))
        reasons = json.dumps([[each.code.value, each.units, each.count] for each in signals])
        facts = json.dumps(one.claims.plain())
        kinds.append((one.claims.reports, DEFAULT.score(signals), " ".join(map(str, signals)), reasons, facts))
    ours = (desk.organisation.id, desk.team.id, "waiting", False)
    with transaction.atomic(), connection.cursor() as cursor:
        driver: Any = cursor
        with driver.copy(COPY) as copy:
            for number in range(count):
                reports, score, *words = rng.choice(kinds)
                opened_at = now - timedelta(days=365 * (1 - number / count))
                copy.write_row((clock.new_id(), *ours, reports, score, 0, *words, "{}", opened_at, ""))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE triage_case")


def _ranked(desk: Desk, supervisor: Actor) -> dict[str, Any]:
    """Adopt other weights and rank, while another thread reads the queue and a third takes cases in."""
    version = ranking.adopt(supervisor, OrganisationId(desk.organisation.id), _OTHER, "a measurement")
    first = _first(supervisor)
    is_over, served, came = threading.Event(), _Served(), []
    threads = [
        threading.Thread(target=served.read, args=(supervisor, first, is_over)),
        threading.Thread(target=_arrive, args=(desk, came, is_over)),
    ]
    for thread in threads:
        thread.start()
    start_s = time.monotonic()
    to_do = ranking.to_rank(version.id)
    assert to_do is not None
    count = ranking.rank(*to_do)
    still_old = _first(supervisor) == first or bool(came)
    is_over.set()
    with transaction.atomic():
        ranking.take_over(version.id)
    ranked_s = time.monotonic() - start_s
    for thread in threads:
        thread.join()
    rows = Case.objects.values_list("signals", "score_odd").distinct()
    wrong = [written for written, score in rows if _OTHER.score(rules.read(written)) != score]
    return {
        "ranked": count,
        "rank_s": ranked_s,
        "still_old": still_old,
        "served_ms": statistics.median(served.ms),
        "served_ms_max": max(served.ms),
        "served_wrong": served.wrong,
        "came": len(came),
        "lost": len(wrong),
        "changed": _first(supervisor) != first,
    }


class _Served:
    """What somebody saw who read the queue again and again."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self.wrong = 0

    def read(self, supervisor: Actor, first: list[UUID], is_over: threading.Event) -> None:
        with acting_as(supervisor):
            while not is_over.wait(0.2):
                start_s = time.monotonic()
                shown = _first(supervisor)
                self.ms.append(1000 * (time.monotonic() - start_s))
                self.wrong += shown != first
        connection.close()


def _arrive(desk: Desk, came: list[UUID], is_over: threading.Event) -> None:
    """Take cases in; they are light, so that the first page stays what it was."""
    with acting_as(SYSTEM):
        while not is_over.wait(0.05):
            with transaction.atomic():
                facts = {"reports": 1, "accounts": 1, "facts": [Fact.NEW_MATERIAL.value]}
                case = Case.objects.create(organisation=desk.organisation, team=desk.team, facts=facts)
                weigh(SYSTEM, [case])
            came.append(case.id)
    connection.close()


def _first(supervisor: Actor) -> list[UUID]:
    return [each.id for each in waiting(supervisor)[:50]]


def _median_ms(act: Any) -> float:
    spent = []
    for _ in range(_PAGES):
        start_s = time.monotonic()
        act()
        spent.append(1000 * (time.monotonic() - start_s))
    return statistics.median(spent)


if __name__ == "__main__":
    main(*sys.argv[1:])
