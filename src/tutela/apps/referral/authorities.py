"""To whom reports go, and what the law asks of whoever files: dated rows, each with its source.

Rules:

1. `authorities.csv` says who takes reports in a place, by which channel, and whether two people must let one go.
   `duties.csv` says how soon, in the law's words and in hours where it names any, and for how many days what was
   filed must be kept. A row begins on the day of its law, or, where the source does not tell that, when it was read.
2. Nobody has reviewed the rows that ship: they propose. An operator's own table, with a reviewer's name, may act: only
   to a reviewed authority is anything filed, and only a reviewed duty sets a deadline or the end of a preservation.
3. Everybody who takes reports in a place that was named is proposed. Where no place was, all are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from tutela.apps.referral.words import Channel
from tutela.apps.tables import Row, Table, dates
from tutela.domain.jurisdictions import DatedRule

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

_ANSWERS: Final = {"yes": True, "no": False}


class Beginning(StrEnum):
    """From when something must be kept."""

    SUBMISSION = "submission"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Authority(DatedRule):
    """Who takes reports in a place (ISO 3166-1, small letters)."""

    id: str
    jurisdiction: str
    name: str
    channel: Channel
    needs_two: bool  # people: whoever writes a draft does not approve it


@dataclass(frozen=True, slots=True)
class Duty(DatedRule):
    """What the law of a place asks. `within_h` is there only where it names hours."""

    id: str
    jurisdiction: str
    authority: str  # the id of its row; empty where it is about none
    whose: str
    deadline: str
    within_h: int | None
    keep_days: int | None
    keep_from: Beginning

    def due_at(self, since: datetime) -> datetime | None:
        """When a report is due; None where nobody reviewed the row, or it names no hours."""
        return since + timedelta(hours=self.within_h) if self.is_reviewed and self.within_h else None

    def kept_until(self, since: datetime) -> datetime | None:
        """Until when something is kept, by the row itself: who reads it asks whether it was reviewed."""
        return since + timedelta(days=self.keep_days) if self.keep_days else None


def authority(name: str, today: date) -> Authority | None:
    """Return an authority as it is in force on a day: reviewed before not, the latest first."""
    there = [row for row in AUTHORITIES.rows() if row.id == name and row.is_in_force(today)]
    return max(there, key=lambda row: (row.is_reviewed, row.begins), default=None)


def proposed(jurisdictions: Collection[str], today: date) -> list[Authority]:
    """Return who may be asked about a case: those of the places that were named, and first who can be filed with."""
    there = {row.id for row in AUTHORITIES.rows() if row.is_in_force(today)}
    rows = [row for name in there if (row := authority(name, today))]
    named = [row for row in rows if row.jurisdiction in jurisdictions]
    return sorted(named or rows, key=lambda row: (not row.is_reviewed, row.jurisdiction, row.name))


def duties(authority_id: str, today: date) -> list[Duty]:
    """Return what the law asks of whoever files with an authority, the longest to be kept first."""
    there = [row for row in DUTIES.rows() if row.authority == authority_id and row.is_in_force(today)]
    return sorted(there, key=lambda row: (not row.is_reviewed, -(row.keep_days or 0), row.id))


def _authority(row: Row) -> Authority:
    return Authority(
        id=row["id"],
        jurisdiction=row["jurisdiction"].lower(),
        name=row["name"],
        channel=Channel(row["channel"]),
        needs_two=_yes(row["needs_two"]),
        **dates(row),
    )


def _duty(row: Row) -> Duty:
    return Duty(
        id=row["id"],
        jurisdiction=row["jurisdiction"].lower(),
        authority=row["authority"],
        whose=row["whose"],
        deadline=row["deadline"],
        within_h=_count(row, "within_h"),
        keep_days=_count(row, "keep_days"),
        keep_from=Beginning(row["keep_from"] or Beginning.SUBMISSION),
        **dates(row),
    )


def _count(row: Row, column: str) -> int | None:
    written = row[column]
    if written and not (written.isdecimal() and int(written)):
        raise ValueError(f"{column} is a whole number above 0, or empty")
    return int(written) if written else None


def _yes(written: str) -> bool:
    try:
        return _ANSWERS[written]
    except KeyError:
        raise ValueError("needs_two is yes or no") from None


_DATA: Final = Path(__file__).parent / "data"
AUTHORITIES: Final = Table(
    "authorities.csv",
    _DATA / "authorities.csv",
    _authority,
    title=lambda: _("Authorities that take reports"),
    without=lambda: _("No authority is configured, so nothing can be filed."),
)
DUTIES: Final = Table(
    "duties.csv",
    _DATA / "duties.csv",
    _duty,
    title=lambda: _("Duties of whoever files"),
    without=lambda: _("No duty is configured: nothing has a deadline, and what is kept has no end."),
)
