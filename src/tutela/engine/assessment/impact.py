"""An impact study: one series, one event, and everything that could show the answer to be wrong, run every time.

The interrupted series with its pretended dates is always there. Control series (which the event cannot have changed,
such as public reports where a platform changed) run through the same fit: if they changed too, something else happened.
Comparators (the same series elsewhere) give a synthetic control and a synthetic difference with pretended units. What
could not be run is listed with the reason; it is never left out silently. The words are made by `verdict`.

>>> from datetime import date
>>> from tutela.engine.assessment.series import Frequency, Series
>>> wave = [5, 3, 4, 6, 2, 5, 7, 4]
>>> values = (*wave, *wave, *wave, 25, 23, 24, 26)
>>> quarters = Series("Removals", "removals", Frequency.QUARTER, date(2010, 1, 1), values)
>>> found = study(quarters, Event(date(2016, 1, 1), "A law in force"), Design(seasonal=False))
>>> found.interrupted.effect.excludes_zero, found.compared, len(found.not_run)
(True, None, 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutela.engine.assessment.interrupted import Design, Event, Interrupted, interrupted
from tutela.engine.assessment.panel import Panel
from tutela.engine.assessment.refusals import NotEstimableError, SeriesError, TooLittleDataError
from tutela.engine.assessment.sdid import SyntheticDifference, synthetic_difference
from tutela.engine.assessment.synthetic import SyntheticControl, synthetic_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.series import Series


@dataclass(frozen=True, slots=True)
class Compared:
    """The treated series beside its comparators, by two methods that can fail differently."""

    control: SyntheticControl
    difference: SyntheticDifference


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that was run; `not_run` says what was not, and why."""

    interrupted: Interrupted
    controls: tuple[Interrupted, ...]
    compared: Compared | None
    not_run: tuple[str, ...]


def study(
    series: Series,
    event: Event,
    design: Design | None = None,
    *,
    controls: Sequence[Series] = (),
    comparators: Sequence[Series] = (),
) -> Study:
    """Run all of it; raises only where the series itself has too little data."""
    design = design or Design()
    main = interrupted(series, event, design)
    not_run: list[str] = []
    unchanged: list[Interrupted] = []
    for each in controls:
        try:
            unchanged.append(interrupted(each, event, design))
        except (NotEstimableError, SeriesError, TooLittleDataError) as refusal:
            not_run.append(f"control series {each.name}: {refusal}")
    compared: Compared | None = None
    if comparators:
        try:
            panel = Panel.of((series, *comparators))
            compared = Compared(
                synthetic_control(panel, series.name, event), synthetic_difference(panel, series.name, event)
            )
        except (NotEstimableError, SeriesError, TooLittleDataError) as refusal:
            not_run.append(f"comparators: {refusal}")
    else:
        not_run.append("comparators: none were given")
    return Study(main, tuple(unchanged), compared, tuple(not_run))
