"""Attacks on the ladder: typing in an address, hurrying, falling silent, turning the clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.viewing import LadderError, Look, Rung, climb, fall, keep, listen, settled
from tutela.engine.viewing.ladder import LEASE_MS, STEP_MS

RUNGS = list(Rung)
verbs = st.one_of(
    st.tuples(st.just("climb"), st.sampled_from(RUNGS)),
    st.tuples(st.just("fall"), st.sampled_from(RUNGS)),
    st.tuples(st.just("keep"), st.none()),
    st.tuples(st.just("listen"), st.booleans()),
)
histories = st.lists(st.tuples(verbs, st.integers(-1_000, 2_500)), max_size=40)


def went(look: Look, verb: str, value, now_ms: int) -> Look:
    try:
        match verb:
            case "climb":
                return climb(look, value, now_ms)
            case "fall":
                return fall(look, value, now_ms)
            case "keep":
                return keep(look, now_ms)
            case _:
                return listen(look, now_ms, has_sound=value)
    except LadderError:
        return settled(look, now_ms)


def climbed(to: Rung, *, step_ms: int = STEP_MS) -> Look:
    look = Look(at_ms=0)
    for number in range(1, to + 1):
        look = climb(look, Rung(number), number * step_ms)
    return look


@pytest.mark.parametrize("rung", [rung for rung in RUNGS if rung is not Rung.LINES])
def test_no_rung_but_the_first_is_reached_from_nothing(rung):
    with pytest.raises(LadderError):
        climb(Look(at_ms=0), rung, 0)


def test_who_hurries_sees_no_more():
    look = climb(Look(at_ms=0), Rung.LINES, 0)
    with pytest.raises(LadderError, match="too soon"):
        climb(look, Rung.BLURRED, STEP_MS - 1)
    assert climb(look, Rung.BLURRED, STEP_MS).rung is Rung.BLURRED


def test_the_file_itself_needs_four_steps():
    assert climbed(Rung.COLOUR).rung is Rung.COLOUR


def test_a_page_that_falls_silent_shows_nothing_and_must_climb_again():
    look = settled(climbed(Rung.COLOUR), 4 * STEP_MS + LEASE_MS)
    assert look.rung is Rung.HIDDEN
    assert look.spans[-1].shown_ms == LEASE_MS
    with pytest.raises(LadderError):
        climb(look, Rung.COLOUR, look.at_ms)


def test_a_lease_that_ran_out_is_not_renewed_afterwards():
    look = keep(climb(Look(at_ms=0), Rung.LINES, 0), LEASE_MS)
    assert look.rung is Rung.HIDDEN


def test_sound_is_off_again_after_everything_was_covered():
    look = listen(climb(Look(at_ms=0), Rung.LINES, 0), 10, has_sound=True)
    look = climb(fall(look, Rung.HIDDEN, 20), Rung.LINES, 30)
    assert [span.has_sound for span in look.spans] == [False, True]
    assert look.has_sound is False


def test_nothing_shown_makes_no_sound():
    assert listen(Look(at_ms=0), 10, has_sound=True) == Look(at_ms=10)


@given(histories)
def test_whatever_somebody_does_spans_are_in_order_and_nothing_is_forgotten(history):
    look, now_ms, spans = Look(at_ms=0), 0, 0
    for (verb, value), step_ms in history:
        now_ms += step_ms
        before = look.spans
        look = went(look, verb, value, now_ms)
        assert look.spans[: len(before)] == before
        assert len(look.spans) >= spans
        spans = len(look.spans)
    for one, next_one in zip(look.spans, look.spans[1:], strict=False):
        assert one.from_ms <= one.to_ms <= next_one.from_ms
    assert all(span.rung is not Rung.HIDDEN for span in look.spans)


@given(histories)
def test_no_history_skips_a_rung_on_the_way_up(history):
    look, now_ms = Look(at_ms=0), 0
    for (verb, value), step_ms in history:
        now_ms += step_ms
        after = went(look, verb, value, now_ms)
        assert after.rung <= look.rung + 1
        if after.rung > look.rung > Rung.HIDDEN:
            assert after.at_ms - look.since_ms >= STEP_MS
        look = after


@given(histories)
def test_nothing_is_shown_longer_than_its_lease_after_the_last_word(history):
    look, now_ms = Look(at_ms=0), 0
    for (verb, value), step_ms in history:
        now_ms += step_ms
        look = went(look, verb, value, now_ms)
    assert look.shown(look.at_ms + LEASE_MS) is Rung.HIDDEN
    assert look.until_ms <= look.at_ms + LEASE_MS
