"""Spans of time as statistics write them: a year, a quarter, a stretch of weeks.

Rules: a span knows its first and its last day, both counted. It is written as ISO 8601 and SDMX write it:
`2017`, `2024-S1` (half), `2024-Q3`, `2024-03` or `2024-M03`, `2024-03-31`, and `2016/2018` or `2017-01-15/2017-02-28`
from the beginning of the first to the end of the second. Nothing else is read: "FY2018/19" means different months in
different countries.

>>> span = Span.parse("2024-Q1")
>>> span.first.isoformat(), span.last.isoformat(), span.days
('2024-01-01', '2024-03-31', 91)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class SpanKind(StrEnum):
    """How long a span is, by the calendar."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"
    STRETCH = "stretch"  # from one to another


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `first` to `last`, both counted. `text` is how it is written."""

    first: date
    last: date
    text: str
    kind: SpanKind

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read a span; `ValueError` where it is not written in one of the ways above."""
        begin, stroke, end = text.partition("/")
        if not stroke:
            return _simple(begin)
        from_, to = _simple(begin), _simple(end)
        if to.last <= from_.first:
            raise ValueError("a stretch of time cannot end before it begins")
        return cls(from_.first, to.last, text, SpanKind.STRETCH)

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.last - self.first).days + 1

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


_YEAR: Final = re.compile(r"(\d{4})", re.ASCII)
_PART: Final = re.compile(r"(\d{4})-([SQM])(\d{1,2})", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTHS: Final = {"S": (6, SpanKind.HALF), "Q": (3, SpanKind.QUARTER), "M": (1, SpanKind.MONTH)}


def _simple(text: str) -> Span:
    if _YEAR.fullmatch(text):
        return _months(text, int(text), 1, 12, SpanKind.YEAR)
    if part := _PART.fullmatch(text):
        months, kind = _MONTHS[part[2]]
        return _months(text, int(part[1]), (int(part[3]) - 1) * months + 1, months, kind)
    if month := _MONTH.fullmatch(text):
        return _months(text, int(month[1]), int(month[2]), 1, SpanKind.MONTH)
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return Span(day, day, text, SpanKind.DAY)
    raise ValueError("not a year, half, quarter, month, day or a stretch between two of them")


def _months(text: str, year: int, first: int, count: int, kind: SpanKind) -> Span:
    """Return the span of `count` months from month `first` on; `ValueError` for the fifth quarter and the year 0."""
    begin = date(year, first, 1)
    after = date(year + 1, 1, 1) if first + count > 12 else date(year, first + count, 1)
    return Span(begin, after - timedelta(days=1), text, kind)
