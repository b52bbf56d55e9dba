from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.assessment import money
from tutela.engine.assessment.money import CurrencyError, Money, PriceLevel, PriceLevels
from tutela.engine.assessment.tables import NotConfiguredError

LEVELS = PriceLevels(
    (
        PriceLevel("GBP", 2015, 100.0, 0.70, "test"),
        PriceLevel("GBP", 2020, 110.0, 0.70, "test"),
        PriceLevel("KES", 2020, 130.0, 42.0, "test"),
    )
)


def test_nothing_is_converted_before_price_levels_are_configured():
    with pytest.raises(NotConfiguredError, match="not configured"):
        PriceLevels().convert(Money(1, "GBP", 2015), "GBP", 2020)


def test_an_amount_moves_in_its_own_prices_first_and_then_by_purchasing_power():
    assert LEVELS.convert(Money(100, "GBP", 2015), "GBP", 2020).amount == pytest.approx(110)
    assert LEVELS.convert(Money(100, "GBP", 2015), "KES", 2020).amount == pytest.approx(110 / 0.70 * 42)
    assert LEVELS.convert(Money(5, "GBP", 1999), "GBP", 1999) == Money(5, "GBP", 1999)


@pytest.mark.parametrize("other", [Money(1, "USD", 2020), Money(1, "GBP", 2015)])
def test_other_currencies_and_years_are_not_added(other):
    with pytest.raises(CurrencyError):
        _ = Money(1, "GBP", 2020) + other


def test_discounting_has_its_textbook_values():
    assert money.present_value([100, 100, 100], 0.10) == pytest.approx(100 + 90.909090909 + 82.644628099)
    assert money.annuity(0.03, 50) == pytest.approx((1 - 1.03**-50) / 0.03 * 1.03)


@pytest.mark.parametrize("rate", [-0.01, 1.0])
def test_absurd_rates_are_refused(rate):
    with pytest.raises(ValueError, match="discount rate"):
        money.annuity(rate, 3)


@given(st.floats(0, 0.2), st.integers(1, 80))
def test_a_higher_rate_is_never_worth_more(rate, years):
    assert money.annuity(rate + 0.01, years) <= money.annuity(rate, years)


def test_transfer_by_income_needs_incomes():
    assert money.transfer(7.0, 1000, 1000, 0.55) == 7.0
    with pytest.raises(ValueError, match="incomes"):
        money.transfer(7.0, 0, 1000, 1)


def test_qalys_are_lost_only_while_alive_and_within_the_ages_known():
    losses = [(18, 39, 0.042), (40, 49, 0.038)]
    everyone = money.lost_qalys(losses, 18, 60, 0.0, lambda age: 1.0)
    assert everyone == pytest.approx(22 * 0.042 + 10 * 0.038)
    assert money.lost_qalys(losses, 18, 60, 0.035, lambda age: 1.0) < everyone
    assert money.lost_qalys(losses, 18, 60, 0.0, lambda age: 0.5) == pytest.approx(everyone / 2)


def test_burden_of_disease_has_its_textbook_values():
    assert money.attributable_fraction(0.2, 2.0) == pytest.approx(0.2 / 1.2)
    assert money.attributable_fraction(0.2, 1.0) == 0
    assert money.dalys(2, 30, 10, 0.145, 4) == pytest.approx(60 + 5.8)
    with pytest.raises(ValueError, match="share"):
        money.attributable_fraction(20, 2)
    with pytest.raises(ValueError, match="weight"):
        money.dalys(0, 0, 1, 14.5, 1)
