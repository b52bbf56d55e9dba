"""Clues that somebody else wrote first at the same moment: whatever was proposed meanwhile follows where they lead."""

from __future__ import annotations

import pytest

from tests.world import make_desk
from tutela.apps.access.public import Desk
from tutela.apps.custody.public import ObjectKind, ReasonCode, erase, row_of, update_together
from tutela.apps.intake import services as intake
from tutela.apps.intake.models import Door, Report
from tutela.apps.triage import folding
from tutela.apps.triage.models import Case, Clue
from tutela.domain import reports
from tutela.domain.actors import SYSTEM
from tutela.domain.ids import CaseId
from tutela.domain.reports import ClueKind, Reported
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


#### A case that is full ####

P, Q, R = (f"https://files.example/{name}" for name in "pqr")


@pytest.fixture
def report(monkeypatch):
    """Hand reports in, all at once or one by one; a case of two is full."""
    monkeypatch.setattr(folding, "REPORTS_MAX", 2)
    desk = make_desk()
    keys = iter(range(1000))

    def give(*pages):
        sent = [
            intake.Submission(
                Door.API, f"key-{next(keys):04}", Reported(addresses=given.split(), text="seen"), intake.ground_of()
            )
            for given in pages
        ]
        taken = intake.receive_many(SYSTEM, Desk(desk.organisation.id, desk.team.id), sent)
        return [Report.objects.get(id=each.id).case_id for each in taken]

    return give


def test_a_full_case_gathers_nothing_more_and_the_next_one_does(report):
    first, second, third, fourth, fifth = (report(P)[0] for _ in range(5))
    assert first == second != third == fourth != fifth != first
    assert [Case.objects.get(id=each).report_count for each in (first, third, fifth)] == [2, 2, 1]


def test_a_batch_that_fills_a_case_goes_to_it_whole_and_what_follows_does_not(report):
    gathered = report(P, P, P, P)
    assert len(set(gathered)) == 1
    assert report(P)[0] not in gathered
    assert report(P, P, P)[2] == Clue.objects.get().mentions.order_by("-id")[0].case_id


def test_what_leads_elsewhere_goes_there_and_takes_the_clues_of_a_full_case_along(report):
    full, _ = report(P), report(P)
    other = report(Q)
    assert report(f"{Q} {P}") == other
    assert report(R) != other
    assert Clue.objects.filter(home_id=full[0]).count() == 0


def test_each_clue_of_a_full_case_leads_to_the_next_report_that_has_it(report):
    report(f"{P} {Q}")
    report(f"{P} {Q}")
    by_page, by_other = report(P)[0], report(Q)[0]
    assert by_page != by_other
    assert report(P, Q) == [by_page, by_other]


def test_a_person_sees_what_shares_a_clue_with_a_full_case(report):
    full = report(P, P)[0]
    later = report(P)[0]
    clue = Clue.objects.get()
    assert set(clue.mentions.values_list("case_id", flat=True)) == {full, later}
    assert clue.home_id == later


def test_an_erased_case_that_was_full_leaves_no_mark_of_its_own(report):
    full = report(f"{P} {Q}", f"{P} {Q}")[0]
    later = report(P)[0]
    erase(SYSTEM, full, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert list(Clue.objects.exclude(mark=None).values_list("home_id", flat=True)) == [later]
    erase(SYSTEM, later, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert not Clue.objects.exclude(mark=None).exists()


@pytest.mark.parametrize("became", ["full", "erased"])
def test_what_somebody_wrote_first_and_leads_nowhere_by_now_leads_where_ours_was_to(report, became):
    first = report(P)[0]
    theirs, proposed = Clue.objects.get(), CaseId(clock.new_id())
    if became == "full":
        Clue.objects.update(home_id=None)
    else:
        erase(SYSTEM, first, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
        theirs.save()  # as one that read of its case just before
    Case.objects.create(id=proposed, organisation_id=theirs.organisation_id)
    fresh = row_of(Clue, organisation_id=theirs.organisation_id, kind=_PAGE.kind, mark=theirs.mark, home_id=proposed)
    written, met = folding._written(theirs.organisation_id, {str(theirs.mark): fresh})
    placed = folding._settled([proposed], [{str(theirs.mark): _PAGE}], {}, written)
    update_together(met, ["home"])
    assert [(where.case_id, where.opens) for where in placed] == [(proposed, True)]
    assert Clue.objects.get(mark=theirs.mark).home_id == proposed
