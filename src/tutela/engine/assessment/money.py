"""Money over time and between places: price years, purchasing power, discounting, transfer of values by income.

Rules
-----
* An amount is money only with its currency and price year. Amounts are added in one currency of one year.
* Deflators and purchasing-power parities come from a table with sources. None ships yet: `price_levels.csv` is empty,
  and converting says "not configured" until somebody imports one.
* Discounting is always shown at 0 % as well. 1.5 % and 3.5 % stand beside it; which is right, a treasury says.
* A value is carried to another income as `value x (income there / income here) ^ elasticity`. That is for intangible
  harm only: services are carried by wages and prices, and by whether they exist.

Worked example
--------------
>>> round(annuity(0.035, 10), 4), annuity(0, 10)
(8.6077, 10.0)
>>> round(transfer(100.0, 40_000, 10_000, 1.0), 1), round(transfer(100.0, 40_000, 10_000, 0.55), 1)
(25.0, 46.7)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.tables import NotConfiguredError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DISCOUNT_RATES_SHOWN: Final = (0.0, 0.015, 0.035)


class CurrencyError(ValueError):
    """Amounts of different currencies or price years were to be put together."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency at the prices of a year."""

    amount: float
    currency: str
    price_year: int

    def __add__(self, other: Money) -> Money:
        if (self.currency, self.price_year) != (other.currency, other.price_year):
            raise CurrencyError("amounts are added in one currency of one price year")
        return Money(self.amount + other.amount, self.currency, self.price_year)


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """One year of a currency: a deflator (any base) and units of the currency for one international dollar."""

    currency: str
    year: int
    deflator: float
    ppp: float
    source: str


@dataclass(frozen=True, slots=True)
class PriceLevels:
    """The price levels that somebody imported."""

    levels: tuple[PriceLevel, ...] = ()

    def at(self, currency: str, year: int) -> PriceLevel:
        """Return one level; `NotConfiguredError` where there is none."""
        for level in self.levels:
            if (level.currency, level.year) == (currency, year):
                return level
        raise NotConfiguredError(f"not configured: no price level of {currency} in {year}")

    def convert(self, money: Money, currency: str, year: int) -> Money:
        """Bring an amount to the prices of a year in its own currency, then to another by purchasing power."""
        if (money.currency, money.price_year) == (currency, year):
            return money
        then, now = self.at(money.currency, money.price_year), self.at(money.currency, year)
        there = self.at(currency, year)
        return Money(money.amount * now.deflator / then.deflator / now.ppp * there.ppp, currency, year)


def present_value(flows: Sequence[float], rate: float) -> float:
    """Return what yearly flows, the first of them now, are worth now."""
    _check_rate(rate)
    return sum(flow / (1 + rate) ** year for year, flow in enumerate(flows))


def annuity(rate: float, years: int) -> float:
    """Return what one a year is worth now, the first of them now, over a number of years."""
    return present_value([1] * years, rate)


def transfer(value: float, income_here: float, income_there: float, elasticity: float) -> float:
    """Carry a value to another income (both at purchasing power)."""
    if income_here <= 0 or income_there <= 0:
        raise ValueError("incomes are more than nothing")
    return value * (income_there / income_here) ** elasticity


def lost_qalys(
    losses: Iterable[tuple[int, int, float]], age: int, age_end: int, rate: float, alive: Callable[[int], float]
) -> float:
    """Return the quality-adjusted life years that one person loses between two ages, discounted to the first.

    Args:
        losses: from age, to age (counted), utility lost a year.
        age: the age now.
        age_end: the age up to which is counted.
        rate: of discounting, a year.
        alive: the probability of being alive at an age, given alive at `age`.

    >>> round(lost_qalys([(18, 39, 0.042)], 12, 40, 0.0, lambda age: 1.0), 3)
    0.924
    """
    table = sorted(losses)

    def lost(at: int) -> float:
        return next((loss for from_, to, loss in table if from_ <= at <= to), 0.0)

    return present_value([lost(at) * alive(at) for at in range(age, age_end)], rate)


def attributable_fraction(exposed: float, relative_risk: float) -> float:
    """Return the share of a disease that an exposure explains: p(RR-1) / (1 + p(RR-1)).

    >>> round(attributable_fraction(0.10, 3.0), 4)
    0.1667
    """
    if not 0 <= exposed <= 1 or relative_risk <= 0:
        raise ValueError("a share lies between 0 and 1, and a relative risk above 0")
    excess = exposed * (relative_risk - 1)
    return excess / (1 + excess)


def dalys(deaths: float, years_left: float, cases: float, weight: float, years: float) -> float:
    """Return disability-adjusted life years: years of life lost and years lived with the weight of a disability."""
    if not 0 <= weight <= 1:
        raise ValueError("a disability weight lies between 0 (health) and 1")
    return deaths * years_left + cases * weight * years


def _check_rate(rate: float) -> None:
    if not 0 <= rate < 1:
        raise ValueError("a discount rate lies between 0 and 1 a year")
