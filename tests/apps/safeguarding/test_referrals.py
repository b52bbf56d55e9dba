"""Children who are named, findable or approached become referrals; nothing about them is dropped or told too early."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.world import actor, fill, make_desk, make_person, sign_in
from tutela.apps.access.public import desk_of
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.intake.models import Door
from tutela.apps.intake.services import Submission, ground_of, receive
from tutela.apps.jobs.models import Job
from tutela.apps.safeguarding import directory, reaching, referring, services
from tutela.apps.safeguarding.models import Concern, Referral
from tutela.apps.safeguarding.rules import Answer, Cause, Step
from tutela.apps.triage import public as triage
from tutela.apps.triage import services as triage_services
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Account, Fact, Incident, Reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(home):
    return make_desk()


@pytest.fixture
def analyst(desk):
    return actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team]))


def report(desk, *facts, key="report-0001", **more):
    given = {"addresses": ("https://files.example/a",)} | more
    reported = Reported(facts=frozenset(facts), **given)
    submission = Submission(Door.CALL, key, reported, ground_of())
    return receive(SYSTEM, desk_of(desk.organisation.id), submission)


def actions():
    words = Leaf.objects.order_by("serial").values_list("action", flat=True)
    return [word for word in words if word.startswith(("danger", "safety", "referral"))]


def in_directory(*rows):
    """Fill the table as an operator does."""
    fill(directory.SERVICES, *rows)


def service(id_="s-1", kind="child-protection", reviewer="a lawyer"):
    return f"{id_},nl,{kind},Example,by telephone,4,2026-01-01,,an example,{reviewer}"


#### Raised ####


def test_a_findable_child_is_referred_and_its_case_stays_in_the_queue(desk, analyst):
    report(desk, Fact.CHILD_FINDABLE, jurisdictions=("nl",))
    asked, case = Concern.objects.get(), triage.Case.objects.get()
    assert (asked.causes, asked.in_danger) == ([Cause.CHILD_FINDABLE], False)
    assert [(row.jurisdiction, row.service) for row in Referral.objects.all()] == [("nl", "")]
    assert list(triage.queue(analyst)) == [case]
    assert actions() == ["safety.asked", "referral.opened"]
    with pytest.raises(triage.TriageError):
        triage_services.close(analyst, case.id, triage.Closing.MISTAKE)


def test_a_child_in_danger_leaves_the_queue_and_a_place_that_nobody_named_is_not_guessed(desk, analyst):
    report(desk, Fact.DANGER_NOW)
    assert list(triage.queue(analyst)) == []
    assert Referral.objects.get().jurisdiction == ""


def test_whoever_was_approached_is_referred_and_wakes_nobody(desk):
    report(desk, incident=Incident.SOLICITATION, accounts=(Account("chat", "someone"),))
    assert Concern.objects.get().causes == [Cause.APPROACHED]
    assert not Job.objects.filter(name="safeguarding.alert").exists()


def test_a_thousand_more_reports_ask_the_same_question_once(desk):
    for number in range(3):
        report(desk, Fact.CHILD_FINDABLE, key=f"report-000{number}", jurisdictions=("nl",))
    assert (Concern.objects.count(), Referral.objects.count()) == (1, 1)
    assert Job.objects.filter(name="safeguarding.alert").count() == 1


def test_danger_that_is_told_later_asks_whoever_had_taken_it_again(desk, analyst):
    report(desk, Fact.CHILD_FINDABLE)
    services.take(analyst, Concern.objects.get().id)
    report(desk, Fact.DANGER_NOW, key="report-0002", jurisdictions=("be",))
    asked = Concern.objects.get()
    assert (asked.in_danger, asked.taken_by, asked.causes) == (True, "", ["child-findable", "danger-now"])
    assert {row.jurisdiction for row in Referral.objects.all()} == {"", "be"}
    assert Job.objects.filter(name="safeguarding.alert").count() == 2


def test_each_configured_service_of_a_place_gets_its_own_referral(desk):
    in_directory(service("s-1"), service("s-2", kind="police"))
    report(desk, Fact.CHILD_FINDABLE, jurisdictions=("nl",))
    assert sorted(Referral.objects.values_list("service", flat=True)) == ["s-1", "s-2"]


#### Handed over ####


@pytest.fixture
def opened(desk):
    report(desk, Fact.DANGER_NOW, jurisdictions=("nl",))
    return Referral.objects.get()


def test_a_referral_goes_step_by_step_and_its_answer_closes_the_question(opened, analyst):
    referring.hand_over(analyst, opened.id, "The youth office of the town, by telephone", "What we know.")
    referring.acknowledge(analyst, opened.id, "Y-77")
    services.answer_referral(analyst, opened.id, Answer.WITH_SERVICE, "They are on their way.")
    done, asked = Referral.objects.get(), Concern.objects.get()
    assert (done.step, done.reference, asked.answer, asked.closed_at is None) == (
        "answered",
        "Y-77",
        "with-service",
        False,
    )
    assert None not in {done.handed_over_at, done.acknowledged_at, done.ended_at}
    assert actions()[-4:] == ["referral.sent", "referral.acknowledged", "referral.answered", "safety.answered"]


def test_an_answer_that_says_nothing_leaves_the_question_open(opened, analyst):
    referring.hand_over(analyst, opened.id, "The police", "What we know.")
    services.answer_referral(analyst, opened.id, Answer.NOT_KNOWN, "They could not find the child.")
    assert Concern.objects.get().closed_at is None


def test_a_refused_referral_opens_another_so_that_nothing_is_dropped(opened, analyst):
    referring.hand_over(analyst, opened.id, "An office", "What we know.")
    referring.refuse(analyst, opened.id, "Not their town.")
    assert sorted(Referral.objects.values_list("step", flat=True)) == [Step.OPEN, Step.REFUSED]


def test_nobody_acknowledges_what_was_never_handed_over(opened, analyst):
    with pytest.raises(referring.ReferralError):
        referring.acknowledge(analyst, opened.id, "")
    with pytest.raises(referring.ReferralError):
        services.answer_referral(analyst, opened.id, Answer.SAFE, "x")
    assert Concern.objects.get().closed_at is None


def test_an_answered_question_asks_nobody_else(opened, analyst):
    services.answer(analyst, opened.concern_id, Answer.SAFE, "The family was reached.")
    assert Referral.objects.get().step == Step.NOT_NEEDED
    assert actions()[-1] == "referral.withdrawn"


def test_whom_we_told_is_sealed_and_no_note_stands_in_clear(opened, analyst):
    referring.hand_over(analyst, opened.id, "The youth office", "Their street.")
    assert b"youth" not in bytes(Referral.objects.values_list("recipient", flat=True).get())
    assert not any(b"street" in bytes(each or b"") for each in Leaf.objects.values_list("sealed", flat=True))


def test_a_deadline_comes_from_a_reviewed_row_alone_and_overdue_stands_first(desk, analyst, standing_clock):
    report(desk, Fact.DANGER_NOW)
    in_directory(service(), service("s-2", reviewer=""))
    late = report(
        desk, Fact.CHILD_FINDABLE, key="report-0002", jurisdictions=("nl",), addresses=("https://b.example/",)
    )
    for row in Referral.objects.filter(case_id=late.case_id):
        referring.hand_over(analyst, row.id, "Example", "What we know.")
    due = dict(Referral.objects.filter(case_id=late.case_id).values_list("service", "due_at"))
    assert (due["s-1"] is None, due["s-2"]) == (False, None)
    first = lambda: reaching.concerns(analyst).first().case_id  # noqa: E731  - read twice
    assert first() != late.case_id
    standing_clock.forward(hours=5)
    assert first() == late.case_id


#### Pages ####


def test_the_page_shows_the_clock_and_says_that_no_service_is_configured(opened, desk, client):
    sign_in(client, desk.colleague)
    Concern.objects.update(team=desk.team)
    text = client.get(reverse("concern", args=[opened.concern_id])).content.decode()
    assert "No service of this place is configured" in text
    assert "Open since" in text


def test_a_step_is_taken_by_the_page_and_an_unknown_one_is_not_there(opened, desk, client):
    sign_in(client, desk.colleague)
    Concern.objects.update(team=desk.team)
    step = lambda name: reverse("referral-step", args=[opened.concern_id, opened.id, name])  # noqa: E731  - an address
    assert client.post(step("forget"), {}).status_code == 404
    client.post(step("hand-over"), {"recipient": "The police", "note": ""})
    assert Referral.objects.get().step == Step.OPEN
    client.post(step("hand-over"), {"recipient": "The police", "note": "What we know."})
    assert Referral.objects.get().step == Step.HANDED_OVER
    assert Leaf.objects.filter(action=Action.REFERRAL_SENT).count() == 1


def test_nobody_of_another_team_or_organisation_touches_a_referral(opened, desk, client):
    sign_in(client, desk.stranger)
    Concern.objects.update(team=desk.team)
    address = reverse("referral-step", args=[opened.concern_id, opened.id, "hand-over"])
    assert client.post(address, {"recipient": "x", "note": "x"}).status_code == 404
