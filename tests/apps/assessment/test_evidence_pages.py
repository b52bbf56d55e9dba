"""The evidence library of the console: cards come in with the data, are searched and read, and are frozen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.assessment import data, importing, releasing
from tutela.domain.actors import Role
from tutela.engine.assessment import cards

pytestmark = pytest.mark.django_db
HEAD = ",".join(cards.COLUMNS)
NOTICES = (
    "notices-one,Notices to hosts,one country,before and after,arachnid-notices,12,4,20,gta2018,alone,hosts differ"
)
LESSONS = "lessons-one,Lessons in school,one region,randomised,what pupils know,,,,gta2018,,"


def table(*lines):
    return {cards.TABLE: "\n".join([HEAD, *lines]).encode()}


@pytest.fixture
def person():
    return make_person(make_desk().organisation, "policy", [Role.POLICY_ANALYST])


def test_cards_come_in_whole_or_not_at_all_with_a_line_for_each_that_is_the_reason(person):
    me = actor(person)
    made = importing.take_in(me, "Doubtful", table(NOTICES, LESSONS.replace("gta2018", "hearsay")))
    assert (made.was_taken, data.registry(me).cards) == (False, ())
    assert [(each.table, each.line, each.reason) for each in made.refusals.all()] == [("evidence.csv", 3, "unknown")]
    assert importing.take_in(me, "Cards", table(NOTICES, LESSONS)).was_taken
    assert {each.id for each in data.registry(me).cards} == {"notices-one", "lessons-one"}
    again = importing.take_in(me, "The same under another title", table(LESSONS, NOTICES))
    assert [each.reason for each in again.refusals.all()] == ["duplicate", "duplicate"]


def test_cards_are_frozen_with_a_release_and_stay_when_a_value_is_corrected(person):
    me = actor(person)
    importing.take_in(me, "Cards", table(NOTICES))
    release = releasing.freeze(me, "2026")
    releasing.correct(me, ("cybertipline-reports", "WLD", "2017", ""), 1, reason="x", source="gta2018")
    importing.take_in(me, "More cards", table(LESSONS))
    assert [each.id for each in releasing.opened(release).cards] == ["notices-one"]
    assert len(data.registry(me).cards) == 2


def test_a_card_is_found_and_read_with_its_doubts_and_what_it_is_not(person, client):
    sign_in(client, person)
    assert "Not configured: no card is here" in client.get(reverse("evidence")).content.decode()
    importing.take_in(actor(person), "Cards", table(NOTICES, LESSONS))
    page = client.get(reverse("evidence"), {"q": "hosts"}).content.decode()
    assert "Notices to hosts" in page
    assert "Lessons in school" not in page
    assert "its studies leave the effect uncertain" in page
    page = client.get(reverse("evidence"), {"design": "randomised"}).content.decode()
    assert "Notices to hosts" not in page
    assert "measure nothing that an indicator" in page
    assert "No card has these words" in client.get(reverse("evidence"), {"q": "x" * 90}).content.decode()
    card = client.get(reverse("card", args=["notices-one"])).content.decode()
    assert all(words in card for words in ("12, 4 to 20", "alone", "hosts differ", "carries over to another country"))
    assert client.get(reverse("card", args=["nothing"])).status_code == 404


def test_another_organisation_has_none_of_them(person, client):
    importing.take_in(actor(person), "Cards", table(NOTICES))
    sign_in(client, make_person(make_desk("Other hotline").organisation, "policy", [Role.POLICY_ANALYST]))
    assert client.get(reverse("card", args=["notices-one"])).status_code == 404
