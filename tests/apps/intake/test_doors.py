"""One thing by every door: own receipts, one case, and nobody reads what is another's; the same again is the same."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.apps.intake.test_public import ask, receipt_of, send
from tests.world import make_desk, make_key, make_person, sign_in
from tutela.apps.access import services as access
from tutela.apps.access.public import acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.intake import importing
from tutela.apps.intake.models import Door, Report
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Permission, Role
from tutela.domain.reports import Reported
from tutela.engine.formats import cybertip
from tutela.engine.formats.reports import ReportRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PAGE = "https://files.example/a"
SENDS = 5


@pytest.fixture
def opened():
    desk = make_desk()
    access.set_desk(SYSTEM, desk.organisation.id, desk.team.id)
    return desk


class Doors:
    """Every way in; each sends what is about one page and gives back what its sender hears."""

    def __init__(self, desk):
        self._desk, self._client = desk, Client()
        self._secrets = [make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])[1] for _ in range(2)]

    def form(self):
        return receipt_of(send(self._client, page=PAGE))

    def json(self, path="", sender=0, key="json-00001", **more):
        return self._post(path, json.dumps({"address": PAGE, **more}), "application/json", sender, key)

    def machine(self):
        rows = [{"key": "machine-01", "report": {"address": PAGE}}]
        body = json.dumps({"reports": rows, "door": "machine"})
        told = json.loads(self._post("/batch", body, "application/json", 1, ""))
        return json.dumps(told["rows"][0]["receipt"])

    def xml(self):
        return self._post("/cybertip", cybertip.EXAMPLE, "application/xml", 1, "xml-000001")

    def bulk(self):
        brought = importing.Brought(self._desk.organisation.id, "partner", "ab" * 32, "csv")
        with acting_as(SYSTEM):
            rows = [ReportRow(1, Reported(addresses=(PAGE,)))]
            run = list(importing.take_in(SYSTEM, brought, rows))[-1]
        return str(run.rows.get().report_id)

    def _post(self, path, body, kind, sender, key):
        headers = {"authorization": f"Bearer {self._secrets[sender]}", "idempotency-key": key}
        response = self._client.generic("POST", f"/api/v1/reports{path}", body, content_type=kind, headers=headers)
        assert response.status_code in {200, 201}
        return response.content.decode()


ALL = ("form", "json", "xml", "machine", "bulk")


@pytest.fixture
def doors(opened):
    return Doors(opened)


@pytest.mark.parametrize("door", ["json", "xml", "machine", "bulk"])
def test_the_same_five_times_by_one_sender_is_one_report_with_one_receipt(doors, door):
    answers = [getattr(doors, door)() for _ in range(SENDS)]
    assert set(answers) == {answers[0]}
    assert Report.objects.count() == Leaf.objects.filter(action=Action.REPORT_RECEIVED).count() == 1


def test_the_same_form_five_times_is_one_report_with_one_receipt(opened, client):
    codes = {receipt_of(send(client, token="t" * 32)) for _ in range(SENDS)}
    assert (len(codes), Report.objects.count()) == (1, 1)


def test_one_key_of_two_senders_is_two_reports(doors):
    answers = {doors.json(sender=sender) for sender in range(2)}
    assert (len(answers), Report.objects.count()) == (2, 2)


def test_by_every_door_it_gets_a_receipt_of_its_own_and_all_meet_in_one_case(doors):
    answers = [getattr(doors, door)() for door in ALL]
    assert len(set(answers)) == len(ALL)
    assert set(Report.objects.values_list("door", flat=True)) == {Door.FORM, Door.API, Door.MACHINE, Door.BULK}
    assert Report.objects.count() == len(ALL)
    assert triage.Case.objects.get().report_count == len(ALL)


@pytest.mark.parametrize("first", ALL)
def test_whichever_comes_first_the_others_meet_it(doors, first):
    for door in (first, *(each for each in ALL if each != first)):
        getattr(doors, door)()
    assert triage.Case.objects.count() == 1


def test_what_is_answered_to_one_is_read_by_nobody_else_of_the_case(opened, doors):
    mine, theirs = doors.form(), doors.form()
    for door in ("json", "xml", "machine", "bulk"):
        getattr(doors, door)()
    person = Client()
    sign_in(person, make_person(opened.organisation, "senior", [Role.SUPERVISOR], [opened.team]))
    report = Report.objects.filter(door=Door.FORM).earliest("received_at")
    person.post(reverse("report-answer", args=[report.case_id, report.id]), {"text": "Only to you."})
    assert "Only to you." in ask(Client(), mine).content.decode()
    assert "Only to you." not in ask(Client(), theirs).content.decode()


def test_what_came_by_a_machine_has_no_thread_that_a_code_could_open(doors):
    for door in ("json", "xml", "machine", "bulk"):
        getattr(doors, door)()
    assert set(Report.objects.values_list("receipt_digest", flat=True)) == {""}
    assert "no report with this receipt" in ask(Client(), "0000 0000 0000 0000").content.decode()


def test_a_machine_cannot_ask_for_a_report_by_the_key_of_another(doors):
    doors.json(text="Only mine.")
    told = doors.json(sender=1)
    assert "Only mine." not in told
    assert Report.objects.get(id=json.loads(told)["report_id"]).text == ""
