from __future__ import annotations

import pytest

from tutela.engine.assessment import evidence
from tutela.engine.assessment.cost import Fixed, Gamma, LogNormal
from tutela.engine.assessment.evidence import Option

PRICE = Fixed(1000)


def test_the_better_option_is_best_in_every_draw_where_nothing_is_uncertain():
    options = [Option("a", Fixed(100), PRICE), Option("b", Fixed(90), PRICE)]
    assert evidence.acceptability(options, worth=1, seed=1) == {"a": 1.0, "b": 0.0}
    assert evidence.value_of_information(options, worth=1, seed=1).everything == 0


def test_two_of_the_same_are_best_half_of_the_time():
    options = [Option(name, Gamma(100, 0.3), Gamma(1000, 0.1)) for name in "ab"]
    found = evidence.acceptability(options, worth=20, seed=1)
    assert found["a"] == pytest.approx(0.5, abs=0.02)


def test_information_about_the_open_option_is_worth_most_and_never_more_than_all():
    options = [Option("sure", LogNormal(100, 0.02), PRICE), Option("open", LogNormal(95, 0.8), PRICE)]
    found = evidence.value_of_information(options, worth=20, seed=1)
    assert found.of_each["open"] > found.of_each["sure"]
    assert found.everything >= max(found.of_each.values()) - 1e-9


def test_the_value_of_information_is_the_one_of_the_textbook():
    """One option is certain to give 0; the other gives +1 or -1 by a fair coin: knowing the coin saves a half."""

    class Coin:
        def draw(self, rng, count):
            return rng.choice([-1.0, 1.0], count)

    options = [Option("nothing", Fixed(0), Fixed(0)), Option("coin", Coin(), Fixed(0))]
    found = evidence.value_of_information(options, worth=1, seed=1, draws=100_000)
    assert found.everything == pytest.approx(0.5, abs=0.01)
    assert found.of_each["coin"] == pytest.approx(0.5, abs=0.01)
    assert found.of_each["nothing"] == pytest.approx(0, abs=0.01)


def test_one_option_is_no_comparison():
    with pytest.raises(ValueError, match="two options"):
        evidence.acceptability([Option("a", Fixed(1), PRICE)], worth=1, seed=1)
