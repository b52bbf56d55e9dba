from __future__ import annotations

from dataclasses import replace
from datetime import date

from tutela.engine.assessment import registry
from tutela.engine.assessment.actions import THEMES_OF, Action, Finding, State, Theme, review
from tutela.engine.assessment.capability import Area

CATALOGUE = registry.load().catalogue
TODAY = date(2026, 11, 22)
FINDING = Finding("f1", "Removal is slow outside of the network", "2026")
ACTION = Action(
    "a1", "f1", Theme.TECHNOLOGY, "Ask for protocols", "The secretariat", "arachnid-notices", date(2027, 1, 1)
)


def test_every_area_of_the_model_has_its_theme_and_every_theme_an_area():
    assert set(THEMES_OF) == set(Area)
    assert {theme for themes in THEMES_OF.values() for theme in themes} == set(Theme)


def test_a_whole_chain_has_nothing_to_look_at():
    found = review([FINDING], [ACTION], CATALOGUE, TODAY)
    assert (found.unanswered, found.faults, found.overdue) == ((), (), ())


def test_a_finding_that_nobody_answers_is_listed():
    assert review([FINDING], [], CATALOGUE, TODAY).unanswered == (FINDING,)
    given_up = replace(ACTION, state=State.GIVEN_UP)
    assert review([FINDING], [given_up], CATALOGUE, TODAY).unanswered == (FINDING,)


def test_an_action_without_finding_owner_or_measure_is_listed():
    for broken in (replace(ACTION, finding="f9"), replace(ACTION, owner=" "), replace(ACTION, indicator="threat")):
        assert [each for each, _ in review([FINDING], [broken], CATALOGUE, TODAY).faults] == [broken]


def test_an_action_past_its_day_is_listed_until_it_is_done():
    late = replace(ACTION, due=date(2026, 1, 1))
    assert review([FINDING], [late], CATALOGUE, TODAY).overdue == (late,)
    assert not review([FINDING], [replace(late, state=State.DONE)], CATALOGUE, TODAY).overdue
