"""Many reports at once and reports as XML: each row is answered by itself, and nothing is half taken in."""

from __future__ import annotations

import json

import pytest

from tests.world import make_desk, make_key
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.intake import claimed, rules
from tutela.apps.intake.models import Door, Report
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.domain.reports import Fact
from tutela.engine.formats import cybertip
from tutela.entry.api import api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PAGE = "https://files.example/{}"
BATCH, XML = "/api/v1/reports/batch", "/api/v1/reports/cybertip"


@pytest.fixture
def desk():
    return make_desk()


class Machine:
    """A key, and what it sends."""

    def __init__(self, client, organisation, a_minute=100_000):
        self._client = client
        _key, self._secret = make_key(organisation, [Permission.INTAKE_REPORT_CREATE], requests_per_minute_max=a_minute)

    def send(self, body, path=BATCH, key="report-0001", kind="application/json"):
        headers = {"authorization": f"Bearer {self._secret}", "idempotency-key": key}
        body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self._client.generic("POST", path, body, content_type=kind, headers=headers)

    def batch(self, *reports, **more):
        rows = [{"key": f"row-{number:05}", "report": report} for number, report in enumerate(reports)]
        return self.send({"reports": rows, **more})

    def xml(self, document=cybertip.EXAMPLE, key="report-0001", query=""):
        return self.send(document, XML + query, key, "application/xml")


@pytest.fixture
def machine(desk, client):
    return Machine(client, desk.organisation)


def pages(count):
    return [{"address": PAGE.format(number)} for number in range(count)]


#### Batches ####


def test_each_row_is_answered_by_itself(machine):
    rows = [
        {"key": "row-good-1", "report": {"address": PAGE.format(1)}},
        {"key": "row-empty", "report": {}},
        {"key": "row-wrong", "report": {"digests": {"md5": "beef"}, "a name": 1}},
        {"key": "no", "report": {"address": PAGE.format(2)}},
        "no row at all",
        {"key": "row-media", "report": {"text": "data:image/png;base64,AAAA", "address": PAGE.format(3)}},
        {"key": "row-good-1", "report": {"address": PAGE.format(4)}},
        {"key": "row-good-2", "report": {"address": PAGE.format(5)}},
    ]
    response = machine.send({"reports": rows})
    assert response.status_code == 200
    told = response.json()
    assert [(row["row"], row["outcome"], row["problem"]) for row in told["rows"]] == [
        (0, "taken", ""),
        (1, "refused", "no-address"),
        (2, "refused", "not-valid"),
        (3, "refused", "not-valid"),
        (4, "refused", "not-valid"),
        (5, "refused", "has-media"),
        (6, "key-reused", "key-reused"),
        (7, "taken", ""),
    ]
    assert told["taken"] == 2
    assert told["rows"][2]["fields"] == [
        {"field": "report.digests.md5", "problem": "string_pattern_mismatch"},
        {"field": "report.?", "problem": "extra_forbidden"},
    ]
    assert {row["receipt"]["report_id"] for row in told["rows"] if row["receipt"]} == {
        str(report.id) for report in Report.objects.all()
    }


def test_the_same_batch_again_gives_the_same_answer_and_nothing_more_is_kept(machine):
    first = machine.batch(*pages(3), {}).content
    kept = Report.objects.count(), Leaf.objects.count(), triage.Case.objects.count()
    assert [machine.batch(*pages(3), {}).content for _ in range(2)] == [first, first]
    assert (Report.objects.count(), Leaf.objects.count(), triage.Case.objects.count()) == kept


def test_a_row_and_a_single_report_under_one_key_are_one_report(machine):
    single = machine.send(pages(1)[0], "/api/v1/reports", "row-00000").json()
    assert machine.batch(*pages(1)).json()["rows"][0]["receipt"] == single
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        '{"reports": []}',
        '{"reports": {}}',
        '{"reports": [], "more": 1}',
        '{"reports": [{"key": "row-00001", "report": {}}], "door": "form"}',
        "[" * 20_000,
        '{"reports": [{"key": "row-00001", "report": {"text": "\\ud800"}}], "door": 1}',
    ],
)
def test_what_is_no_batch_is_refused_whole(machine, body):
    response = machine.send(body)
    assert response.status_code in {400, 422}
    assert response.json()["error"]["code"] in {"bad-request", "not-valid"}
    assert not Report.objects.exists()


def test_a_batch_of_too_many_is_refused_whole(machine):
    assert machine.batch(*pages(rules.BATCH_REPORTS_MAX + 1)).status_code == 422
    assert not Report.objects.exists()


def test_the_whole_shape_is_kept_as_it_was_claimed(machine):
    given = {
        "incident": "solicitation",
        "facts": ["extortion", "live"],
        "child_in_danger": True,
        "age_band": "pubescent",
        "addresses": [PAGE.format(1), PAGE.format(2)],
        "media": [
            {"sha1": "ab" * 20, "pdq": "0f" * 32, "pdq_quality": 90, "viewed_by_sender": True, "category": "s:1"}
        ],
        "accounts": [{"platform": "Chat", "name": "A"}],
        "ip_captures": [{"address": "2001:DB8::1", "at": "2026-11-22T12:00:00+02:00", "port": 9, "event": "login"}],
        "jurisdictions": ["NL"],
        "incident_name": "i-1",
        "occurred_at": "2026-11-22T12:00:00Z",
        "contact": "desk@platform.example",
        "text": "x",
    }
    assert machine.batch(given).json()["taken"] == 1
    report = Report.objects.get()
    kept = claimed.read(report.claimed, text=report.text, contact=report.contact)
    assert kept.facts == {Fact.DANGER_NOW, Fact.EXTORTION, Fact.LIVE}
    assert (kept.media[0].category, kept.media[0].viewed_by_sender, kept.media[0].pdq_quality) == ("s:1", True, 90)
    assert (kept.ip_captures[0].address, kept.ip_captures[0].at.utctimetuple().tm_hour, kept.ip_captures[0].port) == (
        "2001:db8::1",
        10,
        9,
    )
    assert (kept.jurisdictions, kept.incident_name, kept.contact) == (("nl",), "i-1", "desk@platform.example")
    assert report.child_in_danger


@pytest.mark.parametrize("field", ["text", "address", "contact", "incident_name"])
def test_half_a_character_is_refused_as_a_field(machine, field):
    row = json.dumps({"address": PAGE.format(1), field: "HERE"}).replace("HERE", r"\ud800")
    told = machine.send('{"reports": [{"key": "row-00001", "report": ' + row + "}]}").json()
    assert told["rows"][0]["fields"] == [{"field": f"report.{field}", "problem": "string_unicode"}]
    assert machine.send(row, "/api/v1/reports").status_code == 422


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-22T12:00:00"])
def test_a_time_outside_of_all_calendars_is_refused_as_a_field(machine, moment):
    told = machine.batch({"address": PAGE.format(1), "occurred_at": moment}).json()
    assert told["rows"][0]["fields"][0]["field"] == "report.occurred_at"


def test_what_our_own_machines_find_comes_by_a_door_of_its_own(machine):
    machine.batch(*pages(1), door="machine")
    assert Report.objects.get().door == Door.MACHINE


#### How often ####


def test_a_batch_costs_by_what_it_holds(desk, client, standing_clock):
    machine = Machine(client, desk.organisation, a_minute=4)
    assert machine.batch(*pages(60)).status_code == 200  # three tokens
    assert machine.batch(*pages(21)).status_code == 429
    standing_clock.forward(minutes=1)
    assert machine.batch(*pages(1000)).status_code == 200  # never more than a full bucket
    refused = machine.batch(*pages(1000))
    assert refused.status_code == 429
    standing_clock.forward(seconds=int(refused["Retry-After"]) + 60)
    assert machine.batch(*pages(1000)).status_code == 200


def test_a_batch_in_which_a_child_is_in_danger_is_not_told_to_wait(desk, client, standing_clock):
    machine = Machine(client, desk.organisation, a_minute=2)
    assert machine.batch(*pages(40)).status_code == 200
    assert machine.batch(*pages(40)).status_code == 429
    assert machine.batch(*pages(40), {"text": "A child wrote to us.", "child_in_danger": True}).status_code == 200


#### XML ####


def test_a_report_as_xml_is_taken_in_and_says_what_was_kept_apart(machine):
    document = cybertip.EXAMPLE.replace("<espService>", "<futureElement>x</futureElement>\n      <espService>")
    response = machine.xml(document)
    assert response.status_code == 201
    assert response.json()["kept_apart"] == [
        {"element": "cybertip/report/personOrUserReported/futureElement", "count": 1}
    ]
    report = Report.objects.get()
    assert str(report.id) == response.json()["report_id"]
    assert claimed.read(report.claimed).besides[0].value == "x"
    assert machine.xml(document).content == response.content
    assert machine.xml(cybertip.EXAMPLE).status_code == 409
    assert Report.objects.count() == 1


def test_a_report_as_xml_that_says_danger_is_a_child_in_danger(machine):
    summary = "<incidentDateTime>"
    machine.xml(cybertip.EXAMPLE.replace(summary, f"<escalateToHighPriority>now</escalateToHighPriority>{summary}"))
    assert Report.objects.get().child_in_danger
    assert Leaf.objects.filter(action=Action.DANGER_RAISED).count() == 1


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ("", 422),
        ("{}", 422),
        ("<report/>", 422),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 422),
        (b"\xff" * 100, 422),
        (b" " * (rules.CYBERTIP_BYTES_MAX + 1), 413),
        (cybertip.EXAMPLE.replace("https://files.example/a", "data:image/png;base64,AAAA"), 400),
    ],
)
def test_xml_that_is_wrong_is_refused_and_nothing_is_kept(machine, document, status):
    response = machine.xml(document)
    assert (response.status_code, set(response.json())) == (status, {"error"})
    assert not Report.objects.exists()


def test_xml_says_its_ground_in_the_address(machine):
    assert machine.xml(query="?channel=private&jurisdiction=NL").status_code == 201
    assert (Report.objects.get().channel, Report.objects.get().jurisdiction) == ("private", "nl")
    assert machine.xml(query="?jurisdiction=nowhere").status_code == 422
    assert machine.xml(query="?channel=spoken").status_code == 422


def test_a_key_without_the_scope_and_a_word_that_is_no_key_are_refused(desk, client):
    for path in (BATCH, XML):
        assert client.post(path, "{}", content_type="application/json").status_code == 401


#### The document ####


def test_the_document_of_the_api_has_every_status_and_examples():
    document = api.get_openapi_schema()
    for path in ("/api/v1/reports", BATCH, XML):
        operation = document["paths"][path]["post"]
        assert {"400", "401", "403", "404", "413", "422", "429", "503"} <= {
            str(status) for status in operation["responses"]
        }
        assert operation["requestBody"]["content"]
    assert document["components"]["schemas"]["ReportGiven"]["examples"]
    assert document["components"]["schemas"]["BatchGiven"]["examples"]


def test_a_batch_stays_in_the_organisation_of_its_key(machine, desk):
    theirs = make_desk("Other hotline")
    machine.batch(*pages(2))
    assert not Report.objects.filter(organisation_id=theirs.organisation.id).exists()
    assert Report.objects.filter(organisation_id=desk.organisation.id).count() == 2
