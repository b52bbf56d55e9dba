"""A change at an event: found where it is, not found where it is not, refused where nobody could tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.assessment import studies
from tutela.engine.assessment.interrupted import Design, Event, Scale, Shape, change, interrupted, pretended
from tutela.engine.assessment.minimum import Footing
from tutela.engine.assessment.prompts import prompts
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError, TooLittleDataError
from tutela.engine.assessment.series import Break, Frequency, Series
from tutela.engine.assessment.structural import fit

PLAIN = Design(seasonal=False)


def test_a_step_is_found_and_ranks_first_among_pretended_dates():
    found = interrupted(studies.monthly(studies.stepped()), studies.event(40), PLAIN)
    assert found.effect.low < 10 < found.effect.high
    assert found.effect.excludes_zero
    assert found.pretences.place == 1
    assert found.footing is Footing.FULL
    assert (found.before, found.after) == (40, 20)


def test_what_would_have_been_is_what_was_less_the_effect():
    found = interrupted(studies.monthly(studies.stepped()), studies.event(40), PLAIN)
    assert len(found.expected) == 20
    for each in found.expected:
        assert each.without == pytest.approx(each.observed - found.effect.value)
        assert each.low <= each.without <= each.high


def test_a_ramp_is_read_a_period():
    values = studies.noise(60) + 0.8 * np.clip(np.arange(60) - 39, 0, None)
    found = interrupted(studies.monthly(values + 50), studies.event(40), Design(Shape.RAMP, seasonal=False))
    assert found.effect.low < 0.8 < found.effect.high


def test_on_the_logarithmic_scale_the_effect_is_a_percentage():
    values = np.exp(3 + 0.05 * studies.noise(60) + np.log(0.7) * (np.arange(60) >= 40))
    found = interrupted(studies.monthly(values), studies.event(40), Design(scale=Scale.LOGARITHMIC, seasonal=False))
    assert found.percent is not None
    assert found.percent.low < -30 < found.percent.high < 0
    last = found.expected[-1]
    assert last.without == pytest.approx(last.observed / (1 + found.percent.value / 100))


def test_a_seasonal_pattern_is_not_taken_for_an_effect():
    season = 20 * np.sin(2 * np.pi * np.arange(72) / 12)
    found = interrupted(studies.monthly(100 + season + studies.noise(72)), studies.event(63), Design())
    assert not found.effect.excludes_zero
    assert found.effect.standard_error < 5


def test_weeks_have_a_season_too():
    place = np.arange(160)
    values = 100 + 20 * np.sin(2 * np.pi * place * 7 / 365.25) + studies.noise(160)
    weekly = Series("Reports", "reports", Frequency.WEEK, date(2018, 1, 1), tuple(values))
    found = change(weekly, Event(weekly.date_of(130), "nothing"), Design())
    assert not found.estimate.excludes_zero
    assert found.estimate.standard_error < 5


def test_a_known_break_is_not_taken_for_an_effect():
    values = studies.stepped(place=25, size=30)
    with_break = studies.monthly(values, breaks=[Break(studies.month(25), "reports are bundled")])
    known = interrupted(with_break, studies.event(40), PLAIN)
    assert not known.effect.excludes_zero
    assert all(abs(each.statistic) < 4 for each in known.pretences.pretended)
    assert studies.month(25).isoformat() not in {each.where for each in known.pretences.pretended}


def test_a_break_in_the_period_of_the_event_makes_it_unknowable():
    series = studies.monthly(studies.stepped(), breaks=[Break(studies.month(40), "reports are bundled")])
    with pytest.raises(NotEstimableError, match="break"):
        interrupted(series, studies.event(40), PLAIN)


@pytest.mark.parametrize("values", [[0.0] * 60, [7.0] * 60], ids=["all zero", "all equal"])
def test_a_series_that_does_not_vary_is_refused(values):
    with pytest.raises(NotEstimableError, match="vary"):
        interrupted(studies.monthly(values), studies.event(40), PLAIN)


def test_a_straight_line_is_refused_where_the_trend_explains_it_all():
    with pytest.raises(NotEstimableError, match="vary"):
        interrupted(studies.monthly(range(60)), studies.event(40), Design(trend=True, seasonal=False))


@pytest.mark.parametrize("bad", [0.0, -3.0])
def test_zero_or_less_has_no_percentage(bad):
    values = studies.stepped()
    values[5] = bad
    with pytest.raises(SeriesError, match="logarithm"):
        interrupted(studies.monthly(values), studies.event(40), Design(scale=Scale.LOGARITHMIC))


@pytest.mark.parametrize("place", [0, 7, 58, 60, 70])
def test_too_few_periods_before_or_after_are_refused(place):
    with pytest.raises(TooLittleDataError):
        interrupted(studies.monthly(studies.stepped()), studies.event(place), PLAIN)


def test_one_point_is_refused():
    with pytest.raises(TooLittleDataError):
        interrupted(studies.monthly([5]), studies.event(0))


def test_a_short_series_is_estimated_with_caution_only():
    found = interrupted(studies.monthly(studies.stepped(20, 12)), studies.event(12), PLAIN)
    assert found.footing is Footing.CAUTION


def test_more_breaks_than_values_can_carry_are_refused():
    breaks = [Break(studies.month(place), "changed") for place in range(1, 11)]
    with pytest.raises(TooLittleDataError):
        interrupted(studies.monthly(studies.stepped(14, 11), breaks=breaks), studies.event(11), PLAIN)


def test_pretended_dates_use_nothing_from_after_the_event():
    values = studies.stepped()
    later = values.copy()
    later[40:] += 500
    ours, theirs = (interrupted(studies.monthly(each), studies.event(40), PLAIN) for each in (values, later))
    assert ours.pretences.pretended == theirs.pretences.pretended


def test_a_series_too_short_for_pretences_has_none():
    assert pretended(studies.monthly(range(9)), PLAIN) == ()


def test_a_pretence_is_the_estimate_that_the_date_alone_would_give():
    series = studies.monthly(studies.stepped(size=0))
    each = next(each for each in pretended(series, PLAIN) if each.where == studies.month(30).isoformat())
    assert each.statistic == pytest.approx(change(series, studies.event(30), PLAIN).estimate.statistic)


@settings(max_examples=40, deadline=None)
@given(st.floats(-1, 1), st.sampled_from([1e-6, 1e-3, 1.0, 7.0, 1e6]), st.integers(0, 10_000))
def test_adding_to_or_multiplying_a_series_does_the_same_to_its_effect(shift, times, seed):
    values = studies.noise(40, seed)
    plain, moved = (
        change(studies.monthly(each), studies.event(25), PLAIN).estimate
        for each in (values, (values + 100 * shift) * times)
    )
    assert moved.value == pytest.approx(plain.value * times, rel=1e-4, abs=1e-6 * times)
    assert moved.high - moved.low == pytest.approx((plain.high - plain.low) * times, rel=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.floats(-1e3, 1e3), st.integers(0, 10_000))
def test_a_step_added_is_a_step_found(size, seed):
    values = studies.noise(40, seed)
    with_step = values + size * (np.arange(40) >= 25)
    plain, stepped = (change(studies.monthly(each), studies.event(25), PLAIN).estimate for each in (values, with_step))
    assert stepped.value - plain.value == pytest.approx(size, abs=1e-3 + 1e-4 * abs(size))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=14, max_size=40), st.integers(8, 11))
def test_whatever_the_values_there_is_a_finite_interval_or_a_refusal(values, place):
    try:
        found = interrupted(studies.monthly(values), studies.event(place), PLAIN).effect
    except NotEstimableError:
        return
    assert np.isfinite([found.value, found.low, found.high, found.standard_error]).all()
    assert found.low <= found.high


def test_with_noise_alone_the_fit_is_about_that_of_least_squares():
    values = np.random.default_rng(5).standard_normal(200)
    step = (np.arange(200) >= 100).astype(float)[:, None]
    (found,) = fit(values, np.ones((200, 1)), step)
    assert found.estimate.value == pytest.approx(values[100:].mean() - values[:100].mean(), abs=0.1)
    assert found.persistence < 0.5


def test_a_random_walk_is_known_for_one():
    walk = np.cumsum(np.random.default_rng(5).standard_normal(120))
    (found,) = fit(walk, np.ones((120, 1)), (np.arange(120) >= 80).astype(float)[:, None])
    assert found.persistence > 0.9
    assert found.estimate.standard_error == pytest.approx(1, abs=0.3)


def test_a_series_that_jumps_gets_one_prompt_and_a_quiet_one_none():
    quiet = studies.monthly(studies.stepped(size=0))
    jumped = replace(quiet, values=tuple(studies.stepped(place=30, size=25)))
    assert prompts(quiet, PLAIN) == ()
    assert [each.on for each in prompts(jumped, PLAIN)] == [studies.month(30)]
    assert prompts(studies.monthly([1, 2, 3]), PLAIN) == ()
