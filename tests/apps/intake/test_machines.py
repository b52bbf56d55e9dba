"""The door for machines: what comes goes to the desk that was named, and a child in danger is never told to wait."""

from __future__ import annotations

import pytest

from tests.world import make_desk, make_key
from tutela.apps.access import services as access
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Permission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
ADDRESS = "https://files.example/a"


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def hand_in(desk, client):
    """Hand a report in by a key that may do so once a minute."""
    scopes = [Permission.INTAKE_REPORT_CREATE, Permission.ACCESS_SELF_READ]
    _key, secret = make_key(desk.organisation, scopes, requests_per_minute_max=1)
    sent = iter(range(1000))

    def status(report=None, path="/api/v1/reports"):
        headers = {"authorization": f"Bearer {secret}", "idempotency-key": f"report-{next(sent)}"}
        if report is None:
            return client.get(path, headers=headers).status_code
        return client.post(path, report, content_type="application/json", headers=headers).status_code

    return status


#### Where it goes ####


def test_until_a_desk_is_named_what_machines_report_is_the_whole_organisations(desk, hand_in):
    assert hand_in({"address": ADDRESS}) == 201
    assert triage.Case.objects.get().team_id is None


def test_what_machines_report_goes_where_the_publics_reports_go(desk, hand_in):
    access.set_desk(SYSTEM, desk.organisation.id, desk.other_team.id)
    assert hand_in({"address": ADDRESS}) == 201
    assert triage.Case.objects.get().team_id == desk.other_team.id


def test_what_machines_report_stays_in_their_organisation_whoever_serves_the_public(desk, hand_in):
    theirs = make_desk("Other hotline")
    access.set_desk(SYSTEM, theirs.organisation.id, theirs.team.id)
    assert hand_in({"address": ADDRESS}) == 201
    found = triage.Case.objects.get()
    assert (found.organisation_id, found.team_id) == (desk.organisation.id, None)


#### How often ####


def test_a_child_in_danger_is_not_told_to_wait_because_its_key_asked_too_often(hand_in, standing_clock):
    danger = {"address": ADDRESS, "child_in_danger": True}
    assert [hand_in({"address": ADDRESS}) for _ in range(2)] == [201, 429]
    assert [hand_in(danger) for _ in range(10)] == [201] * 10
    assert hand_in({"address": ADDRESS}) == 429


def test_saying_danger_opens_nothing_else(hand_in, standing_clock):
    hand_in({"address": ADDRESS})
    assert hand_in(path="/api/v1/self?child_in_danger=true") == 429
    for broken in ({"child_in_danger": True, "more": 1}, {"child_in_danger": 7}, ["child_in_danger"], "{"):
        assert hand_in(broken) == 429


def test_even_danger_has_an_end(hand_in, standing_clock):
    danger = {"address": ADDRESS, "child_in_danger": True}
    answers = [hand_in(danger) for _ in range(102)]
    assert answers == [201] * 101 + [429]
