"""The bucket, by its properties: never more than the rate, never a wait longer than one token, whatever the clock does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.throttling import Rate, take

NS = 1_000_000_000
START = 1_700_000_000 * NS
rates = st.builds(Rate, tokens_max=st.integers(1, 100_000), period_s=st.integers(1, 86_400))
steps = st.lists(st.integers(0, 200 * NS), max_size=60)
jumps = st.lists(st.integers(-10_000 * NS, 10_000 * NS), max_size=60)


def granted(rate: Rate, moments: list[int]) -> list[int]:
    full_at, moments_granted = 0, []
    for moment in moments:
        full_at, wait = take(full_at, rate, moment)
        if not wait:
            moments_granted.append(moment)
    return moments_granted


@given(rates)
def test_a_full_bucket_gives_exactly_its_tokens_at_once(rate):
    tokens = min(rate.tokens_max, 50)
    small = Rate(tokens, rate.period_s)
    assert len(granted(small, [START] * (tokens + 5))) == tokens


@given(rates, steps)
def test_no_span_of_time_gives_more_than_a_bucket_and_what_came_back_in_it(rate, steps):
    moments = [START + sum(steps[:number]) for number in range(len(steps))]
    given_at = granted(rate, moments)
    for first in range(len(given_at)):
        for last in range(first, len(given_at)):
            span_ns = given_at[last] - given_at[first]
            assert last - first + 1 <= rate.tokens_max + span_ns // rate.token_ns + 1


@given(rates, jumps)
def test_whatever_the_clock_does_nobody_waits_longer_than_for_one_token(rate, jumps):
    full_at = 0
    for number in range(len(jumps)):
        full_at, wait = take(full_at, rate, START + sum(jumps[:number]))
        assert 0 <= wait <= rate.token_ns


@given(rates, st.integers(0, 10**9))
def test_after_the_wait_there_is_a_token(rate, offset):
    full_at, wait = take(START + offset * NS, rate, START)
    if wait:
        assert take(full_at, rate, START + wait).wait_ns == 0


@given(rates, st.integers(1, 10**6))
def test_a_clock_set_back_gives_nothing_more(rate, seconds):
    empty_at = START + rate.token_ns * rate.tokens_max
    assert take(empty_at, rate, START - seconds * NS).wait_ns > 0


@pytest.mark.parametrize(("tokens", "period"), [(0, 1), (1, 0), (-1, 60)])
def test_a_rate_of_nothing_is_refused(tokens, period):
    with pytest.raises(ValueError, match="at least"):
        Rate(tokens, period)


@given(rates, st.data())
def test_several_tokens_cost_as_much_as_one_by_one_and_are_there_after_the_wait(rate, data):
    tokens = data.draw(st.integers(1, rate.tokens_max))
    together = take(0, rate, START, tokens)
    assert together == (START + tokens * rate.token_ns, 0)
    again = take(together.full_at_ns, rate, START, rate.tokens_max)
    assert again.wait_ns == tokens * rate.token_ns
    assert take(again.full_at_ns, rate, START + again.wait_ns, rate.tokens_max).wait_ns == 0


@given(rates)
def test_more_than_a_bucket_ever_holds_is_refused_at_once(rate):
    for tokens in (0, -1, rate.tokens_max + 1):
        with pytest.raises(ValueError, match="never holds"):
            take(0, rate, START, tokens)
