"""How much of this work a person may do at a time, and when it is time for something else. Pure.

Rules:

1. What counts is load: seconds, times the weight of the rung, times the weight of how severe it is; sound adds to it.
   The weights are an organisation's choice. No study gives them, and ours are a place to begin.
2. Bounds hold for an hour, a shift and a week, each counted back from now. At `notice_share` of one there is a quiet
   word, at the bound a stop. A stop ends when enough of what was seen lies behind.
3. A break is a time in which nothing was shown: nobody declares one, and nobody can pretend. Within a shift, after
   `work_s` without a break of `break_s`, the next thing is a break.
4. Nothing is shown in the last `before_end_s` of a shift, nor outside one. Of the worst severity, never two in a row.
5. Who has opted out of a category is not shown it. No reason is asked, and nobody can overrule it.
6. A person may make their bounds stricter than the organisation's, in no case looser. A supervisor may lift a bound of
   amount for the rest of a shift, with a reason; breaks, opt-outs, the end of a shift and the worst are never lifted.
7. Time is the server's. What seems to lie in the future counts as now: a clock that was set back gives nothing away.

>>> from datetime import UTC
>>> nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
>>> bounds = Bounds(hour_load_max=100, shift_load_max=400, week_load_max=1_500)
>>> shift = Shift(nine, nine + timedelta(hours=8))
>>> seen = [Seen(nine, nine + timedelta(minutes=2), severity=1, load=90.0)]
>>> rule(bounds, shift, seen, severity=1, now=nine + timedelta(minutes=3)).word
<Word.NOTICE: 'notice'>
>>> rule(bounds, shift, seen, severity=1, now=nine + timedelta(hours=7, minutes=50)).why
<Why.SHIFT_ENDS: 'shift-ends'>
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.viewing.ladder import Rung

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutela.engine.viewing.ladder import Span

SEVERITY_MAX: Final = 3
_HOUR: Final = timedelta(hours=1)
_WEEK: Final = timedelta(days=7)
_SMALLER_IS_STRICTER: Final = frozenset({"hour_load_max", "shift_load_max", "week_load_max", "notice_share", "work_s"})


class Word(StrEnum):
    """What is said to who wants to see something."""

    GO = "go"
    NOTICE = "notice"  # go, and know that a bound is near
    STOP = "stop"


class Why(StrEnum):
    """Why it is a notice or a stop."""

    NONE = ""
    OPTED_OUT = "opted-out"
    NO_SHIFT = "no-shift"
    SHIFT_ENDS = "shift-ends"
    BREAK = "break"
    WORST_TWICE = "worst-twice"
    HOUR = "hour"
    SHIFT = "shift"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Weights:
    """What makes a second weigh more. By rung; by severity, from 0 (none known) to 3 (worst); with sound."""

    of_rung: Mapping[Rung, float] = field(
        default_factory=lambda: {Rung.LINES: 0.1, Rung.BLURRED: 0.25, Rung.GREY: 0.6, Rung.COLOUR: 1.0}
    )
    of_severity: Sequence[float] = (1.0, 1.0, 2.0, 4.0)
    of_sound: float = 2.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is allowed. Loads are weighted seconds; times are seconds."""

    hour_load_max: float = 600.0
    shift_load_max: float = 3_600.0
    week_load_max: float = 14_400.0
    notice_share: float = 0.8
    work_s: int = 3_000
    break_s: int = 600
    before_end_s: int = 900

    def __post_init__(self) -> None:
        """Refuse what cannot be kept."""
        if any(getattr(self, each.name) <= 0 for each in fields(self)):
            raise ValueError("a bound is more than nothing")


@dataclass(frozen=True, slots=True)
class Seen:
    """One look that ended, or goes on: when, how severe, and its load."""

    from_at: datetime
    to_at: datetime
    severity: int
    load: float
    item: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A person's hours of work today."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is said, why, and until when. `used`: the share of the bound that is nearest to being reached."""

    word: Word
    why: Why = Why.NONE
    until: datetime | None = None
    used: float = 0.0


def load_of(spans: Iterable[Span], severity: int, weights: Weights) -> float:
    """Return the weighted seconds of what was shown."""
    return weights.of_severity[severity] * sum(
        weights.of_rung[span.rung] * span.shown_ms / 1000 * (weights.of_sound if span.has_sound else 1.0)
        for span in spans
    )


def strictest(organisation: Bounds, person: Bounds) -> Bounds:
    """Return the bounds that hold for somebody: in each, the stricter of the two."""
    both = {each.name: (getattr(organisation, each.name), getattr(person, each.name)) for each in fields(Bounds)}
    return replace(
        organisation, **{name: (min if name in _SMALLER_IS_STRICTER else max)(two) for name, two in both.items()}
    )


def rule(
    bounds: Bounds,
    shift: Shift | None,
    seen: Iterable[Seen],
    *,
    severity: int,
    now: datetime,
    item: str = "",
    is_opted_out: bool = False,
    lifted_by: float = 1.0,
) -> Ruling:
    """Say whether a person may be shown this item, or go on seeing it. `lifted_by`: how far a supervisor went."""
    if is_opted_out:
        return Ruling(Word.STOP, Why.OPTED_OUT)
    if shift is None or not shift.from_at <= now < shift.to_at:
        return Ruling(Word.STOP, Why.NO_SHIFT)
    if now >= shift.to_at - timedelta(seconds=bounds.before_end_s):
        return Ruling(Word.STOP, Why.SHIFT_ENDS)
    known = sorted((_in_time(each, now) for each in seen), key=lambda each: (each.to_at, each.from_at))
    if (until := _break_until(bounds, shift, known, now)) is not None:
        return Ruling(Word.STOP, Why.BREAK, until)
    if severity == SEVERITY_MAX and known and known[-1].severity == SEVERITY_MAX and known[-1].item != item:
        return Ruling(Word.STOP, Why.WORST_TWICE)
    return _by_amount(bounds, shift, known, now, max(1.0, lifted_by))


def break_from(bounds: Bounds, shift: Shift, seen: Iterable[Seen], now: datetime) -> datetime | None:
    """When the next break is due, for a clock that people see; None where nothing was shown since the last one."""
    began = _began(bounds, shift, sorted((_in_time(each, now) for each in seen), key=lambda each: each.from_at), now)
    return began and began + timedelta(seconds=bounds.work_s)


def _in_time(seen: Seen, now: datetime) -> Seen:
    return replace(seen, from_at=min(seen.from_at, now), to_at=min(seen.to_at, now))


def _began(bounds: Bounds, shift: Shift, known: Sequence[Seen], now: datetime) -> datetime | None:
    """When the work began that no break has interrupted yet."""
    pause = timedelta(seconds=bounds.break_s)
    began = until = None
    for each in known:
        if each.to_at <= shift.from_at:
            continue
        if began is None or until is None or each.from_at - until >= pause:
            began, until = each.from_at, each.to_at
        until = max(until, each.to_at)
    return None if until is None or now - until >= pause else began


def _break_until(bounds: Bounds, shift: Shift, known: Sequence[Seen], now: datetime) -> datetime | None:
    by_start = sorted(known, key=lambda each: each.from_at)
    began = _began(bounds, shift, by_start, now)
    if began is None or now - began < timedelta(seconds=bounds.work_s):
        return None
    return max(each.to_at for each in known) + timedelta(seconds=bounds.break_s)


def _by_amount(bounds: Bounds, shift: Shift, known: Sequence[Seen], now: datetime, lifted_by: float) -> Ruling:
    spans = (
        (Why.HOUR, now - _HOUR, bounds.hour_load_max, _HOUR),
        (Why.SHIFT, shift.from_at, bounds.shift_load_max, None),
        (Why.WEEK, now - _WEEK, bounds.week_load_max, _WEEK),
    )
    used, why, since, load_max, span = max(
        (
            (_load(known, since) / (load_max * lifted_by), why, since, load_max * lifted_by, span)
            for why, since, load_max, span in spans
        ),
        key=lambda each: each[0],
    )
    if used >= 1.0:
        return Ruling(Word.STOP, why, _free_at(known, since, load_max, span) if span else shift.to_at, used)
    return Ruling(Word.NOTICE, why, None, used) if used >= bounds.notice_share else Ruling(Word.GO, used=used)


def _load(known: Iterable[Seen], since: datetime) -> float:
    return sum(each.load for each in known if each.to_at > since)


def _free_at(known: Sequence[Seen], since: datetime, load_max: float, span: timedelta) -> datetime:
    """When so much has left the span that what is left of it is below the bound."""
    ends = (each.to_at for each in known if each.to_at > since)
    return next(end + span for end in ends if _load(known, end) / load_max < 1.0)
