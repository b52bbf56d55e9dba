"""Releases: frozen versions of a registry, what was corrected since, and an earlier edition beside a later one.

Rules
-----
* A release is a registry with a version and a digest of its content. Opening one computes the digest again and refuses
  content that is not what was frozen.
* Nothing is overwritten in silence. A value that changes is a `Correction`: what it was, what it is, why, by which
  source. A correction that does not find the value that it corrects, or that an import would refuse, is refused. The
  printed words, the bound and the interval of a wrong value go with it.
* Comparing two releases tells apart what was *revised* (the same cell, another value), what is *new*, what is
  *withdrawn*, and what is *redefined*: an indicator whose definition or unit changed is not compared at all.
* `movement` compares two spans of one series. Across a break it gives no ratio: "not comparable" and the break are the
  answer, because a change of counting looks exactly like a change of the world.

Worked example
--------------
>>> from tutela.engine.assessment import registry
>>> moved = movement(registry.load(), "cybertipline-reports", "2014", "2017")
>>> round(moved.ratio, 2), moved.breaks
(9.24, ())
>>> movement(registry.load(), "cybertipline-reports", "2013", "2017").ratio is None
True
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tutela.engine.assessment import imports
from tutela.engine.assessment.indicators import Bound, Observation, Status
from tutela.engine.assessment.registry import WORLD, Registry
from tutela.engine.assessment.rows import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tutela.engine.assessment.indicators import Break, Indicator


class AlteredError(ValueError):
    """The content of a release is not what was frozen."""


class CorrectionError(ValueError):
    """A correction does not fit what it corrects."""


@dataclass(frozen=True, slots=True)
class Release:
    """One frozen version."""

    version: str
    day: date
    digest: str
    registry: Registry

    @classmethod
    def freeze(cls, registry: Registry, version: str, day: date) -> Release:
        """Give a registry its version and digest."""
        return cls(version, day, registry.digest, registry)

    def verify(self) -> None:
        """Raise `AlteredError` where the content does not have its digest."""
        if self.registry.digest != self.digest:
            raise AlteredError(f"the content of release {self.version} is not what was frozen")


@dataclass(frozen=True, slots=True)
class Correction:
    """One value that was wrong. `after` is None where it is withdrawn."""

    key: tuple[str, str, str, str]
    before: float | None
    after: float | None
    reason: str
    source: str
    day: date


class ChangeKind(StrEnum):
    """How a cell differs between two releases."""

    NEW = "new"
    WITHDRAWN = "withdrawn"
    REVISED = "revised"
    REDEFINED = "redefined"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs."""

    key: tuple[str, str, str, str]
    kind: ChangeKind
    before: Observation | None
    after: Observation | None


@dataclass(frozen=True, slots=True)
class Movement:
    """Two spans of one series beside each other. `ratio` is None where they cannot be compared; `words` says why."""

    indicator: Indicator
    earlier: Observation
    later: Observation
    ratio: float | None
    breaks: tuple[Break, ...]
    words: str


def correct(registry: Registry, corrections: Iterable[Correction]) -> Registry:
    """Apply corrections in their order; `CorrectionError` where one does not fit."""
    there = {each.key: each for each in registry.observations}
    for each in corrections:
        old = there.get(each.key)
        if old is None or old.value != each.before:
            raise CorrectionError("the value to correct is not there, or is another one")
        if not each.reason or each.source not in registry.catalogue.sources:
            raise CorrectionError("a correction says why, and by which source of the catalogue")
        if each.after is None:
            del there[each.key]
        else:
            there[each.key] = _corrected(old, each.after, each, registry.indicator(each.key[0]))
    return replace(registry, observations=tuple(there.values()))


def compare(earlier: Registry, later: Registry) -> tuple[Change, ...]:
    """Return what differs between two registries, by key."""
    before = {each.key: each for each in earlier.observations}
    after = {each.key: each for each in later.observations}
    changes: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            if old is not None and _redefined(earlier, later, key[0]):
                changes.append(Change(key, ChangeKind.REDEFINED, old, new))
        elif old is None:
            changes.append(Change(key, ChangeKind.NEW, None, new))
        elif new is None:
            changes.append(Change(key, ChangeKind.WITHDRAWN, old, None))
        else:
            kind = ChangeKind.REDEFINED if _redefined(earlier, later, key[0]) else ChangeKind.REVISED
            changes.append(Change(key, kind, old, new))
    return tuple(changes)


def movement(
    registry: Registry, indicator_id: str, earlier: str, later: str, *, area: str = WORLD, cell: str = ""
) -> Movement:
    """Compare two spans of a series: a ratio where that is honest, the reason where it is not."""
    indicator = registry.indicator(indicator_id)
    old = registry.one(indicator_id, earlier, area, cell)
    new = registry.one(indicator_id, later, area, cell)
    if new.span <= old.span:
        raise ValueError("the later span does not come after the earlier one")
    breaks = indicator.breaks_between(old.span, new.span)
    words = _hindrance(indicator, old, new, breaks)
    if words or old.value is None or new.value is None:
        return Movement(indicator, old, new, None, breaks, words)
    said = f"{new.value / old.value:.2f} times as many {indicator.unit.label}"
    return Movement(indicator, old, new, new.value / old.value, breaks, f"{said}; {indicator.not_this[0]}")


def _corrected(old: Observation, value: float, by: Correction, indicator: Indicator) -> Observation:
    new = Observation(
        old.indicator,
        old.area,
        old.span,
        value,
        cell=old.cell,
        source=by.source,
        provenance=old.provenance,
        doubt=by.reason,
    )
    try:
        imports.check_values(new, indicator)
    except RefusedError as error:
        raise CorrectionError(f"the corrected value cannot be: {error}") from None
    return new


def _redefined(earlier: Registry, later: Registry, indicator_id: str) -> bool:
    old, new = earlier.indicator(indicator_id), later.indicator(indicator_id)
    return (old.definition, old.unit, old.population) != (new.definition, new.unit, new.population)


def _hindrance(indicator: Indicator, old: Observation, new: Observation, breaks: tuple[Break, ...]) -> str:
    """Say why the two cannot be compared; empty where they can."""
    if breaks:
        return f"not comparable: counting changed on {breaks[0].day}: {breaks[0].cause}"
    if Status.MISSING in {old.status, new.status} or old.value is None or new.value is None or old.value == 0:
        return "not comparable: there is no number to divide by, or none to divide"
    if {old.bound, new.bound} != {Bound.EXACT}:
        return "not comparable: a bound or a rounded figure is not a value"
    if indicator.cumulative:
        return "not comparable: both are totals since one beginning, and one holds the other"
    if abs(old.span.days - new.span.days) > 2:  # a leap year is a day longer, February up to three days shorter
        return "not comparable: the spans differ in length"
    return ""
