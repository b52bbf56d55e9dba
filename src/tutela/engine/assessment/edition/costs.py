"""Costs that were computed for an edition: as ranges, each with its inputs' sources and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import scenarios
from tutela.engine.assessment.charts import Table
from tutela.engine.assessment.charts.chart import number
from tutela.engine.assessment.edition.document import Grid, Points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.registry import Registry
    from tutela.engine.assessment.scenario_files import Scenario as Written
    from tutela.engine.assessment.scenarios import Scenario

_NO_INPUTS: Final = (
    "A range, with what moves it most, is computed from the inputs of one country: how many people, and what one of "
    "them costs, each with its own range and source. No such inputs ship, and none is made up."
)
_NOTHING: Final = Points("Not configured: a simulated cost and what drives it", (_NO_INPUTS,))
_NEVER: Final = "not to be added or averaged: methods differ in harm, horizon and perspective"


@dataclass(frozen=True, slots=True)
class Costed:
    """One cost as a range: of what scenario, from what, by which method; what stands against it, and whose it is."""

    scenario: str
    inputs: str
    method: str
    range: str
    doubts: tuple[str, ...]
    sources: tuple[str, ...]
    not_this: tuple[str, ...]


def by_method(registry: Registry, asked: Scenario) -> tuple[Costed, ...]:
    """Compute a scenario by every published method."""
    known = registry.catalogue.sources
    area = registry.catalogue.areas.get(asked.area)
    inputs = (
        f"{number(asked.low)} to {number(asked.high)} children in {area.name if area else asked.area}; "
        f"a published cost may be off by {asked.spread_percent} per cent, which is assumed"
    )
    return tuple(
        Costed(
            asked.title,
            inputs,
            each.study.title,
            f"{each.range.words}, prices of {each.study.price_year}",
            each.flags,
            (asked.source, known[each.study.source].citation if each.study.source in known else each.study.source),
            (scenarios.NOT_THIS,),
        )
        for each in scenarios.price(asked)
    )


def of_file(written: Written) -> Costed:
    """Compute a scenario that somebody wrote down with inputs of their own."""
    return Costed(
        written.title,
        ", ".join(f"{each.name} ({each.unit})" for each in written.inputs),
        "the scenario's own",
        f"{written.answer().words}, prices of {written.price_year}",
        (),
        tuple(dict.fromkeys(each.source for each in written.inputs)),
        written.not_this,
    )


def ranges(costs: Sequence[Costed]) -> Grid | Points:
    """Return the block of an edition: the ranges, or that there are none."""
    if not costs:
        return _NOTHING
    rows = tuple(
        (each.scenario, each.inputs, each.method, each.range, "; ".join(each.doubts) or "nothing that is known")
        for each in costs
    )
    head = ("Scenario", "From what", "Method", "A range", "What stands against it")
    return Grid(
        "Costs that were computed for this edition",
        Table(head, rows),
        tuple(dict.fromkeys(source for each in costs for source in each.sources)),
        (*dict.fromkeys(said for each in costs for said in each.not_this), _NEVER),
        "How many are affected is the word of the source that is named, not a finding of this edition.",
    )
