"""What machines read: the same figures as the pages, and never more."""

from __future__ import annotations

from datetime import date

import pytest

from tests.world import actor, make_desk, make_key, make_person
from tutela.apps.assessment import releasing
from tutela.apps.assessment.models import OwnCount
from tutela.client import figures
from tutela.domain.actors import Permission, Role

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/assessment"


@pytest.fixture
def desk():
    return make_desk()


def ask(client, desk, what, *scopes):
    _, secret = make_key(desk.organisation, list(scopes or [Permission.ASSESSMENT_DATA_READ]))
    return client.get(f"{ROOT}/{what}", headers={"authorization": f"Bearer {secret}"})


def test_a_series_comes_with_its_breaks_and_what_it_is_not(desk, client):
    body = ask(client, desk, "series/cybertipline-reports").json()
    assert [each["value"] for each in body["values"] if each["span"] == "2017"] == [10_214_753]
    assert body["indicator"]["not_this"]
    assert body["breaks"]
    assert figures._read(ask(client, desk, "series/cybertipline-reports").content, figures.Series).digest


def test_definitions_are_found_by_their_words(desk, client):
    found = ask(client, desk, "indicators?q=cybertipline").json()["indicators"]
    assert found
    assert all("cybertipline" in f"{each['title']} {each['definition']}".casefold() for each in found)


def test_our_own_counts_are_for_keys_with_that_scope(desk, client):
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 9, 1), name="concerns-raised", count=4)
    assert ask(client, desk, "series/own-concerns-raised?area=X-DESK").status_code == 404
    scopes = (Permission.ASSESSMENT_DATA_READ, Permission.ASSESSMENT_INDICATOR_READ)
    body = ask(client, desk, "series/own-concerns-raised?area=X-DESK", *scopes).json()
    assert [(each["value"], each["printed"]) for each in body["values"]] == [(None, "fewer than 5")]


def test_a_release_answers_as_it_was_frozen_and_not_to_others(desk, client):
    analyst = actor(make_person(desk.organisation, "policy", [Role.POLICY_ANALYST]))
    made = releasing.freeze(analyst, "2026")
    key = ("cybertipline-reports", "WLD", "2017", "")
    releasing.correct(analyst, key, 1, reason="x", source="gta2018")
    body = ask(client, desk, f"series/cybertipline-reports?release={made.id}").json()
    assert [each["value"] for each in body["values"] if each["span"] == "2017"] == [10_214_753]
    other = make_desk("Other hotline")
    assert ask(client, other, f"series/cybertipline-reports?release={made.id}").status_code == 404
    assert [each["digest"] for each in ask(client, desk, "releases").json()] == [made.digest]


@pytest.mark.parametrize("what", ["series/no-such-indicator", "series/cybertipline-reports?area=NOWHERE"])
def test_what_is_not_there_is_not_found(desk, client, what):
    assert ask(client, desk, what).status_code == 404


def test_a_key_without_the_scope_finds_nothing(desk, client):
    assert ask(client, desk, "releases", Permission.ACCESS_SELF_READ).status_code == 404


def test_the_document_describes_these_routes_and_no_others(desk, client):
    paths = ask(client, desk, "openapi.json").json()["paths"]
    assert set(paths) == {
        f"/api/v1/assessment/{each}" for each in ("indicators", "series/{indicator_id}", "releases", "openapi.json")
    }
