"""What a lens says beside its charts: what abuse costs by several methods, and what a national response consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import capability, harm
from tutela.engine.assessment.charts import Table
from tutela.engine.assessment.charts.chart import number, source_line
from tutela.engine.assessment.edition.document import Grid, Points

if TYPE_CHECKING:
    from tutela.engine.assessment.registry import Registry

AREAS: Final = {
    capability.Area.POLICY: "Policy and governance",
    capability.Area.JUSTICE: "Criminal justice",
    capability.Area.VICTIM: "Victim",
    capability.Area.SOCIETAL: "Societal",
    capability.Area.INDUSTRY: "Industry",
    capability.Area.MEDIA: "Media and communications",
}
MODEL: Final = (
    "WePROTECT Global Alliance: Preventing and Tackling Child Sexual Exploitation and Abuse: A Model National Response "
    "(2016). Names cited; descriptions are our paraphrases."
)
_NO_INPUTS: Final = (
    "A range, with what moves it most, is computed from the inputs of one country: how many people, and what one of "
    "them costs, each with its own range and source. No such inputs ship, and none is made up."
)
SIMULATED: Final = Points("Not configured: a simulated cost and what drives it", (_NO_INPUTS,))


def cost(registry: Registry) -> Grid:
    """Set the published costs of one victim side by side: never added, never averaged."""
    whole = [each for each in harm.costs() if each.category is harm.Category.TOTAL and each.per is harm.Per.VICTIM]
    ordered = sorted(whole, key=lambda each: (each.study.title, each.label))
    sources = registry.catalogue.sources
    rows = tuple(
        (
            each.study.title,
            _area(registry, each.study.area),
            f"{each.study.harm.replace('-', ' ')}, {each.study.horizon}",
            f"{number(each.value)} {each.study.currency} of {each.study.price_year}",
            each.doubt or each.study.doubt,
        )
        for each in ordered
    )
    cited = dict.fromkeys(source_line(sources[each.study.source]) for each in ordered if each.study.source in sources)
    return Grid(
        "What one victim costs, by published method",
        Table(("Method", "Where", "What is counted", "A victim", "Doubt"), rows),
        tuple(cited),
        (
            "not to be added or averaged: methods differ in harm, horizon and perspective",
            "not a cost of online abuse alone: no method separates it",
            "not transferable as it stands: every method comes from rich countries",
        ),
        "The same harm costs many times as much by one method as by another: the method is part of the answer.",
    )


def response() -> Grid:
    """Name the capabilities of a national response, and what can be measured of each."""
    rows = tuple((AREAS[each.area], each.name, "; ".join(each.measures)) for each in capability.capabilities().values())
    return Grid(
        "What a national response consists of",
        Table(("Area", "Capability", "What the model offers to measure"), rows),
        (MODEL,),
        ("not a statement about any country: profiles are a country's own until it shares them",),
        "The Model National Response asks of each whether it exists and whether it is implemented. Phases of maturity "
        "are not configured: their text has no source here.",
    )


def _area(registry: Registry, code: str) -> str:
    area = registry.catalogue.areas.get(code)
    return area.name if area else code
