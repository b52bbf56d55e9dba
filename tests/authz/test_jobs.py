"""No background work escapes the golden table: each job writes what stands there, about one object, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.journeys.sinks import Host, MailSink, running
from tests.world import Desk, make_desk, make_filing, make_takedown
from tutela.apps.access.public import acting_as
from tutela.apps.assessment import packing
from tutela.apps.assessment.editing import Order
from tutela.apps.assessment.models import Edition, Release, Study
from tutela.apps.assessment.studying import Question
from tutela.apps.jobs import registry
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import enqueue, run_worker
from tutela.apps.referral.rules import Step
from tutela.apps.safeguarding.models import Concern
from tutela.apps.triage.models import Case, Lookup, Weighting
from tutela.apps.triage.weights import DEFAULT
from tutela.domain.actors import SYSTEM
from tutela.engine.assessment.indicators import Lens
from tutela.engine.assessment.registry import load, tables
from tutela.entry import doors

if TYPE_CHECKING:
    from uuid import UUID

MISSING = "01890000-0000-7000-8000-000000000000"
WRITING = re.compile(r'^(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')
ARGUMENTS = {
    "assessment.count": "",
    "assessment.edition": "edition_id",
    "assessment.study": "study_id",
    "custody.retention": "",
    "lists.pack": "organisation_id",
    "referral.file": "filing_id",
    "safeguarding.alert": "concern_id",
    "takedown.find": "takedown_id",
    "takedown.notify": "",
    "takedown.probe": "",
    "triage.liken": "organisation_id",
    "triage.match": "organisation_id",
    "triage.rank": "weighting_id",
    "triage.share": "",
}


def test_every_job_is_in_the_golden_table_and_tried_below():
    product = {name for name in registry.names() if not name.startswith(("test.", "crash."))}
    assert product == set(doors.JOBS) == set(ARGUMENTS)


@pytest.fixture
def outside(tmp_path):
    before, mail, host = settings.TUTELA, MailSink(), Host()
    settings.TUTELA = replace(before, home=tmp_path, mail_url=mail.url, probe_private=True, lookups="public:NL")
    with running(mail), running(host), acting_as(SYSTEM):
        yield host
    settings.TUTELA = before


def work_of(desk: Desk, host: Host) -> dict[str, str]:
    """A case with everything that a job may be about; the arguments of each."""
    case = Case.objects.create(organisation=desk.organisation, team=desk.team)
    takedown = make_takedown(case, f"{host.url}/a")
    Job.objects.all().delete()
    Lookup.objects.create(organisation=desk.organisation, item=takedown.item, channel="public", jurisdiction="nl")
    weighting = Weighting.objects.create(organisation=desk.organisation, number=1, points=DEFAULT.plain())
    concern = Concern.objects.create(case=case, organisation=desk.organisation, team=desk.team)
    asked = Question("cybertipline-reports", "WLD", date(2014, 1, 1), "an event").plain()
    study = Study.objects.create(organisation=desk.organisation, kind="impact", asked=asked)
    release = Release.objects.create(
        organisation=desk.organisation, number=1, digest=load().digest, tables=packing.pack(tables(load()))
    )
    order = Order(release.id, "Figures", (Lens.SOCIETY,))
    edition = Edition.objects.create(
        organisation=desk.organisation, release=release, title=order.title, asked=order.plain()
    )
    return {
        "edition_id": str(edition.id),
        "study_id": str(study.id),
        "organisation_id": str(desk.organisation.id),
        "takedown_id": str(takedown.id),
        "concern_id": str(concern.id),
        "filing_id": str(make_filing(case, Step.APPROVED).id),
        "weighting_id": str(weighting.id),
    }


def rows_of(organisation_id: UUID) -> dict[str, list[Any]]:
    """Everything that belongs to an organisation, as it stands."""
    models = [model for model in apps.get_models() if hasattr(model, "organisation_id")]
    return {
        model._meta.db_table: list(
            model._default_manager.filter(organisation_id=organisation_id).order_by("pk").values()
        )
        for model in models
    }


def run(name: str, about: str) -> set[str]:
    """Run one job to its end, and return the apps whose tables it wrote."""
    with transaction.atomic():
        enqueue(name, ({ARGUMENTS[name]: about} if ARGUMENTS[name] else {}))
    with CaptureQueriesContext(connection) as captured:
        run_worker(until_idle=True)
    tables = {match[1] for query in captured if (match := WRITING.match(query["sql"]))}
    return {table.partition("_")[0] for table in tables}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_job_writes_what_the_table_says_and_touches_no_other_organisation(name, outside):
    ours, theirs = make_desk(), make_desk("Other hotline")
    arguments, _ = work_of(ours, outside), work_of(theirs, outside)
    before = rows_of(theirs.organisation.id)
    written = run(name, arguments.get(ARGUMENTS[name], ""))
    assert written - {"jobs"} <= set(doors.JOBS[name].writes)
    assert rows_of(theirs.organisation.id) == before
    assert not DeadJob.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "name", [name for name, argument in ARGUMENTS.items() if argument not in {"", "organisation_id"}]
)
def test_a_job_about_nothing_ends_without_a_trace(name, outside):
    make_desk()
    assert run(name, MISSING) == {"jobs"}
    assert Job.objects.get(name=name).error == "failed"  # and is given up after its attempts, where a person sees it
