"""What E4 runs in processes of its own: a desk with a key, web processes, a crash between any two steps, the state.

python -m bench.once_load desk              make a desk that takes reports in; say the secret of a key for it
python -m bench.once_load serve 8000 3      answer by so many processes; say the id of each; whoever dies is replaced
python -m bench.once_load steps SECRET 1    take reports in, killed before each step (or each n-th); say what came of it
python -m bench.once_load state             what is there and what does not fit together, as JSON
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - only now is it there
from django.db import connections  # noqa: E402 - as above

from tests.steps import killed_at  # noqa: E402 - as above
from tests.world import make_desk, make_key  # noqa: E402 - as above
from tutela.apps.access import services as access  # noqa: E402 - as above
from tutela.apps.custody import sequencer, verifying  # noqa: E402 - as above
from tutela.apps.custody.models import Leaf  # noqa: E402 - as above
from tutela.apps.custody.public import Action  # noqa: E402 - as above
from tutela.apps.intake.models import Report  # noqa: E402 - as above
from tutela.apps.triage.models import Case, Clue, Item, Location, Mention, Sighting  # noqa: E402 - as above
from tutela.domain.actors import SYSTEM, Permission  # noqa: E402 - as above
from tutela.entry.asgi import application  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable

SENDS: Final = 5
ROUTE: Final = "/api/v1/reports"
_MANY: Final = 10**8
_ANSWER_S_MAX: Final = 60.0
_CREATED: Final = 201
_BACKLOG: Final = 128


def report_of(name: str, *, is_known: bool) -> dict[str, Any]:
    """Return a report: a page of its own, and a file that is its own or that everybody reports."""
    file = "everybody's" if is_known else name
    return {
        "text": "Seen today.",
        "addresses": [f"https://files.example/{name}"],
        "media": [{"md5": file.encode().hex()[:32].rjust(32, "0")}],
    }


def desk() -> None:
    """Make it."""
    made = make_desk()
    access.set_desk(SYSTEM, made.organisation.id, made.team.id)
    _, secret = make_key(made.organisation, [Permission.INTAKE_REPORT_CREATE], requests_per_minute_max=_MANY)
    say(secret)


#### Web processes ####


def serve(port: str, processes: str) -> None:
    """Answer on one socket by several processes; what they hold in common is made once, so that each starts at once."""
    import uvicorn  # noqa: PLC0415 - only here

    _answered_in_process(0, "warm-up-0001")  # whatever is imported at the first request
    connections.close_all()
    listening = socket.create_server(("127.0.0.1", int(port)), backlog=_BACKLOG)
    running: set[int] = set()
    while True:
        while len(running) < int(processes):
            pid = os.fork()
            if pid == 0:
                config = uvicorn.Config(application, lifespan="off", log_config=None, access_log=False)
                uvicorn.Server(config).run(sockets=[listening])
                os._exit(0)
            running.add(pid)
            say(pid)
        running.discard(os.wait()[0])


#### A crash between any two steps ####


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Sent:
    """A request on its way to a server of its own that has not begun."""

    def __init__(self, secret: str, key: str, body: dict[str, Any]) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self._link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S_MAX)
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key, "Content-Type": "application/json"}
        self._link.request("POST", ROUTE, json.dumps(body), headers)

    def serve(self) -> None:
        """Answer it."""
        server = WSGIServer(("127.0.0.1", self._port), _Quiet, bind_and_activate=False)
        server.socket.close()
        server.socket = self._listening
        server.server_name, server.server_port = "localhost", self._port
        server.setup_environ()
        server.set_app(_application)
        server.handle_request()

    def answer(self) -> bytes | None:
        """What the sender heard; None where it was no whole answer."""
        self._listening.close()
        with suppress(OSError, http.client.HTTPException):
            response = self._link.getresponse()
            body = response.read()
            if response.status == _CREATED and body:  # killed between the first line and the rest, it was no answer
                return body
        return None


_application = get_wsgi_application()


def _answered_in_process(secret: str | int, key: str, body: dict[str, Any] | None = None) -> bytes | None:
    sent = _Sent(str(secret), key, body or {})
    sent.serve()
    return sent.answer()


def steps(secret: str, every: str) -> None:
    """Kill the taking in of a report before each of its steps, then send it five times; count what came of that."""
    told: Counter[str] = Counter()
    first = report_of("first", is_known=True)
    assert _answered_in_process(secret, "first-0001", first)
    for is_known in (False, True):
        step, was_killed = 1, True
        while was_killed:
            key = f"step-{is_known:d}-{step:05}"
            body = report_of(key, is_known=is_known)
            connections.close_all()
            sent = _Sent(secret, key, body)
            was_killed = killed_at(step, sent.serve)
            heard = sent.answer()
            answers = [_answered_in_process(secret, key, body) for _ in range(SENDS - (heard is not None))]
            answers += [heard] if heard else []
            told["reports"] += 1
            told["killed"] += was_killed
            told["acknowledged before the kill"] += was_killed and heard is not None
            told["without five equal answers"] += len(answers) != SENDS or None in answers or len(set(answers)) != 1
            told["without exactly one report"] += Report.objects.filter(idempotency_key=key).count() != 1
            step += int(every)
    say(json.dumps(told))


#### The state ####


def state() -> None:
    """Reports by their keys, and what is half there."""
    while sequencer.sequence():
        pass
    reports = set(Report.objects.values_list("id", flat=True))
    cases = set(Case.objects.values_list("id", flat=True))
    in_cases = Counter(Report.objects.values_list("case_id", flat=True))
    counted = dict(Case.objects.values_list("id", "report_count"))
    half = {
        "reports without exactly one leaf": _not_once(reports, Action.REPORT_RECEIVED),
        "cases without exactly one leaf": _not_once(cases, Action.CASE_OPENED),
        "cases that count other reports than theirs": sum(counted[case] != in_cases[case] for case in cases),
        "reports that nothing leads to": len(reports - set(Mention.objects.values_list("report_id", flat=True))),
        "mentions of no report": Mention.objects.exclude(report_id__in=Report.objects.values("id")).count(),
        "sightings by no report": Sighting.objects.exclude(report_id__in=Report.objects.values("id")).count(),
        "items that nobody sighted": Item.objects.filter(sightings=None).count(),
        "clues that nobody mentioned": Clue.objects.filter(mentions=None).count(),
        "pages of items not sighted": Location.objects.filter(item__sightings=None).count(),
    }
    report = verifying.verify_log()
    found = {
        "report ids": {key: str(report) for key, report in Report.objects.values_list("idempotency_key", "id")},
        "reports": len(reports),
        "cases": len(cases),
        "entries": Leaf.objects.count(),
        "half": half,
        "faults": [*report.faults, *([f"{report.waiting} entries wait"] if report.waiting else [])],
    }
    say(json.dumps(found))


def _not_once(ids: Iterable[object], action: Action) -> int:
    """Return how many have not exactly one entry of this kind, and of how many such entries there is nothing."""
    leaves = Counter(Leaf.objects.filter(action=action).values_list("object_id", flat=True))
    there = set(ids)
    return sum(leaves[each] != 1 for each in there) + len(leaves.keys() - there)


def say(word: object) -> None:
    """Say a line at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"desk": desk, "serve": serve, "steps": steps, "state": state}[sys.argv[1]](*sys.argv[2:])
