"""Difference in differences: how much more the treated units changed than the others, on average.

It assumes that without the event both would have changed by the same amount. That is often untrue, and cannot be
checked after the event; the change over the halves of the time before is given, and should be near zero. The interval
is the permutation of the treated label where there is one treated unit (the spread of pretended effects), so that it
allows for whatever moves single units.

>>> import numpy as np
>>> round(difference(np.array([[1.0, 1.0, 5.0]]), np.array([[2.0, 2.0, 3.0], [0.0, 0.0, 1.0]]), 2), 6)
3.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tutela.engine.assessment.minimum import check_comparators
from tutela.engine.assessment.pretended_units import among_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutela.engine.assessment.estimate import Estimate
    from tutela.engine.assessment.interrupted import Event
    from tutela.engine.assessment.panel import Panel
    from tutela.engine.assessment.placebo import Pretences

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """`effect` and `before` (the same between the halves of the time before) are in the panel's unit."""

    unit: str
    event: Event
    effect: Estimate
    before: float
    pretences: Pretences


def difference_in_differences(panel: Panel, unit: str, event: Event) -> Difference:
    """Compare the change of `unit` with the mean change of all others."""
    treated, place = panel.row(unit), panel.first_whole(event.on)
    values = panel.values
    check_comparators(len(values) - 1, place, values.shape[1] - place)
    effect, pretences = among_units(panel.names, values, treated, place, difference)
    before = difference(values[[treated], :place], np.delete(values, treated, axis=0)[:, :place], place // 2)
    return Difference(unit, event, effect, before, pretences)


def difference(treated: Floats, others: Floats, place: int) -> float:
    """Of units x periods each: the mean change of `treated` at `place` less that of `others`."""
    change = treated.mean(axis=0) - others.mean(axis=0)
    return float(change[place:].mean() - change[:place].mean())
