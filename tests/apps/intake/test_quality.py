"""What a report lacks is said to whoever sent it, in counts, and to nobody about anybody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.world import actor, make_desk, make_key, make_person, sign_in
from tutela.apps.intake import labels
from tutela.apps.intake.models import Refusal, Report
from tutela.apps.intake.public import missing_of
from tutela.apps.intake.quality import POINTS, Gap, gaps_of, lacked_by_all, score, together
from tutela.apps.intake.rules import Problem
from tutela.domain.actors import Permission, Role
from tutela.domain.reports import Account, AgeBand, Incident, IpCapture, Media, Reported

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHOLE = Reported(
    incident=Incident.MATERIAL,
    age_band=AgeBand.PREPUBESCENT,
    addresses=("https://files.example/a",),
    media=(Media({"sha256": bytes(32)}),),
    accounts=(Account("chat", "someone"),),
    ip_captures=(IpCapture("192.0.2.1", AT, 4711),),
    jurisdictions=("nl",),
    occurred_at=AT,
)


#### Pure ####


def test_a_whole_report_lacks_nothing():
    assert (gaps_of(WHOLE), score(gaps_of(WHOLE))) == (Gap(0), 100)


def test_an_empty_report_is_worth_little_and_never_less_than_nothing():
    assert gaps_of(Reported()) == together(set(Gap) - {Gap.NO_PLATFORM, Gap.IP_WITHOUT_TIME, Gap.IP_WITHOUT_PORT})
    assert 0 <= score(gaps_of(Reported())) <= 10


def test_an_address_without_time_and_port_is_said_to_be_without_them():
    from dataclasses import replace

    bare = replace(WHOLE, ip_captures=(IpCapture("192.0.2.1"),))
    assert gaps_of(bare) == Gap.IP_WITHOUT_TIME | Gap.IP_WITHOUT_PORT
    nowhere = replace(WHOLE, accounts=(Account("", "someone"),))
    assert gaps_of(nowhere) == Gap.NO_PLATFORM


def test_who_reports_an_approach_owes_no_file_and_who_reports_a_page_no_account():
    approached = Reported(incident=Incident.SOLICITATION, accounts=(Account("chat", "someone"),))
    assert Gap.NO_DIGEST not in gaps_of(approached)
    page = Reported(incident=Incident.MATERIAL, addresses=("https://files.example/a",))
    assert not gaps_of(page) & (Gap.NO_ACCOUNT | Gap.NO_IP)


def test_every_gap_has_points_a_sentence_and_a_reason_of_its_own():
    said = [labels.missing(gap)[0] for gap in Gap]
    assert set(POINTS) == set(Gap)
    assert len({one.what for one in said} | {one.why for one in said}) == 2 * len(Gap)
    assert [problem for problem in Problem if labels.problem_of(problem) == problem] == []


@given(st.lists(st.integers(0, sum(Gap)).map(Gap), max_size=6))
def test_a_case_lacks_what_all_its_reports_lack(every):
    lacking = lacked_by_all(every)
    assert all(lacking & each == lacking for each in every)
    assert 0 <= score(lacking) <= 100


#### Told ####


@pytest.fixture
def desk(db, home):
    return make_desk()


@pytest.fixture
def key(desk):
    return make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])


def send(client, key, number=1, **body):
    headers = {"authorization": f"Bearer {key[1]}", "idempotency-key": f"report-000{number}"}
    body = {"address": "https://files.example/a"} | body
    return client.post(reverse("api:reports"), json.dumps(body), content_type="application/json", headers=headers)


def ask(client, key):
    return client.get(reverse("api:quality"), headers={"authorization": f"Bearer {key[1]}"}).json()


def test_a_sender_learns_what_was_missing_what_was_known_and_what_was_refused(client, key):
    send(client, key, 1)
    send(client, key, 2)
    assert send(client, key, 3, address="", text="").status_code == 400
    told = ask(client, key)
    assert (told["reports"], told["repeats"], told["refused"]) == (2, 1, {"no-address": 1})
    lacking = {each["code"]: each["reports"] for each in told["lacking"]}
    assert lacking["no-time"] == lacking["no-digest"] == 2
    assert told["weekly_scores"][-1] == told["score"] == score(Gap(Report.objects.first().gaps))
    assert "files.example" not in json.dumps(told)


def test_a_refused_report_leaves_nothing_of_what_it_said(client, key):
    send(client, key, 1, text="data:image/png;base64,AAAA")
    [row] = Refusal.objects.values()
    assert "AAAA" not in str(row)
    assert row["problem"] == Problem.HAS_MEDIA


def test_no_sender_learns_about_another(desk, client, key):
    send(client, key)
    another = make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])
    foreign = make_key(make_desk("Other hotline").organisation, [Permission.INTAKE_REPORT_CREATE])
    assert [ask(client, each)["reports"] for each in (another, foreign)] == [0, 0]


def test_a_page_tells_of_one_sender_and_ranks_nobody(desk, client, key):
    send(client, key)
    send(client, key, 2, address="", text="")
    supervisor = make_person(desk.organisation, "supervisor", [Role.SUPERVISOR], [desk.team])
    sign_in(client, supervisor)
    text = client.get(reverse("partner", args=[key[0].id])).content.decode()
    assert "When it happened" in text
    assert "nobody could act on it" in text
    listed = client.get(reverse("partners")).content.decode()
    assert "of 100" not in listed
    sign_in(client, desk.colleague)
    assert client.get(reverse("partners")).status_code == 404


def test_a_case_says_what_an_authority_would_miss(desk, client, key):
    send(client, key)
    case_id = Report.objects.get().case_id
    assert "no-time" in {each.code for each in missing_of(case_id)}
    sign_in(client, make_person(desk.organisation, "supervisor", [Role.SUPERVISOR], [desk.team]))
    assert "What an authority would miss" in client.get(reverse("case", args=[case_id])).content.decode()


def test_what_is_missing_is_said_of_no_case_without_reports(desk):
    assert missing_of(actor(desk.colleague).organisation_id) == []
