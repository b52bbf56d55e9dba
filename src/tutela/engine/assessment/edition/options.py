"""What an edition says of evidence and options: what was tried, how sure its effect is, what is not known.

Cards come in with the data (`cards`); none ships. Without cards the chapter says that it is not configured and what
would stand in it. It names no best option: options are compared with the reader's own inputs, as how often each is
best (`evidence.acceptability`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import cards as library
from tutela.engine.assessment.charts import Table
from tutela.engine.assessment.charts.chart import number, source_line
from tutela.engine.assessment.edition.document import Chapter, Grid, Points
from tutela.engine.assessment.edition.plans import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.assessment.cards import Card
    from tutela.engine.assessment.edition.document import Block
    from tutela.engine.assessment.registry import Registry

_LEDE: Final = "An intervention is worth what it changes. What was tried stands here with its design and its doubts."
_STUDIED: Final = (
    "Each intervention that was studied: where, by which design, what came of it with its interval, and how sure that "
    "is. The certainty never exceeds what the design can carry."
)
_UNKNOWN: Final = (
    "What is not known about each intervention: nobody has studied it, its studies measure something else, or they "
    "leave the effect uncertain."
)
_OPTIONS: Final = (
    "Options under uncertainty: how often each is best over the ranges of its effect and cost, and what knowing more "
    "would be worth. There is no winner without that share beside it."
)


def chapter(registry: Registry) -> Chapter:
    """Return the chapter; `PlanError` where a card names a source that the registry does not have."""
    blocks: tuple[Block, ...] = (Points("Not configured: what would stand here", (_STUDIED, _UNKNOWN, _OPTIONS)),)
    if cards := registry.cards:
        interventions = tuple(dict.fromkeys(card.intervention for card in cards))
        unknown = library.gaps(cards, registry.catalogue, interventions)
        blocks = (_tried(registry, cards),)
        if unknown:
            blocks += (Points("What we do not know", tuple(f"{name}: {why}." for name, why in unknown.items())),)
    return Chapter("evidence", "Evidence and options", _LEDE, blocks)


def effect(card: Card) -> str:
    """Return what a study found, with its interval, as people read it."""
    if card.effect is None:
        return "no size given"
    interval = "" if card.low is None or card.high is None else f", {number(card.low)} to {number(card.high)}"
    return f"{number(card.effect)}{interval}"


def _tried(registry: Registry, cards: Sequence[Card]) -> Grid:
    rows = tuple(
        (card.intervention, card.setting, str(card.design), _effect(registry, card), str(card.certainty))
        for card in sorted(cards, key=lambda each: (each.intervention, each.id))
    )
    table = Table(("What was tried", "Where", "How it was studied", "What came of it", "Certainty"), rows)
    sources = dict.fromkeys(_source(registry, card) for card in cards)
    return Grid("What was tried", table, tuple(sources), library.NOT_THIS)


def _effect(registry: Registry, card: Card) -> str:
    indicator = registry.catalogue.indicators.get(card.outcome)
    outcome = f"{indicator.title} ({indicator.unit.label})" if indicator else card.outcome
    return f"{outcome}: {effect(card)}"


def _source(registry: Registry, card: Card) -> str:
    if card.source not in registry.catalogue.sources:
        raise PlanError(f"The card {card.id} names a source that the registry does not have")
    return source_line(registry.catalogue.sources[card.source])
