"""The answer in words: what is seen, how sure that is, and why not more sure.

The finding follows from the 95 % interval alone: up, down, or not told apart from no change, which is not "no effect".
Certainty starts at moderate, because nothing here was randomised, and loses a step for each doubt; it does not go below
very low. The scale is that of GRADE (Guyatt and others 2008), the rules are these:

| doubt | when |
|---|---|
| short | fewer than 20 periods before the event |
| alone | no comparators, so whatever else happened at the time is in the estimate |
| pretended dates | more than a tenth of them are as large as the real one, or there are fewer than 10 |
| cries wolf | more than a tenth of the pretended dates would have been called a change |
| controls moved | a series that the event cannot have changed, changed |
| comparators differ | they say the other direction, or more than a tenth of pretended units are as large |
| one neighbour | leaving one comparator out turns the direction |
| break nearby | the series has a break within a year of the event |

Each sentence is a template with facts, so that it can be translated; `text` is its English. Its numbers are written for
people, never as 8.36e+06.

>>> from datetime import date
>>> from tutela.engine.assessment.impact import study
>>> from tutela.engine.assessment.interrupted import Design, Event
>>> from tutela.engine.assessment.series import Frequency, Series
>>> wave = [5, 3, 4, 6, 2, 5, 7, 4]
>>> values = (*wave, *wave, *wave, 25, 23, 24, 26)
>>> quarters = Series("Removals", "removals", Frequency.QUARTER, date(2010, 1, 1), values)
>>> said = verdict(study(quarters, Event(date(2016, 1, 1), "A law in force"), Design(seasonal=False)))
>>> said.finding, said.certainty
(<Finding.UP: 'up'>, <Certainty.LOW: 'low'>)
>>> [each.saying.name for each in said.doubts]
['ALONE']
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from math import floor, log10
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.certainty import Certainty
from tutela.engine.assessment.minimum import BEFORE_FULL, Footing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.engine.assessment.impact import Compared, Study
    from tutela.engine.assessment.interrupted import Interrupted

_LEVELS: Final = (Certainty.MODERATE, Certainty.LOW, Certainty.VERY_LOW)  # high needs a randomised trial
_SHARE_MAX = 0.1
_DIGITS: Final = 3  # that a reader is given
_PRETENCES_MIN = 10
_ALARM = 1.96
_NEAR = timedelta(days=366)


class Finding(Enum):
    """What the interval says."""

    UP = "up"
    DOWN = "down"
    NOT_TOLD_APART = "not told apart"


class Saying(Enum):
    """Every sentence that a verdict may have."""

    UP = "{name} rose with {event}: by {value} {unit} (95 % interval {low} to {high})."
    DOWN = "{name} fell with {event}: by {value} {unit} (95 % interval {low} to {high})."
    NOT_TOLD_APART = (
        "No change of {name} with {event} can be told from chance: {value} {unit} (95 % interval {low} to {high}). "
        "This does not show that there was none."
    )
    DATES_RANK = "Among {of} dates, most of them pretended, the real one ranks {place}."
    UNITS_RANK = "Among {of} units, of which one had the event, it ranks {place}."
    NOT_RANDOMISED = "Nobody drew lots about who had the event, so certainty cannot be high."
    SHORT = "There are only {before} periods before the event; {wanted} are wanted."
    ALONE = "There are no comparators: whatever else happened at the time is in the estimate."
    PRETENDED_DATES = "Dates at which nothing happened look much the same: the real one ranks {place} of {of}."
    FEW_DATES = "There are only {of} dates to compare with."
    CRIES_WOLF = "The method would have called {share} % of the dates at which nothing happened a change."
    CONTROLS_MOVED = "{name}, which the event cannot have changed, changed too."
    COMPARATORS_DIFFER = "The comparison with others says the other direction."
    UNITS_ALIKE = "Units that had no event look much the same: the real one ranks {place} of {of}."
    ONE_NEIGHBOUR = "Without one of the comparators the direction turns."
    BREAK_NEARBY = "Within a year of the event the series itself changed: {what}."


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template and its facts."""

    saying: Saying
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """In English."""
        return self.saying.value.format(**dict(self.facts))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`finding` and `certainty` never come without `sentences` (what is seen) and `doubts` (why not more)."""

    finding: Finding
    certainty: Certainty
    sentences: tuple[Sentence, ...]
    doubts: tuple[Sentence, ...]


def verdict(study: Study) -> Verdict:
    """Put a study into words."""
    main = study.interrupted
    finding = Finding.NOT_TOLD_APART
    if main.effect.excludes_zero:
        finding = Finding.UP if main.effect.value > 0 else Finding.DOWN
    doubts = (*_doubts_of_series(main), *_doubts_of_controls(study), *_doubts_of_comparators(study))
    return Verdict(
        finding,
        _LEVELS[min(len(doubts), len(_LEVELS) - 1)],
        (_seen(main, finding), *_ranks(study), Sentence(Saying.NOT_RANDOMISED)),
        doubts,
    )


def spelled(*numbers: float) -> list[str]:
    """Write an effect and its interval for people: grouped, signed, to the third digit of the largest of them.

    >>> spelled(8_361_204.7, 412_345, 16_310_064), spelled(-0.04, -0.31, 0.234)
    (['+8,400,000', '+400,000', '+16,300,000'], ['-0.040', '-0.310', '+0.234'])
    """
    largest = max(abs(each) for each in numbers)
    digits = _DIGITS - 1 - (floor(log10(largest)) if largest else 0)
    rounded = (round(each, digits) + 0.0 for each in numbers)  # no "-0"
    return [f"{each:+,.{max(digits, 0)}f}" if each else "0" for each in rounded]


def _seen(main: Interrupted, finding: Finding) -> Sentence:
    shown, unit = (main.effect, main.series.unit) if main.percent is None else (main.percent, "%")
    value, low, high = spelled(shown.value, shown.low, shown.high)
    return _sentence(
        Saying[finding.name],
        name=main.series.name,
        event=main.event.what,
        value=value,
        unit=unit,
        low=low,
        high=high,
    )


def _ranks(study: Study) -> Iterator[Sentence]:
    dates = study.interrupted.pretences
    yield _sentence(Saying.DATES_RANK, place=dates.place, of=dates.of)
    if study.compared:
        units = study.compared.control.pretences
        yield _sentence(Saying.UNITS_RANK, place=units.place, of=units.of)


def _doubts_of_series(main: Interrupted) -> Iterator[Sentence]:
    dates = main.pretences
    if main.footing is not Footing.FULL:
        yield _sentence(Saying.SHORT, before=main.before, wanted=BEFORE_FULL)
    if len(dates.pretended) < _PRETENCES_MIN:
        yield _sentence(Saying.FEW_DATES, of=len(dates.pretended))
    elif dates.share > _SHARE_MAX:
        yield _sentence(Saying.PRETENDED_DATES, place=dates.place, of=dates.of)
    alarms = sum(abs(each.statistic) > _ALARM for each in dates.pretended)
    if alarms > _SHARE_MAX * max(len(dates.pretended), 1):
        yield _sentence(Saying.CRIES_WOLF, share=round(100 * alarms / len(dates.pretended)))
    for each in main.series.breaks:
        if abs(each.on - main.event.on) <= _NEAR:
            yield _sentence(Saying.BREAK_NEARBY, what=each.what)


def _doubts_of_controls(study: Study) -> Iterator[Sentence]:
    for each in study.controls:
        if each.effect.excludes_zero:
            yield _sentence(Saying.CONTROLS_MOVED, name=each.series.name)


def _doubts_of_comparators(study: Study) -> Iterator[Sentence]:
    if study.compared is None:
        yield Sentence(Saying.ALONE)
    else:
        yield from _doubts_of_compared(study.compared, study.interrupted.effect.value)


def _doubts_of_compared(compared: Compared, effect: float) -> Iterator[Sentence]:
    control, difference = compared.control, compared.difference
    if control.effect * effect < 0 or difference.effect.value * effect < 0:
        yield Sentence(Saying.COMPARATORS_DIFFER)
    if control.pretences.share > _SHARE_MAX:
        yield _sentence(Saying.UNITS_ALIKE, place=control.pretences.place, of=control.pretences.of)
    if control.left_out[0] < 0 < control.left_out[1]:
        yield Sentence(Saying.ONE_NEIGHBOUR)


def _sentence(saying: Saying, **facts: object) -> Sentence:
    return Sentence(saying, tuple((name, str(fact)) for name, fact in facts.items()))
