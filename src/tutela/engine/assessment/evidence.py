"""The evidence library: what was tried, where, how well that was studied, what came of it, and what to study next.

Rules
-----
* A card names intervention, setting, design, outcome (an indicator of the registry), effect with its interval, cost,
  certainty and source. The certainty never exceeds what the design can carry, and each reason to trust it less is
  written down and takes one level.
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
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.engine.assessment.cost import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tutela.engine.assessment.catalogue import Catalogue
    from tutela.engine.assessment.cost import Distribution

    Net = NDArray[np.float64]

_DRAWS: Final = 20_000


class Design(StrEnum):
    """How an effect was studied."""

    RANDOMISED = "randomised"
    CONTROLLED = "controlled, not randomised"
    SYNTHETIC_CONTROL = "synthetic control"
    TIME_SERIES = "interrupted time series"
    BEFORE_AFTER = "before and after"
    DESCRIPTIVE = "description or expert report"


class Certainty(StrEnum):
    """How sure one can be, in four levels."""

    VERY_LOW = "very low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


_CEILING: Final = {
    Design.RANDOMISED: Certainty.HIGH,
    Design.CONTROLLED: Certainty.MODERATE,
    Design.SYNTHETIC_CONTROL: Certainty.MODERATE,
    Design.TIME_SERIES: Certainty.MODERATE,
    Design.BEFORE_AFTER: Certainty.LOW,
    Design.DESCRIPTIVE: Certainty.VERY_LOW,
}
_LEVELS: Final = tuple(Certainty)


@dataclass(frozen=True, slots=True)
class Card:
    """One study of one intervention. `effect` is in the outcome's unit, with its 95 % interval where there is one."""

    id: str
    intervention: str
    setting: str
    design: Design
    outcome: str
    effect: float | None
    low: float | None
    high: float | None
    source: str
    doubts: tuple[str, ...] = ()
    transfer: str = ""

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("a card without a source is no evidence")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has two ends")
        if self.low is None or self.high is None or self.effect is None:
            return
        if not self.low <= self.effect <= self.high:
            raise ValueError("the interval does not hold the effect")

    @property
    def certainty(self) -> Certainty:
        """What the design can carry, less one level for each doubt; an effect without an interval is a doubt."""
        doubts = len(self.doubts) + (self.low is None)
        return _LEVELS[max(0, _LEVELS.index(_CEILING[self.design]) - doubts)]


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


def gaps(cards: Sequence[Card], catalogue: Catalogue, interventions: Sequence[str]) -> dict[str, str]:
    """Return what is not known about each intervention; those of which enough is known are not in it."""
    found: dict[str, str] = {}
    for intervention in interventions:
        about = [card for card in cards if card.intervention == intervention]
        if not about:
            found[intervention] = "nobody has studied it"
        elif not any(card.outcome in catalogue.indicators for card in about):
            found[intervention] = "its studies measure nothing that an indicator of the registry measures"
        elif max(_LEVELS.index(card.certainty) for card in about) < _LEVELS.index(Certainty.MODERATE):
            found[intervention] = "its studies leave the effect uncertain"
    return found


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
