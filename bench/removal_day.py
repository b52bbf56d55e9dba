"""What G4 runs in a process of the service: detections, and the recovery from an outage of mail.

    detect COUNT            CPU of one more report of what is known already
    outage COUNT MINUTES    a week's notices wait; the mail server comes back

The clock of the outage is moved; a notice that waits was ordered by the service itself, about an address of its own.
"""

from __future__ import annotations

import json
import socketserver
import sys
import time
from collections import Counter, deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django comes first
from django.db import transaction  # noqa: E402 - as above

from tests.journeys.sinks import MailSink, running  # noqa: E402 - as above
from tests.world import make_desk, make_takedown  # noqa: E402 - as above
from tutela.apps.access.public import acting_as, desk_of  # noqa: E402 - as above
from tutela.apps.intake.models import Door  # noqa: E402 - as above
from tutela.apps.intake.services import Submission, ground_of, receive_many  # noqa: E402 - as above
from tutela.apps.jobs.models import Job  # noqa: E402 - as above
from tutela.apps.jobs.public import run_worker  # noqa: E402 - as above
from tutela.apps.takedown import services  # noqa: E402 - as above
from tutela.apps.takedown.looking import Round  # noqa: E402 - as above
from tutela.apps.takedown.models import Notice, Takedown  # noqa: E402 - as above
from tutela.apps.triage.models import Case  # noqa: E402 - as above
from tutela.domain.actors import SYSTEM  # noqa: E402 - as above
from tutela.domain.ids import OrganisationId  # noqa: E402 - as above
from tutela.domain.reports import Media, Reported  # noqa: E402 - as above
from tutela.engine import clock  # noqa: E402 - as above
from tutela.engine.removal import Finding  # noqa: E402 - as above

AT_ONCE: Final = 500
_START: Final = datetime(2026, 11, 1, tzinfo=UTC)
_DAY_MINUTES: Final = 1440
_KNOWN: Final = 200  # items that the detections are of
_RECIPIENTS: Final = 40


def detect(count: str) -> dict[str, float]:
    """Take in reports of files that were reported before, at pages of their own; return CPU a report."""
    desk = desk_of(OrganisationId(make_desk().organisation.id))
    given = [_detection(number) for number in range(int(count) + AT_ONCE)]
    receive_many(SYSTEM, desk, given[:AT_ONCE])
    begun_s = time.process_time()
    for at in range(AT_ONCE, len(given), AT_ONCE):
        receive_many(SYSTEM, desk, given[at : at + AT_ONCE])
    return {"cpu_ms": 1000 * (time.process_time() - begun_s) / int(count)}


def _detection(number: int) -> Submission:
    digest = (number % _KNOWN).to_bytes(32, "big")
    page = f"https://site-{number % 97}.example/{number % (_KNOWN * 5)}"
    return Submission(
        Door.API, f"detection-{number}", Reported(addresses=(page,), media=(Media({"sha256": digest}),)), ground_of()
    )


class _Refusing(socketserver.ThreadingTCPServer):
    """A mail server that hangs up at once, and counts who came."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.came = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.came += 1
        super().process_request(request, client_address)


class _Calendar:
    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> datetime:
        return self.now


def outage(count: str, week_minutes: str) -> dict[str, float]:
    """Let a week's notices wait while the mail server is away, then let it come back."""
    calendar, away, mail = _Calendar(), _Refusing(), MailSink()
    sent: list[tuple[datetime, str, str]] = []
    with running(away), running(mail), clock.use(calendar):
        settings.TUTELA = replace(settings.TUTELA, mail_url=f"smtp://127.0.0.1:{away.server_address[1]}")
        desk = make_desk()
        case = Case.objects.create(organisation=desk.organisation, team=desk.team, state="confirmed")
        every = timedelta(minutes=7 * _DAY_MINUTES / int(count))
        step = timedelta(minutes=7 * _DAY_MINUTES / int(week_minutes))
        due = deque(range(int(count)))
        while calendar.now < _START + timedelta(days=7):
            while due and _START + due[0] * every <= calendar.now:
                _order(case, due.popleft())
            run_worker(until_idle=True)
            calendar.now += step
        waiting = Notice.objects.filter(try_at__isnull=False).count()
        settings.TUTELA = replace(settings.TUTELA, mail_url=mail.url)
        back_at = calendar.now
        while Notice.objects.filter(try_at__isnull=False).exists() and calendar.now < back_at + timedelta(days=7):
            run_worker(until_idle=True)
            taken, mail.taken = mail.taken, []
            sent += [(calendar.now, recipient, str(message["Message-ID"])) for recipient, message in taken]
            calendar.now += timedelta(minutes=1)
    hours = Counter((recipient, int((at - back_at) / timedelta(hours=1))) for at, recipient, _ in sent)
    return {
        "waiting": waiting,
        "twice": len(sent) - len({name for _, _, name in sent}),
        "unsent": waiting - len({name for _, _, name in sent}),
        "a minute": max(Counter(at for at, _, _ in sent).values(), default=0),
        "an hour": max(hours.values(), default=0),
        "came": away.came,
        "hours": (calendar.now - back_at).total_seconds() / 3600,
    }


def _order(case: Case, number: int) -> None:
    made = make_takedown(
        case, f"https://site-{number}.example/a", recipient=f"abuse@host-{number % _RECIPIENTS}.example"
    )
    Job.objects.filter(name="takedown.find").delete()  # who can act is known
    with transaction.atomic():
        services.keep_round(made.id, Round(Finding.THERE, 2, 200))
    Takedown.objects.filter(id=made.id).update(due_at=None)  # what is looked at is measured elsewhere


if __name__ == "__main__":
    with acting_as(SYSTEM):
        told = {"detect": detect, "outage": outage}[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(json.dumps(told) + "\n")
