"""A case is found again by exactly what was reported, by who may see it, and nobody learns what was looked for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.access.public import desk_of
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action
from tutela.apps.intake import receipts
from tutela.apps.intake.models import Door
from tutela.apps.intake.services import Submission, ground_of, receive
from tutela.apps.review.needles import NeedleKind, needles
from tutela.apps.review.searching import search
from tutela.apps.triage.models import Case
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.reports import Account, Media, Reported

pytestmark = pytest.mark.django_db
DIGEST = "ab" * 32
CODE = "4711 0815 1234 5678"


@pytest.fixture
def desk(home):
    return make_desk()


@pytest.fixture
def supervisor(desk):
    return make_person(desk.organisation, "supervisor", [Role.SUPERVISOR], [desk.team])


@pytest.fixture
def report(desk):
    reported = Reported(
        addresses=("https://files.example/a?b=1",),
        media=(Media({"sha256": bytes.fromhex(DIGEST)}),),
        accounts=(Account("Chat", "Some.One"),),
    )
    digest = receipts.digest_of(CODE)
    submission = Submission(Door.FORM, "report-0001", reported, ground_of(), receipt_digest=digest)
    return receive(SYSTEM, desk_of(desk.organisation.id), submission)


@pytest.mark.parametrize(
    ("typed", "platform", "kind"),
    [
        ("hxxps://FILES[.]example:443/a?b=1#c", "", NeedleKind.PAGE),
        (DIGEST.upper(), "", NeedleKind.FILE),
        ("some.one", "CHAT", NeedleKind.ACCOUNT),
        (CODE, "", NeedleKind.RECEIPT),
        (CODE.replace(" ", ""), "", NeedleKind.RECEIPT),
    ],
)
def test_a_case_is_found_by_every_spelling_of_what_was_reported_and_says_why(supervisor, report, typed, platform, kind):
    [found] = search(actor(supervisor), typed, platform)
    assert (found.case.id, found.kind) == (report.case_id, kind)


def test_a_case_is_found_by_its_id(supervisor, report):
    assert [each.kind for each in search(actor(supervisor), str(report.case_id))] == [NeedleKind.CASE]


@pytest.mark.parametrize(
    "typed", ["https://files.example/a", "cd" * 32, "4711 0815 1234 5679", "Some.One", "nothing", ""]
)
def test_what_agrees_only_nearly_is_not_found(supervisor, report, typed):
    assert search(actor(supervisor), typed) == []


def test_what_is_out_of_reach_is_answered_as_if_it_were_not_there(desk, report):
    Case.objects.update(team=desk.team)
    foreign = make_person(make_desk("Other hotline").organisation, "foreign", [Role.SUPERVISOR])
    for person, count in ((desk.colleague, 1), (desk.stranger, 0), (foreign, 0)):
        for typed in (str(report.case_id), CODE, DIGEST, "https://files.example/a?b=1"):
            assert len(search(actor(person), typed)) == count


def test_that_somebody_searched_is_recorded_and_what_for_stands_nowhere(desk, supervisor, report, client):
    sign_in(client, supervisor)
    response = client.post(reverse("search"), {"what": DIGEST})
    assert str(report.case_id)[-12:] in response.content.decode()
    [leaf] = Leaf.objects.filter(action=Action.SEARCH_MADE)
    assert leaf.chain_id != report.case_id
    assert not leaf.sealed


def test_nothing_is_looked_for_by_an_address_of_a_page(supervisor, report, client):
    sign_in(client, supervisor)
    response = client.get(reverse("search"), {"what": DIGEST})
    assert str(report.case_id)[-12:] not in response.content.decode()
    assert not Leaf.objects.filter(action=Action.SEARCH_MADE).exists()


def test_what_is_typed_is_one_thing_and_never_guessed_further():
    assert [each.kind for each in needles("ab" * 16)] == [NeedleKind.CASE, NeedleKind.FILE]  # 32 digits may be either
    assert needles("javascript:alert(1)") == []
    assert needles("4711") == []
