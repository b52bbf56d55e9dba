"""Who comes at the same moment goes together: everybody is answered, by what became of their own, whatever happens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tests.world import make_desk
from tutela.apps.access.public import Desk, acting_as
from tutela.apps.custody.models import Leaf
from tutela.apps.intake import together
from tutela.apps.intake.models import Door, Report
from tutela.apps.intake.services import KeyReusedError, RefusedReportError, Submission, ground_of
from tutela.apps.intake.together import TOGETHER_MAX, Together
from tutela.domain.actors import SYSTEM
from tutela.domain.reports import Reported

WAIT_S = 20


class BrokenError(Exception):
    """What a group met."""


class Going:
    """Answers each by its name. The first to go stands still until it is let go, so that others come meanwhile."""

    def __init__(self, fails=lambda names: False):
        self.groups = []
        self.let_go, self.is_at_it = threading.Event(), threading.Event()
        self._fails = fails
        self.together = Together(self)

    def __call__(self, whose, names):
        self.groups.append((whose, list(names)))
        if not self.is_at_it.is_set():
            self.is_at_it.set()
            assert self.let_go.wait(WAIT_S)
        if self._fails(names):
            raise BrokenError(*names)
        return [f"{whose}: {name}" for name in names]

    def after(self, first, *others, whose="a"):
        """Let one go, and others come before it is back; what each was answered, or met."""
        with ThreadPoolExecutor(100) as threads:
            asked = [threads.submit(self.together.ask, whose, first)]
            assert self.is_at_it.wait(WAIT_S)
            for number, name in enumerate(others, start=1):
                asked.append(threads.submit(self.together.ask, whose, name))
                while len(self.together._waiting[whose]) < number:
                    pass
            self.let_go.set()
            return [each.exception(WAIT_S) or each.result() for each in asked]


#### Going together ####


def test_who_is_alone_goes_alone_and_at_once():
    going = Going()
    going.is_at_it.set()
    assert [going.together.ask("a", name) for name in "xy"] == ["a: x", "a: y"]
    assert going.groups == [("a", ["x"]), ("a", ["y"])]
    assert going.together._waiting == {}


def test_who_comes_meanwhile_goes_together_and_is_answered_by_itself():
    going = Going()
    assert going.after("first", "x", "y", "z") == ["a: first", "a: x", "a: y", "a: z"]
    assert going.groups == [("a", ["first"]), ("a", ["x", "y", "z"])]
    assert going.together._waiting == {}


def test_nobody_waits_for_those_who_come_for_another():
    going = Going()
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(going.together.ask, "a", "x")
        assert going.is_at_it.wait(WAIT_S)
        assert going.together.ask("b", "y") == "b: y"
        going.let_go.set()
        assert one.result(WAIT_S) == "a: x"
    assert [whose for whose, _ in going.groups] == ["a", "b"]


def test_no_group_is_larger_than_its_limit():
    going = Going()
    names = [str(number) for number in range(TOGETHER_MAX + 5)]
    assert going.after("first", *names) == ["a: first", *(f"a: {name}" for name in names)]
    assert [len(names) for _, names in going.groups] == [1, TOGETHER_MAX, 5]


def test_where_a_group_fails_each_goes_alone_and_hears_of_its_own():
    going = Going(fails=lambda names: "bad" in names)
    first, good, bad, fine = going.after("first", "good", "bad", "fine")
    assert (first, good, fine) == ("a: first", "a: good", "a: fine")
    assert (type(bad), bad.args) == (BrokenError, ("bad",))
    assert going.together._waiting == {}


def test_who_fails_alone_leaves_nobody_waiting():
    going = Going(fails=lambda names: "first" in names)
    first, *others = going.after("first", "x", "y")
    assert type(first) is BrokenError
    assert others == ["a: x", "a: y"]
    assert going.together._waiting == {}


def test_who_is_ended_in_the_middle_leaves_nobody_waiting():
    def ended(names):
        if names == ["first"]:
            raise SystemExit
        return False

    first, *others = Going(fails=ended).after("first", "x", "y")
    assert type(first) is SystemExit
    assert others == ["a: x", "a: y"]


def test_an_answer_too_few_is_nobodys_answer():
    going = Together(lambda _whose, names: [f"{name}" for name in names][: 1 if len(names) == 1 else -1])
    lead = threading.Event()
    with ThreadPoolExecutor(9) as threads:
        asked = [threads.submit(lambda name=name: (lead.wait(WAIT_S), going.ask("a", name))[1]) for name in "abcdefgh"]
        lead.set()
        assert [each.result(WAIT_S) for each in asked] == list("abcdefgh")


#### Reports ####


@pytest.fixture
def send(home):
    """Hand reports in, all at the same moment, each in a thread of its own; what each was answered."""
    made = make_desk()
    desk = Desk(made.organisation.id, made.team.id)

    def all_at_once(*submissions):
        start = threading.Barrier(len(submissions))

        def one(submission):
            try:
                start.wait(WAIT_S)
                with acting_as(SYSTEM):
                    return together.receive(SYSTEM, desk, submission)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(submissions)) as threads:
            return list(threads.map(one, submissions))

    all_at_once.desk = desk
    return all_at_once


def report(key, name="a"):
    return Submission(Door.API, key, Reported(addresses=(f"https://files.example/{name}",)), ground_of())


@pytest.mark.django_db(transaction=True)
def test_what_is_answered_is_kept_with_its_leaf_each_its_own(send):
    answers = send(*(report(f"report-{number}", number % 7) for number in range(50)))
    assert [each.idempotency_key for each in answers] == [f"report-{number}" for number in range(50)]
    kept = Report.objects.in_bulk()
    assert set(kept) == {each.id for each in answers}
    assert set(Leaf.objects.filter(action="report.received").values_list("object_id", flat=True)) == set(kept)
    assert len({each.case_id for each in kept.values()}) == 7


@pytest.mark.django_db(transaction=True)
def test_the_same_report_many_times_at_once_is_one_report_and_one_receipt(send):
    answers = send(*[report("the-same")] * 12)
    assert {each.id for each in answers} == {Report.objects.get().id}


@pytest.mark.django_db(transaction=True)
def test_a_bad_report_spoils_none_that_comes_with_it(send):
    empty = Submission(Door.API, "says-nothing", Reported(), ground_of())
    *good, refused, reused = send(
        *(report(f"report-{number}", number) for number in range(6)), empty, report("report-0", "another")
    )
    assert isinstance(refused, RefusedReportError)
    assert sorted(type(each) is KeyReusedError for each in (good[0], reused)) == [False, True]
    assert Report.objects.count() == 6


@pytest.mark.django_db
def test_inside_a_transaction_everybody_goes_alone(send):
    with transaction.atomic(), acting_as(SYSTEM):
        together.receive(SYSTEM, send.desk, report("only-one"))
        transaction.set_rollback(True)
    assert not Report.objects.exists()
