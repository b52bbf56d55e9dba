"""Attempts to see more than is good: by small steps, by a clock, by looser wishes, by a supervisor."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.viewing import Bounds, Rung, Seen, Shift, Span, Weights, Why, Word, load_of, rule, strictest
from tutela.engine.viewing.bounds import SEVERITY_MAX, break_from

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
SHIFT = Shift(NINE, NINE + timedelta(hours=8))
BOUNDS = Bounds(hour_load_max=100, shift_load_max=400, week_load_max=1_000)
moments_s = st.integers(0, 8 * 3600)
positive = st.floats(0.5, 10_000)
bounds = st.builds(
    Bounds,
    hour_load_max=positive,
    shift_load_max=positive,
    week_load_max=positive,
    notice_share=st.floats(0.1, 1.0),
    work_s=st.integers(60, 7_200),
    break_s=st.integers(60, 3_600),
    before_end_s=st.integers(60, 3_600),
)


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def seen(from_s: float, to_s: float, *, load: float = 1.0, severity: int = 1, item: str = "other") -> Seen:
    return Seen(at(from_s), at(to_s), severity, load, item)


looks = st.lists(
    st.tuples(moments_s, st.integers(0, 600), st.floats(0, 200), st.integers(0, 3)).map(
        lambda four: seen(four[0], four[0] + four[1], load=four[2], severity=four[3])
    ),
    max_size=30,
)


def asked(history, now_s: float, **more):
    return rule(
        more.pop("bounds", BOUNDS), more.pop("shift", SHIFT), history, **{"severity": 1, "now": at(now_s)} | more
    )


def test_who_has_seen_nothing_may_begin():
    assert asked([], 60).word is Word.GO


def test_near_the_bound_there_is_a_quiet_word_and_at_it_a_stop_that_says_until_when():
    assert (asked([seen(0, 60, load=80)], 120).word, asked([seen(0, 60, load=79)], 120).word) == (Word.NOTICE, Word.GO)
    stopped = asked([seen(0, 60, load=60), seen(70, 90, load=40)], 120)
    assert (stopped.word, stopped.why, stopped.until) == (Word.STOP, Why.HOUR, at(60 + 3600))
    assert asked([seen(0, 60, load=60), seen(70, 90, load=40)], 60 + 3600).word is not Word.STOP


def test_a_full_shift_ends_with_the_shift_and_a_full_week_with_its_first_day():
    small = Bounds(hour_load_max=100, shift_load_max=110, week_load_max=1_000)
    stopped = asked([seen(0, 60, load=60), seen(4000, 4100, load=50)], 5_400, bounds=small)
    assert (stopped.why, stopped.until) == (Why.SHIFT, SHIFT.to_at)
    days_ago = [seen(-86_400 * day, -86_400 * day + 60, load=250) for day in (1, 2, 3, 4)]
    stopped = asked(days_ago, 60)
    assert (stopped.why, stopped.until) == (Why.WEEK, at(-86_400 * 4 + 60 + 7 * 86_400))


def test_small_steps_are_added_up():
    assert asked([seen(number, number + 1, load=1) for number in range(100)], 200).why is Why.HOUR


@pytest.mark.parametrize("now_s", [-1, 8 * 3600, 9 * 3600])
def test_nothing_is_shown_outside_a_shift(now_s):
    assert asked([], now_s).why is Why.NO_SHIFT
    assert asked([], 60, shift=None).why is Why.NO_SHIFT


def test_nothing_is_shown_in_the_last_minutes_of_a_shift():
    end_s = 8 * 3600 - BOUNDS.before_end_s
    assert (asked([], end_s - 1).word, asked([], end_s).why) == (Word.GO, Why.SHIFT_ENDS)


def test_after_fifty_minutes_the_next_thing_is_a_break_of_ten():
    history = [seen(minute * 60, minute * 60 + 30) for minute in range(50)]
    stopped = asked(history, 3_000)
    assert (stopped.why, stopped.until) == (Why.BREAK, at(49 * 60 + 30 + 600))
    assert asked(history, 49 * 60 + 30 + 600).why is not Why.BREAK
    assert break_from(BOUNDS, SHIFT, history, at(2_900)) == at(3_000)


def test_a_look_that_goes_on_through_its_break_is_ended():
    assert asked([seen(0, 3_000, item="this")], 3_000, item="this").why is Why.BREAK


def test_a_break_that_somebody_only_claims_is_none():
    history = [seen(0, 30), seen(2_900, 2_990)]  # 47 minutes away: that was one
    assert asked(history, 3_000).word is Word.GO
    assert (
        asked([*history[:1], *(seen(minute * 300, minute * 300 + 1) for minute in range(10))], 3_010).why is Why.BREAK
    )


def test_of_the_worst_there_are_never_two_in_a_row():
    worst = seen(0, 30, severity=SEVERITY_MAX)
    assert asked([worst], 60, severity=SEVERITY_MAX).why is Why.WORST_TWICE
    assert asked([worst, seen(40, 50)], 60, severity=SEVERITY_MAX).word is Word.GO
    assert asked([worst], 60, severity=SEVERITY_MAX, item="other").word is Word.GO  # the same one goes on


def test_who_has_opted_out_is_not_overruled():
    assert asked([], 60, is_opted_out=True, lifted_by=100).why is Why.OPTED_OUT


def test_a_supervisor_lifts_amounts_and_nothing_else():
    assert asked([seen(0, 60, load=150)], 120, lifted_by=2).word is Word.GO
    assert asked([seen(0, 3_000)], 3_000, lifted_by=100).why is Why.BREAK
    assert asked([], 8 * 3600 - 1, lifted_by=100).why is Why.SHIFT_ENDS
    assert asked([seen(0, 60, load=100)], 120, lifted_by=0.1).why is Why.HOUR  # nor does it lower one


def test_a_clock_that_is_set_back_gives_nothing_away():
    later = [seen(3_000, 3_060, load=100)]
    assert asked(later, 60).why is Why.HOUR


def test_load_grows_with_rung_severity_and_sound():
    one_s = [Span(rung, 0, 1_000) for rung in (Rung.LINES, Rung.BLURRED, Rung.GREY, Rung.COLOUR)]
    loads = [load_of([span], 1, Weights()) for span in one_s]
    assert loads == sorted(loads)
    assert load_of(one_s, 3, Weights()) == 4 * load_of(one_s, 1, Weights())
    assert load_of([replace(one_s[3], has_sound=True)], 1, Weights()) == 2 * loads[3]


@pytest.mark.parametrize("name", [each.name for each in fields(Bounds)])
def test_a_bound_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match="more than nothing"):
        replace(BOUNDS, **{name: 0})


@given(bounds, bounds, looks, moments_s)
def test_nobody_may_do_more_by_wishing_so(organisation, person, history, now_s):
    theirs = strictest(organisation, person)
    now = at(now_s)
    if rule(organisation, SHIFT, history, severity=1, now=now).word is Word.STOP:
        assert rule(theirs, SHIFT, history, severity=1, now=now).word is Word.STOP


@given(bounds, looks, looks, moments_s)
def test_who_has_seen_more_of_it_is_never_nearer_to_go(limits, history, more, now_s):
    before = rule(limits, SHIFT, history, severity=1, now=at(now_s))
    if before.word is Word.STOP and before.why in {Why.HOUR, Why.SHIFT, Why.WEEK}:
        assert rule(limits, SHIFT, [*history, *more], severity=1, now=at(now_s)).word is Word.STOP


@given(bounds, looks)
def test_what_a_stop_names_as_its_end_is_one(limits, history):
    now = max((each.to_at for each in history), default=NINE)
    shift = Shift(NINE, now + timedelta(days=1))
    ruling = rule(limits, shift, history, severity=1, now=now)
    if ruling.until is not None:
        assert ruling.until > now
        later = Shift(ruling.until if ruling.why is Why.SHIFT else NINE, ruling.until + timedelta(days=1))
        after = rule(limits, later, history, severity=1, now=ruling.until)
        assert (after.word, after.why) != (Word.STOP, ruling.why)
