"""A case that is handed over is always somebody's: nothing is dropped between two teams."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tests.world import actor, make_desk, make_person
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ReasonCode
from tutela.apps.safeguarding.models import Concern
from tutela.apps.triage import handing, services
from tutela.apps.triage import public as triage
from tutela.apps.triage.models import Handover
from tutela.domain.actors import Role

pytestmark = pytest.mark.django_db
NOTE = "They know the language."


@pytest.fixture
def desk(home):
    return make_desk()


@pytest.fixture
def case(desk):
    return triage.Case.objects.create(organisation=desk.organisation, team=desk.team)


@pytest.fixture
def offered(desk, case):
    handing.offer(actor(desk.colleague), case.id, desk.other_team.id, NOTE)
    return Handover.objects.get()


def holders(desk, case):
    """Who has the case in their queue."""
    return [one for one in (desk.colleague, desk.stranger) if case in triage.queue(actor(one))]


def test_an_offered_case_stays_where_it_is_until_somebody_accepts(desk, case, offered):
    assert holders(desk, case) == [desk.colleague]
    assert [each.id for each in handing.offers(actor(desk.stranger))] == [offered.id]
    handing.accept(actor(desk.stranger), offered.id)
    assert holders(desk, case) == [desk.stranger]
    assert not handing.offers(actor(desk.stranger)).exists()
    assert list(Leaf.objects.filter(chain_id=case.id).order_by("serial").values_list("action", flat=True)) == [
        Action.HANDOVER_OFFERED,
        Action.CASE_ASSIGNED,
    ]


def test_a_refused_case_stays_and_the_reason_is_kept(desk, case, offered):
    handing.refuse(actor(desk.stranger), offered.id, ReasonCode.OUT_OF_SCOPE, NOTE)
    assert holders(desk, case) == [desk.colleague]
    assert Leaf.objects.get(action=Action.HANDOVER_REFUSED).reason == ReasonCode.OUT_OF_SCOPE
    assert handing.handovers(case.id).get().state == Handover.State.REFUSED
    handing.offer(actor(desk.colleague), case.id, desk.other_team.id, NOTE)


def test_nobody_accepts_for_another_team(desk, case, offered):
    foreign = make_person(make_desk("Other hotline").organisation, "foreign", [Role.SUPERVISOR])
    for person in (desk.colleague, foreign):
        with pytest.raises(Http404):
            handing.accept(actor(person), offered.id)
    senior = make_person(desk.organisation, "senior", [Role.SENIOR_ANALYST], [desk.team])
    with pytest.raises(PermissionDenied):
        handing.accept(actor(senior), offered.id)
    assert holders(desk, case) == [desk.colleague]


def test_an_offer_is_answered_once_and_a_case_is_offered_once(desk, case, offered):
    with pytest.raises(services.TriageError):
        handing.offer(actor(desk.colleague), case.id, desk.other_team.id, NOTE)
    handing.refuse(actor(desk.stranger), offered.id, ReasonCode.WELLBEING, NOTE)
    with pytest.raises(services.TriageError):
        handing.accept(actor(desk.stranger), offered.id)


def test_a_closed_case_and_ones_own_team_are_no_offer(desk, case):
    with pytest.raises(services.TriageError):
        handing.offer(actor(desk.colleague), case.id, desk.team.id, NOTE)
    services.close(actor(desk.colleague), case.id, triage.Closing.MISTAKE)
    with pytest.raises(services.TriageError):
        handing.offer(actor(desk.colleague), case.id, desk.other_team.id, NOTE)


def test_the_question_whether_the_child_is_safe_goes_with_the_case(desk, case, offered):
    Concern.objects.create(case=case, organisation=desk.organisation, team=desk.team)
    handing.accept(actor(desk.stranger), offered.id)
    assert Concern.objects.get().team_id == desk.other_team.id
