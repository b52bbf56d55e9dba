"""The five lenses of an edition: a tile on the summary page and a chapter each, from the registry and a plan.

A tile's words are made, not written: its direction is the movement that `releases` allows, its confidence what the
indicator's quality and its breaks allow. A movement that cannot be compared is told as that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import charts, releases, rules
from tutela.engine.assessment.charts.chart import number, source_line
from tutela.engine.assessment.edition.document import Chapter, Drawing, Figures, Points, Tile, measured
from tutela.engine.assessment.edition.plans import Form, PlanError
from tutela.engine.assessment.indicators import Lens, Quality, Sensitivity
from tutela.engine.assessment.registry import NotObservedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.engine.assessment.charts import Chart
    from tutela.engine.assessment.edition.document import Block
    from tutela.engine.assessment.edition.plans import Compared, Drawn, LensPlan
    from tutela.engine.assessment.indicators import Observation
    from tutela.engine.assessment.registry import Registry
    from tutela.engine.assessment.releases import Movement

TITLES: Final = {
    Lens.TECHNOLOGY: "Technology trends",
    Lens.SOCIETY: "Environment and society",
    Lens.PEOPLE: "Victims, offenders and technology",
    Lens.IMPACT: "Impact on society and its cost",
    Lens.RESPONSE: "Law, policy and enforcement",
    Lens.CONTEXT: "The alliance",
}
_CONFIDENCE: Final = {
    Quality.SAMPLE: "High: a sample that stands for its population, with an interval",
    Quality.COMPLETE: "Moderate: a complete count by one desk, which depends on what is reported to it",
    Quality.PARTIAL: "Low: a count that depends on who looks",
    Quality.STATEMENT: "Very low: a statement whose method is not known",
}


def tile(registry: Registry, plan: LensPlan) -> Tile:
    """Return what the summary page says about a lens."""
    headline = plan.headline
    now = _one(registry, headline, headline.later or headline.earlier)
    indicator = registry.indicator(now.indicator)
    shown = rules.figure(registry, now)
    confidence = _CONFIDENCE[indicator.quality]
    if not headline.later:
        return Tile(
            lens=plan.lens,
            title=TITLES[plan.lens],
            statement=_sentence(f"{shown.title}: {measured(shown)}, {shown.span}"),
            direction="No newer figure",
            confidence=confidence,
            changed="Nothing newer was observed since the baseline.",
            basis=_sentence(f"It is {indicator.not_this[0]}"),
            source=source_line(shown.source),
        )
    moved = _movement(registry, headline)
    then = rules.figure(registry, moved.earlier)
    return Tile(
        lens=plan.lens,
        title=TITLES[plan.lens],
        statement=_sentence(f"{shown.title}: {measured(then)} in {then.span}, {shown.shown} in {shown.span}"),
        direction=_direction(moved),
        confidence=confidence,
        changed=_sentence(
            f"{number(round(moved.ratio, 2))} times the value of {then.span}" if moved.ratio else moved.words
        ),
        basis=_sentence(f"It is {indicator.not_this[0]}"),
        source=source_line(shown.source),
    )


def chapter(registry: Registry, plan: LensPlan) -> Chapter:
    """Return the chapter of a lens: its charts, how far it moved, what is not known, its single figures."""
    blocks: list[Block] = [Drawing(draw(registry, each)) for each in plan.charts]
    blocks += [Drawing(chart) for chart in _moved(registry, plan)]
    blocks.append(Points("What we do not know", plan.unknown))
    if rows := tuple(_facts(registry, plan)):
        blocks.append(Figures("Single figures", rows))
    return Chapter(str(plan.lens), TITLES[plan.lens], plan.lede, tuple(blocks))


def draw(registry: Registry, drawn: Drawn) -> Chart:
    """Draw what a plan names; `PlanError` where the registry does not have it."""
    try:
        indicator = registry.indicator(drawn.indicator)
    except KeyError:
        raise PlanError(f"The plan names {drawn.indicator}, which the registry does not define") from None
    known = [each for each in registry.observations if each.indicator == drawn.indicator]
    match drawn.form:
        case Form.LINE:
            return charts.line(registry, indicator, registry.series(drawn.indicator, drawn.area, drawn.cell))
        case Form.DOTS:
            return charts.dots(registry, indicator, (each for each in known if each.span.text == drawn.span))
        case Form.MULTIPLES:
            return charts.small_multiples(registry, indicator, (each for each in known if each.area in drawn.areas))
        case Form.SHARES:
            parts = [each for each in known if each.cell in drawn.cells]
            parts.sort(key=lambda each: drawn.cells.index(each.cell))
            return charts.stacked_share(registry, indicator, parts)


def _moved(registry: Registry, plan: LensPlan) -> Iterator[Chart]:
    """One dumbbell for each construct that moved."""
    moved = [_movement(registry, each) for each in plan.movements]
    for construct in dict.fromkeys(each.indicator.construct for each in moved):
        rows = [each for each in moved if each.indicator.construct is construct]
        yield charts.dumbbell(registry, rows, title="From the baseline to now: " + str(construct))


def _facts(registry: Registry, plan: LensPlan) -> Iterator[rules.Figure]:
    """The figures of the lens that no chart shows: one or two values an indicator, as the source printed them."""
    drawn = {each.indicator for each in plan.charts} | {each.indicator for each in plan.movements}
    for indicator in registry.find(lens=plan.lens):
        if indicator.id in drawn or indicator.sensitivity is not Sensitivity.PUBLIC:
            continue
        there = [each for each in registry.observations if each.indicator == indicator.id]
        if 0 < len(there) <= _FACTS_MAX:
            yield from (rules.figure(registry, each) for each in sorted(there, key=lambda each: each.span))


_FACTS_MAX: Final = 3  # more values of one indicator make a chart, not a table


def _movement(registry: Registry, compared: Compared) -> Movement:
    _one(registry, compared, compared.earlier)
    _one(registry, compared, compared.later)
    return releases.movement(
        registry, compared.indicator, compared.earlier, compared.later, area=compared.area, cell=compared.cell
    )


def _one(registry: Registry, compared: Compared, span: str) -> Observation:
    try:
        return registry.one(compared.indicator, span, compared.area, compared.cell)
    except (KeyError, NotObservedError):
        raise PlanError(f"The plan names {compared.indicator} in {span}, which was not observed") from None


def _direction(moved: Movement) -> str:
    if moved.ratio is None:
        return "Cannot be said"
    if moved.ratio == 1:
        return "Unchanged"
    return "More" if moved.ratio > 1 else "Less"


def _sentence(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
