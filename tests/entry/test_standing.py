"""The status page: what is not well says since when and what to do; what nobody set up is not called well."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.assessment import importing, packing
from tutela.apps.assessment.models import DataSet
from tutela.apps.custody.public import Action, ObjectKind, record, sequence
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.rules import ErrorCode
from tutela.domain.actors import SYSTEM, Role
from tutela.engine import clock
from tutela.engine.assessment import imports
from tutela.entry import standing
from tutela.entry.standing import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(tmp_path, settings):
    settings.TUTELA = replace(settings.TUTELA, home=tmp_path)


def part(title):
    return next(each for each in standing.parts() if each.title == title)


def test_an_entry_that_waits_too_long_for_its_place_is_not_well(standing_clock):
    with transaction.atomic():
        record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=clock.new_id(), actor=SYSTEM)
    began = standing_clock()
    assert part("Record").state is State.WELL
    standing_clock.forward(minutes=2)
    unwell = part("Record")
    assert (unwell.state, unwell.since) == (State.NOT_WELL, began)
    assert "tutela worker" in unwell.advice
    sequence()
    assert part("Record").state is State.WELL


def test_work_that_nobody_takes_is_not_well_and_work_for_later_is(standing_clock):
    Job.objects.create(name="takedown.probe", run_at=standing_clock())
    standing_clock.forward(seconds=30)
    assert part("Background work").state is State.WELL
    standing_clock.forward(minutes=2)
    assert part("Background work").state is State.NOT_WELL
    Job.objects.all().delete()
    standing_clock.forward(hours=1)
    later = clock.now().replace(year=2027)
    Job.objects.create(name="takedown.probe", run_at=later)
    assert part("Background work").state is State.WELL


def test_given_up_work_leads_to_where_it_is_mended(standing_clock):
    moment = clock.now()
    DeadJob.objects.create(
        id=clock.new_id(), name="takedown.probe", enqueued_at=moment, attempts=8, error=ErrorCode.FAILED
    )
    assert part("Given-up work").state is State.NEEDS_A_PERSON
    assert part("Given-up work").address == reverse("jobs")


def test_data_sets_that_what_ships_contradicts_wait_for_a_person():
    assert not any(each.title == "Data sets" for each in standing.parts())
    me = actor(make_person(make_desk().organisation, "policy", [Role.POLICY_ANALYST]))
    row = "cybertipline-reports,WLD,{},,{},,,,,reports,,,,diaphanous,primary,"
    head = ",".join(imports.COLUMNS)
    made = importing.take_in(me, "A year", {"observations.csv": f"{head}\n{row.format(1997, 4000)}\n".encode()})
    assert (part("Data sets").state, part("Data sets").detail) == (State.WELL, "1 came in")
    otherwise = {"observations.csv": f"{head}\n{row.format(2017, 7)}\n".encode()}
    DataSet.objects.filter(id=made.id).update(id=clock.new_id(), tables=packing.pack(otherwise))
    found = part("Data sets")
    assert (found.state, found.detail) == (State.NEEDS_A_PERSON, "1 came in; what ships contradicts 1")


def test_what_nobody_set_up_is_not_called_well():
    assert {each.title for each in standing.parts() if each.state is State.NOT_CONFIGURED} == {
        "Clocks of cases",
        "Emergency numbers and help lines",
        "Hash lists",
        "Mail server",
        "Networks and their countries",
        "Places to look from",
        "Registries to ask",
        "Retention",
        "Seats of platforms",
        "Services that protect children",
        "Whom to tell",
        "Words of lists in notices",
    }


def test_what_is_not_well_waits_for_those_who_can_mend_it_and_for_nobody_else(standing_clock, client):
    desk = make_desk()
    sequence()
    Job.objects.create(name="takedown.probe")
    standing_clock.forward(minutes=2)
    assert [line.count for line in standing.waiting(desk.administrator)] == [1]
    analyst = make_person(desk.organisation, "analyst", [Role.ANALYST])
    assert standing.waiting(actor(analyst)) == []
    sign_in(client, make_person(desk.organisation, "auditor", [Role.AUDITOR]))
    assert "nobody takes it" in client.get(reverse("status")).content.decode()
