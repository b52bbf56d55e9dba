from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.apps.custody.world import SYSTEM, Action, ObjectKind, ReasonCode
from tutela.apps.custody import erasure, recording, verifying
from tutela.apps.custody.models import Disposal, Leaf
from tutela.apps.custody.public import (
    ErasedError,
    HoldNotFoundError,
    Outcome,
    end_hold,
    erase,
    is_erased,
    is_held,
    place_hold,
)
from tutela.apps.custody.rules import RetentionRule
from tutela.engine import clock

pytestmark = pytest.mark.django_db

RULE = RetentionRule("case", 30, begins=date(2026, 1, 1), ends=None, source="an act, section 1", reviewer="a lawyer")
TODAY = date(2026, 11, 22)


def erase_case(case):
    return erase(SYSTEM, case, kind=ObjectKind.CASE, reason=ReasonCode.RETENTION_ENDED)


def last(case):
    return Leaf.objects.filter(chain_id=case).order_by("serial").last()


def test_erasure_leaves_the_proof_and_nothing_to_read(record):
    case, other = record.filled(2)
    kept = record.newest()
    assert erase_case(case) is Outcome.ERASED
    record.sequence()
    assert record.holds([kept])
    assert last(case).action == Action.RECORD_ERASED
    assert is_erased(case)
    for leaf in Leaf.objects.filter(chain_id=case, action=Action.CASE_OPENED):
        with pytest.raises(ErasedError):
            recording.note_of(leaf)
        with pytest.raises(ErasedError):
            recording.digests_of(leaf)
    report = verifying.verify_case(case)
    assert report.holds
    assert report.size == 5
    assert "erased" in report.remarks[0]
    assert verifying.verify_case(other).holds
    assert recording.note_of(Leaf.objects.filter(chain_id=other).first())


def test_what_happens_after_an_erasure_is_recorded_without_meaning(record):
    case = record.filled(1)[0]
    erase_case(case)
    record.add(Action.PROBE_DONE, case, digests={"sha256": b"\x01" * 32})
    record.sequence()
    assert last(case).action == Action.PROBE_DONE
    assert not bytes(last(case).sealed)
    assert verifying.verify_case(case).holds
    with pytest.raises(ErasedError):
        record.add(Action.CASE_REOPENED, case, note="a word about it")


def test_erasing_twice_changes_nothing(record):
    case = record.filled(1)[0]
    erase_case(case)
    count = Leaf.objects.count()
    assert erase_case(case) is Outcome.NOTHING
    assert erase_case(clock.new_id()) is Outcome.NOTHING
    assert Leaf.objects.count() == count


def test_a_hold_stops_erasure_until_it_ends_and_both_are_recorded(record):
    case = record.filled(1)[0]
    hold = place_hold(SYSTEM, case, reason=ReasonCode.LEGAL_ORDER, note="An order of a court.")
    assert erase_case(case) is Outcome.HELD
    assert last(case).action == Action.ERASURE_REFUSED
    assert not is_erased(case)
    end_hold(SYSTEM, hold, reason=ReasonCode.LEGAL_ORDER)
    with pytest.raises(HoldNotFoundError):
        end_hold(SYSTEM, hold, reason=ReasonCode.LEGAL_ORDER)
    assert erase_case(case) is Outcome.ERASED
    record.sequence()
    assert verifying.verify_case(case).holds


def test_one_of_two_holds_is_enough(record):
    case = record.filled(1)[0]
    first = place_hold(SYSTEM, case, reason=ReasonCode.LEGAL_ORDER)
    place_hold(SYSTEM, case, reason=ReasonCode.PRESERVATION)
    end_hold(SYSTEM, first, reason=ReasonCode.LEGAL_ORDER)
    assert erase_case(case) is Outcome.HELD


def test_a_hold_with_an_end_lets_go_by_itself(record, standing_clock):
    case = record.filled(1)[0]
    place_hold(SYSTEM, case, reason=ReasonCode.PRESERVATION, until=clock.now() + timedelta(days=90))
    assert is_held(case)
    standing_clock.forward(days=90)
    assert not is_held(case)


#### Retention ####


@pytest.fixture
def closed(record, monkeypatch):
    """A case that was closed long ago, offered to retention."""
    case = record.filled(1)[0]
    monkeypatch.setattr(erasure, "_sources", {})
    erasure.retained(ObjectKind.CASE)(lambda: iter([erasure.Candidate(case, TODAY - timedelta(days=31))]))
    return case


def test_the_table_ships_empty_and_says_that_it_is_not_configured(closed):
    assert erasure.RETENTION.rows() == ()
    assert [each.outcome for each in erasure.apply_retention(SYSTEM, TODAY)] == ["not-configured"]
    assert erasure.apply_retention(SYSTEM, TODAY) == []  # told once
    assert not is_erased(closed)


def test_a_reviewed_rule_erases_what_is_due(closed):
    assert [each.outcome for each in erasure.apply_retention(SYSTEM, TODAY, (RULE,))] == ["erased"]
    assert is_erased(closed)
    assert Disposal.objects.get().rule == "case 30 days from 2026-01-01"


def test_a_rule_that_nobody_reviewed_never_erases(closed):
    rule = RetentionRule("case", 30, begins=date(2026, 1, 1), ends=None, source="an act, section 1", reviewer="")
    assert [each.outcome for each in erasure.apply_retention(SYSTEM, TODAY, (rule,))] == ["unreviewed"]
    assert not is_erased(closed)


def test_a_held_case_is_listed_as_not_done(closed):
    place_hold(SYSTEM, closed, reason=ReasonCode.LEGAL_ORDER)
    assert [each.outcome for each in erasure.apply_retention(SYSTEM, TODAY, (RULE,))] == ["held"]


def test_a_case_within_its_time_is_left_alone(closed):
    long = RetentionRule(
        "case", 365, begins=date(2026, 1, 1), ends=None, source="an act, section 2", reviewer="a lawyer"
    )
    assert erasure.apply_retention(SYSTEM, TODAY, (RULE, long)[1:]) == []
    assert erasure.apply_retention(SYSTEM, TODAY - timedelta(days=2), (RULE,)) == []
