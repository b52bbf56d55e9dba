"""A plan: which figures an edition shows through which lens, and what people wrote around them. A TOML file.

Rules
-----
* A plan names indicators and spans; it holds no value. Prose with a digit in it is refused, years excepted: a number
  comes from the registry, with everything that belongs to it.
* Words to be avoided are refused, with what to say instead.
* What a plan names and the registry does not have is refused, by name.

Worked example:

    name = "2026"
    title = "..."
    day = 2026-11-22

    [[lenses]]
    lens = "technology"
    lede = "..."
    headline = { indicator = "social-media-identities", earlier = "2017", later = "2024" }
    charts = [{ form = "line", indicator = "social-media-identities" }]
    unknown = ["..."]
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, cast

from tutela.domain.errors import TutelaError
from tutela.domain.terms import find_avoided
from tutela.engine.assessment.indicators import Lens
from tutela.engine.assessment.registry import WORLD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


class PlanError(TutelaError):
    """A plan says something that an edition may not say, or does not say what it must."""


class Form(StrEnum):
    """How figures are drawn."""

    LINE = "line"
    DOTS = "dots"
    MULTIPLES = "multiples"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One chart to draw. `span` is the moment of dots; `cells` are the parts of shares, the first at the bottom."""

    form: Form
    indicator: str
    area: str = WORLD
    areas: tuple[str, ...] = ()
    cell: str = ""
    cells: tuple[str, ...] = ()
    span: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two spans of one series; without `later` there is one value only."""

    indicator: str
    earlier: str
    later: str = ""
    area: str = WORLD
    cell: str = ""


@dataclass(frozen=True, slots=True)
class LensPlan:
    """One chapter."""

    lens: Lens
    lede: str
    headline: Compared
    charts: tuple[Drawn, ...]
    movements: tuple[Compared, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An edition to be made."""

    name: str
    title: str
    subtitle: str
    day: date
    baseline: str
    summary: tuple[str, ...]
    lenses: tuple[LensPlan, ...]
    countries: tuple[str, ...]


def shipped() -> tuple[str, ...]:
    """Return the names of the plans that ship."""
    return tuple(sorted(each.name.removesuffix(".toml") for each in _FOLDER.iterdir() if each.name.endswith(".toml")))


def load(name: str) -> Plan:
    """Return a plan that ships; `PlanError` where there is none of this name."""
    if name not in shipped():
        raise PlanError(f"There is no plan {name!r}", hint=f"There are: {', '.join(shipped())}; or give a file.")
    return read((_FOLDER / f"{name}.toml").read_bytes())


def read(data: bytes) -> Plan:
    """Read a plan; `PlanError` says what is not right."""
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"The plan is not TOML: {error}") from error
    try:
        plan = Plan(
            name=_word(table["name"]),
            title=str(table["title"]),
            subtitle=str(table.get("subtitle", "")),
            day=_day(table["day"]),
            baseline=str(table["baseline"]),
            summary=_texts(table.get("summary", [])),
            lenses=tuple(_lens(each) for each in table["lenses"]),
            countries=_texts(table.get("countries", [])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError(f"The plan lacks something, or says it in another way: {error}") from error
    for text in _prose(plan):
        check_prose(text)
    return plan


def narrowed(
    plan: Plan, *, name: str, title: str, day: date, lenses: Collection[Lens], countries: Collection[str]
) -> Plan:
    """Return a plan of these lenses and countries only; `PlanError` where the title says what prose may not."""
    kept = tuple(each for each in plan.lenses if each.lens in lenses)
    if not kept or not title.strip():
        raise PlanError("An edition has a title, and looks through one lens at least")
    check_prose(title)
    return replace(plan, name=_word(name), title=title, day=day, lenses=kept, countries=tuple(sorted(countries)))


def check_prose(text: str) -> None:
    """Refuse a number or an avoided word in what a person wrote."""
    if found := _NUMBER.search(_YEAR.sub("", text)):
        raise PlanError(
            f"Prose holds the number {found[0]}: {text[:60]}",
            hint="Name the indicator and the span; the number comes with its source and unit.",
        )
    for avoided in find_avoided(text):
        raise PlanError(f"Prose says {avoided.written!r}", hint=f"Say {avoided.term.prefer!r}.")


_FOLDER: Final = resources.files("tutela.engine.assessment.edition").joinpath("plans")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}", re.ASCII)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBER: Final = re.compile(r"\d+")


def _word(text: object) -> str:
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise ValueError("a name is small letters, digits and hyphens")
    return text


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError("day is a date, written 2026-11-22")
    return value


def _texts(values: object) -> tuple[str, ...]:
    return tuple(str(each) for each in cast("list[object]", values))


def _lens(table: Mapping[str, Any]) -> LensPlan:
    return LensPlan(
        lens=Lens(table["lens"]),
        lede=str(table["lede"]),
        headline=Compared(**table["headline"]),
        charts=tuple(_drawn(each) for each in table.get("charts", [])),
        movements=tuple(Compared(**each) for each in table.get("movements", [])),
        unknown=_texts(table["unknown"]),
    )


def _drawn(table: Mapping[str, Any]) -> Drawn:
    fields: dict[str, Any] = dict(table) | {"form": Form(table["form"])}
    fields |= {key: _texts(table[key]) for key in ("areas", "cells") if key in table}
    return Drawn(**fields)


def _prose(plan: Plan) -> Iterator[str]:
    yield from (plan.title, plan.subtitle, plan.baseline, *plan.summary)
    for lens in plan.lenses:
        yield from (lens.lede, *lens.unknown)
