"""The whole flow, through HTTP, on both databases: a report comes in, is known, is decided unseen, is gone, is counted.

Every step is in the ledger, and what people wrote and where the material stands is in no leaf, no job and no log line.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.journeys.sinks import Elsewhere, Host, MailSink, running
from tests.world import fill, make_desk, make_key, make_person, sign_in
from tutela.apps.access import services as access
from tutela.apps.access.public import acting_as
from tutela.apps.custody import services as custody
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import sequence
from tutela.apps.intake.models import Report
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import run_worker
from tutela.apps.review.models import Decision
from tutela.apps.safeguarding.models import Concern
from tutela.apps.takedown.models import Notice, Probe, Takedown
from tutela.apps.takedown.public import VANTAGES
from tutela.apps.triage.models import Case, Item, Location, Match
from tutela.domain.actors import SYSTEM, Permission, Role
from tutela.domain.lists import Entry, MatchPolicy
from tutela.engine.matching import ListStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.conftest import Clock

pytestmark = pytest.mark.django_db(transaction=True)

KNOWN = b"sample 1"
CANARIES = {
    "text": "canary words of a reporter",
    "path": "canary-path-4711",
    "recipient": "canary-abuse@host.example",
    "note": "canary note about the child",
}


def digests_of(data: bytes) -> dict[str, str]:
    return {name: hashlib.new(name, data).hexdigest() for name in ("md5", "sha1", "sha256")}


class Visitor(Client):
    """A client that notes every address of the service that it meets."""

    def __init__(self, addresses: list[str]) -> None:
        super().__init__()
        self._addresses = addresses

    def request(self, **request):
        response = super().request(**request)
        self._addresses.append(f"{request['PATH_INFO']}?{request.get('QUERY_STRING', '')}")
        self._addresses.append(response.headers.get("Location", ""))
        self._addresses += re.findall(r'(?:href|action|src)="([^"]*)"', response.content.decode())
        return response


class World:
    """One hotline with its people, a machine's key, a list, a mail server and a host."""

    def __init__(self, mail: MailSink, host: Host) -> None:
        self.mail, self.host = mail, host
        self.desk = make_desk()
        self.url = f"{host.url}/{CANARIES['path']}"
        with acting_as(SYSTEM):
            access.set_desk(SYSTEM, self.desk.organisation.id, self.desk.team.id)
            scopes = [Permission.INTAKE_REPORT_CREATE, Permission.ASSESSMENT_INDICATOR_READ]
            _, self.secret = make_key(self.desk.organisation, scopes)
            self.senior = make_person(self.desk.organisation, "senior", [Role.SUPERVISOR], [self.desk.team])
        self.addresses: list[str] = []  # every address that was asked for, led to, or stood in a page
        self.sign_in()
        self.machine, self.public = Visitor(self.addresses), Visitor(self.addresses)

    def sign_in(self) -> None:
        self.person = Visitor(self.addresses)
        sign_in(self.person, self.senior)

    def report(self, key: str = "report-0001", **body: object) -> tuple[int, dict]:
        answer = self.machine.post(
            reverse("api:reports"),
            json.dumps(body),
            content_type="application/json",
            headers={"authorization": f"Bearer {self.secret}", "idempotency-key": key},
        )
        return answer.status_code, answer.json()

    def form(self, **fields: object) -> str:
        page = self.public.get(reverse("report")).content.decode()
        token = re.search(r'name="token" value="([^"]+)"', page)[1]
        return self.public.post(reverse("report"), {"token": token, **fields}).content.decode()

    def page(self, name: str, **arguments: object) -> str:
        response = self.person.get(reverse(name, kwargs=arguments))
        assert response.status_code == 200
        return response.content.decode()

    def press(self, name: str, data: dict | None = None, **arguments: object) -> str:
        return self.person.post(reverse(name, kwargs=arguments), data or {}, follow=True).content.decode()

    def work(self) -> None:
        run_worker(until_idle=True)
        while sequence():
            pass

    def actions(self) -> list[str]:
        with acting_as(SYSTEM):
            return list(Leaf.objects.order_by("serial").values_list("action", flat=True))


@pytest.fixture
def world(db, tmp_path, log, standing_clock):
    mail, host = MailSink(), Host()
    store = ListStore(tmp_path / "lists")
    made = {name: bytes.fromhex(digest) for name, digest in digests_of(KNOWN).items()}
    entry = Entry("e-1", "1", "agency", **made)
    store.add("known", "agency", "v1", "VICS", MatchPolicy(), [entry], imported_at="2026-01-02T03:04:05Z")
    before = settings.TUTELA
    settings.TUTELA = replace(
        before,
        home=tmp_path,
        mail_url=mail.url,
        mail_copy_to="desk@hotline.example",
        probe_private=True,
        jurisdiction="NL",
        lookups="public:NL",
    )
    with running(mail), running(host), acting_as(SYSTEM):
        yield World(mail, host)
    settings.TUTELA = before


def test_from_a_report_to_an_indicator_and_every_step_is_in_the_ledger(world, log, standing_clock):
    _reports(world)
    jobs = _jobs()
    assert len(jobs) == 1
    world.work()
    case = Case.objects.get()
    _queue(world, case)
    place = Location.objects.get()
    _decision(world, case, place)
    _notice(world, case, place)
    jobs += _jobs()
    world.work()
    _letters(world)
    jobs += _jobs()
    _probes(world, case, standing_clock)
    standing_clock.forward(seconds=1)
    _indicators(world)
    _ledger(case)
    no_canary_outside(log, jobs, world.addresses)


def _jobs() -> list[tuple]:
    """What waits to be done, and what is said in it."""
    return list(Job.objects.values_list("payload", "key"))


def _reports(world: World) -> None:
    """A machine reports and is acknowledged after the commit; the same again is the same, the same bytes one item."""
    status, receipt = world.report(address=world.url, text=CANARIES["text"], digests=digests_of(KNOWN))
    assert status == 201
    assert world.report(address=world.url, text=CANARIES["text"], digests=digests_of(KNOWN)) == (201, receipt)
    assert world.report(address=world.url, text="something else")[0] == 409
    world.report("report-0002", address=world.url, text="", digests=digests_of(KNOWN))
    counts = [model.objects.count() for model in (Report, Case, Item, Location)]
    assert counts == [2, 1, 1, 1]


def _queue(world: World, case: Case) -> None:
    """It is known, exactly, and waits in the one queue with its reasons."""
    assert Match.objects.get().kind == "exact"
    queue = world.page("queue")
    assert str(case.id)[-12:] in queue
    assert "a registered list has exactly these bytes" in queue
    assert "Cases to decide" in world.page("home")


def _decision(world: World, case: Case, place: Location) -> None:
    """A person decides without viewing, and before any notice."""
    page = world.page("case", case_id=case.id)
    assert "Confirm without viewing" in page
    assert world.url not in page
    assert "hxxp://127[.]0[.]0[.]1" in page
    early = world.press("case-notice", {"recipient": CANARIES["recipient"]}, case_id=case.id, location_id=place.id)
    assert "decide the case first" in early
    world.press("case-confirm", case_id=case.id)
    assert "decided already" in world.press("case-confirm", case_id=case.id)
    assert Decision.objects.get().basis == "without-viewing"
    assert "item.viewed" not in world.actions()
    assert str(case.id)[-12:] not in world.page("queue")


def _notice(world: World, case: Case, place: Location) -> None:
    """One notice, however often somebody asks."""
    world.press("case-notice", {"recipient": CANARIES["recipient"]}, case_id=case.id, location_id=place.id)
    again = world.press("case-notice", {"recipient": CANARIES["recipient"]}, case_id=case.id, location_id=place.id)
    assert "under way already" in again


def _letters(world: World) -> None:
    """It went to the one who must act; the copy for the desk is defanged."""
    letters = {recipient: "".join(_texts(message)) for recipient, message in world.mail.taken}
    assert set(letters) == {CANARIES["recipient"], "desk@hotline.example"}
    assert world.url in letters[CANARIES["recipient"]]
    assert world.url not in letters["desk@hotline.example"]
    assert "hxxp://" in letters["desk@hotline.example"]
    assert all(CANARIES["path"] not in message["subject"] for _, message in world.mail.taken)
    assert Notice.objects.get().sent_at is not None


def _texts(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if not part.is_multipart():
            yield str(part.get_content())


def _probes(world: World, case: Case, standing_clock: Clock) -> None:
    """There before the notice and after it, then gone: from one place that is never certain, from two it is."""
    standing_clock.forward(hours=1)
    world.work()
    world.host.status = 404
    standing_clock.forward(hours=2)
    world.work()
    assert list(Probe.objects.values_list("finding", flat=True)) == ["there", "there", "gone"]
    assert world.host.asked == [f"HEAD /{CANARIES['path']}"] * 4  # the last as an ordinary browser, too
    assert Takedown.objects.get().state == "gone"
    with running(Elsewhere()) as vantage:
        fill(VANTAGES, f"elsewhere,ca,{vantage.url},an agreement")
        for _day in range(3):
            standing_clock.forward(hours=25)
            world.work()
    assert Takedown.objects.get().state == "removed"
    assert not Job.objects.exclude(name__startswith="custody.").exists()
    assert not DeadJob.objects.exists()
    world.sign_in()  # hours have passed
    assert "removed" in world.page("case", case_id=case.id)


def _indicators(world: World) -> None:
    """One of each step."""
    answer = world.machine.get(reverse("api:indicators"), headers={"authorization": f"Bearer {world.secret}"})
    assert answer.json()["indicators"] == {
        "reports-received": 2,
        "cases-opened": 1,
        "items-known": 1,
        "items-confirmed-without-viewing": 1,
        "reports-filed": 0,
        "reports-said-useful": 0,
        "reports-said-not-useful": 0,
        "reports-with-outcome": 0,
        "notices-sent": 1,
        "addresses-gone": 1,
        "concerns-raised": 0,
        "concerns-closed": 0,
    }


def _ledger(case: Case) -> None:
    """It has it all, in order, in one chain of custody, and holds."""
    chain = list(Leaf.objects.filter(chain_id=case.id).order_by("position").values_list("action", flat=True))
    assert [action for action in chain if action != "case.prioritised"] == [
        "report.received", "case.opened", "item.added", "report.received", "item.matched", "item.confirmed-unseen",
        "takedown.ordered", "recipients.found", "probe.done", "notice.ordered", "notice.sent", "probe.done",
        "probe.done", "probe.done", "probe.done", "probe.done", "item.gone",
    ]  # fmt: skip
    assert custody.verify_case(SYSTEM, case.id).faults == ()
    assert custody.verify_log(SYSTEM).faults == ()


def test_a_child_in_danger_leaves_the_queue_for_a_person_until_somebody_answers(world, log):
    answer = world.form(address=world.url, text=CANARIES["text"], child_in_danger="on")
    assert "Your report has arrived" in answer
    assert "goes to a person at once" in answer
    world.work()
    case, concern = Case.objects.get(), Concern.objects.get()
    assert str(case.id)[-12:] not in world.page("queue")
    assert "Is the child safe?" in world.page("home")
    assert "nobody yet" in world.page("safeguarding")
    world.press("concern-take", concern_id=concern.id)
    world.press("concern-answer", {"answer": "not-known", "note": CANARIES["note"]}, concern_id=concern.id)
    assert str(case.id)[-12:] in world.page("safeguarding")
    world.press("concern-answer", {"answer": "with-service", "note": CANARIES["note"]}, concern_id=concern.id)
    assert "No open question" in world.page("safeguarding")
    assert str(case.id)[-12:] in world.page("queue")  # what was reported still waits for its decision
    # without digests nothing is known, so nothing can be decided unseen
    assert "cannot be decided without viewing" in world.press("case-confirm", case_id=case.id)
    # and a person may raise it, too
    world.press("case-danger", case_id=case.id)
    assert str(case.id)[-12:] not in world.page("queue")
    world.work()
    actions = [action for action in world.actions() if action.startswith(("danger", "safety", "report"))]
    assert actions == [
        "report.received", "danger.raised", "safety.asked", "danger.taken", "safety.answered", "safety.answered",
        "danger.raised", "safety.asked",
    ]  # fmt: skip
    assert custody.verify_case(SYSTEM, case.id).faults == ()
    no_canary_outside(log, [], world.addresses)


def test_the_public_door_keeps_nothing_about_who_sends_and_refuses_media(world):
    page = world.public.get(reverse("report"))
    assert set(page.cookies) <= {"csrf"}
    upload = io.BytesIO(b"anything")
    upload.name = "picture.png"
    for fields in (
        {"address": world.url, "picture": upload},
        {"address": world.url, "text": "look: data:image/png;base64,AAAA"},
        {"address": world.url, "text": "A" * 2000},
    ):
        answer = world.form(**fields)
        assert answer.count("Do not download, copy or forward them") == 2  # the advice, and the refusal
        assert "base64" not in answer
    assert "This is not the address of a page" in world.form(address="javascript:alert(1)")
    assert "Please give the address" in world.form(text="words only")
    assert not Report.objects.exists()
    assert world.report(address=world.url, text="data:image/png;base64,AAAA")[0] == 400
    assert world.report(address=world.url, picture="AAAA")[0] == 422


def test_sending_the_form_twice_is_one_report_with_one_receipt(world):
    page = world.public.get(reverse("report")).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    answers = {
        re.search(r'class="secret">([^<]+)<', world.public.post(reverse("report"), sent).content.decode())[1]
        for sent in [{"token": token, "address": world.url}] * 2
    }
    assert len(answers) == 1
    assert Report.objects.count() == 1


def test_a_mail_server_that_is_away_is_asked_again_and_nothing_is_said_to_be_sent(world, standing_clock):
    world.report(address=world.url, digests=digests_of(KNOWN))
    world.work()
    case, place = Case.objects.get(), Location.objects.get()
    world.press("case-confirm", case_id=case.id)
    world.press("case-notice", {"recipient": CANARIES["recipient"]}, case_id=case.id, location_id=place.id)
    world.mail.refuses = True
    world.work()
    assert "notice.sent" not in world.actions()
    world.mail.refuses = False
    standing_clock.forward(minutes=1)
    world.work()
    assert world.actions().count("notice.sent") == 1


def no_canary_outside(log, jobs, addresses) -> None:
    """Nothing that people wrote, and no address, is in a leaf, a job, a log line, a URL or clear in any table."""
    tables = connection.introspection.table_names()
    stored = {"log": log.getvalue(), "jobs": repr(jobs), "addresses": "\n".join(addresses)}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            stored[table] = repr(
                [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]
            )
    assert '"route": ' in stored["log"]
    assert {"custody_leaf", "jobs_job", "intake_report", "triage_location"} <= set(tables)
    found = [(name, where) for where, text in stored.items() for name, canary in CANARIES.items() if canary in text]
    assert found == []
