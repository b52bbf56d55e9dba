"""Dead letters: a person sees them, understands them, runs them again or discards them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404

from tests.world import actor, make_desk, make_person
from tutela.apps.custody.models import Leaf
from tutela.apps.jobs import services
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import enqueue, indicators, run_worker, waiting
from tutela.apps.jobs.rules import ErrorCode
from tutela.apps.jobs.worker import code_of
from tutela.domain.actors import PUBLIC, Role
from tutela.domain.errors import TutelaError
from tutela.domain.period import Period
from tutela.engine import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(works):
    desk = make_desk()
    return actor(make_person(desk.organisation, "supervisor", [Role.SUPERVISOR]))


@pytest.fixture
def dead(works, supervisor, standing_clock):
    with transaction.atomic():
        enqueue("test.twice", {}, key="twice:1")
    for _ in range(2):
        run_worker(until_idle=True)
        standing_clock.forward(hours=2)
    return DeadJob.objects.get()


def test_a_failing_job_is_tried_as_often_as_it_may_and_then_kept(dead):
    assert (dead.name, dead.attempts, dead.error) == ("test.twice", 2, ErrorCode.FAILED)
    assert not Job.objects.filter(name="test.twice").exists()


def test_the_place_is_kept_and_the_message_is_not(dead):
    assert dead.place.startswith("ValueError at conftest.py:")
    assert "example.org" not in str(vars(dead))


def test_every_code_is_explained_in_plain_words(dead):
    assert set(services.EXPLANATIONS) == set(ErrorCode)
    explanation = services.explain(dead)
    assert explanation.worth_a_rerun
    assert "error that nobody foresaw" in explanation.what


def test_a_rerun_starts_afresh_and_is_recorded(dead, supervisor):
    made = services.rerun(supervisor, dead.id)
    again = Job.objects.get(id=made)
    assert (again.name, again.key, again.attempts, again.run_at) == ("test.twice", "twice:1", 0, None)
    assert not DeadJob.objects.exists()
    assert Leaf.objects.filter(action="job.rerun", object_id=dead.id).count() == 1


def test_discarding_is_recorded(dead, supervisor):
    services.discard(supervisor, dead.id)
    assert not DeadJob.objects.exists()
    assert Leaf.objects.filter(action="job.abandoned", object_id=dead.id).count() == 1
    with pytest.raises(Http404):
        services.dead_job(supervisor, dead.id)


def test_who_may_not_see_jobs_is_told_that_there_are_none(dead):
    for verb in (services.rerun, services.discard, services.dead_job):
        with pytest.raises(Http404):
            verb(PUBLIC, dead.id)


def test_who_may_only_look_may_not_run(dead, supervisor):
    auditor = actor(make_person(make_desk("Another hotline").organisation, "auditor", [Role.AUDITOR]))
    assert services.dead_jobs(auditor).count() == 1
    with pytest.raises(PermissionDenied):
        services.rerun(auditor, dead.id)


def test_it_waits_for_who_can_act_and_counts(dead, supervisor):
    assert [line.count for line in waiting(supervisor)] == [1]
    assert waiting(PUBLIC) == []
    day = Period(clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    assert indicators(day) == {"jobs-given-up": 1}
    assert services.backlog().dead == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TutelaError("no address is set"), ErrorCode.REFUSED),
        (DatabaseError(), ErrorCode.DATABASE),
        (OSError(), ErrorCode.FAILED),
    ],
)
def test_errors_have_closed_codes(error, code):
    assert code_of(error) is code
    assert datetime(2026, 1, 1, tzinfo=UTC)
