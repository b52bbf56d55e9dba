"""What abuse costs: the report's own tree of costs, and published methods side by side.

Rules
-----
* The tree is GTA 2018's (section 7): health care, social services, welfare state; third sector; criminal justice,
  policing, historical inquiries; the workforce; the wellbeing of victim, family and the offender's family; the common
  psyche. Studies also count lost output, which the text does not name: it stands beside the tree and says so.
* A study is its harm, scope, horizon, perspective, currency and price year. The same child costs 75,000 or 831,000 US
  dollars depending on them; so results of different studies stand side by side and are never added or averaged.
* A value from somewhere else is a transfer and says so. Every study that we have was made in rich countries or with
  their methods: that is the western bias GTA 2018 warns of, and a service that does not exist costs nothing while the
  harm is still there.
* None of the studies is about online abuse alone. Each estimate says so.

Worked example
--------------
>>> [round(each.total / 1e9, 2) for each in side_by_side(113_144, "X-EAW") if each.study.id == "homeoffice2021"]
[10.1]
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.engine.assessment.rows import Row


class Payer(StrEnum):
    """Who bears a cost: the perspectives that a result can be filtered by."""

    PUBLIC_PURSE = "public purse"
    THIRD_SECTOR = "third sector"
    EMPLOYER = "employer"
    VICTIM_AND_FAMILY = "victim and family"
    SOCIETY = "society"


class Category(StrEnum):
    """The leaves of the tree."""

    HEALTHCARE = "healthcare"
    SOCIAL_SERVICES = "social-services"
    WELFARE_STATE = "welfare-state"
    THIRD_SECTOR = "third-sector"
    CRIMINAL_JUSTICE = "criminal-justice"
    POLICING = "policing"
    INQUIRIES = "historical-inquiries"
    WORKFORCE = "workforce-resilience"
    VICTIM = "wellbeing-of-the-victim"
    FAMILY = "wellbeing-of-the-family"
    OFFENDERS_FAMILY = "wellbeing-of-the-offenders-family"
    COMMON_PSYCHE = "common-psyche"
    LOST_OUTPUT = "lost-output"  # not in the report's tree
    PUBLIC_PURSE = "public-purse"  # a study's sum that cannot be divided further
    TOTAL = "total"  # a study's sum over everything


TREE: Final[dict[str, dict[Category, Payer]]] = {
    "health and welfare": {
        Category.HEALTHCARE: Payer.PUBLIC_PURSE,
        Category.SOCIAL_SERVICES: Payer.PUBLIC_PURSE,
        Category.WELFARE_STATE: Payer.PUBLIC_PURSE,
    },
    "third sector": {Category.THIRD_SECTOR: Payer.THIRD_SECTOR},
    "justice": {
        Category.CRIMINAL_JUSTICE: Payer.PUBLIC_PURSE,
        Category.POLICING: Payer.PUBLIC_PURSE,
        Category.INQUIRIES: Payer.PUBLIC_PURSE,
    },
    "workforce": {Category.WORKFORCE: Payer.EMPLOYER},
    "wellbeing": {
        Category.VICTIM: Payer.VICTIM_AND_FAMILY,
        Category.FAMILY: Payer.VICTIM_AND_FAMILY,
        Category.OFFENDERS_FAMILY: Payer.VICTIM_AND_FAMILY,
    },
    "society": {Category.COMMON_PSYCHE: Payer.SOCIETY},
    "beside the report's tree": {Category.LOST_OUTPUT: Payer.SOCIETY},
}


class Horizon(StrEnum):
    """Over what time a study counts. Only yearly costs may be set beside each other year by year."""

    ANNUAL = "annual"
    LIFETIME = "lifetime"  # of one victim
    COHORT = "cohort"  # lifetime of all who were victimised in one year


class Per(StrEnum):
    """What a cost is a cost of."""

    VICTIM = "victim"
    DEATH = "death"
    YEAR = "year"


class MixedError(ValueError):
    """Costs of different methods were to be put together."""


@dataclass(frozen=True, slots=True)
class Study:
    """One published method. `price_year` is as printed; values of other years and currencies are other values."""

    id: str
    title: str
    area: str
    harm: str
    scope: str
    horizon: Horizon
    perspective: str
    currency: str
    price_year: str
    source: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Cost:
    """One cost of a study."""

    study: Study
    category: Category
    label: str
    value: float
    per: Per
    doubt: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that methods use. Where only a range was published, `value` is None."""

    id: str
    label: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    area: str
    source: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """One study's cost of a number of victims. `flags` say what a reader must know; there is always one at least."""

    study: Study
    victims: float
    total: float
    flags: tuple[str, ...]


@cache
def studies() -> dict[str, Study]:
    """Return the published methods by id."""
    return {row["id"]: _study(row) for row in tables.shipped("studies.csv", _STUDY_COLUMNS)}


@cache
def costs() -> tuple[Cost, ...]:
    """Return every cost of every study."""
    return tuple(
        Cost(
            study=studies()[row["study"]],
            category=row.one_of("category", Category),
            label=row["label"],
            value=float(row.needed("value")),
            per=row.one_of("per", Per),
            doubt=row["doubt"],
        )
        for row in tables.shipped("costs.csv", _COST_COLUMNS)
    )


@cache
def parameters() -> dict[str, Parameter]:
    """Return the numbers that methods use, by id."""
    return {
        row["id"]: Parameter(
            id=row["id"],
            label=row["label"],
            value=row.number("value"),
            lower=row.number("lower"),
            upper=row.number("upper"),
            unit=row["unit"],
            area=row["area"],
            source=row["source"],
            doubt=row["doubt"],
        )
        for row in tables.shipped("parameters.csv", _PARAMETER_COLUMNS)
    }


def side_by_side(victims: float, area: str, *, online_only: bool = False) -> tuple[Estimate, ...]:
    """Apply every method that gives a cost per victim to the same victims, dearest last. They are never added."""
    whole = [each for each in costs() if each.category is Category.TOTAL and each.per is Per.VICTIM]
    return tuple(
        Estimate(each.study, victims, victims * each.value, flags(each.study, area, online_only=online_only))
        for each in sorted(whole, key=lambda each: each.value)
    )


def flags(study: Study, area: str, *, online_only: bool = False) -> tuple[str, ...]:
    """Say what stands between a study and its use for an area."""
    said = [study.doubt] if study.doubt else []
    if study.area != area:
        said.append(f"indicative: transferred from {study.area}, where services, wages and norms differ (western bias)")
    if study.harm == "all-maltreatment":
        said.append("all maltreatment, not sexual abuse alone")
    if study.horizon is not Horizon.ANNUAL:
        said.append("a cost over lifetimes: adding years up counts twice")
    if online_only:
        said.append("no published method is about online abuse alone: this one is not either")
    return tuple(said)


def add(chosen: Iterable[Cost]) -> float:
    """Add costs of one study; `MixedError` where they are of several, or hold each other.

    >>> parts = [c for c in costs() if c.study.id == "fang2012" and c.category is not Category.TOTAL]
    >>> add(parts)
    210012.0
    """
    listed = list(chosen)
    if len({(each.study.id, each.per) for each in listed}) > 1:
        raise MixedError("costs of different studies, or per victim and per year, are never added")
    if any(each.category in {Category.TOTAL, Category.PUBLIC_PURSE} for each in listed) and any(
        each.category not in {Category.TOTAL, Category.LOST_OUTPUT, Category.PUBLIC_PURSE} for each in listed
    ):
        raise MixedError("a sum holds its parts already")
    if sum(each.category is Category.TOTAL for each in listed) and len(listed) > 1:
        raise MixedError("a sum holds its parts already")
    return sum(each.value for each in listed)


def payer_of(category: Category) -> Payer | None:
    """Return who bears a cost; None for a study's sums."""
    return next((branch[category] for branch in TREE.values() if category in branch), None)


_STUDY_COLUMNS: Final = (
    "id", "title", "area", "harm", "scope", "horizon", "perspective", "currency", "price_year", "source", "doubt",
)  # fmt: skip
_COST_COLUMNS: Final = ("study", "category", "label", "value", "lower", "upper", "per", "doubt")
_PARAMETER_COLUMNS: Final = ("id", "label", "value", "lower", "upper", "unit", "area", "source", "doubt")


def _study(row: Row) -> Study:
    return Study(
        id=row.needed("id"),
        title=row.needed("title"),
        area=row.needed("area"),
        harm=row.needed("harm"),
        scope=row.needed("scope"),
        horizon=row.one_of("horizon", Horizon),
        perspective=row.needed("perspective"),
        currency=row.needed("currency"),
        price_year=row.needed("price_year"),
        source=row.needed("source"),
        doubt=row["doubt"],
    )
