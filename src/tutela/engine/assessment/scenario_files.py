"""Cost scenarios from a TOML file: inputs with their ranges and sources, and which of them are multiplied and added.

    title = "A year of counselling"
    unit = "GBP"
    price_year = "2018/19"
    seed = 1
    not_this = ["not the cost of all support"]
    terms = [["children", "cost a child"]]     # products, added up

    [inputs."children"]
    kind = "count"        # count, cost, share, expert or fixed
    low = 900
    high = 1400
    unit = "children"
    source = "the service's own figures, 2025"

A number without a unit and a source is refused; so is an answer that does not say what it is not.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from tutela.domain.errors import TutelaError
from tutela.engine.assessment.charts import Axis, tornado
from tutela.engine.assessment.cost import Beta, Fixed, Gamma, Input, LogNormal, Triangle, simulate, sobol_total
from tutela.engine.assessment.cost import tornado as swings
from tutela.engine.assessment.indicators import Construct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from tutela.engine.assessment.charts import Chart
    from tutela.engine.assessment.cost import Distribution, Range

_Z: Final = 1.959964  # half the width of a 95 % interval, in standard deviations


class ScenarioError(TutelaError):
    """A scenario lacks something, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Inputs, and the products of them that are added up."""

    title: str
    unit: str
    price_year: str
    seed: int
    coverage: float | None
    not_this: tuple[str, ...]
    inputs: tuple[Input, ...]
    terms: tuple[tuple[str, ...], ...]

    def model(self, draw: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """Compute the answer for each draw."""
        total = draw[self.terms[0][0]] * 0
        for term in self.terms:
            product = draw[term[0]]
            for name in term[1:]:
                product = product * draw[name]
            total = total + product
        return total

    def answer(self) -> Range:
        """Return the range of the answer."""
        return simulate(self.inputs, self.model, seed=self.seed, unit=self.unit, coverage=self.coverage)

    def drivers(self) -> dict[str, float]:
        """Return the total Sobol index of each input: what drives the spread."""
        return sobol_total(self.inputs, self.model, seed=self.seed)

    def chart(self) -> Chart:
        """Draw how far each input moves the answer."""
        found = self.answer()
        return tornado(
            f"{self.title}: what moves the answer most",
            Axis(Construct.COST, f"{self.unit} of {self.price_year}"),
            found.median,
            swings(self.inputs, self.model, seed=self.seed),
            period=self.price_year,
            sources=tuple(dict.fromkeys(each.source for each in self.inputs)),
            not_this=self.not_this,
        )


def read(data: bytes) -> Scenario:
    """Read a scenario; `ScenarioError` says what is not right."""
    try:
        table = tomllib.loads(data.decode())
        made = Scenario(
            title=str(table["title"]),
            unit=str(table["unit"]),
            price_year=str(table["price_year"]),
            seed=int(table.get("seed", 1)),
            coverage=table.get("coverage"),
            not_this=tuple(str(each) for each in table["not_this"]),
            inputs=tuple(_input(name, each) for name, each in cast("dict[str, Any]", table["inputs"]).items()),
            terms=tuple(tuple(str(name) for name in term) for term in table["terms"]),
        )
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"The scenario is not TOML: {error}") from error
    except KeyError as error:
        raise ScenarioError(f"The scenario does not say {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        raise ScenarioError(f"The scenario says something in another way: {error}") from error
    names = {each.name for each in made.inputs}
    if not made.terms or not all(made.terms) or {name for term in made.terms for name in term} != names:
        raise ScenarioError("Every input belongs to a term, and every term to inputs", hint="See terms.")
    if not made.not_this:
        raise ScenarioError("The scenario does not say what its answer is not", hint="Fill not_this.")
    return made


def _input(name: str, table: Mapping[str, Any]) -> Input:
    for needed in ("kind", "unit", "source"):
        if not table.get(needed):
            raise ValueError(f"{name} has no {needed}")
    make = _KINDS.get(str(table["kind"]))
    if make is None:
        raise ValueError(f"{name}: the kind is one of {', '.join(_KINDS)}")
    return Input(name, make(table), str(table["unit"]), str(table["source"]), bool(table.get("transferred")))


def _cost(table: Mapping[str, Any]) -> Gamma:
    mean, spread = _middle(table)
    return Gamma(mean, spread / mean)


def _share(table: Mapping[str, Any]) -> Beta:
    return Beta(*_middle(table))


def _middle(table: Mapping[str, Any]) -> tuple[float, float]:
    """Return mean and standard deviation of what lies between low and high in 95 of 100 cases."""
    low, high = float(table["low"]), float(table["high"])
    if not low < high:
        raise ValueError("low is less than high")
    return (low + high) / 2, (high - low) / (2 * _Z)


_KINDS: Final[dict[str, Callable[[Mapping[str, Any]], Distribution]]] = {
    "count": lambda table: LogNormal.between(float(table["low"]), float(table["high"])),
    "cost": _cost,
    "share": _share,
    "expert": lambda table: Triangle(float(table["low"]), float(table["likely"]), float(table["high"])),
    "fixed": lambda table: Fixed(float(table["value"])),
}
