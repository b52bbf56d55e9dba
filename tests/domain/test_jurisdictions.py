"""Rules of law as data: in force on their days only, and without a reviewer they set no deadline and erase nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.jurisdictions import DatedRule

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def rule(begins, ends=None, reviewer="a lawyer"):
    return DatedRule(begins=begins, ends=ends, source="an act, section 1", reviewer=reviewer)


@given(days, days, days)
def test_of_two_that_follow_each_other_at_most_one_is_in_force(begins, turns, today):
    before, after = rule(begins, turns), rule(turns)
    in_force = [each for each in (before, after) if each.is_in_force(today)]
    assert in_force == ([after] if today >= turns else [before] if today >= begins else [])


@given(days, days)
def test_one_without_an_end_holds_for_ever(begins, today):
    assert rule(begins).is_in_force(today) is (today >= begins)


def test_one_that_nobody_read_says_so():
    assert not rule(date(2026, 1, 1), reviewer="").is_reviewed
    assert rule(date(2026, 1, 1)).is_reviewed


def test_what_it_says_of_itself_is_never_given_by_place():
    with pytest.raises(TypeError):
        DatedRule(date(2026, 1, 1), None, "an act, section 1", "")
