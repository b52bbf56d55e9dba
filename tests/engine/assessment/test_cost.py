from __future__ import annotations

import numpy as np
import pytest

from tutela.engine.assessment import cost
from tutela.engine.assessment.cost import Beta, Fixed, Gamma, Input, LogNormal, Triangle

VICTIMS = Input("victims", LogNormal(113_144, 0.25), "children", "homeoffice2021")
EACH = Input("cost", Gamma(89_240, 0.30), "GBP", "homeoffice2021")


def product(draw):
    return draw["victims"] * draw["cost"]


def test_the_published_point_becomes_the_published_range():
    found = cost.simulate([VICTIMS, EACH], product, seed=7, unit="GBP")
    assert found.low == pytest.approx(4.3e9, rel=0.05)
    assert found.high == pytest.approx(20.4e9, rel=0.05)
    assert found.low < 113_144 * 89_240 < found.high


def test_the_same_seed_gives_the_same_range_and_another_one_another():
    assert cost.simulate([VICTIMS, EACH], product, seed=7, unit="GBP") == cost.simulate(
        [EACH, VICTIMS], product, seed=7, unit="GBP"
    )
    assert cost.simulate([VICTIMS, EACH], product, seed=7, unit="GBP") != cost.simulate(
        [VICTIMS, EACH], product, seed=8, unit="GBP"
    )


def test_an_input_keeps_its_draws_when_another_one_joins():
    alone = cost.simulate([VICTIMS], lambda draw: draw["victims"], seed=7, unit="children")
    beside = cost.simulate([VICTIMS, EACH], lambda draw: draw["victims"], seed=7, unit="children")
    assert alone == beside


def test_there_is_no_lone_figure_in_an_answer():
    found = cost.simulate([VICTIMS, EACH], product, seed=7, unit="GBP")
    assert not hasattr(found, "value")
    assert not hasattr(found, "mean")
    assert found.words == "4.3 thousand million to 20 thousand million GBP, around 9.7 thousand million"


def test_one_transferred_input_makes_the_answer_indicative():
    moved = Input("cost", Gamma(89_240, 0.30), "GBP", "homeoffice2021", transferred=True)
    found = cost.simulate([VICTIMS, moved], product, seed=7, unit="GBP")
    assert found.indicative
    assert "indicative" in found.words


def test_the_spread_is_shared_as_the_variances_are():
    """For a sum of independent inputs the total index of each is its share of the variance: 9 : 1 here."""
    inputs = [Input("wide", Gamma(30, 0.1), "x", "s"), Input("narrow", Gamma(10, 0.1), "x", "s")]
    found = cost.sobol_total(inputs, lambda draw: draw["wide"] + draw["narrow"], seed=3, draws=20_000)
    assert found["wide"] == pytest.approx(0.9, abs=0.03)
    assert found["narrow"] == pytest.approx(0.1, abs=0.01)


def test_interaction_is_in_the_total_of_both():
    """For a product of two of the same cv c, each total index is (c^2 + c^4) / (2 c^2 + c^4)."""
    inputs = [Input("a", Gamma(1, 0.5), "x", "s"), Input("b", Gamma(1, 0.5), "x", "s")]
    found = cost.sobol_total(inputs, lambda draw: draw["a"] * draw["b"], seed=3, draws=50_000)
    expected = (0.25 + 0.0625) / (0.5 + 0.0625)
    assert found["a"] == pytest.approx(expected, abs=0.03)
    assert found["b"] == pytest.approx(expected, abs=0.03)


def test_what_is_fixed_drives_nothing():
    inputs = [VICTIMS, Input("cost", Fixed(89_240), "GBP", "homeoffice2021")]
    assert cost.sobol_total(inputs, product, seed=1)["cost"] == 0
    assert cost.tornado(inputs, product, seed=1)[-1].width == 0
    assert cost.sobol_total([Input("cost", Fixed(1), "x", "s")], lambda draw: draw["cost"], seed=1) == {"cost": 0.0}


def test_the_widest_bar_of_the_tornado_is_the_widest_input():
    bars = cost.tornado([VICTIMS, EACH], product, seed=7)
    assert [bar.name for bar in bars] == ["cost", "victims"]
    assert bars[0].at_low < bars[0].at_high


def test_a_return_is_a_range_and_says_how_often_it_pays():
    inputs = [Input("gain", Gamma(200, 0.5), "GBP", "s"), Input("price", Gamma(100, 0.1), "GBP", "s")]
    found = cost.return_on(inputs, lambda d: d["gain"], lambda d: d["price"], seed=1, unit="GBP")
    assert found.ratio.low < 2 < found.ratio.high
    assert found.net.low < 0 < found.net.high
    assert 0.5 < found.pays < 1
    with pytest.raises(ValueError, match="no return"):
        cost.return_on(inputs, lambda d: d["gain"], lambda d: d["price"] - 1000, seed=1, unit="GBP")


@pytest.mark.parametrize(
    ("distribution", "mean", "sd"),
    [
        (Beta(0.2, 0.05), 0.2, 0.05),
        (Gamma(50, 0.3), 50, 15),
        (LogNormal(50, 0.3), 50 * np.sqrt(1.09), 15 * np.sqrt(1.09)),
        (Triangle(0, 3, 6), 3, np.sqrt(1.5)),
        (Fixed(4), 4, 0),
    ],
)
def test_a_distribution_has_the_mean_and_spread_it_was_given(distribution, mean, sd):
    drawn = distribution.draw(np.random.default_rng(5), 200_000)
    assert drawn.mean() == pytest.approx(mean, rel=0.01)
    assert drawn.std() == pytest.approx(sd, rel=0.02, abs=1e-9)


def test_an_interval_becomes_the_distribution_that_has_it():
    drawn = LogNormal.between(10, 90).draw(np.random.default_rng(5), 200_000)
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([10, 90], rel=0.03)


@pytest.mark.parametrize(
    "absurd",
    [
        lambda: Beta(1.2, 0.1),
        lambda: Beta(0.5, 0.6),
        lambda: Gamma(-1, 0.1),
        lambda: LogNormal(0, 0.1),
        lambda: LogNormal.between(5, 5),
        lambda: Triangle(3, 2, 1),
        lambda: cost.simulate([EACH, EACH], product, seed=1, unit="x"),
    ],
)
def test_absurd_inputs_are_refused(absurd):
    with pytest.raises(ValueError):  # noqa: PT011  - each of them says something else
        absurd()
