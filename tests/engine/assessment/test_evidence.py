from __future__ import annotations

import pytest

from tutela.engine.assessment import evidence, registry
from tutela.engine.assessment.cost import Fixed, Gamma, LogNormal
from tutela.engine.assessment.evidence import Card, Certainty, Design, Option


def card(**changed) -> Card:
    plain = {
        "id": "c1",
        "intervention": "notices",
        "setting": "one country",
        "design": Design.SYNTHETIC_CONTROL,
        "outcome": "arachnid-notices",
        "effect": 5.0,
        "low": 1.0,
        "high": 9.0,
        "source": "a study",
    }
    return Card(**(plain | changed))


def test_certainty_never_exceeds_what_the_design_carries():
    assert card(design=Design.RANDOMISED).certainty is Certainty.HIGH
    assert card().certainty is Certainty.MODERATE
    assert card(design=Design.BEFORE_AFTER).certainty is Certainty.LOW
    assert card(design=Design.DESCRIPTIVE).certainty is Certainty.VERY_LOW


def test_each_doubt_takes_a_level_and_none_goes_below_the_last():
    assert card(design=Design.RANDOMISED, doubts=("small",)).certainty is Certainty.MODERATE
    assert card(design=Design.RANDOMISED, low=None, high=None).certainty is Certainty.MODERATE
    assert card(doubts=("a", "b", "c", "d")).certainty is Certainty.VERY_LOW


@pytest.mark.parametrize("changed", [{"source": " "}, {"low": None}, {"effect": 10.0}])
def test_a_card_that_does_not_hold_together_is_refused(changed):
    with pytest.raises(ValueError):  # noqa: PT011  - each of them says something else
        card(**changed)


def test_what_is_not_known_is_listed_by_intervention():
    cards = [
        card(),
        card(id="c2", intervention="posters", doubts=("small",)),
        card(id="c3", intervention="x", outcome="y"),
    ]
    found = evidence.gaps(cards, registry.load().catalogue, ["notices", "posters", "x", "helplines"])
    assert set(found) == {"posters", "x", "helplines"}
    assert found["helplines"] == "nobody has studied it"


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
