"""Comparisons with other units: known answers, and refusals where there is nobody to compare with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.assessment import studies
from tutela.engine.assessment import simplex
from tutela.engine.assessment.did import difference_in_differences
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError, TooLittleDataError
from tutela.engine.assessment.sdid import synthetic_difference
from tutela.engine.assessment.staggered import staggered
from tutela.engine.assessment.synthetic import Predictor, backdated, importance, synthetic_control

METHODS = [difference_in_differences, synthetic_difference, synthetic_control]


def mixed(size=6.0, place=20):
    """A unit that is 0.3 and 0.7 of two others, and differs by `size` after the event."""
    values = studies.panel()
    values[0] = 0.3 * values[4] + 0.7 * values[7]
    values[0, place:] -= size
    return values


def test_a_mixture_is_recognised_weight_by_weight():
    found = synthetic_control(studies.as_panel(mixed()), "0", studies.event(20))
    shares = {each.unit: each.share for each in found.weights if each.share > 1e-6}
    assert shares == pytest.approx({"4": 0.3, "7": 0.7}, abs=1e-6)
    assert found.effect == pytest.approx(-6, abs=1e-6)
    assert found.misfit == pytest.approx(0, abs=1e-6)
    assert found.pretences.place == 1
    assert found.pretences.of == 12
    assert [gap.observed - gap.synthetic for gap in found.gaps[20:]] == pytest.approx([-6] * 10, abs=1e-6)


def test_leaving_one_out_never_leaves_the_effect_outside_its_range():
    found = synthetic_control(studies.as_panel(studies.panel()), "3", studies.event(20))
    assert found.left_out[0] <= found.effect <= found.left_out[1]


def test_an_event_pretended_earlier_shows_nothing():
    assert backdated(studies.as_panel(mixed()), "0", studies.event(20), 8) == pytest.approx(0, abs=1e-6)


def test_an_event_cannot_be_pretended_before_the_data_begin():
    with pytest.raises(TooLittleDataError):
        backdated(studies.as_panel(mixed()), "0", studies.event(20), 15)


def test_predictors_that_matter_get_the_weight():
    values = mixed()
    panel = studies.as_panel(values)
    level = Predictor("mean before", tuple(values[:, :10].mean(axis=1)))
    chance = Predictor("chance", tuple(np.random.default_rng(2).random(len(values))))
    weights = importance(panel, "0", (level, chance), 10, 20)
    assert sum(weights) == pytest.approx(1)
    found = synthetic_control(panel, "0", studies.event(20), (level, chance), weights)
    assert found.effect == pytest.approx(-6, abs=2)


@pytest.mark.parametrize("importances", [(), (1.0, 1.0), (-1.0,), (0.0,)])
def test_predictors_without_their_importance_are_refused(importances):
    predictor = Predictor("level", tuple(float(place) for place in range(12)))
    with pytest.raises(SeriesError):
        synthetic_control(studies.as_panel(mixed()), "0", studies.event(20), (predictor,), importances)


@pytest.mark.parametrize("values", [(1.0,), (float("nan"),) * 12], ids=["too few", "no numbers"])
def test_a_predictor_without_a_value_for_every_unit_is_refused(values):
    with pytest.raises(SeriesError):
        synthetic_control(studies.as_panel(mixed()), "0", studies.event(20), (Predictor("level", values),), (1.0,))


def test_a_predictor_that_is_the_same_everywhere_is_refused():
    with pytest.raises(NotEstimableError):
        synthetic_control(studies.as_panel(mixed()), "0", studies.event(20), (Predictor("x", (1.0,) * 12),), (1.0,))


@pytest.mark.parametrize("method", METHODS)
def test_too_few_units_or_periods_are_refused(method):
    with pytest.raises(TooLittleDataError):
        method(studies.as_panel(studies.panel(units=5)), "0", studies.event(20))
    with pytest.raises(TooLittleDataError):
        method(studies.as_panel(studies.panel()), "0", studies.event(9))
    with pytest.raises(TooLittleDataError):
        method(studies.as_panel(studies.panel()), "0", studies.event(30))


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_unit_is_refused(method):
    with pytest.raises(NotEstimableError):
        method(studies.as_panel(studies.panel()), "Atlantis", studies.event(20))


def test_parallel_units_give_the_difference_exactly():
    common = np.cumsum(np.random.default_rng(1).normal(size=30))
    values = common + np.arange(12)[:, None] * 10
    values[0, 20:] += 3
    found = difference_in_differences(studies.as_panel(values), "0", studies.event(20))
    assert found.effect.value == pytest.approx(3)
    assert found.before == pytest.approx(0)
    assert found.pretences.place == 1


def test_a_constant_gap_troubles_the_synthetic_difference_not_at_all():
    values = mixed()
    values[0] += 500
    found = synthetic_difference(studies.as_panel(values), "0", studies.event(20))
    assert found.effect.low < -6 < found.effect.high
    assert found.effect.excludes_zero
    assert found.pretences.place == 1


@pytest.mark.parametrize("method", METHODS)
def test_units_that_never_move_give_zero_or_a_refusal_but_no_invention(method):
    values = np.full((12, 30), 5.0)
    try:
        found = method(studies.as_panel(values), "0", studies.event(20))
    except NotEstimableError:
        return
    effect = found.effect if isinstance(found.effect, float) else found.effect.value
    assert effect == pytest.approx(0, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(2, 30), st.floats(1e-6, 1e9), st.booleans())
def test_weights_are_nothing_below_zero_and_add_up_to_one(seed, columns, rows, size, shifted):
    random = np.random.default_rng(seed)
    found = simplex.weights(
        random.normal(size=(rows, columns)) * size, random.normal(size=rows) * size, shifted=shifted
    )
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1)


def waves(started=8, units=16, seed=1):
    random = np.random.default_rng(seed)
    values = np.arange(30) / 3 + random.normal(0, 0.2, (units, 30)) + random.normal(0, 5, (units, 1))
    starts = {}
    for unit in range(started):
        place = 14 if unit % 2 else 20
        values[unit, place:] += 2 + 0.2 * np.arange(30 - place)
        starts[str(unit)] = studies.month(place)
    return values, starts


def test_effects_that_grow_do_not_turn_the_answer_round():
    values, starts = waves()
    found = staggered(studies.as_panel(values), starts, seed=1, resamples=99)
    truth = np.concatenate([2 + 0.2 * np.arange(30 - place) for place in (14, 20) * 4]).mean()
    assert found.effect.value == pytest.approx(truth, abs=0.3)
    assert found.effect.low > 0
    assert abs(found.led.value) < 0.3
    assert (found.groups, found.started, found.comparators) == (2, 8, 8)


def test_the_same_seed_gives_the_same_interval():
    values, starts = waves()
    panel = studies.as_panel(values)
    assert staggered(panel, starts, seed=4, resamples=50) == staggered(panel, starts, seed=4, resamples=50)


def test_a_start_without_a_past_or_with_nobody_left_is_refused():
    values, starts = waves()
    with pytest.raises(TooLittleDataError, match="before the start"):
        staggered(studies.as_panel(values), starts | {"9": studies.month(5)}, seed=1)
    values, starts = waves(started=16)
    with pytest.raises(NotEstimableError):
        staggered(studies.as_panel(values), dict.fromkeys(starts, studies.month(15)), seed=1)


def test_a_single_unit_that_starts_is_refused():
    with pytest.raises(TooLittleDataError):
        staggered(studies.as_panel(waves()[0]), {"1": studies.month(15)}, seed=1)


def test_nobody_started_is_refused():
    with pytest.raises(NotEstimableError):
        staggered(studies.as_panel(waves()[0]), {"1": studies.month(200)}, seed=1)


@pytest.mark.parametrize("resamples", [0, 1, 10_001])
def test_absurd_numbers_of_resamples_are_refused(resamples):
    values, starts = waves()
    with pytest.raises(SeriesError):
        staggered(studies.as_panel(values), starts, seed=1, resamples=resamples)
