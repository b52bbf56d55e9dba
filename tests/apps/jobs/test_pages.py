"""The pages about given-up work: seen, explained, run again, discarded; and what cannot be run again is said."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.world import make_desk, make_person, sign_in
from tutela.apps.custody.models import Leaf
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.rules import ErrorCode
from tutela.domain.actors import Role
from tutela.engine import clock
from tutela.engine.ledger import Action

pytestmark = pytest.mark.django_db


def dead(name="test.twice", error=ErrorCode.FAILED, **payload):
    moment = clock.now()
    return DeadJob.objects.create(
        id=clock.new_id(), name=name, payload=payload, enqueued_at=moment, attempts=8, error=error
    )


@pytest.fixture
def supervisor(works, client):
    sign_in(client, make_person(make_desk().organisation, "supervisor", [Role.SUPERVISOR]))
    return client


def test_given_up_work_is_listed_explained_and_waits_on_the_home_page(supervisor):
    given_up = dead(error=ErrorCode.DATABASE)
    assert "Work that was given up" in supervisor.get("/").content.decode()
    for address in (reverse("jobs"), reverse("job", args=[given_up.id])):
        assert "The database was away" in supervisor.get(address).content.decode()


def test_it_is_run_again_once_and_recorded(supervisor):
    given_up = dead()
    assert supervisor.post(reverse("job-rerun", args=[given_up.id])).url == reverse("jobs")
    assert Job.objects.get(name="test.twice").attempts == 0
    assert Leaf.objects.latest("serial").action == Action.JOB_RERUN
    assert supervisor.post(reverse("job-rerun", args=[given_up.id])).status_code == 404


def test_it_is_discarded_and_recorded(supervisor):
    given_up = dead()
    assert supervisor.post(reverse("job-discard", args=[given_up.id])).status_code == 302
    assert not DeadJob.objects.exists()
    assert Leaf.objects.latest("serial").action == Action.JOB_ABANDONED


def test_work_that_this_version_cannot_do_stays_and_says_so(supervisor):
    given_up = dead("moon.landing", ErrorCode.UNKNOWN_NAME)
    told = supervisor.post(reverse("job-rerun", args=[given_up.id]), follow=True).content.decode()
    assert "cannot do this work" in told
    assert DeadJob.objects.filter(id=given_up.id).exists()


def test_work_with_other_arguments_is_not_offered_again(supervisor):
    given_up = dead(error=ErrorCode.WRONG_ARGUMENTS, one=1)
    assert "Run it again" not in supervisor.get(reverse("job", args=[given_up.id])).content.decode()


def test_who_may_only_read_is_offered_nothing(works, client):
    sign_in(client, make_person(make_desk().organisation, "auditor", [Role.AUDITOR]))
    given_up = dead()
    assert "Discard" not in client.get(reverse("job", args=[given_up.id])).content.decode()
    assert client.post(reverse("job-discard", args=[given_up.id])).status_code == 403
