"""A desk, a case, a takedown that was ordered, and a mail server and hosts of our own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from tests.journeys.sinks import MailSink, running
from tests.world import make_desk, make_takedown
from tutela.apps.access.public import acting_as
from tutela.apps.jobs.models import Job
from tutela.apps.jobs.public import run_worker
from tutela.apps.takedown import services
from tutela.apps.takedown.finding import Found
from tutela.apps.takedown.looking import Round
from tutela.apps.takedown.models import Takedown
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM
from tutela.engine.responsible import Confidence, Party, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.engine.removal import Finding


@pytest.fixture
def mail(settings, tmp_path) -> Iterator[MailSink]:
    sink = MailSink()
    before = settings.TUTELA
    settings.TUTELA = replace(before, home=tmp_path, mail_url=sink.url, probe_private=True)
    with running(sink), acting_as(SYSTEM):
        yield sink


@pytest.fixture
def desk(mail, db):
    return make_desk()


class Play:
    """One case and its takedowns: what is seen is said, what is sent goes to the mail server."""

    def __init__(self, desk, mail, clock) -> None:
        self.desk, self.mail, self.clock = desk, mail, clock
        self.case = triage.Case.objects.create(organisation=desk.organisation, team=desk.team, state="confirmed")

    def order(self, address: str = "https://files.example/a", **more: str) -> Takedown:
        made = make_takedown(self.case, address, **more)
        Job.objects.all().delete()
        return made

    def find(self, takedown: Takedown, *parties: tuple[str, str]) -> None:
        found = tuple(Party(rung, "", reach, Source.RDAP, Confidence.MEDIUM) for rung, reach in parties)
        with transaction.atomic():
            services.keep_found(takedown.id, Found(found, "A host", "NET-1", "nl"))

    def see(self, takedown: Takedown, finding: Finding, *, vantages: int = 2, **later: float) -> Takedown:
        self.clock.forward(**later)
        with transaction.atomic():
            services.keep_round(takedown.id, Round(finding, vantages, 200))
        takedown.refresh_from_db()
        return takedown

    def post(self) -> list[str]:
        """Send what waits; return who got something."""
        before = len(self.mail.taken)
        Takedown.objects.update(due_at=self.clock() + timedelta(days=1))  # nothing is looked at meanwhile
        self.clock.forward(seconds=60)
        run_worker(until_idle=True)
        return [recipient for recipient, _ in self.mail.taken[before:]]


@pytest.fixture
def play(desk, mail, standing_clock) -> Play:
    return Play(desk, mail, standing_clock)
