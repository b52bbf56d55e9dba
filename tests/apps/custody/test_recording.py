from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from tests.apps.custody.world import SYSTEM, Action, ObjectKind, ReasonCode, entry_of
from tutela.apps.custody import recording, store, vault
from tutela.apps.custody.models import DataKey, Leaf, Reason
from tutela.apps.custody.public import NoTransactionError, record
from tutela.engine import clock, ledger

pytestmark = pytest.mark.django_db


def only_leaf():
    return Leaf.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_change_recorded_outside_a_transaction_is_refused(home):
    with pytest.raises(NoTransactionError):
        record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=clock.new_id(), actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_nothing(record):
    def fail():
        with transaction.atomic():
            recording.record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=clock.new_id(), actor=SYSTEM, note="x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (Leaf.objects.count(), Reason.objects.count(), DataKey.objects.count()) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_the_salt_of_a_case_that_was_rolled_back_is_not_remembered(record):
    case = clock.new_id()
    with transaction.atomic():
        vault.salt(case)
        transaction.set_rollback(True)
    record.add(case=case)
    record.sequence()
    value = recording.bound(case, {})
    assert ledger.object_digest(vault.existing_salt(case), ObjectKind.CASE, value) == only_leaf().object


def test_a_second_leaf_of_a_case_is_one_statement(record, django_assert_num_queries):
    case = clock.new_id()
    record.add(case=case)
    vault._remember(case, vault.existing_salt(case), clock.now())  # as after the commit
    with transaction.atomic(), django_assert_num_queries(1):
        recording.record(Action.CASE_CLOSED, kind=ObjectKind.CASE, object_id=case, actor=SYSTEM)


def test_a_row_is_its_entry_by_either_encoder(record):
    record.filled(2)
    for leaf in Leaf.objects.all():
        stored = dict(store.entries(10**6))[leaf.position]
        assert stored == entry_of(leaf) == ledger.Leaf.parse(stored).encode()


@pytest.mark.parametrize("text", ["a name", "somebody@example.org", "https://example.org/x"])
def test_nothing_personal_reaches_the_leaf(record, text):
    case = record.case(1, note=text, digests={"sha256": b"\x07" * 32})
    row = Leaf.objects.filter(chain_id=case).values().get()
    assert text not in str({name: value for name, value in row.items() if name != "sealed"})
    assert b"07" * 32 not in bytes(row["sealed"])
    assert SYSTEM.pseudonym not in row["actor"].removeprefix("system-")
    assert text.encode() not in bytes(Reason.objects.get().sealed)


def test_notes_and_digests_open_with_the_key_of_the_case(record):
    record.case(1, note="The host confirmed the removal.", digests={"sha256": b"\x07" * 32})
    assert recording.note_of(only_leaf()) == "The host confirmed the removal."
    assert recording.digests_of(only_leaf()) == {"sha256": b"\x07" * 32}


@pytest.mark.parametrize("digests", [{"SHA": b"\x01" * 32}, {"sha256": b"short"}, {"a b": b"\x01" * 32}])
def test_a_digest_of_another_form_is_refused(record, digests):
    with pytest.raises(ledger.EntryError):
        record.case(1, digests=digests)


def test_a_word_that_is_not_in_the_closed_list_is_refused(record):
    with pytest.raises(ledger.EntryError):
        record.add(action="case.described-at-length")


def test_the_time_is_that_of_the_clock_in_its_canonical_form(record):
    with clock.use(lambda: datetime(2026, 11, 22, 12, tzinfo=UTC)):
        record.case(1)
    assert only_leaf().time == "2026-11-22T12:00:00.000000Z"


def test_pseudonyms_are_stable_and_tell_people_apart(record):
    record.case(2, reason=ReasonCode.DEADLINE)
    actors = set(Leaf.objects.values_list("actor", flat=True))
    assert len(actors) == 1
    assert connection.vendor in {"sqlite", "postgresql"}


#### Many at once ####


def test_many_changes_are_a_handful_of_statements(record, django_assert_num_queries):
    record.add()  # the keys of this installation are there
    before = Leaf.objects.count()
    cases = [clock.new_id() for _ in range(300)]
    changes = [recording.Change(Action.CASE_OPENED, ObjectKind.CASE, case) for case in cases]
    with transaction.atomic(), django_assert_num_queries(3):  # which keys there are, the keys made, the leaves
        recording.record_all(changes, SYSTEM)
    assert [leaf.object_id for leaf in Leaf.objects.order_by("serial")[before:]] == cases


def test_many_changes_say_what_each_alone_would(record):
    case, digests = clock.new_id(), {"sha256": bytes(32)}
    kept = recording.Change(Action.ITEM_ADDED, ObjectKind.ITEM, clock.new_id(), case, digests, ReasonCode.EXACT_MATCH)
    with transaction.atomic():
        recording.record(
            kept.action,
            kind=kept.kind,
            object_id=kept.object_id,
            case_id=kept.case_id,
            digests=kept.digests,
            reason=kept.reason,
            actor=SYSTEM,
        )
        recording.record_all([kept, kept], SYSTEM)
    record.sequence()
    one, *others = Leaf.objects.order_by("serial")
    for other in others:
        same = ("action", "actor", "kind", "object", "reason", "policy", "chain_id", "object_id")
        assert [getattr(other, name) for name in same] == [getattr(one, name) for name in same]
        assert recording.digests_of(other) == recording.digests_of(one) == digests


def test_many_changes_about_an_erased_case_are_recorded_under_a_salt_that_nobody_keeps(record):
    case = clock.new_id()
    record.add(case=case)
    with transaction.atomic():
        vault.destroy(case)
    with transaction.atomic():
        recording.record_all([recording.Change(Action.CASE_CLOSED, ObjectKind.CASE, case)] * 2, SYSTEM)
    first, second = Leaf.objects.filter(action=Action.CASE_CLOSED)
    assert first.object != second.object
