"""A cost scenario: one number of victims under every published method, side by side, and only as ranges.

Rules
-----
* How many, with its interval, is the word of whoever asks, and has a source. How far a published cost may be off is
  chosen too, because the studies do not say; both are told beside the answer.
* Each method stands for itself: nothing is added or averaged over methods. What comes from another place is flagged.

>>> small = Scenario("An example", low=1000, high=4000, source="our own count", area="GBR", spread_percent=30)
>>> len(price(small)) == len({each.study.id for each in price(small)})
True
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tutela.engine.assessment import harm
from tutela.engine.assessment.cost import Gamma, Input, LogNormal, simulate, tornado

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutela.engine.assessment.cost import Bar, Range
    from tutela.engine.assessment.harm import Study

NOT_THIS: Final = "not the price of suffering, and not of online abuse alone: no published method is"
_SEED: Final = 1
_DRAWS: Final = 20_000
_VICTIMS: Final = "victims"
_COST: Final = "cost a victim"


@dataclass(frozen=True, slots=True)
class Scenario:
    """How many, where, who says so, and how far a published cost may be off."""

    title: str
    low: int
    high: int
    source: str
    area: str
    spread_percent: int

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high:
            raise ValueError("an interval ends after it begins, and holds somebody")
        if not self.source.strip():
            raise ValueError("a number without a source is no input")
        if not 0 < self.spread_percent <= 100:
            raise ValueError("a cost may be off by 1 to 100 per cent")

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        return asdict(self)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Scenario:
        """Read what `plain` wrote."""
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class Priced:
    """A scenario by one method: its range, and what stands against it."""

    study: Study
    range: Range
    flags: tuple[str, ...]
    inputs: tuple[Input, ...]

    def bars(self) -> tuple[Bar, ...]:
        """Return how far each input moves the answer."""
        return tuple(tornado(self.inputs, _product, seed=_SEED, draws=_DRAWS))


def price(asked: Scenario) -> tuple[Priced, ...]:
    """Compute a scenario by every method."""
    victims = Input(_VICTIMS, LogNormal.between(asked.low, asked.high), "children", asked.source)
    middle = (asked.low * asked.high) ** 0.5
    found: list[Priced] = []
    for each in harm.side_by_side(middle, asked.area, online_only=True):
        study = each.study
        cost = Gamma(each.total / middle, asked.spread_percent / 100)
        inputs = (victims, Input(_COST, cost, study.currency, study.source, transferred=study.area != asked.area))
        answer = simulate(inputs, _product, seed=_SEED, unit=study.currency, draws=_DRAWS)
        found.append(Priced(study, answer, each.flags, inputs))
    return tuple(found)


def _product(drawn: Any) -> Any:
    return drawn[_VICTIMS] * drawn[_COST]
