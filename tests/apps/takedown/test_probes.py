"""Probing that leads nowhere stops, and a person sees it."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse

from tests.world import actor, make_desk, make_person, make_place, sign_in
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.jobs.models import Job
from tutela.apps.takedown import public, services
from tutela.apps.takedown.models import Notice
from tutela.apps.takedown.rules import UNCLEAR_MAX, Verdict, must_stop, wait_h
from tutela.apps.triage import public as triage
from tutela.domain.actors import Role
from tutela.engine import clock
from tutela.engine.probing import ProbeAnswer

pytestmark = pytest.mark.django_db
UNCLEAR, THERE, GONE = (ProbeAnswer(status, None) for status in (403, 200, 404))


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def notice(desk):
    case = triage.Case.objects.create(organisation=desk.organisation, team=desk.team, state="confirmed")
    place = make_place(case)
    return Notice.objects.create(
        case=case,
        item=place.item,
        location=place,
        organisation=desk.organisation,
        address=place.address,
        recipient="abuse@host.example",
        sent_at=clock.now(),
    )


def probe(notice, answer, times=1):
    for _ in range(times):
        Job.objects.all().delete()
        with transaction.atomic():
            services.keep_probe(notice, answer)


def test_unclear_answers_are_bounded_and_end_where_a_person_sees_them(desk, notice, client):
    probe(notice, UNCLEAR, UNCLEAR_MAX - 1)
    assert Job.objects.filter(name="takedown.probe").exists()
    assert not public.waiting(actor(desk.colleague))
    probe(notice, UNCLEAR)
    assert not Job.objects.exists()
    assert Notice.objects.get().stopped_at is not None
    assert Leaf.objects.filter(action=Action.PROBE_GIVEN_UP).count() == 1
    sign_in(client, desk.colleague)
    assert "Addresses that gave no clear answer" in client.get(reverse("home")).content.decode()
    assert "nobody asks it any more" in client.get(reverse("case", args=[notice.case_id])).content.decode()


def test_a_clear_answer_in_between_begins_the_count_anew(notice):
    probe(notice, UNCLEAR, UNCLEAR_MAX - 1)
    probe(notice, THERE)
    probe(notice, UNCLEAR, UNCLEAR_MAX - 1)
    assert Notice.objects.get().stopped_at is None


def test_a_person_has_it_asked_again_and_only_where_it_stopped(desk, notice, client):
    sign_in(client, desk.colleague)
    again = reverse("case-probe", args=[notice.case_id, notice.location_id])
    assert "has not stopped" in client.post(again, follow=True).content.decode()
    probe(notice, UNCLEAR, UNCLEAR_MAX)
    assert "asked again from now on" in client.post(again, follow=True).content.decode()
    notice.refresh_from_db()
    assert notice.stopped_at is None
    assert Job.objects.filter(name="takedown.probe").count() == 1
    probe(notice, UNCLEAR, UNCLEAR_MAX - 1)
    assert Notice.objects.get().stopped_at is None
    probe(notice, GONE)
    assert Notice.objects.get().gone_at is not None


def test_what_stopped_at_another_teams_case_waits_for_nobody_here(desk, notice):
    probe(notice, UNCLEAR, UNCLEAR_MAX)
    assert not public.waiting(actor(desk.stranger))
    auditor = actor(make_person(desk.organisation, "auditor", [Role.AUDITOR], [desk.team]))
    assert not public.waiting(auditor)


def test_the_wait_grows_to_a_day_and_only_unclear_answers_stop():
    assert [wait_h(number) for number in range(7)] == [1, 2, 4, 8, 16, 24, 24]
    assert must_stop([Verdict.THERE] + [Verdict.UNCLEAR] * UNCLEAR_MAX)
    assert not must_stop([Verdict.UNCLEAR] * (UNCLEAR_MAX - 1))
    assert not must_stop([Verdict.THERE] * 100)
