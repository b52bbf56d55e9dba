"""A case that goes to another organisation is always somebody's, and goes only with what must go."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.access.public import Desk, acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ReasonCode
from tutela.apps.intake import transferring
from tutela.apps.intake.models import Door, Report, Transfer
from tutela.apps.intake.services import Submission, ground_of, receive
from tutela.apps.safeguarding.models import Concern
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Fact, Incident, Reported

SUMMARY = "It began in your country."
PAGE = "https://files.example/a"


@pytest.fixture
def ours(db, home):
    return make_desk()


@pytest.fixture
def taker(ours):
    other = make_desk("Other hotline")
    return actor(make_person(other.organisation, "taker", [Role.SUPERVISOR], [other.team]))


def come(desk, *facts):
    with acting_as(SYSTEM):
        for number in range(2):
            said = Reported(
                incident=Incident.TRAVEL,
                facts=frozenset(facts),
                text=f"seen {number}",
                addresses=(PAGE,),
                contact="somebody@public.example",
            )
            submission = Submission(Door.API, f"key-000{number}", said, ground_of())
            report = receive(SYSTEM, Desk(desk.organisation.id, desk.team.id), submission)
    return triage.Case.objects.get(id=report.case_id)


@pytest.fixture
def case(ours):
    return come(ours)


def offer(desk, case, name="Other hotline"):
    return transferring.offer(actor(desk.colleague), case.id, name, SUMMARY)


def test_an_offered_case_stays_until_the_other_accepts_and_goes_without_the_reporter(ours, taker, case):
    offered = offer(ours, case)
    assert case in triage.queue(actor(ours.colleague))
    shown = transferring.incoming(taker)
    assert [(each.sender, each.reports, each.incidents) for each in shown] == [("Example hotline", 2, ("travel",))]
    taken = transferring.accept(taker, offered.id)
    reports = Report.objects.filter(case_id=taken)
    assert {(each.organisation_id, each.text, each.contact, each.door) for each in reports} == {
        (taker.organisation_id, f"seen {number}", "", Door.MACHINE) for number in range(2)
    }
    case.refresh_from_db()
    assert (case.state, case.closed_because) == ("closed", "handed-over")
    assert Leaf.objects.filter(action=Action.TRANSFER_ACCEPTED).values("chain_id").distinct().count() == 2
    assert Leaf.objects.filter(action=Action.CASE_CLOSED, chain_id=case.id, reason=ReasonCode.HANDED_OVER).exists()


def test_a_refused_case_stays_where_it_is_with_the_reason(ours, taker, case, client):
    offered = offer(ours, case)
    transferring.refuse(taker, offered.id, ReasonCode.OUT_OF_SCOPE, "Ask the capital.")
    case.refresh_from_db()
    assert (case.state, case.team_id) == ("waiting", ours.team.id)
    assert Leaf.objects.filter(chain_id=case.id, action=Action.TRANSFER_REFUSED, reason="out-of-scope").count() == 1
    sign_in(client, ours.colleague)
    page = client.get(reverse("transfer", args=[case.id])).content.decode()
    assert "Ask the capital." in page
    assert "It is not for this organisation" in page
    offer(ours, case)


def test_while_nobody_answered_whether_the_child_is_safe_both_have_it(ours, taker):
    case = come(ours, Fact.DANGER_NOW)
    taken = transferring.accept(taker, offer(ours, case).id)
    case.refresh_from_db()
    assert case.state == "waiting"
    assert set(Concern.objects.values_list("case_id", flat=True)) == {case.id, taken}


def test_nobody_but_whom_it_was_offered_to_answers_and_only_once(ours, taker, case):
    offered = offer(ours, case)
    third = make_desk("Third hotline")
    for who in (actor(ours.colleague), actor(third.colleague)):
        with pytest.raises(Http404):
            transferring.accept(who, offered.id)
        assert transferring.incoming(who) == []
    transferring.accept(taker, offered.id)
    with pytest.raises(triage.TriageError):
        transferring.refuse(taker, offered.id, ReasonCode.DUPLICATE, "")


def test_a_case_is_offered_once_and_never_to_its_own_organisation(ours, taker, case):
    with pytest.raises(triage.TriageError):
        offer(ours, case, "Example hotline")
    offer(ours, case)
    with pytest.raises(triage.TriageError):
        offer(ours, case)


def test_the_answer_of_somebody_outside_is_entered_by_a_person(ours, case, client):
    offered = offer(ours, case, "A police unit elsewhere")
    sign_in(client, ours.colleague)
    address = reverse("transfer-heard", args=[case.id, offered.id])
    client.post(address, {"accepted": "no"})
    assert Transfer.objects.get().state == "offered"
    client.post(address, {"accepted": "yes"})
    case.refresh_from_db()
    assert (Transfer.objects.get().state, case.closed_because) == ("accepted", "handed-over")


def test_nothing_of_an_offer_stands_in_clear(ours, case):
    offer(ours, case, "A police unit elsewhere")
    kept = str(Transfer.objects.values().get())
    assert "police" not in kept
    assert "country" not in kept


def test_it_goes_over_in_the_console(ours, taker, case, client):
    offered = offer(ours, case)
    other = triage.Case.objects.model._meta.apps.get_model("access", "Person").objects.get(id=taker.person_id)
    sign_in(client, other)
    assert SUMMARY in client.get(reverse("transfers")).content.decode()
    assert client.post(reverse("transfer-accept", args=[offered.id])).status_code == 302
    assert Report.objects.filter(organisation_id=taker.organisation_id).count() == 2
