"""What a lens says beside its charts: what abuse costs by several methods, and what a national response consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import capability, harm
from tutela.engine.assessment.charts import Table
from tutela.engine.assessment.charts.chart import number, source_line
from tutela.engine.assessment.edition.document import Grid
from tutela.engine.assessment.edition.plans import PlanError

if TYPE_CHECKING:
    from tutela.engine.assessment.capability import Profile
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


def profile(said: Profile) -> Grid:
    """Tell what a country published of its own response; `PlanError` where it has not published it."""
    if not said.shared:
        raise PlanError(f"The self-assessment of {said.country} is private until the country publishes it")
    rows = tuple(
        (AREAS[each.area], each.name, said.of(each.no).existence.value, said.of(each.no).implementation.value)
        for each in capability.capabilities().values()
    )
    return Grid(
        "What the country says of its own response",
        Table(("Area", "Capability", "Is it there?", "Is it carried out?"), rows),
        (MODEL, f"The country's own assessment, edition {said.edition}, as it published it"),
        (
            "not assessed by anybody else: it is what the country says of itself",
            "not to be set beside another country: there is no score",
        ),
        "Whether a capability exists and whether it is carried out are two questions.",
    )


def _area(registry: Registry, code: str) -> str:
    area = registry.catalogue.areas.get(code)
    return area.name if area else code
