"""Briefs out of the same data as the edition: for one country, and for industry.

A country's brief holds its own figures and nobody else's: it is never set beside another country. The brief for
industry sets a platform's own count beside the clearing house's count of the same thing, year by year; it ranks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import charts, duties, rules
from tutela.engine.assessment.charts import Table
from tutela.engine.assessment.charts.chart import number, source_line
from tutela.engine.assessment.edition import annexes, subjects
from tutela.engine.assessment.edition.document import Chapter, Drawing, Figures, Grid, Points
from tutela.engine.assessment.edition.making import document
from tutela.engine.assessment.edition.plans import PlanError
from tutela.engine.assessment.indicators import AreaLevel, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.engine.assessment.capability import Profile
    from tutela.engine.assessment.edition.document import Block, Document
    from tutela.engine.assessment.edition.plans import Plan
    from tutela.engine.assessment.registry import Registry

REPORTS: Final = "cybertipline-reports-by-country"
PLATFORMS: Final = ("reports-by-platform-clearing-house-count", "reports-by-platform-platform-count")
_NOT_KNOWN: Final = (
    "Whether more reports mean more offending: uploads are counted where an address resolves to, not where a child is.",
    "What a survey would find today: figures of people who were asked are as old as their survey.",
)
_NOT_ASSESSED: Final = (
    "How far each capability of the national response is implemented: the country has not published its own assessment."
)


def country(registry: Registry, plan: Plan, area: str, profile: Profile | None = None) -> Document:
    """Make the brief of one country; `PlanError` where nothing was observed there, or its profile is private."""
    place = registry.catalogue.areas.get(area)
    if place is None or place.level is not AreaLevel.COUNTRY:
        raise PlanError(f"{area} is not a country of the registry", hint="Use the code of ISO with three letters.")
    blocks: list[Block] = []
    figures = tuple(_figures(registry, area))
    if not figures:
        raise PlanError(f"Nothing was observed in {place.name}")
    if series := registry.series(REPORTS, area):
        blocks.append(Drawing(charts.line(registry, registry.indicator(REPORTS), series)))
    blocks.append(Figures("What was observed", figures))
    if profile:
        blocks.append(subjects.profile(profile))
    blocks.append(Points("What we do not know", _NOT_KNOWN if profile else (*_NOT_KNOWN, _NOT_ASSESSED)))
    return document(
        registry,
        plan,
        kind="country brief",
        title=place.name,
        subtitle=f"A brief from the figures of {plan.title}",
        summary=(),
        tiles=(),
        chapters=(Chapter("country", "What is known", "", tuple(blocks)), annexes.methods()),
    )


def industry(registry: Registry, plan: Plan) -> Document:
    """Make the brief for industry: what it is asked for, and how counts of the same thing differ."""
    asked = Points("What industry is asked for", tuple(f"To {duty.value}." for duty in duties.Duty))
    return document(
        registry,
        plan,
        kind="industry brief",
        title="What platforms count",
        subtitle=f"A brief for industry from the figures of {plan.title}",
        summary=(),
        tiles=(),
        chapters=(
            Chapter(
                "industry",
                "Two counts of one thing",
                "A platform counts the reports that it sends, and the clearing house counts those that arrive. Where "
                "the two are far apart the count itself is not yet understood; the figures do not say whose is wrong.",
                (_disclosures(registry), asked),
            ),
            annexes.methods(),
        ),
    )


def _figures(registry: Registry, area: str) -> Iterator[rules.Figure]:
    """The newest figure of each indicator there."""
    there = [each for each in registry.observations if each.area == area]
    for indicator in sorted({each.indicator for each in there}):
        if registry.indicator(indicator).sensitivity is Sensitivity.PUBLIC:
            newest = max((each for each in there if each.indicator == indicator), key=lambda each: each.span)
            yield rules.figure(registry, newest)


def _disclosures(registry: Registry) -> Grid:
    seen = [each for each in registry.observations if each.indicator in PLATFORMS]
    found = [each for cell in sorted({each.cell for each in seen}) for each in duties.disclosures(registry, cell)]
    limits = dict.fromkeys(said for each in PLATFORMS for said in registry.indicator(each).not_this)
    return Grid(
        "Reports as counted by the platform and by the clearing house",
        Table(
            ("Platform", "Year", "Its own count (reports)", "Clearing house (reports)", "Own for each other"),
            tuple(
                (each.platform, each.year, number(each.own), number(each.clearing_house), number(round(each.ratio, 2)))
                for each in found
            ),
        ),
        tuple(dict.fromkeys(source_line(registry.catalogue.sources[each.source]) for each in seen)),
        tuple(limits),
        "In the order of the alphabet. Who looks more reports more: a higher count is no worse a platform.",
    )
