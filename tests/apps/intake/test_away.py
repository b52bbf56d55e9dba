"""A database that cannot be used for now is 503 at every door, never 500; what was typed comes back, and counts once."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from tests.apps.intake.test_public import receipt_of
from tests.world import actor, make_desk, make_key, make_person, sign_in
from tutela.apps.access import services as access
from tutela.apps.intake.models import Report
from tutela.apps.triage.deconfliction import agree_outside
from tutela.domain.actors import SYSTEM, Permission, Role
from tutela.engine.formats import cybertip

pytestmark = pytest.mark.usefixtures("home")
PAGE = "https://files.example/a"
WORDS = "A short sentence with <signs> & marks."
REPORTED = {"text": WORDS, "address": PAGE, "contact": "by letter", "child_in_danger": "on"}
PASSING = {
    "lock timeout": "55P03",
    "deadlock": "40P01",
    "serialization failure": "40001",
    "statement timeout": "57014",
    "starting": "57P03",
    "shutting down": "57P01",
    "read-only": "25006",
    "idle in a transaction for too long": "25P03",
    "disk full": "53100",
}
BATCH = {"reports": [{"key": "a-row-0001", "report": {"address": PAGE}}]}
API = {
    "one": ("reports", json.dumps({"address": PAGE}), "application/json"),
    "batch": ("reports-batch", json.dumps(BATCH), "application/json"),
    "cybertip": ("reports-cybertip", cybertip.EXAMPLE, "application/xml"),
}


class Desk:
    """A desk with every door, and who comes to them."""

    def __init__(self) -> None:
        made = make_desk()
        access.set_desk(SYSTEM, made.organisation.id, made.team.id)
        self.key, secret = make_key(
            made.organisation, [Permission.INTAKE_REPORT_CREATE, Permission.TRIAGE_DECONFLICTION_ASK]
        )
        supervisor = make_person(made.organisation, "senior", [Role.SUPERVISOR], [made.team])
        agree_outside(actor(supervisor), "Their unit", self.key.id, None)
        self.colleague = make_person(made.organisation, "writes", [Role.ANALYST], [made.team])
        self._said = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "a-key-00001"}

    def api(self, name, body, kind):
        client = Client(raise_request_exception=False)
        return client.post(reverse(f"api:{name}"), body, kind, headers=self._said)


@pytest.fixture
def door(transactional_db):
    return Desk()


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@contextmanager
def held():
    """Let somebody else hold what a report is written into; our own patience is short."""
    other = connection.copy()
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=100" if is_sqlite else "SET lock_timeout='100ms'")
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        if not is_sqlite:
            cursor.execute("LOCK TABLE intake_report, triage_inquiry IN EXCLUSIVE MODE")
    try:
        yield
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout=20000" if is_sqlite else "RESET lock_timeout")


@contextmanager
def failing(code):
    """Let each insert of a report fail with one of PostgreSQL's codes."""
    if connection.vendor == "sqlite":
        pytest.skip("these are PostgreSQL's")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'spoilt' USING ERRCODE = '{code}'; END $$"
        )
        cursor.execute("CREATE TRIGGER spoil BEFORE INSERT ON intake_report FOR EACH ROW EXECUTE FUNCTION spoil()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER spoil ON intake_report")
            cursor.execute("DROP FUNCTION spoil()")


def assert_not_now(response):
    assert (response.status_code, response["Retry-After"]) == (503, "10")


def field(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


#### Machines ####


def assert_told(response):
    assert_not_now(response)
    said = response.json()["error"]
    assert said["code"] == "unavailable"
    assert "same Idempotency-Key" in said["message"]


def test_a_held_lock_is_503_at_every_door_for_machines_and_the_same_again_is_taken_in_once(door):
    with held():
        for sent in API.values():
            assert_told(door.api(*sent))
        assert_told(door.api("deconfliction", json.dumps({"marks": ["ab" * 32]}), "application/json"))
    assert not Report.objects.exists()
    assert [door.api(*API["one"]).status_code for _ in range(2)] == [201, 201]
    assert Report.objects.count() == 1


def test_whatever_passes_by_itself_is_503(door, client):
    for code in PASSING.values():
        with failing(code):
            for sent in API.values():
                assert_told(door.api(*sent))
            assert_not_now(client.post(reverse("report"), REPORTED | {"token": "a" * 32}))
    assert not Report.objects.exists()


def test_what_does_not_pass_stays_500(door, client):
    with failing("22012"):  # division by zero: a fault of ours
        assert door.api(*API["one"]).status_code == 500
        assert client.post(reverse("report"), REPORTED | {"token": "a" * 32}).status_code == 500


#### People ####


def test_what_somebody_typed_comes_back_and_sending_it_again_is_one_report(door, client):
    token = field(client.get(reverse("report")), "token")
    with held():
        away = client.post(reverse("report") + "?about=danger", REPORTED | {"token": token})
    assert_not_now(away)
    said = away.content.decode()
    assert "Please try again" in said
    assert "A short sentence with &lt;signs&gt; &amp; marks." in said
    assert PAGE in said
    assert "by letter" in said
    assert re.search(r'name="child_in_danger"[^>]* checked', said)
    assert field(away, "token") == token
    assert not Report.objects.exists()
    for _ in range(2):
        assert client.post(reverse("report"), REPORTED | {"token": token}).status_code == 200
    assert Report.objects.get().text == WORDS


def test_a_form_that_cannot_even_ask_who_takes_reports_comes_back(door, client):
    with connection.execute_wrapper(_away):
        away = client.post(reverse("report"), REPORTED | {"token": "a" * 32})
        assert_not_now(client.get(reverse("report")))
    assert_not_now(away)
    assert "Please try again" in away.content.decode()
    assert PAGE in away.content.decode()


def test_what_the_holder_of_a_receipt_asks_and_adds_comes_back(door, client):
    code = receipt_of(client.post(reverse("report"), REPORTED | {"token": "a" * 32}))
    with connection.execute_wrapper(_away):
        asked = client.post(reverse("report-ask"), {"code": code})
    assert_not_now(asked)
    assert field(asked, "code") == code
    addition = {"code": code, "token": "b" * 32, "text": WORDS}
    with held():
        added = client.post(reverse("report-add"), addition)
    assert_not_now(added)
    assert "A short sentence with &lt;signs&gt;" in added.content.decode()
    assert (field(added, "token"), field(added, "code")) == ("b" * 32, code)
    assert Report.objects.count() == 1
    for _ in range(2):
        assert client.post(reverse("report-add"), addition).status_code == 200
    assert Report.objects.count() == 2


def test_a_call_that_was_written_down_comes_back(door, client):
    sign_in(client, door.colleague)
    with held():
        away = client.post(reverse("report-call"), REPORTED | {"token": "a" * 32})
    assert_not_now(away)
    assert "A short sentence with &lt;signs&gt;" in away.content.decode()
    assert "Please try again" in away.content.decode()


def _away(*_asked):
    raise OperationalError("the server closed the connection unexpectedly")
