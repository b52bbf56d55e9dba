"""Cost scenarios that are kept: their inputs and source, never changed, seen by nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.assessment import costing, studying
from tutela.apps.assessment.costing import ScenarioError
from tutela.apps.assessment.models import Study
from tutela.domain.actors import Role
from tutela.domain.terms import find_avoided, vocabulary
from tutela.engine.assessment.scenarios import Scenario, price

pytestmark = pytest.mark.django_db
ASKED = Scenario("A year", low=1000, high=4000, source="our own count", area="KHM", spread_percent=30)
AVOIDED = next(each.term for each in vocabulary() if any(find_avoided(each.term)))


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def person(desk):
    return make_person(desk.organisation, "policy", [Role.POLICY_ANALYST])


@pytest.mark.parametrize("change", [{"low": 4000}, {"low": 0}, {"source": " "}, {"spread_percent": 0}])
def test_inputs_that_do_not_hold_together_are_no_scenario(change):
    with pytest.raises(ValueError):  # noqa: PT011  - each of them says something else
        replace(ASKED, **change)


def test_every_method_gives_a_range_and_none_is_added_to_another():
    found = price(ASKED)
    assert len({each.study.id for each in found}) == len(found) > 1
    assert all(each.range.low < each.range.median < each.range.high for each in found)
    assert all(any("no published method is about online abuse alone" in flag for flag in each.flags) for each in found)
    assert [each.range for each in price(ASKED)] == [each.range for each in found]


def test_a_scenario_is_kept_once_under_its_name_and_is_no_study_of_impact(person):
    me = actor(person)
    kept = costing.keep(me, ASKED)
    assert Scenario.read(Study.objects.get(id=kept.id).asked) == ASKED
    assert len(kept.result["ranges"]) == len(price(ASKED))
    with pytest.raises(ScenarioError):
        costing.keep(me, replace(ASKED, low=2000))
    with pytest.raises(ScenarioError):
        costing.keep(me, replace(ASKED, title=" "))
    with pytest.raises(ScenarioError, match="instead"):
        costing.keep(me, replace(ASKED, title=AVOIDED))
    assert list(studying.studies(me)) == []


def test_nobody_else_sees_it_and_who_only_reads_cannot_keep_one(desk, person):
    costing.keep(actor(person), ASKED)
    other = actor(make_person(make_desk("Other hotline").organisation, "policy", [Role.POLICY_ANALYST]))
    assert list(costing.scenarios(other)) == []
    with pytest.raises(PermissionDenied):
        costing.keep(actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR])), ASKED)


def test_the_workbench_keeps_what_it_shows_and_lists_it(person, client, monkeypatch):
    monkeypatch.setattr("tutela.apps.assessment.reading.draw", lambda chart: None)
    sign_in(client, person)
    said = {"low": "1000", "high": "4000", "source": "our own count", "area": "KHM", "spread": "30"}
    assert "Keep this scenario" in client.get(reverse("cost"), said).content.decode()
    assert "Keep this scenario" not in client.get(reverse("cost")).content.decode()
    refused = client.post(reverse("cost-keep"), said | {"title": AVOIDED}, follow=True)
    assert "Give the scenario a name" in refused.content.decode()
    page = client.post(reverse("cost-keep"), said | {"title": "A year"}, follow=True).content.decode()
    assert "our own count" in page
    assert "A year" in page
    again = client.post(reverse("cost-keep"), said | {"title": "A year"}, follow=True).content.decode()
    assert "is kept already" in again
    assert Study.objects.count() == 1
