from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.world import actor, fill, make_desk, make_person
from tutela.apps.access.public import desk_of
from tutela.apps.intake.models import Door
from tutela.apps.intake.services import Submission, ground_of, receive
from tutela.apps.referral import authorities, services, sources
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.media_source import InMemory
from tutela.domain.reports import Account, Incident, Media, Reported

BENIGN = (b"a benign file", b"another one")
DIGESTS = tuple(hashlib.sha256(each).digest() for each in BENIGN)
AUTHORITY = "{id},{place},Example authority,{channel},{two},2026-01-01,,an example,{reviewer}"
DUTY = "d-1,us,tip,providers,soon,{hours},365,submission,2026-01-01,,an example,{reviewer}"


@pytest.fixture
def desk(home, settings):
    settings.TUTELA = replace(settings.TUTELA, filing_email="desk@example.org", cybertip_url="http://127.0.0.1:1/x")
    return make_desk()


@pytest.fixture
def writer(desk):
    return actor(desk.colleague)


@pytest.fixture
def approver(desk):
    return actor(make_person(desk.organisation, "approver", [Role.SUPERVISOR], [desk.team]))


@pytest.fixture
def source():
    held = {f"sha256:{digest.hex()}": data for digest, data in zip(DIGESTS, BENIGN, strict=True)}
    with sources.use(InMemory(held)):
        yield InMemory(held)


def configured(*, two="yes", reviewer="a lawyer", hours="24", channel="cybertipline"):
    """Fill the tables as an operator does."""
    fill(authorities.AUTHORITIES, AUTHORITY.format(id="tip", place="us", channel=channel, two=two, reviewer=reviewer))
    fill(authorities.DUTIES, DUTY.format(hours=hours, reviewer=reviewer))


def reported_case(desk, **more):
    """A case with one report, which says all that the wire demands."""
    given = {
        "incident": Incident.MATERIAL,
        "occurred_at": datetime(2026, 11, 20, tzinfo=UTC),
        "addresses": ("https://files.example/a",),
        "accounts": (Account("Chat", "someone"),),
        "media": tuple(Media({"sha256": digest}) for digest in DIGESTS),
        "contact": "reporter@example.org",
    } | more
    submission = Submission(Door.CALL, "report-0001", Reported(**given), ground_of())
    receive(SYSTEM, desk_of(desk.organisation.id), submission)
    case = triage.Case.objects.get()
    triage.Case.objects.update(team=desk.team)
    return case


@pytest.fixture
def case(desk):
    configured()
    return reported_case(desk)


@pytest.fixture
def approved(case, writer, approver, source):
    """A filing of two files on its way."""
    made = services.draft(writer, case.id, "tip")
    services.approve(approver, made.id)
    made.refresh_from_db()
    return made
