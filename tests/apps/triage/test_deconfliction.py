"""Is another unit on it? Only where both agreed, by marks that say nothing, never as an oracle."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from tests.world import actor, make_desk, make_key, make_person, sign_in
from tutela.apps.access.public import Desk, acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase
from tutela.apps.intake.models import Door, Report
from tutela.apps.intake.services import Submission, ground_of, receive
from tutela.apps.jobs.models import DeadJob
from tutela.apps.jobs.public import run_worker
from tutela.apps.review import linking
from tutela.apps.triage import deconfliction, sharing
from tutela.apps.triage.agreements import Agreement, Inquiry, SharedMark
from tutela.apps.triage.models import Case
from tutela.domain.actors import SYSTEM, Permission, Role
from tutela.domain.reports import Account, Clue, ClueKind, Reported

PAGE = "https://files.example/a"


@pytest.fixture
def ours(db, home):
    return make_desk()


@pytest.fixture
def theirs(ours):
    return make_desk("Other hotline")


def supervisor(desk):
    return actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team]))


def come(desk, key="0001", **said):
    with acting_as(SYSTEM):
        submission = Submission(Door.API, f"key-{key}", Reported(**said), ground_of())
        report = receive(SYSTEM, Desk(desk.organisation.id, desk.team.id), submission)
    return Case.objects.get(id=report.case_id)


def agree(one, other):
    for desk, named in ((one, other), (other, one)):
        deconfliction.agree_inside(supervisor(desk), named.organisation.name, desk.team.id)


def test_both_see_that_the_other_has_it_once_both_agreed(ours, theirs):
    agree(ours, theirs)
    case, other = come(ours, addresses=(PAGE,)), come(theirs, addresses=(PAGE, "https://files.example/b"))
    assert [each.name for each in deconfliction.ask(actor(ours.colleague), case.id)] == ["Other hotline"]
    assert deconfliction.elsewhere(case.id)[0].since == other.opened_at
    assert [each.name for each in deconfliction.elsewhere(other.id)] == ["Example hotline"]
    asked = Leaf.objects.filter(action=Action.DECONFLICTION_ASKED)
    assert asked.filter(chain_id=case.id).count() == 1
    assert asked.filter(object_id=Agreement.objects.get(organisation=theirs.organisation).id).count() == 1


def test_one_side_alone_agrees_to_nothing(ours, theirs):
    agreement = deconfliction.agree_inside(supervisor(ours), "Other hotline", None)
    case, _other = come(ours, addresses=(PAGE,)), come(theirs, addresses=(PAGE,))
    assert not deconfliction.holds(agreement)
    assert deconfliction.ask(actor(ours.colleague), case.id) == []
    assert not Inquiry.objects.exists()


def test_other_things_and_what_the_sender_named_are_not_found(ours, theirs):
    agree(ours, theirs)
    case = come(ours, addresses=(PAGE,), incident_name="one name")
    come(theirs, addresses=("https://files.example/b",), incident_name="one name")
    assert deconfliction.ask(actor(ours.colleague), case.id) == []
    assert [each.found for each in Inquiry.objects.all()] == [False, False]  # both sides kept the question


def test_an_agreement_ends_with_everything_that_could_be_compared(ours, theirs):
    agree(ours, theirs)
    case, _other = come(ours, addresses=(PAGE,)), come(theirs, addresses=(PAGE,))
    there = Agreement.objects.get(organisation=theirs.organisation)
    with pytest.raises(Http404):
        deconfliction.end(actor(ours.colleague), there.id)
    who = actor(make_person(theirs.organisation, "lead", [Role.SUPERVISOR], [theirs.team]))
    deconfliction.end(who, there.id)
    assert not SharedMark.objects.filter(agreement=there).exists()
    assert deconfliction.ask(actor(ours.colleague), case.id) == []


def test_whoever_sees_the_marks_of_one_agreement_learns_nothing_about_another(ours, theirs):
    third = make_desk("Third hotline")
    agree(ours, theirs)
    deconfliction.agree_inside(
        actor(make_person(ours.organisation, "lead", [Role.SUPERVISOR], [ours.team])), third.organisation.name, None
    )
    come(ours, addresses=(PAGE,))
    assert SharedMark.objects.values("mark").distinct().count() == 2


@pytest.mark.parametrize("name", ["Example hotline", "Nobody", ""])
def test_one_agrees_with_another_organisation_that_is_here(ours, theirs, name):
    with pytest.raises(deconfliction.TriageError, match="no other organisation"):
        deconfliction.agree_inside(supervisor(ours), name, None)
    with pytest.raises(Http404):
        deconfliction.agree_inside(actor(ours.colleague), "Other hotline", None)


def test_the_case_asks_and_shows_in_the_console(ours, theirs, client):
    agree(ours, theirs)
    case, _other = come(ours, addresses=(PAGE,)), come(theirs, addresses=(PAGE,))
    sign_in(client, ours.colleague)
    client.post(reverse("case-deconfliction", args=[case.id]))
    page = client.get(reverse("case", args=[case.id])).content.decode()
    assert "Another unit has this: Other hotline, since" in page


#### What came before ####


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(sharing, "REPORTS_AT_ONCE", 3)


def read_earlier():
    """Work until all earlier reports are read; return in how many steps, each its own transaction."""
    steps = 0
    while True:
        with acting_as(SYSTEM), transaction.atomic():
            if sharing.keep_earlier() is None:
                return steps
        steps += 1


def test_what_came_before_an_agreement_is_found_once_it_was_read(ours, theirs, standing_clock, small_steps):
    case = come(ours, addresses=(PAGE,))
    for number in range(7):
        other = come(theirs, f"old-{number}", addresses=(f"https://files.example/{number}", PAGE))
    agree(ours, theirs)
    assert deconfliction.ask(actor(ours.colleague), case.id) == []
    standing_clock.forward(minutes=2)
    assert read_earlier() == 1 + 3  # one report of ours; seven of theirs
    assert not Agreement.objects.filter(read_all_at=None).exists()
    assert [each.name for each in deconfliction.ask(actor(ours.colleague), case.id)] == ["Other hotline"]
    assert SharedMark.objects.filter(case=other).count() == 8  # each once


def test_nothing_is_read_before_what_was_under_way_has_come_in(ours, theirs, standing_clock):
    come(ours, addresses=(PAGE,))
    agree(ours, theirs)
    with acting_as(SYSTEM), transaction.atomic():
        assert sharing.keep_earlier() == Agreement.objects.first().agreed_at + sharing.SETTLED
    assert not SharedMark.objects.exists()


def test_reading_goes_on_where_it_stopped_and_what_was_undone_is_read_again(ours, theirs, standing_clock, small_steps):
    for number in range(7):
        come(ours, f"old-{number}", addresses=(f"https://files.example/{number}",))
    deconfliction.agree_inside(supervisor(ours), "Other hotline", None)
    standing_clock.forward(minutes=2)
    for is_killed in (False, True, False):
        with acting_as(SYSTEM), transaction.atomic():
            sharing.keep_earlier()
            transaction.set_rollback(is_killed)
    assert SharedMark.objects.count() == 6
    assert read_earlier() == 1
    assert SharedMark.objects.count() == 7


def test_what_was_erased_or_is_under_an_agreement_that_ended_is_not_read(ours, theirs, standing_clock):
    case = come(ours, addresses=(PAGE,))
    erase(SYSTEM, case.id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    who = supervisor(ours)
    first = deconfliction.agree_inside(who, "Other hotline", None)
    standing_clock.forward(minutes=2)
    read_earlier()
    deconfliction.end(who, first.id)
    come(ours, "0002", addresses=(PAGE,))
    assert read_earlier() == 0
    assert not SharedMark.objects.exists()


def test_erasing_a_case_takes_what_could_be_compared_along(ours, theirs):
    agree(ours, theirs)
    case = come(ours, addresses=(PAGE,))
    assert SharedMark.objects.filter(case=case).exists()
    erase(SYSTEM, case.id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert not SharedMark.objects.filter(case=case).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_by_itself_until_nothing_is_left(ours, theirs, small_steps, monkeypatch):
    monkeypatch.setattr(sharing, "SETTLED", timedelta())
    for number in range(7):
        come(ours, f"old-{number}", addresses=(f"https://files.example/{number}",))
    agree(ours, theirs)
    run_worker(until_idle=True)
    assert not DeadJob.objects.exists()
    assert not Agreement.objects.filter(read_all_at=None).exists()
    assert SharedMark.objects.count() == 7


def test_what_is_taken_out_of_a_case_is_found_where_it_is(ours, theirs):
    agree(ours, theirs)
    mine = actor(ours.colleague)
    other = "https://files.example/b"
    case = come(ours, addresses=(PAGE,))
    come(ours, "0002", addresses=(PAGE, other))
    own = Case.objects.get(id=linking.take_out(mine, case.id, Report.objects.latest("id").id))
    marks = {each.id: set(SharedMark.objects.filter(case=each).values_list("mark", flat=True)) for each in (case, own)}
    assert len(marks[case.id]) == 1
    assert marks[case.id] < marks[own.id]
    come(theirs, addresses=(other,))
    assert deconfliction.ask(mine, case.id) == []
    assert [each.name for each in deconfliction.ask(mine, own.id)] == ["Other hotline"]


#### From outside ####


@pytest.fixture
def outside(ours):
    key, shown = make_key(ours.organisation, [Permission.TRIAGE_DECONFLICTION_ASK])
    return deconfliction.agree_outside(supervisor(ours), "A police unit", key.id, ours.team.id), shown


def question(client, shown, *marks):
    headers = {"authorization": f"Bearer {shown}"}
    return client.post(
        reverse("api:deconfliction"), json.dumps({"marks": marks}), content_type="application/json", headers=headers
    )


def test_somebody_outside_is_told_yes_or_no_and_whom_to_talk_to(ours, outside, client):
    agreement, shown = outside
    case = come(ours, accounts=(Account("Chat", "Some.One"),))
    key = bytes.fromhex(agreement.secret)
    known = sharing.mark_under(key, Clue(ClueKind.ACCOUNT, "chat\nsome.one"))
    answer = question(client, shown, "ab" * 32, known)
    assert answer.json() == {"agreed": True, "known": [False, True], "contact": "Team A"}
    assert question(client, shown, "ab" * 32).json() == {"agreed": True, "known": [False], "contact": ""}
    assert [each.name for each in deconfliction.elsewhere(case.id)] == ["A police unit"]
    assert Inquiry.objects.count() == 2


@pytest.mark.parametrize("marks", [[], ["AB" * 32], ["ab"], ["ab" * 32] * 51, [7]])
def test_what_is_no_mark_is_refused(outside, client, marks):
    assert question(client, outside[1], *marks).status_code == 422


def test_a_list_of_guesses_ends_for_the_day(ours, outside, client, monkeypatch):
    monkeypatch.setattr(deconfliction, "MARKS_A_DAY_MAX", 3)
    assert question(client, outside[1], "ab" * 32, "cd" * 32).status_code == 200
    assert question(client, outside[1], "ab" * 32, "cd" * 32).status_code == 429
    assert Inquiry.objects.count() == 1


def test_a_key_without_an_agreement_or_scope_asks_nothing(ours, client):
    _, shown = make_key(ours.organisation, [Permission.TRIAGE_DECONFLICTION_ASK])
    assert question(client, shown, "ab" * 32).json() == {"agreed": False, "known": [False], "contact": ""}
    assert not Inquiry.objects.exists()
    _, other = make_key(ours.organisation, [Permission.INTAKE_REPORT_CREATE])
    assert question(client, other, "ab" * 32).status_code == 404


def test_the_secret_is_sealed_and_shown_once(ours, client):
    key, _shown = make_key(ours.organisation, [Permission.TRIAGE_DECONFLICTION_ASK])
    sign_in(client, make_person(ours.organisation, "senior", [Role.SUPERVISOR], [ours.team]))
    page = client.post(reverse("agreements"), {"name": "A police unit", "machine": str(key.id), "contact": ""})
    secret = Agreement.objects.get().secret
    assert secret in page.content.decode()
    assert secret not in client.get(reverse("agreements")).content.decode()
    assert secret not in str(Agreement.objects.values().get())
