from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.assessment import backlog
from tutela.engine.assessment.backlog import BrokenCountError, Throughput, Wait, Workforce


def test_counts_that_contradict_each_other_are_refused():
    for broken in ((-1, 0, 0), (1, 2, 4)):
        with pytest.raises(BrokenCountError):
            Throughput("2026-01", *broken)
    with pytest.raises(BrokenCountError, match="does not begin"):
        backlog.check_chain([Throughput("2026-01", 0, 10, 4), Throughput("2026-02", 5, 1, 1)])
    backlog.check_chain([Throughput("2026-01", 0, 10, 4), Throughput("2026-02", 6, 1, 1)])


def test_a_desk_that_does_nothing_never_clears_its_backlog():
    assert Throughput("2026-01", 5, 0, 0).periods_to_clear == float("inf")
    assert Throughput("2026-01", 0, 0, 0).periods_to_clear == 0
    assert not Throughput("2026-01", 5, 3, 2).keeps_up


def test_leaving_out_what_still_waits_does_not_make_a_queue_look_quick():
    done = [Wait(1, done=True)] * 3
    assert backlog.waited(done, 0.5) == 1
    assert backlog.waited([*done, *[Wait(50, done=False)] * 7], 0.5) is None


def test_the_estimate_is_the_one_of_the_textbook():
    """Done at 1 and 3, gone from sight at 2 of four: 3/4 wait beyond 1, 3/8 beyond 3."""
    waits = [Wait(1, done=True), Wait(2, done=False), Wait(3, done=True), Wait(4, done=False)]
    assert backlog.waited(waits, 0.25) == 1
    assert backlog.waited(waits, 0.62) == 3
    assert backlog.waited(waits, 0.63) is None


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20), st.sampled_from([0.1, 0.5, 0.9]))
def test_where_nothing_waits_it_is_the_ordinary_quantile(days, share):
    found = backlog.waited([Wait(each, done=True) for each in days], share)
    assert found is not None
    assert sum(each <= found for each in days) / len(days) >= share - 1e-9
    assert sum(each < found for each in days) / len(days) < share


def test_a_small_team_is_not_told_about():
    small = Workforce("2026", staff=4, left=1, joined=0, with_support=4, exposure=(0.5, 2.0))
    assert (small.turnover, small.support, small.over_budget) == (None, None, None)


def test_a_team_is_told_about_as_a_team():
    team = Workforce("2026", staff=10, left=2, joined=2, with_support=9, exposure=(0.5, 0.9, 1.2, 0.1, 0.4))
    assert team.turnover == pytest.approx(0.2)
    assert team.support == pytest.approx(0.9)
    assert team.over_budget == pytest.approx(0.2)
    with pytest.raises(BrokenCountError):
        Workforce("2026", staff=3, left=0, joined=0, with_support=4)
    with pytest.raises(BrokenCountError):
        Wait(-1, done=True)
    with pytest.raises(ValueError, match="share"):
        backlog.waited([], 0)
