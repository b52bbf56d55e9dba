"""Retention and holds, decided. Pure.

Rules:

1. A rule of retention says: subjects of this kind are kept so many days after they are closed, from this day on, by
   this source of law, read by this reviewer. The rule in force is the latest one that has begun and not ended.
2. A rule that nobody reviewed never erases; where no rule is in force, the answer is "not configured".
3. A hold is in force from its placing until it is ended, or until its own end.

>>> read = {"begins": date(2026, 1, 1), "ends": None, "source": "an act, section 1", "reviewer": "a lawyer"}
>>> rule = RetentionRule("case", 30, **read)
>>> days = date(2026, 3, 30), date(2026, 3, 31)
>>> [due([rule], "case", closed_on=date(2026, 3, 1), today=day).verdict.value for day in days]
['kept', 'due']
>>> due([], "case", closed_on=date(2026, 3, 1), today=date(2027, 1, 1)).verdict.value
'not-configured'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.jurisdictions import DatedRule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

POLICY: Final = "2026-11-22.1"  # version of the rules in force, written into every leaf


@dataclass(frozen=True, slots=True)
class RetentionRule(DatedRule):
    """How long subjects of a kind are kept after they are closed."""

    kind: str
    days: int

    @property
    def name(self) -> str:
        """What a disposal says about it."""
        return f"{self.kind} {self.days} days from {self.begins.isoformat()}"


class Verdict(StrEnum):
    """What retention says about one subject today."""

    KEPT = "kept"
    DUE = "due"
    UNREVIEWED = "unreviewed"
    NOT_CONFIGURED = "not-configured"


@dataclass(frozen=True, slots=True)
class Retention:
    """A verdict and the rule behind it."""

    verdict: Verdict
    rule: RetentionRule | None


class Outcome(StrEnum):
    """What became of an erasure."""

    ERASED = "erased"
    HELD = "held"
    NOTHING = "nothing"  # there was no key: erased before, or nothing was ever kept
    UNREVIEWED = "unreviewed"
    NOT_CONFIGURED = "not-configured"


def due(rules: Iterable[RetentionRule], kind: str, *, closed_on: date, today: date) -> Retention:
    """Decide whether a subject that was closed on a day is to be erased."""
    in_force = [rule for rule in rules if rule.kind == kind and rule.is_in_force(today)]
    if not in_force:
        return Retention(Verdict.NOT_CONFIGURED, None)
    rule = max(in_force, key=lambda each: each.begins)
    if today < closed_on + timedelta(days=rule.days):
        return Retention(Verdict.KEPT, rule)
    return Retention(Verdict.DUE if rule.is_reviewed else Verdict.UNREVIEWED, rule)


def holds(until: datetime | None, ended_at: datetime | None, moment: datetime) -> bool:
    """Whether a hold is in force."""
    return ended_at is None and (until is None or moment < until)
