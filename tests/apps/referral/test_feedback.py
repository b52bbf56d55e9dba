"""What authorities said reaches whoever works on the case, whoever sent it, and the indicators; and nobody else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from tests.apps.referral.conftest import configured
from tests.world import make_desk, make_key, make_person, sign_in
from tutela.apps.referral import public, services
from tutela.apps.referral.models import Feedback
from tutela.apps.referral.rules import FilingError
from tutela.apps.referral.words import Outcome, Said
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission, Role
from tutela.domain.period import Period
from tutela.engine import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(desk):
    return make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])


@pytest.fixture
def case(desk, key, client):
    """A case that a machine reported."""
    configured(channel="package", two="no")
    headers = {"authorization": f"Bearer {key[1]}", "idempotency-key": "report-0001"}
    body = json.dumps({"address": "https://files.example/a"})
    client.post(reverse("api:reports"), body, content_type="application/json", headers=headers)
    triage.Case.objects.update(team=desk.team)
    return triage.Case.objects.get()


@pytest.fixture
def filed(case, approver):
    made = services.draft(approver, case.id, "tip")
    services.approve(approver, made.id)
    services.hand_over(approver, made.id, "To their desk, by courier.")
    services.settle(approver, made.id, "NL-77", "Their letter.")
    return made


def counted(organisation_id=None):
    now = clock.now()
    return public.indicators(Period(now - timedelta(days=1), now + timedelta(days=1)), organisation_id)


def told(client, key):
    return client.get(reverse("api:quality"), headers={"authorization": f"Bearer {key[1]}"}).json()["authorities"]


def test_a_report_is_counted_once_for_each_word_however_often_it_is_said(filed, approver):
    for outcome in (None, Outcome.ACTED, Outcome.CHILD_FOUND):
        services.keep_feedback(approver, filed.id, Said.USEFUL, outcome, "")
    assert counted() == {
        "reports-filed": 1,
        "reports-said-useful": 1,
        "reports-said-not-useful": 0,
        "reports-with-outcome": 1,
    }


def test_another_organisation_counts_nothing_of_it(filed, approver):
    services.keep_feedback(approver, filed.id, Said.USEFUL, Outcome.ACTED, "")
    assert set(counted(make_desk("Other hotline").organisation.id).values()) == {0}


def test_what_was_not_filed_has_no_feedback(case, approver):
    made = services.draft(approver, case.id, "tip")
    with pytest.raises(FilingError):
        services.keep_feedback(approver, made.id, Said.USEFUL, None, "")
    assert not Feedback.objects.exists()


def test_the_page_of_the_case_tells_analysts_what_was_said_and_not_the_note(desk, filed, approver, client):
    services.keep_feedback(approver, filed.id, Said.NOT_USEFUL, Outcome.NOTHING, "They had it before.")
    sign_in(client, desk.colleague)
    text = client.get(reverse("case", args=[filed.case_id])).content.decode()
    assert "It was of no use" in text
    assert "Closed without anything being done" in text
    assert "What an authority said" in text
    assert "They had it before." not in text


def test_a_sender_learns_in_counts_what_became_of_its_reports_and_no_other_sender_does(
    desk, key, filed, approver, client
):
    services.keep_feedback(approver, filed.id, Said.USEFUL, Outcome.CHILD_FOUND, "A letter.")
    another = make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])
    foreign = make_key(make_desk("Other hotline").organisation, [Permission.INTAKE_REPORT_CREATE])
    assert told(client, key) == {"filed": 1, "said_useful": 1, "said_not_useful": 0}
    assert [set(told(client, each).values()) for each in (another, foreign)] == [{0}, {0}]


def test_the_page_of_a_sender_says_it_and_is_silent_where_nothing_was_filed(desk, key, case, approver, client):
    sign_in(client, make_person(desk.organisation, "supervisor", [Role.SUPERVISOR], [desk.team]))
    page = reverse("partner", args=[key[0].id])
    assert "What became of it at authorities" not in client.get(page).content.decode()
    made = services.draft(approver, case.id, "tip")
    services.approve(approver, made.id)
    services.hand_over(approver, made.id, "To their desk, by courier.")
    services.settle(approver, made.id, "NL-77", "Their letter.")
    assert "What became of it at authorities" in client.get(page).content.decode()
