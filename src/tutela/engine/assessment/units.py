"""Units of measurement. A number without its unit is refused, and a number in another unit is another number.

Rules: each unit says what it counts or measures (`kind`), and whether what it counts are people: small numbers about
people are suppressed. Money is written with its currency (ISO 4217); its price year stands in the indicator.

>>> unit("children").people, unit("reports").people
(True, False)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class UnitKind(StrEnum):
    """What a unit measures."""

    COUNT = "count"
    SHARE = "share"
    RATE = "rate"
    MONEY = "money"
    RANK = "rank"
    MULTIPLE = "multiple"
    DURATION = "duration"
    WORDS = "words"  # an ordinal or qualitative statement: there is no number


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. `code` is what data files say, `label` what people read."""

    code: str
    label: str
    kind: UnitKind
    people: bool = False


def unit(code: str) -> Unit:
    """Return a unit by its code; `KeyError` where nobody defined it."""
    return UNITS[code]


def _counts(*labels: str, people: bool = False) -> tuple[Unit, ...]:
    return tuple(Unit(label.replace(" ", "-"), label, UnitKind.COUNT, people) for label in labels)


_THINGS: Final = (
    "reports", "notices", "referrals", "cases", "URLs", "pages", "images", "media", "videos", "records", "series",
    "hashes", "identities", "accounts", "members", "profiles", "hits", "messages", "devices", "sites", "governments",
    "companies", "organisations", "countries", "studies", "categories", "requests", "places", "jobs",
)  # fmt: skip
UNITS: Final = {
    each.code: each
    for each in (
        *_counts("children", "adults", "users", "staff", "concerns", people=True),
        *_counts(*_THINGS),
        Unit("percent", "per cent", UnitKind.SHARE),
        Unit("percent-a-year", "per cent a year", UnitKind.RATE),
        Unit("per-thousand", "per 1,000", UnitKind.RATE),
        Unit("messages-a-day", "messages a day", UnitKind.RATE),
        Unit("users-a-day", "users a day", UnitKind.RATE),
        Unit("images-a-month", "images a month", UnitKind.RATE),
        Unit("devices-a-year", "devices a year", UnitKind.RATE),
        Unit("referrals-a-month", "referrals a month", UnitKind.RATE),
        Unit("USD", "US dollars", UnitKind.MONEY),
        Unit("GBP", "pounds sterling", UnitKind.MONEY),
        Unit("EUR", "euros", UnitKind.MONEY),
        Unit("JPY", "yen", UnitKind.MONEY),
        Unit("rank", "rank", UnitKind.RANK),
        Unit("times", "times", UnitKind.MULTIPLE),
        Unit("hours", "hours", UnitKind.DURATION),
        Unit("days", "days", UnitKind.DURATION),
        Unit("years", "years", UnitKind.DURATION),
        Unit("words", "in words", UnitKind.WORDS),
    )
}
