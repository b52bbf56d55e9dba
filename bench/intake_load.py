"""The load behind E1: what sends reports, brings files of them, and measures a new one. A process of the service.

    python -m bench.intake_load bulk 20000 1000          reports by the verbs of intake, so many at once
    python -m bench.intake_load desk                     make an organisation; say its name and a key of its API
    python -m bench.intake_load write FILE 20000 7       a file of reports to import
    python -m bench.intake_load send 8000 KEY 10 4 500   4 connections for 10 s, 500 reports a request (1: singly)
    python -m bench.intake_load fill NAME 100000         store reports in a desk by the same verbs, quickly
    python -m bench.intake_load new NAME                 what one more report costs there, singly and in a batch
    python -m bench.intake_load stored NAME              count what is there
    python -m bench.intake_load waiting                  count the entries that wait for their place
    python -m bench.intake_load naive 10                 the peer: a table, an insert and a commit each, for 10 s

Reports are synthetic: a page and a file each, often an account; every second file was reported before.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import django

django.setup()

from django.db import connection, models  # noqa: E402 - only now are they there

from tutela.apps.access.models import Organisation  # noqa: E402
from tutela.apps.access.public import Desk, acting_as, desk_of  # noqa: E402
from tutela.apps.access.services import create_key, create_organisation, create_team  # noqa: E402
from tutela.apps.custody.models import Leaf  # noqa: E402
from tutela.apps.custody.public import Action  # noqa: E402
from tutela.apps.intake.models import Door, Report  # noqa: E402
from tutela.apps.intake.services import Submission, ground_of, receive_many  # noqa: E402
from tutela.apps.triage.public import Case  # noqa: E402
from tutela.domain.actors import SYSTEM, Permission  # noqa: E402
from tutela.domain.ids import OrganisationId  # noqa: E402
from tutela.domain.reports import Account, Incident, Media, Reported  # noqa: E402
from tutela.engine import clock  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE: Final = 1000
_SINGLY: Final = 150  # new reports that are measured one by one
_BATCHES: Final = 7
_KIND: Final = 20_000  # reports that share files and accounts, as if of one day
_A_MINUTE: Final = 1_000_000_000  # the key's rate: here it must not be what limits
_CPUCLOCK_SCHED: Final = 2  # of linux/posix-timers: the precise clock of a process


class Naive(models.Model):  # noqa: DJ008  - never shown
    """What a naive intake keeps: first in, first out, nothing folded, nothing proved."""

    id = models.UUIDField(primary_key=True, default=clock.new_id)
    organisation_id = models.UUIDField(db_index=True)
    report = models.JSONField()
    received_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        app_label = "bench"


#### Reports ####


def reports(count: int, seed: int) -> Iterator[Reported]:
    """Yield so many."""
    chance = random.Random(seed)
    digests: list[bytes] = []
    for _ in range(count):
        if not digests or chance.random() < 0.5:
            digests.append(chance.randbytes(32))
        accounts = (Account("platform", f"user-{seed}-{chance.randrange(count * 4)}"),) * (chance.random() < 0.7)
        yield Reported(
            incident=Incident.MATERIAL,
            text="Sample text.",
            addresses=(f"https://files.example/{seed}/{chance.randrange(count)}",),
            media=(Media({"sha256": chance.choice(digests)}),),
            accounts=accounts,
        )


def submissions(count: int, seed: int) -> list[Submission]:
    """Return so many, as the verbs of intake take them."""
    return [
        Submission(Door.BULK, f"{seed}-{number:09}", reported, ground_of())
        for number, reported in enumerate(reports(count, seed))
    ]


def plain(reported: Reported) -> dict[str, Any]:
    """Return a report as JSON says it."""
    return {
        "incident": reported.incident.value,
        "text": reported.text,
        "addresses": list(reported.addresses),
        "media": [{"sha256": media.digests["sha256"].hex()} for media in reported.media],
        "accounts": [{"platform": account.platform, "name": account.name} for account in reported.accounts],
    }


def _seed() -> int:
    return time.time_ns() % 1_000_000_000


#### What is run ####


def bulk(count: str, at_once: str) -> dict[str, float]:
    """Take reports in, so many at once."""
    with acting_as(SYSTEM):
        whose, given = desk_of(OrganisationId(_made().id)), submissions(int(count), _seed())
        start_s, start_cpu_s = time.perf_counter(), _cpu_s()
        for at in range(0, int(count), int(at_once)):
            receive_many(SYSTEM, whose, given[at : at + int(at_once)])
        took_s, cpu_s = time.perf_counter() - start_s, _cpu_s() - start_cpu_s
        kept = Report.objects.filter(organisation_id=whose.organisation_id).count()
    return {"reports": kept, "per_s": kept / took_s, "cpu_ms_each": 1000 * cpu_s / kept}


def desk() -> dict[str, str]:
    """Make an organisation that takes reports in, and a machine that may send them."""
    with acting_as(SYSTEM):
        organisation = _made()
        scopes = [Permission.INTAKE_REPORT_CREATE]
        made = create_key(
            SYSTEM, organisation.id, name="load", scopes=scopes, days=1, requests_per_minute_max=_A_MINUTE
        )
    return {"organisation": organisation.name, "key": made.secret}


def write(path: str, count: str, seed: str) -> int:
    """Write a file of reports."""
    rows = ({"id": f"{seed}-{number}", **plain(each)} for number, each in enumerate(reports(int(count), int(seed))))
    with Path(path).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return int(count)


def send(port: str, key: str, seconds: str, connections: str, at_once: str) -> dict[str, float]:
    """Hand reports in over several connections, each waiting for its answer before it goes on."""
    acknowledged: list[int] = []
    barrier = threading.Barrier(int(connections) + 1)
    senders = [
        threading.Thread(
            target=_send, args=(_Line(int(port), key), float(seconds), int(at_once), barrier, acknowledged)
        )
        for _ in range(int(connections))
    ]
    for sender in senders:
        sender.start()
    barrier.wait()
    start_s = time.monotonic()
    for sender in senders:
        sender.join()
    return {"acknowledged": sum(acknowledged), "seconds": time.monotonic() - start_s}


def fill(organisation: str, count: str) -> int:
    """Store reports, a day's after another's."""
    with acting_as(SYSTEM):
        whose = _desk(organisation)
        for begin in range(0, int(count), _KIND):
            given = submissions(min(_KIND, int(count) - begin), _seed())
            for at in range(0, len(given), _AT_ONCE):
                receive_many(SYSTEM, whose, given[at : at + _AT_ONCE])
    return int(count)


def new(organisation: str) -> dict[str, float]:
    """Take reports in singly, then in batches: median milliseconds of one, and the CPU of both sides."""
    with acting_as(SYSTEM):
        whose = _desk(organisation)
        given = submissions(_SINGLY + _BATCHES * _AT_ONCE, _seed())
        singly = [_spent(whose, [one]) for one in given[:_SINGLY]]
        batches = [given[at : at + _AT_ONCE] for at in range(_SINGLY, len(given), _AT_ONCE)]
        together = [_spent(whose, batch) for batch in batches]
    return {
        "one_ms": statistics.median(wall for wall, _ in singly),
        "one_cpu_ms": statistics.median(cpu for _, cpu in singly),
        "batch_ms": statistics.median(wall for wall, _ in together) / _AT_ONCE,
        "batch_cpu_ms": statistics.median(cpu for _, cpu in together) / _AT_ONCE,
    }


def stored(organisation: str) -> dict[str, int]:
    """Count reports, their leaves and their cases."""
    with acting_as(SYSTEM):
        organisation_id = _desk(organisation).organisation_id
        kept = Report.objects.filter(organisation_id=organisation_id)
        return {
            "reports": kept.count(),
            "leaves": Leaf.objects.filter(action=Action.REPORT_RECEIVED, object_id__in=kept.values("id")).count(),
            "cases": Case.objects.filter(organisation_id=organisation_id).count(),
        }


def waiting() -> int:
    """Count the leaves that wait for their place."""
    with acting_as(SYSTEM):
        return Leaf.objects.filter(position=None).count()


def naive(seconds: str) -> int:
    """Insert reports, one commit each; say how many."""
    whose, count, end_s = clock.new_id(), 0, time.monotonic() + float(seconds)
    given = [plain(reported) for reported in reports(_AT_ONCE, _seed())]
    while time.monotonic() < end_s:
        Naive.objects.create(organisation_id=whose, report=given[count % _AT_ONCE])
        count += 1
    return count


def table() -> None:
    """Make the peer's table."""
    with connection.schema_editor() as editor:
        editor.create_model(Naive)


#### How ####


def _made() -> Organisation:
    organisation = create_organisation(SYSTEM, f"Hotline {clock.new_id()}")
    create_team(SYSTEM, organisation.id, "Team")
    return organisation


def _desk(organisation: str) -> Desk:
    return desk_of(OrganisationId(Organisation.objects.get(name=organisation).id))


def _spent(whose: Desk, given: list[Submission]) -> tuple[float, float]:
    start_s, start_cpu_s = time.perf_counter(), _cpu_s()
    receive_many(SYSTEM, whose, given)
    return 1000 * (time.perf_counter() - start_s), 1000 * (_cpu_s() - start_cpu_s)


def _cpu_s() -> float:
    """CPU of this process and of its part of the database server."""
    own_s = time.process_time()
    if connection.vendor != "postgresql":
        return own_s
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return own_s + time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)


class _Line:
    """A connection to the API, which stays."""

    def __init__(self, port: int, key: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def post(self, path: str, body: str, **headers: str) -> dict[str, Any]:
        """Return what is answered; nothing but an acknowledgement is good enough."""
        self._line.request("POST", f"/api/v1/reports{path}", body, self._headers | headers)
        answer = self._line.getresponse()
        said = json.loads(answer.read())
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{answer.status}: {str(said)[:500]}")
        return said


def _send(line: _Line, seconds: float, at_once: int, barrier: threading.Barrier, acknowledged: list[int]) -> None:
    seed = int.from_bytes(os.urandom(4))
    bodies = [json.dumps(plain(reported)) for reported in reports(_KIND, seed)]
    barrier.wait()
    end_s, at, count = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end_s and at + at_once <= len(bodies):
        names = [f"load-{seed}-{number}" for number in range(at, at + at_once)]
        if at_once == 1:
            line.post("", bodies[at], **{"Idempotency-Key": names[0]})
            count += 1
        else:
            rows = zip(names, bodies[at : at + at_once], strict=True)
            each = ",".join(f'{{"key":"{name}","report":{body}}}' for name, body in rows)
            count += line.post("/batch", f'{{"reports":[{each}]}}')["taken"]
        at += at_once
    acknowledged.append(count)


if __name__ == "__main__":
    verbs = {each.__name__: each for each in (bulk, desk, write, send, fill, new, stored, waiting, naive, table)}
    json.dump(verbs[sys.argv[1]](*sys.argv[2:]), sys.stdout)
