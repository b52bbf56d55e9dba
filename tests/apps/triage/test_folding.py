"""Clues that somebody else wrote first at the same moment: whatever was proposed meanwhile follows where they lead."""

from __future__ import annotations

import pytest

from tests.world import make_desk
from tutela.apps.triage import folding
from tutela.apps.triage.models import Case, Clue
from tutela.domain import reports
from tutela.domain.ids import CaseId
from tutela.domain.reports import ClueKind
from tutela.engine import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

_PAGE = reports.Clue(ClueKind.PAGE, "https://files.example/a", "https://files.example/a")


@pytest.fixture
def clue():
    organisation = make_desk().organisation

    def made(mark, home_id=None):
        home_id = home_id or Case.objects.create(organisation=organisation).id
        return Clue.objects.create(organisation=organisation, kind=ClueKind.PAGE, mark=mark, home_id=home_id)

    return made


def test_no_clue_is_left_to_a_case_of_an_earlier_report_that_was_made_needless(clue):
    first, second = CaseId(clock.new_id()), CaseId(clock.new_id())
    theirs = clue("shared")
    written = {"shared": theirs, "own": clue("own", first), "next": clue("next", first)}
    given = [dict.fromkeys(("shared", "own"), _PAGE), dict.fromkeys(("shared", "next"), _PAGE)]
    placed = folding._settled([first, second], given, {}, written)
    assert [where.case_id for where in placed] == [theirs.home_id] * 2
    assert not any(where.opens for where in placed)
    assert set(Clue.objects.values_list("home_id", flat=True)) == {theirs.home_id}


def test_a_clue_of_a_case_that_was_opened_stays_with_it(clue):
    first, second = CaseId(clock.new_id()), CaseId(clock.new_id())
    written = {"weak": clue("weak", first), "theirs": clue("theirs")}
    Case.objects.create(id=first, organisation_id=written["theirs"].organisation_id)
    given = [dict.fromkeys(("weak",), _PAGE), dict.fromkeys(("theirs", "weak"), _PAGE)]
    placed = folding._settled([first, second], given, {}, written)
    assert [(where.case_id, where.opens) for where in placed] == [(first, True), (first, False)]
    assert Clue.objects.get(mark="weak").home_id == first
