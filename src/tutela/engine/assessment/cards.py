r"""Cards of the evidence library: one study of one intervention each, read from a table like every other import.

Rules
-----
* A card names intervention, setting, design, outcome (an indicator of the registry, or in words what no indicator
  measures), effect with its interval, doubts and source. A source that the catalogue does not have is refused.
* The certainty never exceeds what the design can carry, and each doubt takes one level; an effect without an interval
  is a doubt. It is computed, never written.
* Every line is taken, or none, and each refused one has its reason. A card is not rewritten: what is known better is
  another card. No card ships, because nobody has read one from its source here.

The columns: `id,intervention,setting,design,outcome,effect,low,high,source,doubts,transfer`; doubts stand between `|`.

>>> from tutela.engine.assessment.catalogue import Catalogue
>>> read({TABLE: b"id,intervention\nx,notices\n"}, Catalogue({}, {}, {})).refused[0].reason.value
'malformed'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.terms import find_avoided
from tutela.engine.assessment import rows
from tutela.engine.assessment.certainty import Certainty
from tutela.engine.assessment.rows import LIMITS, Reason, RefusedError, RefusedRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutela.engine.assessment.catalogue import Catalogue
    from tutela.engine.assessment.rows import Row

TABLE: Final = "evidence.csv"
COLUMNS: Final = (
    "id", "intervention", "setting", "design", "outcome", "effect", "low", "high", "source", "doubts", "transfer",
)  # fmt: skip


NOT_THIS: Final = (
    "not a ranking of interventions: outcomes and settings differ",
    "not an effect that carries over to another country unchanged",
)
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


class Design(StrEnum):
    """How an effect was studied."""

    RANDOMISED = "randomised"
    CONTROLLED = "controlled, not randomised"
    SYNTHETIC_CONTROL = "synthetic control"
    TIME_SERIES = "interrupted time series"
    BEFORE_AFTER = "before and after"
    DESCRIPTIVE = "description or expert report"


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
        if self.low is None or self.high is None:
            return
        if self.effect is None or not self.low <= self.effect <= self.high:
            raise ValueError("the interval does not hold the effect")

    @property
    def certainty(self) -> Certainty:
        """What the design can carry, less one level for each doubt; an effect without an interval is a doubt."""
        doubts = len(self.doubts) + (self.low is None)
        return _LEVELS[max(0, _LEVELS.index(_CEILING[self.design]) - doubts)]


@dataclass(frozen=True, slots=True)
class Read:
    """What reading gave: all cards, or none and why. `refused_count` counts those not kept as well."""

    cards: tuple[Card, ...]
    refused: tuple[RefusedRow, ...] = ()
    refused_count: int = 0


def holds(table: str) -> bool:
    """Return whether a table of a package holds cards, by its name."""
    return table.startswith("evidence") and table.endswith(".csv")


def read(tables: Mapping[str, bytes], catalogue: Catalogue, known: Iterable[Card] = (), *, again: bool = False) -> Read:
    """Read tables of cards, by their names. `known` is what there is already.

    `again`: they were taken in before, and stay readable when the vocabulary has grown since.
    """
    there = {each.id: each for each in known}
    made: list[Card] = []
    refused: list[RefusedRow] = []
    for name, data in tables.items():
        found = rows.read(name, data, COLUMNS)
        refused.extend(found.refused)
        for row in found.taken:
            try:
                if not again:
                    _refuse_words(row)
                card = _card(row, catalogue)
                _refuse_seen(card, there.get(card.id))
            except RefusedError as error:
                refused.append(row.refused(error))
            else:
                there[card.id] = card
                made.append(card)
    if refused:
        return Read((), tuple(refused[: LIMITS.refused_rows_kept_max]), len(refused))
    return Read(tuple(made))


def write(cards: Iterable[Card]) -> bytes:
    """Write cards as `read` reads them, in one order."""
    ordered = sorted(cards, key=lambda each: each.id)
    return rows.write(COLUMNS, (_fields(each) for each in ordered))


def find(cards: Iterable[Card], text: str, *, design: Design | None = None) -> list[Card]:
    """Return by intervention the cards that fit; each word of `text` must be in what was tried, where, or on what."""
    words = text.casefold().split()
    found = [
        each
        for each in cards
        if design in {None, each.design}
        and all(word in f"{each.intervention} {each.setting} {each.outcome}".casefold() for word in words)
    ]
    return sorted(found, key=lambda each: (each.intervention.casefold(), each.id))


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


def _card(row: Row, catalogue: Catalogue) -> Card:
    if not row["source"]:
        raise RefusedError(Reason.UNSOURCED, "says no source")
    if row["source"] not in catalogue.sources:
        raise RefusedError(Reason.UNKNOWN, "the source is not in the catalogue")
    if not _ID.fullmatch(row.needed("id")):
        raise RefusedError(Reason.MALFORMED, "an id is small letters, digits and hyphens, 64 at most")
    try:
        return Card(
            id=row["id"],
            intervention=row.needed("intervention"),
            setting=row.needed("setting"),
            design=row.one_of("design", Design),
            outcome=row.needed("outcome"),
            effect=row.number("effect"),
            low=row.number("low"),
            high=row.number("high"),
            source=row["source"],
            doubts=row.parts("doubts"),
            transfer=row["transfer"],
        )
    except RefusedError:
        raise
    except ValueError as error:
        raise RefusedError(Reason.CONTRADICTORY, str(error)) from None


def _refuse_words(row: Row) -> None:
    for column in ("intervention", "setting", "outcome", "doubts", "transfer"):
        for avoided in find_avoided(row[column]):
            raise RefusedError(Reason.MALFORMED, f"{column} holds a word to be avoided; say {avoided.term.prefer!r}")


def _refuse_seen(card: Card, before: Card | None) -> None:
    if before is None:
        return
    if before == card:
        raise RefusedError(Reason.DUPLICATE, "the same card is there already")
    raise RefusedError(Reason.CONTRADICTORY, "another card is there under the same id")


def _fields(card: Card) -> list[str]:
    numbers = {"effect": card.effect, "low": card.low, "high": card.high}
    fields = {column: str(getattr(card, column)) for column in COLUMNS}
    fields |= {name: rows.spell(number) for name, number in numbers.items()} | {"doubts": "|".join(card.doubts)}
    return list(fields.values())
