"""What clues brought together a person can part, and merge what they did not: nothing is lost, twice or unrecorded."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from tests.world import actor, make_desk, make_person
from tutela.apps.access.public import Desk
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase
from tutela.apps.intake import services as intake
from tutela.apps.intake.models import Answer, Door, Report
from tutela.apps.review import linking
from tutela.apps.review.services import ReviewError
from tutela.apps.safeguarding.models import Concern
from tutela.apps.takedown.models import Notice, Takedown
from tutela.apps.triage import public as triage
from tutela.apps.triage.models import Case, CaseState, Clue, Likeness, Location, Mention, Move, Sighting
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.ids import ReportId
from tutela.domain.reports import Account, ClueKind, Fact, Media, Reported
from tutela.engine import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
P, Q, R = (f"https://files.example/{name}" for name in "pqr")
FILE = Media({"sha256": bytes(range(32))})
OTHER_FILE = Media({"sha256": bytes(range(1, 33))})


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def analyst(desk):
    return actor(desk.colleague)


@pytest.fixture
def report(desk):
    """Hand one report in by telephone."""
    keys = iter(range(1000))

    def give(*addresses, text="seen", **claims):
        submission = intake.Submission(
            Door.CALL,
            f"call-{next(keys):04}",
            Reported(addresses=addresses, text=text, **claims),
            intake.ground_of(),
            receipt_digest="ab" * 32,
        )
        return intake.receive(SYSTEM, Desk(desk.organisation.id, desk.team.id), submission)

    return give


def case_of(report):
    return Report.objects.get(id=report.id).case_id


def actions(case_id):
    return list(Leaf.objects.filter(chain_id=case_id).order_by("serial").values_list("action", flat=True))


def homes():
    return {clue.kind: clue.home_id for clue in Clue.objects.exclude(kind=ClueKind.PAGE)}


def pages(case_id):
    return sorted(row.address for row in Location.objects.filter(case_id=case_id))


def picture(case_id):
    """Everything that a case is made of, as it is read back."""
    case = Case.objects.get(id=case_id)
    reports = Report.objects.filter(case_id=case_id).order_by("received_at", "id")
    return {
        "reports": [(each.id, each.text, each.claimed) for each in reports],
        "pages": pages(case_id),
        "sightings": sorted(Sighting.objects.filter(case_id=case_id).values_list("report_id", "item_id")),
        "mentions": sorted(Mention.objects.filter(case_id=case_id).values_list("report_id", "clue_id", "led_here")),
        "homes": sorted(Clue.objects.filter(home_id=case_id).values_list("id", flat=True)),
        "claims": (case.facts, case.report_count, case.child_in_danger),
    }


#### Taking out ####


def test_a_report_that_is_taken_out_leaves_nothing_behind_and_takes_nothing_of_others(report, analyst):
    first, second = report(P, media=(FILE,)), report(P, Q, media=(FILE, OTHER_FILE), text="of the second")
    assert case_of(first) == case_of(second)
    own = linking.take_out(analyst, case_of(first), second.id)
    assert case_of(second) == own != case_of(first)
    assert (pages(case_of(first)), pages(own)) == ([P], [P, Q])
    assert Report.objects.get(id=second.id).text == "of the second"
    assert set(Sighting.objects.filter(case_id=own).values_list("report_id", flat=True)) == {second.id}
    assert [Case.objects.get(id=each).report_count for each in (case_of(first), own)] == [1, 1]
    assert Mention.objects.filter(case_id=own, led_here=True).count() == 0


def test_what_comes_later_by_the_same_clue_goes_where_the_others_went(report, analyst):
    first, second = report(P), report(P, Q)
    own = linking.take_out(analyst, case_of(first), second.id)
    assert case_of(report(P)) == case_of(first)
    assert case_of(report(Q)) == own  # only the one that was taken out had it


def test_a_report_goes_to_where_its_next_clue_leads(report, analyst):
    elsewhere, first = report(Q), report(accounts=(Account("Chat", "a"),))
    strayed = report(Q, accounts=(Account("Chat", "a"),))
    assert case_of(strayed) == case_of(first)
    assert linking.take_out(analyst, case_of(first), strayed.id) == case_of(elsewhere)
    assert dict(triage.led_by(case_of(elsewhere))) == {strayed.id: ClueKind.PAGE}
    assert case_of(report(accounts=(Account("Chat", "a"),))) == case_of(first)


def test_both_chains_name_the_other_case_and_the_reason_stays_sealed(report, analyst):
    first, second = report(P), report(P)
    source = case_of(first)
    own = linking.take_out(analyst, source, second.id, "not the same thing")
    there, here = (Leaf.objects.filter(action=Action.CASE_SPLIT, chain_id=each) for each in (source, own))
    assert [(leaf.object_id, bool(leaf.detail)) for leaf in there] == [(own, True)]
    assert {(leaf.kind, leaf.object_id) for leaf in here} == {
        (ObjectKind.CASE, source),
        (ObjectKind.REPORT, second.id),
    }
    assert {leaf.reason for leaf in (*there, *here)} == {ReasonCode.PERSON_DECIDED}


def test_claims_are_joined_anew_so_that_what_left_weighs_nothing(report, analyst):
    first, second = report(P), report(P, facts=frozenset({Fact.LIVE}))
    source = case_of(first)
    assert "live" in Case.objects.get(id=source).signals
    own = linking.take_out(analyst, source, second.id)
    assert "live" not in Case.objects.get(id=source).signals
    assert "live" in Case.objects.get(id=own).signals


def test_a_child_in_danger_is_asked_after_in_both_cases(report, analyst):
    first, second = report(P), report(P, facts=frozenset({Fact.DANGER_NOW}))
    source = case_of(first)
    own = linking.take_out(analyst, source, second.id)
    assert set(Concern.objects.filter(closed_at=None).values_list("case_id", flat=True)) == {source, own}
    assert Case.objects.get(id=own).child_in_danger


def test_answers_open_under_the_key_of_the_new_case_and_die_with_it_alone(report, analyst):
    first, second = report(P), report(P, text="of the second")
    source = case_of(first)
    intake.answer(analyst, source, second.id, "thank you")
    own = linking.take_out(analyst, source, second.id)
    erase(SYSTEM, source, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert Answer.objects.get().text == "thank you"
    assert Report.objects.get(id=first.id).text is None
    erase(SYSTEM, own, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert Answer.objects.get().text is None


def test_a_notice_goes_with_its_address(report, analyst, desk):
    first, second = report(P), report(P, Q)
    source = case_of(first)
    place = next(row for row in Location.objects.filter(case_id=source) if row.address == Q)
    owned = {"organisation": desk.organisation, "case_id": source}
    takedown = Takedown.objects.create(item=place.item, location=place, **owned)
    Notice.objects.create(takedown=takedown, address=Q, recipient="abuse@host.example", **owned)
    own = linking.take_out(analyst, source, second.id)
    assert (Notice.objects.get().case_id, Notice.objects.get().recipient) == (own, "abuse@host.example")
    assert Takedown.objects.get().case_id == own


def test_the_only_report_and_one_of_another_case_are_not_taken_out(report, analyst):
    first, other = report(P), report(Q)
    with pytest.raises(ReviewError, match="only"):
        linking.take_out(analyst, case_of(first), first.id)
    with pytest.raises(Http404):
        linking.take_out(analyst, case_of(first), other.id)


#### Merging ####


@pytest.fixture
def two(report):
    """Two cases that share a weaker clue: a page."""
    first = report(P, accounts=(Account("Chat", "a"),))
    second = report(accounts=(Account("Chat", "b"),))
    report(P, Q, accounts=(Account("Chat", "b"),), media=(FILE,))
    return case_of(first), case_of(second)


def test_merging_moves_everything_and_later_reports_follow(report, analyst, two):
    into, emptied = two
    linking.merge(analyst, emptied, into)
    assert Report.objects.filter(case_id=into).count() == 3
    assert not any(rows.objects.filter(case_id=emptied).exists() for rows in (Sighting, Mention, Location))
    assert pages(into) == [P, Q]
    assert case_of(report(accounts=(Account("Chat", "b"),))) == into
    closed = Case.objects.get(id=emptied)
    assert (closed.state, closed.closed_because, closed.report_count) == (CaseState.CLOSED, "duplicate", 0)
    assert Action.CASE_MERGED in actions(into)
    assert actions(emptied)[-2:] == [Action.CASE_PRIORITISED, Action.CASE_CLOSED]


def test_a_report_on_its_way_to_a_case_that_is_merged_away_is_not_put_there(desk, analyst, two):
    into, emptied = two
    reported = Reported(accounts=(Account("Chat", "b"),))
    given = triage.Arrival(
        ReportId(clock.new_id()), desk.organisation.id, desk.team.id, reported, "sender", intake.ground_of()
    )
    with transaction.atomic():
        placed = triage.place([given])
        assert placed[0].case_id == emptied
        linking.merge(analyst, emptied, into)
        with pytest.raises(IntegrityError):  # intake begins again: see `receive_many`
            triage.take_in(SYSTEM, [given], placed)
        assert triage.place([given])[0].case_id == into


@pytest.mark.parametrize("order", [1, -1])
def test_undoing_a_merge_gives_back_both_cases_as_they_were(analyst, two, order):
    into, emptied = two[::order]
    before = picture(into), picture(emptied)
    linking.merge(analyst, emptied, into)
    linking.undo(analyst, into, Move.objects.get().id)
    assert (picture(into), picture(emptied)) == before
    assert Case.objects.get(id=emptied).state == CaseState.WAITING
    with pytest.raises(ReviewError, match="already"):
        linking.undo(analyst, into, Move.objects.earliest("moved_at").id)


def test_undoing_what_was_taken_out_gives_back_the_case_as_it_was(report, analyst):
    first, second = report(P, media=(FILE,)), report(P, Q, media=(OTHER_FILE,))
    source, before = case_of(first), picture(case_of(first))
    own = linking.take_out(analyst, source, second.id)
    linking.undo(analyst, own, Move.objects.get().id)
    assert picture(source) == before
    assert Case.objects.get(id=own).state == CaseState.CLOSED


def test_cases_that_share_nothing_are_not_merged(report, analyst):
    first, second = report(P), report(Q)
    with pytest.raises(ReviewError, match="nothing in common"):
        linking.merge(analyst, case_of(first), case_of(second))


def test_files_that_look_alike_allow_a_merge_until_somebody_says_they_are_not_the_same(report, analyst, desk):
    first, second = report(P, media=(FILE,)), report(Q, media=(OTHER_FILE,))
    one, other = (Sighting.objects.get(report_id=each.id).item for each in (first, second))
    asked = Likeness.objects.create(
        organisation=desk.organisation, item=other, other=one, distance_bits=4, threshold_bits=31
    )
    Likeness.objects.update(answer=Likeness.Answer.NOT_SAME)
    with pytest.raises(ReviewError, match="nothing in common"):
        linking.merge(analyst, case_of(second), case_of(first))
    Likeness.objects.filter(id=asked.id).update(answer="")
    linking.merge(analyst, case_of(second), case_of(first))
    assert set(Leaf.objects.filter(action=Action.CASE_MERGED).values_list("reason", flat=True)) == {
        ReasonCode.NEAR_MATCH
    }


def test_a_case_whose_child_may_not_be_safe_is_not_emptied(report, analyst, two):
    into, emptied = two
    report(facts=frozenset({Fact.DANGER_NOW}), accounts=(Account("Chat", "b"),))
    with pytest.raises(ReviewError, match="safe"):
        linking.merge(analyst, emptied, into)
    linking.merge(analyst, into, emptied)
    assert Case.objects.get(id=emptied).child_in_danger


def test_an_erased_case_neither_gives_nor_takes(analyst, two):
    into, emptied = two
    erase(SYSTEM, emptied, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    for pair in ((into, emptied), (emptied, into)):
        with pytest.raises(ReviewError):
            linking.merge(analyst, *pair)


def test_a_closed_case_waits_again_when_something_comes_to_it(analyst, two):
    into, emptied = two
    triage.close(analyst, into, triage.Closing.DONE)
    linking.merge(analyst, emptied, into)
    assert Case.objects.get(id=into).state == CaseState.WAITING


def test_a_crash_in_the_middle_leaves_both_cases_as_they_were(analyst, two, monkeypatch):
    into, emptied = two
    before, leaves = (picture(into), picture(emptied)), Leaf.objects.count()

    def fail(*_args):
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(linking.takedown, "move", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        linking.merge(analyst, emptied, into)
    assert (picture(into), picture(emptied)) == before
    assert (Leaf.objects.count(), Move.objects.count()) == (leaves, 0)


#### Who ####


def test_nobody_moves_what_is_another_teams_or_another_organisations(report, desk, two):
    into, emptied = two
    foreign = actor(make_person(make_desk("Other hotline").organisation, "foreign", [Role.SUPERVISOR]))
    for one in (actor(desk.stranger), foreign):
        with pytest.raises(Http404):
            linking.merge(one, emptied, into)
        with pytest.raises(Http404):
            linking.take_out(one, emptied, Report.objects.filter(case_id=emptied).latest("received_at").id)
    senior = actor(make_person(desk.organisation, "senior", [Role.SENIOR_ANALYST]))
    with pytest.raises(PermissionDenied):
        linking.merge(senior, emptied, into)
