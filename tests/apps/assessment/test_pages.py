"""The page of indicators: the figures of the API, period by period, and what they are not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.urls import reverse

from tests.world import make_desk, make_person, sign_in
from tutela.apps.assessment import pages, services
from tutela.apps.assessment.pages import Row
from tutela.apps.triage.public import Case
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.period import Period
from tutela.engine import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return make_desk()


def test_every_indicator_that_exists_has_words(desk):

    assert set(services.collect(SYSTEM, Period(clock.now(), clock.now()))) == set(pages._LABELS)


@pytest.mark.parametrize("by", ["days", "weeks", "months", "moons"])
def test_what_is_counted_today_is_in_the_newest_period_and_in_no_other(desk, client, by):
    Case.objects.create(organisation=desk.organisation, team=desk.team)
    sign_in(client, make_person(desk.organisation, "supervisor", [Role.SUPERVISOR]))
    answer = client.get(reverse("indicators"), {"by": by})
    assert "A reported count is not a level of abuse." in answer.content.decode()
    rows = {row.label: row for row in answer.context["rows"]}
    assert rows["Cases opened"].counts == (*([0] * 11), 1)
    periods = answer.context["periods"]
    assert all(before.end == after.start for before, after in pairwise(periods))


def test_another_organisations_figures_are_not_in_it(desk, client):
    other = make_desk("Other hotline")
    Case.objects.create(organisation=other.organisation, team=other.team)
    sign_in(client, make_person(desk.organisation, "supervisor", [Role.SUPERVISOR]))
    rows = {row.label: row for row in client.get(reverse("indicators")).context["rows"]}
    assert sum(rows["Cases opened"].counts) == 0
    assert "Changes recorded" not in rows  # of the whole installation


def test_a_line_says_in_words_what_it_shows():
    assert Row("Cases", (1, 2)).spoken == "Cases, oldest first: 1, 2"
