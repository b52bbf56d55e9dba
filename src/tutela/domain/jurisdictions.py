"""Rules of law and of agreements as data: from a day on, by a source, read by a reviewer or by nobody yet.

A rule is in force from the day on which it begins to the day before it ends. One that nobody reviewed may warn and
propose; it never erases, files or sets a deadline.

>>> rule = DatedRule(begins=date(2026, 1, 1), ends=date(2026, 2, 1), source="an act, section 1", reviewer="")
>>> [rule.is_in_force(each) for each in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 1))]
[False, True, False]
>>> rule.is_reviewed
False
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - the example makes days


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRule:
    """What every such rule says of itself. `ends` is the first day without it; an empty `reviewer`: nobody read it."""

    begins: date
    ends: date | None
    source: str
    reviewer: str

    def is_in_force(self, today: date) -> bool:
        """Whether it holds on a day."""
        return self.begins <= today and (self.ends is None or today < self.ends)

    @property
    def is_reviewed(self) -> bool:
        """Whether it may do more than warn and propose."""
        return bool(self.reviewer)
