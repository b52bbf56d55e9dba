"""Prompts: dates at which a series seems to shift, for a person to look at and explain. Not findings.

The step of `interrupted` is tried at every date; where it is at least `at_least` standard errors (3 by default), and
larger than at its neighbours within half a year, the date is offered. Many dates are tried, so some offers are chance:
a series of 120 months that only wanders gets one about one time in ten. Whoever knows the source says whether something
changed there, and if so writes a `Break`.

>>> from datetime import date
>>> from tutela.engine.assessment.interrupted import Design
>>> from tutela.engine.assessment.series import Frequency, Series
>>> wave = (5.0, 3.0, 4.0, 6.0, 2.0, 5.0, 7.0, 4.0)
>>> risen = tuple(value + 30 for value in wave)
>>> series = Series("Reports", "reports", Frequency.QUARTER, date(2010, 1, 1), wave + wave + risen + risen)
>>> [prompt.on.isoformat() for prompt in prompts(series, Design(seasonal=False))]
['2014-01-01']
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tutela.engine.assessment.interrupted import Design, pretended

if TYPE_CHECKING:
    from tutela.engine.assessment.series import Series

_AT_LEAST = 3.0


@dataclass(frozen=True, slots=True)
class Prompt:
    """From this date the series seems to be shifted, by so many standard errors (above zero: upwards)."""

    on: date
    statistic: float


def prompts(series: Series, design: Design | None = None, *, at_least: float = _AT_LEAST) -> tuple[Prompt, ...]:
    """Dates worth a look, in order of time; none where the series is too short."""
    tried = pretended(series, design or Design())
    reach = max(1, series.frequency.value // 2)
    sizes = [abs(each.statistic) for each in tried]
    return tuple(
        Prompt(date.fromisoformat(each.where), each.statistic)
        for place, each in enumerate(tried)
        if sizes[place] >= at_least and sizes[place] == max(sizes[max(0, place - reach) : place + reach + 1])
    )
