"""Look-ups only where somebody enabled them, and cases that are closed for a reason by who may."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.conf import settings
from django.urls import reverse

from tests.world import actor, make_desk, make_key, make_person, sign_in
from tutela.apps.access.public import acting_as
from tutela.apps.custody.models import Disposal, Leaf
from tutela.apps.custody.public import Action, ReasonCode
from tutela.apps.jobs.public import run_worker
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import public as triage
from tutela.apps.triage import services
from tutela.apps.triage.models import Lookup
from tutela.apps.triage.rules import Closing
from tutela.domain.actors import SYSTEM, Permission, Role
from tutela.domain.lookups import Channel, Ground, read_grounds

DIGEST = "ab" * 32


@pytest.fixture
def law(tmp_path):
    before = settings.TUTELA

    def choose(**chosen):
        settings.TUTELA = replace(before, home=tmp_path, **chosen)

    choose()
    yield choose
    settings.TUTELA = before


@pytest.fixture
def desk(db, law):
    return make_desk()


def report(client, desk, key="report-0001", **more):
    _, secret = make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": key}
    body = json.dumps({"digests": {"sha256": DIGEST}} | more)
    return client.post(reverse("api:reports"), body, content_type="application/json", headers=headers)


def work():
    with acting_as(SYSTEM):
        run_worker(until_idle=True)


#### On what ground ####


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("chosen", "given", "refused"),
    [
        (("", ""), {}, True),
        (("public:NL", ""), {}, True),  # nobody said under whose law
        (("public:NL", "NL"), {}, False),
        (("public:NL", "DE"), {}, True),
        (("public:NL", ""), {"jurisdiction": "nl"}, False),
        (("public:NL", "NL"), {"channel": "private"}, True),
        (("public:NL, private:NL", "NL"), {"channel": "private"}, False),
        (("public:NL, private:NL", "NL"), {"channel": "end-to-end-encrypted"}, True),
        (("private:DE", "NL"), {"channel": "private", "jurisdiction": "DE"}, False),
    ],
)
def test_a_look_up_that_nobody_enabled_is_refused_recorded_and_explained(law, client, chosen, given, refused):
    law(lookups=chosen[0], jurisdiction=chosen[1])
    desk = make_desk()
    assert report(client, desk, **given).status_code == 201
    work()
    assert [each.was_refused for each in Lookup.objects.all()] == [refused]
    assert Leaf.objects.filter(action=Action.LOOKUP_REFUSED, reason=ReasonCode.NOT_ENABLED).count() == refused
    sign_in(client, make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team]))
    page = client.get(reverse("case", args=[triage.Case.objects.get().id])).content.decode()
    assert ("The lists were not asked" in page) is refused


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_on_another_ground_are_looked_up_on_that_one(law, desk, client):
    law(lookups="public:NL", jurisdiction="NL")
    report(client, desk, channel="private")
    report(client, desk, "report-0002", channel="public")
    work()
    assert {str(each.ground): each.was_refused for each in Lookup.objects.all()} == {
        "private:NL": True,
        "public:NL": False,
    }


@pytest.mark.parametrize("given", [{"channel": "postcard"}, {"jurisdiction": "Netherlands"}, {"jurisdiction": "N1"}])
def test_a_ground_that_is_none_is_not_valid(desk, client, given):
    assert report(client, desk, **given).status_code == 422


@pytest.mark.parametrize("text", ["public", "public:", "public:NLD", "postcard:NL", "public:NL private:NL"])
def test_a_setting_that_is_no_ground_is_refused(text):
    with pytest.raises(ValueError, match=r"postcard|public"):
        read_grounds(text)


def test_nothing_is_enabled_by_default_and_an_unsaid_law_never_is():
    assert read_grounds("") == frozenset()
    assert Ground(Channel.PUBLIC, "") not in read_grounds("public:NL, private:NL")


#### Closing ####


@pytest.fixture
def case(desk):
    return triage.Case.objects.create(organisation=desk.organisation, team=desk.team)


@pytest.fixture
def supervisor(desk):
    return actor(make_person(desk.organisation, "senior", [Role.SUPERVISOR], [desk.team]))


def test_a_case_is_closed_once_for_a_reason_that_the_record_keeps(case, supervisor):
    services.close(supervisor, case.id, Closing.OUT_OF_SCOPE, "a note")
    leaf = Leaf.objects.get(action=Action.CASE_CLOSED)
    assert (leaf.reason, bool(leaf.detail)) == ("out-of-scope", True)
    assert not triage.queue(supervisor).exists()
    with pytest.raises(services.TriageError, match="already"):
        services.close(supervisor, case.id, Closing.DONE)


def test_a_case_stays_open_while_nobody_knows_whether_the_child_is_safe(case, supervisor):
    services.raise_danger(supervisor, case.id)
    assert safeguarding.is_open(case.id)
    with pytest.raises(services.TriageError, match="safe"):
        services.close(supervisor, case.id, Closing.MISTAKE)
    assert triage.Case.objects.get().state == triage.CaseState.WAITING


def test_a_page_closes_nothing_without_a_reason(case, desk, client):
    sign_in(client, desk.colleague)
    for words in ({}, {"because": "whim"}, {"because": ""}):
        client.post(reverse("case-close", args=[case.id]), words)
    assert triage.Case.objects.get().state == triage.CaseState.WAITING


@pytest.mark.django_db(transaction=True)
def test_what_comes_later_opens_a_closed_case_again(law, desk, client, supervisor):
    report(client, desk, address="https://files.example/a")
    case = triage.Case.objects.get()
    services.close(supervisor, case.id, Closing.DONE)
    report(client, desk, "report-0002", address="https://files.example/a")
    assert triage.Case.objects.get().state == triage.CaseState.CLOSED  # nothing new
    report(client, desk, "report-0003", address="https://files.example/b")
    reopened = triage.Case.objects.get()
    assert (reopened.state, reopened.closed_at, reopened.closed_because) == ("waiting", None, "")
    services.close(supervisor, case.id, Closing.DONE)
    report(client, desk, "report-0004", child_in_danger=True)
    assert triage.Case.objects.get().state == triage.CaseState.WAITING
    assert safeguarding.is_open(case.id)


def test_retention_is_told_of_closed_cases_and_of_no_others(case, desk, supervisor):
    triage.Case.objects.create(organisation=desk.organisation, team=desk.team)
    services.close(supervisor, case.id, Closing.DONE)
    assert [candidate.subject_id for candidate in services.closed_cases()] == [case.id]
    assert not Disposal.objects.exists()
