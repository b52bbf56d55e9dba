"""Deconfliction by file: what is in both is a question to people; another secret, file or agreement is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.triage.test_deconfliction import PAGE, come, supervisor
from tests.world import actor, make_desk, make_person, sign_in
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase
from tutela.apps.triage import deconfliction, mark_files
from tutela.apps.triage.agreements import Inquiry
from tutela.apps.triage.rules import Closing
from tutela.apps.triage.services import TriageError, close
from tutela.domain.actors import SYSTEM, Role
from tutela.domain.errors import FormatError
from tutela.domain.reports import Account
from tutela.engine.formats import marks_json

SECRET = "5e" * 32


class Unit:
    """One of two installations that know of each other only the secret."""

    def __init__(self, name, *, secret=SECRET):
        self.desk = make_desk(name)
        self.lead = supervisor(self.desk)
        self.agreement = deconfliction.agree_outside(self.lead, "The other unit", None, None, secret=secret)

    def come(self, key="0001", **said):
        return come(self.desk, f"{self.desk.organisation.name}-{key}", **said)

    def make(self):
        return mark_files.make(self.lead, self.agreement.id)

    def take_in(self, content):
        return mark_files.take_in(self.lead, self.agreement.id, content)


@pytest.fixture
def ours(db, home):
    return Unit("Example hotline")


@pytest.fixture
def theirs(ours):
    return Unit("Other hotline")


#### The way there and back ####


def test_what_is_in_both_is_shown_on_the_cases_of_whoever_reads(ours, theirs):
    case, _alone = ours.come(addresses=(PAGE,)), ours.come("0002", addresses=("https://files.example/b",))
    other = theirs.come(addresses=(PAGE,), accounts=(Account("chat", "a"),))
    assert ours.take_in(theirs.make()) == [case]
    (known,) = deconfliction.elsewhere(case.id)
    assert (known.name, known.since.date()) == ("The other unit", other.opened_at.date())
    assert deconfliction.elsewhere(other.id) == []  # they learn it from our file
    assert theirs.take_in(ours.make()) == [other]


def test_a_file_says_no_case_no_clue_no_name(ours):
    case = ours.come(addresses=(PAGE,), accounts=(Account("chat", "some.one"),))
    content = ours.make()
    for word in (str(case.id), case.id.hex, "files.example", "some.one", "The other unit", "Example hotline", SECRET):
        assert word.encode() not in content
    assert {each.since for each in marks_json.read(content).marks} == {case.opened_at.date()}


def test_reading_a_file_twice_changes_nothing_more(ours, theirs):
    case = ours.come(addresses=(PAGE,))
    theirs.come(addresses=(PAGE,))
    content = theirs.make()
    assert ours.take_in(content) == ours.take_in(content) == [case]
    assert Inquiry.objects.count() == 1


def test_making_and_reading_are_recorded_with_the_digest_of_the_file(ours, theirs):
    ours.take_in(theirs.make())
    sent, received = (Leaf.objects.get(action=each) for each in (Action.EXCHANGE_SENT, Action.EXCHANGE_RECEIVED))
    assert (sent.object_id, received.object_id) == (theirs.agreement.id, ours.agreement.id)


def test_what_is_closed_is_not_given_and_what_was_erased_is_neither_given_nor_found(ours, theirs):
    closed, erased = ours.come(addresses=(PAGE,)), ours.come("0002", addresses=("https://files.example/b",))
    theirs.come(addresses=("https://files.example/b",))
    close(ours.lead, closed.id, Closing.MISTAKE)
    erase(SYSTEM, erased.id, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)
    assert marks_json.read(ours.make()).marks == ()
    assert ours.take_in(theirs.make()) == []


def test_a_file_is_full_and_says_what_it_left_out(ours, monkeypatch):
    monkeypatch.setattr(mark_files, "MARKS_MAX", 2)
    for number in range(5):
        ours.come(str(number), addresses=(f"https://files.example/{number}",))
    given = marks_json.read(ours.make())
    assert (len(given.marks), given.left_out) == (2, 3)


#### Refusals ####


def test_a_file_under_another_secret_is_refused_not_answered(ours):
    stranger = Unit("Other hotline", secret="c3" * 32)
    stranger.come(addresses=(PAGE,))
    ours.come(addresses=(PAGE,))
    with pytest.raises(TriageError, match="another secret"):
        ours.take_in(stranger.make())
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("secret", ["x", "AB" * 32, "ab" * 31, "ab" * 32 + "\n"])
def test_what_is_no_secret_is_refused(ours, secret):
    with pytest.raises(TriageError, match="64 digits"):
        deconfliction.agree_outside(ours.lead, "A third unit", None, None, secret=secret)


def test_only_who_may_agree_makes_and_reads_and_only_under_an_agreement_in_force(ours, theirs):
    content = theirs.make()
    for who in (actor(ours.desk.colleague), theirs.lead):
        with pytest.raises(Http404):
            mark_files.make(who, ours.agreement.id)
        with pytest.raises(Http404):
            mark_files.take_in(who, ours.agreement.id, content)
    deconfliction.end(ours.lead, ours.agreement.id)
    with pytest.raises(Http404):
        ours.take_in(content)
    inside = deconfliction.agree_inside(ours.lead, "Other hotline", None)
    with pytest.raises(Http404):
        mark_files.make(ours.lead, inside.id)


MARK = {"mark": "ab" * 32, "since": "2026-01-02"}
WHOLE = {"tutela_marks": 1, "check": "ab" * 32, "marks": [MARK], "left_out": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"tutela_marks": 2},
        {"check": "x"},
        {"marks": [MARK | {"mark": "AB" * 32}]},
        {"marks": [MARK | {"since": "soon"}]},
        {"marks": [MARK | {"case": "1"}]},
        {"marks": [MARK] * (marks_json.MARKS_MAX + 1)},
        {"left_out": -1},
        {"more": 1},
    ],
)
def test_a_file_that_says_anything_else_is_none(change):
    assert marks_json.read(json.dumps(WHOLE).encode()).marks[0].since == date(2026, 1, 2)
    with pytest.raises(FormatError):
        marks_json.read(json.dumps(WHOLE | change).encode())


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(content):
    with pytest.raises(FormatError):
        marks_json.read(content)


#### The console ####


def test_by_file_from_the_secret_to_the_case(ours, theirs, client):
    lead = make_person(ours.desk.organisation, "lead", [Role.SUPERVISOR], [ours.desk.team])
    sign_in(client, lead)
    asked = {"name": "A third unit", "machine": "file", "secret": "", "contact": ""}
    assert "It is shown once" in client.post(reverse("agreements"), asked).content.decode()
    told = client.post(reverse("agreements"), asked | {"secret": SECRET}).content.decode()
    assert "It is shown once" not in told
    assert SECRET not in told
    case = ours.come(addresses=(PAGE,))
    theirs.come(addresses=(PAGE,))
    address = reverse("agreement", args=[ours.agreement.id])
    made = client.post(reverse("agreement-file", args=[ours.agreement.id]))
    assert len(marks_json.read(made.content).marks) == 1
    page = client.post(address, {"file": SimpleUploadedFile("a.json", theirs.make())}).content.decode()
    assert str(case.id)[-12:] in page
    shown = client.get(reverse("case", args=[case.id])).content.decode()
    assert "Another unit has this: The other unit, since" in shown
    again = client.post(address, {"file": SimpleUploadedFile("a.json", b"{}")}).content.decode()
    assert "This is no file of keyed digests" in again


def test_a_secret_that_nobody_would_use_is_refused(ours, theirs, client):
    sign_in(client, make_person(ours.desk.organisation, "lead", [Role.SUPERVISOR], [ours.desk.team]))
    asked = {"name": "Other hotline", "machine": "", "secret": SECRET, "contact": ""}
    assert "no secret is needed" in client.post(reverse("agreements"), asked).content.decode()
