"""What a reporter wrote: on the page of the case, closed until somebody opens it, and nowhere else."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import make_desk, make_key, make_person, sign_in
from tutela.apps.access.services import set_desk
from tutela.apps.custody.public import ObjectKind, ReasonCode, erase
from tutela.apps.triage.models import Case
from tutela.domain.actors import SYSTEM, Permission, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
WORDS = "canary words of a reporter"
_DETAILS = re.compile(r"(<details[^>]*>)(.*?)</details>", re.DOTALL)


@pytest.fixture
def desk():
    made = make_desk()
    set_desk(SYSTEM, made.organisation.id, made.team.id)
    return made


def reported(desk, *, danger=False):
    """The case of a new report."""
    _key, secret = make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": f"report-{danger}"}
    given = {"address": f"https://files.example/{danger}", "text": WORDS, "child_in_danger": danger}
    assert Client().post("/api/v1/reports", given, "application/json", headers=headers).status_code == 201
    return Case.objects.get(child_in_danger=danger)


def staff(desk, role, teams=()):
    client = Client()
    sign_in(client, make_person(desk.organisation, role.value, [role], teams))
    return client


@pytest.mark.parametrize("danger", [False, True])
def test_it_is_closed_until_somebody_opens_it_and_says_what_that_is(desk, danger):
    case, client = reported(desk, danger=danger), staff(desk, Role.ANALYST, [desk.team])
    for name in ("case", "case-reports"):
        page = client.get(reverse(name, args=[case.id])).content.decode()
        [(opening, inside)] = [each for each in _DETAILS.findall(page) if WORDS in each[1]]
        assert opening == "<details>"
        assert "it is exposure" in inside.partition("</summary>")[0]
        assert page.count(WORDS) == 1


@pytest.mark.parametrize("danger", [False, True])
def test_no_list_shows_it(desk, danger):
    reported(desk, danger=danger)
    client = staff(desk, Role.SUPERVISOR, [desk.team])
    for name in ("home", "queue", "safeguarding"):
        assert WORDS not in client.get(reverse(name)).content.decode()


@pytest.mark.parametrize(
    ("role", "is_of_the_team"), [(Role.ANALYST, False), (Role.AUDITOR, False), (Role.POLICY_ANALYST, True)]
)
def test_whoever_may_not_see_the_case_is_shown_nothing(desk, role, is_of_the_team):
    case, client = reported(desk), staff(desk, role, [desk.team] if is_of_the_team else [])
    for name in ("case", "case-reports"):
        response = client.get(reverse(name, args=[case.id]))
        assert response.status_code in {403, 404}
        assert WORDS not in response.content.decode()


def test_what_was_erased_is_gone_from_the_page(desk):
    case, client = reported(desk), staff(desk, Role.SUPERVISOR, [desk.team])
    erase(SYSTEM, case.id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    page = client.get(reverse("case", args=[case.id])).content.decode()
    assert WORDS not in page


def test_many_reports_of_a_case_ask_for_its_key_once(desk, django_assert_max_num_queries):
    case, client = reported(desk), staff(desk, Role.SUPERVISOR, [desk.team])
    _key, secret = make_key(desk.organisation, [Permission.INTAKE_REPORT_CREATE])
    page = reverse("case-reports", args=[case.id])
    client.get(page)
    with django_assert_max_num_queries(100) as asked:
        client.get(page)
    count = len(asked)
    for number in range(5):
        headers = {"authorization": f"Bearer {secret}", "idempotency-key": f"another-{number}"}
        given = {"digests": {"md5": "0" * 32}, "text": WORDS}
        Client().post("/api/v1/reports", given, "application/json", headers=headers)
    busy = Case.objects.exclude(id=case.id).get()
    with django_assert_max_num_queries(count):
        assert client.get(reverse("case-reports", args=[busy.id])).content.decode().count(WORDS) == 5
