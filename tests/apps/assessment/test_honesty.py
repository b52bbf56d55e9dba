"""D5: every page is walked; no number stands on one without its unit, span, source and what it is not."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.assessment import importing, releasing, studying
from tutela.apps.assessment.models import OwnCount
from tutela.apps.assessment.studying import Question
from tutela.domain.actors import Role
from tutela.engine.assessment import cards, charts
from tutela.engine.assessment.indicators import Construct, Lens
from tutela.engine.assessment.registry import load

PARTS = ("unit", "span", "source", "not-this")
VOID = {"input", "br", "meta", "link", "img", "hr", "option", "path", "circle"}


class Walk(HTMLParser):
    """Finds every figure of a page, what is in each of its parts, and values that stand in none."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.stray, self._stack = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        classes = set((dict(attrs).get("class") or "").split())
        if tag not in VOID:
            self._stack.append((tag, classes))
        if "figure" in classes:
            self.figures.append({})
        if "value" in classes and not any("figure" in each for _tag, each in self._stack):
            self.stray.append(self.getpos())

    def handle_endtag(self, tag):
        while self._stack and self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if any("figure" in each for _tag, each in self._stack):
            for name in (*PARTS, "value"):
                if any(name in each for _tag, each in self._stack):
                    self.figures[-1][name] = self.figures[-1].get(name, "") + data.strip()


@pytest.fixture
def visitor(db, client):
    desk = make_desk()
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 8, 1), name="concerns-raised", count=3)
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 9, 1), name="concerns-raised", count=4)
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 9, 1), name="cases-opened", count=41)
    person = make_person(desk.organisation, "policy", [Role.POLICY_ANALYST])
    sign_in(client, person)
    client.actor = actor(person)
    return client


def pages(visitor):
    release = releasing.freeze(visitor.actor, "2026")
    yield reverse("assessment")
    yield from (reverse("assessment-lens", args=[lens]) for lens in Lens)
    yield reverse("cost") + "?low=1000&high=4000&source=x&area=KHM&spread=30"
    card = "notices-one,Notices,one country,before and after,arachnid-notices,12,4,20,gta2018,,"
    tables = {cards.TABLE: f"{','.join(cards.COLUMNS)}\n{card}\n".encode()}
    assert importing.take_in(visitor.actor, "Cards", tables).was_taken
    yield reverse("evidence")
    yield reverse("card", args=["notices-one"])
    yield reverse("assessment-country") + "?code=KHM"
    yield reverse("assessment-explore") + "?with=cybertipline-reports&with=survey-affected-of-all"
    yield from (
        reverse("assessment-indicator", args=[each]) for each in (*load().catalogue.indicators, "own-cases-opened")
    )
    yield reverse("assessment-indicator", args=["cybertipline-reports"]) + f"?release={release.id}"


def without_drawings(monkeypatch):
    monkeypatch.setattr("tutela.apps.assessment.reading.draw", lambda chart: None)


def test_no_number_without_unit_span_source_and_what_it_is_not(visitor, monkeypatch):
    without_drawings(monkeypatch)
    seen = 0
    for address in pages(visitor):
        answer = visitor.get(address)
        assert (address, answer.status_code) == (address, 200)
        walk = Walk(answer.content.decode())
        assert (address, walk.stray) == (address, [])
        bare = [figure for figure in walk.figures if not all(figure.get(part) for part in PARTS)]
        assert (address, bare) == (address, [])
        seen += len(walk.figures)
    assert seen > 400


def test_small_numbers_about_people_are_nowhere(visitor):
    text = visitor.get(reverse("assessment-indicator", args=["own-concerns-raised"])).content.decode()
    values = re.findall(r'class="number value">([^<]*)<', text)
    assert values == ["fewer than 5", "fewer than 5"]
    rows = visitor.get(reverse("assessment-download", args=["own-concerns-raised", "json"])).json()["rows"]
    assert [row["value"] for row in rows] == [None, None]
    table = visitor.get(reverse("assessment-download", args=["own-concerns-raised", "csv"])).content.decode()
    assert table.count("fewer than 5") == 2


def test_a_count_of_reports_is_never_on_an_axis_of_prevalence():
    for indicator in load().catalogue.indicators.values():
        if indicator.construct is not Construct.VICTIMISATION:
            assert "asked" not in charts.axis_of(indicator).title
        if indicator.is_count_of_reports:
            assert charts.axis_of(indicator).title.startswith(("Reported", "Detected", "Removed"))


def test_countries_are_in_no_order_but_that_of_their_names(visitor):
    answer = visitor.get(reverse("assessment-country"))
    names = [each.name for each in answer.context["countries"]]
    assert len(names) > 100
    assert names == sorted(names)


def test_a_study_says_how_sure_it_is_and_what_its_number_is_not(visitor):
    made = studying.ask(visitor.actor, Question("cybertipline-reports", "WLD", date(2010, 1, 1), "An event"))
    waiting = visitor.get(reverse("study", args=[made.id])).content.decode()
    assert "It is being computed" in waiting
    studying.keep(made.id, studying.answer(made.id))
    answer = visitor.get(reverse("study", args=[made.id]))
    figure = Walk(answer.content.decode()).figures[0]
    assert all(figure.get(part) for part in (*PARTS, "value"))
    assert answer.context["result"]["doubts"]


def test_a_study_of_too_little_is_refused_in_words(visitor):
    made = studying.ask(visitor.actor, Question("iwf-reports-assessed", "WLD", date(2013, 1, 1), "An event"))
    studying.keep(made.id, studying.answer(made.id))
    made.refresh_from_db()
    assert (made.state, bool(made.refused_because), made.result) == ("refused", True, None)


@pytest.mark.parametrize("address", ["assessment-indicator", "assessment-download"])
def test_what_is_not_there_is_not_found(visitor, address):
    more = ["csv"] if address == "assessment-download" else []
    assert visitor.get(reverse(address, args=["no-such-indicator", *more])).status_code == 404
    assert visitor.get(reverse("assessment-lens", args=["no-lens"])).status_code == 404
    wrong = reverse("assessment-indicator", args=["cybertipline-reports"]) + "?release=nothing"
    assert visitor.get(wrong).status_code == 404
