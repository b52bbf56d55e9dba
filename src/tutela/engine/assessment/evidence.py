"""Options under uncertainty: which is how often the best, and what knowing more would be worth.

Rules
-----
* Options are compared under uncertainty: how often each is best, over draws of effect and cost, for what a unit of
  outcome is worth to the reader (`acceptability`). There is no winner without that share beside it.
* What more knowledge would be worth is said first: the value of perfect information is what choosing without it loses
  on average (`value_of_information`); for one option, what knowing that option alone would save.

Worked example
--------------
>>> from tutela.engine.assessment.cost import Gamma, LogNormal
>>> price = Gamma(1000, 0.05)
>>> options = [Option("a", LogNormal(100, 0.05), price), Option("b", LogNormal(95, 0.8), price)]
>>> found = acceptability(options, worth=20, seed=1)
>>> found["a"] > found["b"], round(sum(found.values()), 6)
(True, 1.0)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.engine.assessment.cost import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tutela.engine.assessment.cost import Distribution

    Net = NDArray[np.float64]

_DRAWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Option:
    """Something one could pay for: units of outcome gained, and what it costs."""

    name: str
    effect: Distribution
    cost: Distribution


@dataclass(frozen=True, slots=True)
class Information:
    """What knowing more would be worth, in the money of the costs."""

    everything: float
    of_each: dict[str, float]


def acceptability(options: Sequence[Option], *, worth: float, seed: int, draws: int = _DRAWS) -> dict[str, float]:
    """Return how often each option is best when a unit of outcome is worth so much."""
    net = _net(options, worth, seed, draws)
    best = net.argmax(axis=1)
    return {option.name: float((best == place).mean()) for place, option in enumerate(options)}


def value_of_information(options: Sequence[Option], *, worth: float, seed: int, draws: int = _DRAWS) -> Information:
    """Return what knowing everything, and knowing each option alone, would save on average."""
    net = _net(options, worth, seed, draws)
    means = net.mean(axis=0)
    now = float(means.max())
    everything = float(net.max(axis=1).mean()) - now
    of_each = {
        option.name: float(np.maximum(net[:, place], np.delete(means, place).max()).mean()) - now
        for place, option in enumerate(options)
    }
    return Information(max(0.0, everything), {name: max(0.0, value) for name, value in of_each.items()})


def _net(options: Sequence[Option], worth: float, seed: int, draws: int) -> Net:
    """Return the net benefit of each option in each draw."""
    if len(options) < 2 or len({each.name for each in options}) < len(options):
        raise ValueError("a comparison needs two options at least, each with a name of its own")
    return np.column_stack(
        [
            worth * each.effect.draw(stream(seed, f"{each.name} effect"), draws)
            - each.cost.draw(stream(seed, f"{each.name} cost"), draws)
            for each in options
        ]
    )
