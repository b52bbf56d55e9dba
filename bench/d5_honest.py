"""D5: every page and document is walked for bare numbers, counts drawn as prevalence, and people who are few.

Pages are read as a reader gets them (`honest_pages.py`). Documents are the edition, the brief for industry, and the
brief of every country of which something is known, block by block; besides, every series of the registry is drawn.
Small numbers: each value about people in a country is asked of the rules, and three are planted on pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bench.record import Measurement
from bench.service import Service
from tutela.domain.limits import AssessmentLimits
from tutela.engine.assessment import charts, registry, rules
from tutela.engine.assessment.charts import Chart, ChartError
from tutela.engine.assessment.edition import briefs, making, plans
from tutela.engine.assessment.edition.document import Document, Drawing, Figures, Grid
from tutela.engine.assessment.indicators import AreaLevel, Construct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.engine.assessment.registry import Registry

_FEW: Final = AssessmentLimits().people_shown_min


@dataclass(slots=True)
class _Walked:
    """What stood in the documents."""

    documents: int = 0
    figures: int = 0
    bare: list[str] = field(default_factory=list[str])
    charts: int = 0
    as_prevalence: list[str] = field(default_factory=list[str])


def measure() -> Measurement:
    """Walk."""
    found = Measurement()
    known = registry.load()
    prevalence = _titles_of_prevalence(known)
    walked = _Walked()
    for document in _documents(known):
        _walk(document, walked, prevalence)
    for chart in _every_series(known):
        _chart(chart, walked, prevalence)
    few, shown = _few(known)
    with Service() as service:
        told = service.ask("bench.honest_pages")
    found.put("pages walked", told["pages"])
    found.put("documents walked", walked.documents)
    found.put("figures seen", walked.figures + told["figures"])
    found.put(
        "figures without source, period, unit or what they are not",
        len(walked.bare) + len(told["bare"]) + len(told["faults"]),
    )
    found.put("charts seen", walked.charts)
    found.put("counts drawn as prevalence", len(walked.as_prevalence))
    found.put("small numbers about people, planted and real", few + told["hidden"])
    found.put("small numbers about people that are shown", shown + len(told["shown"]))
    found.notes += [*walked.bare, *walked.as_prevalence, *told["bare"], *told["shown"], *told["faults"]][:20]
    return found


def _documents(known: Registry) -> Iterator[Document]:
    plan = plans.load("2026")
    yield making.edition(known, plan)
    yield briefs.industry(known, plan)
    observed = {each.area for each in known.observations}
    for code, area in sorted(known.catalogue.areas.items()):
        if area.level is AreaLevel.COUNTRY and code in observed:
            yield briefs.country(known, plan, code)


def _walk(document: Document, walked: _Walked, prevalence: tuple[str, ...]) -> None:
    walked.documents += 1
    for tile in document.tiles:
        walked.figures += 1
        if not all((tile.statement, tile.basis, tile.source)):
            walked.bare.append(f"{document.title}: {tile.title}")
    for block in (each for chapter in document.chapters for each in chapter.blocks):
        match block:
            case Figures():
                for row in block.rows:
                    walked.figures += 1
                    if not all((row.source.citation, row.span, row.unit, row.not_this, all(row.not_this))):
                        walked.bare.append(f"{document.title}: {row.title}")
            case Grid():
                numbers = [cell for row in block.table.rows for cell in row if any(map(str.isdigit, cell))]
                walked.figures += len(numbers)
                if numbers and not (block.sources and block.not_this):
                    walked.bare.append(f"{document.title}: {block.heading}")
            case Drawing(chart):
                _chart(chart, walked, prevalence)
            case _:
                pass


def _chart(chart: Chart, walked: _Walked, prevalence: tuple[str, ...]) -> None:
    walked.charts += 1
    walked.figures += len(chart.table.rows)
    if not (chart.sources and chart.period and chart.not_this and "(" in chart.axis):
        walked.bare.append(chart.title)
    if "asked" in chart.axis and not chart.title.startswith(prevalence):
        walked.as_prevalence.append(chart.title)


def _every_series(known: Registry) -> Iterator[Chart]:
    """Draw each series of the registry that can be drawn."""
    for indicator in known.catalogue.indicators.values():
        places = {(each.area, each.cell) for each in known.observations if each.indicator == indicator.id}
        for area, cell in sorted(places):
            try:
                yield charts.line(known, indicator, known.series(indicator.id, area, cell))
            except (ChartError, rules.UnfitError):
                continue  # refused is not drawn


def _titles_of_prevalence(known: Registry) -> tuple[str, ...]:
    """Titles of what people said when they were asked: the only charts on an axis of prevalence."""
    asked = (each for each in known.catalogue.indicators.values() if each.construct is Construct.VICTIMISATION)
    return tuple(each.title for each in asked)


def _few(known: Registry) -> tuple[int, int]:
    """Return how many values of the registry are about so few people in a country, and how many of them are shown."""
    few = shown = 0
    for each in known.observations:
        indicator = known.indicator(each.indicator)
        in_country = indicator.area_level in {AreaLevel.COUNTRY, AreaLevel.REGION}
        if indicator.unit.people and in_country and each.value is not None and each.value < _FEW:
            few += 1
            shown += rules.figure(known, each).shown != f"fewer than {_FEW}"
    return few, shown
