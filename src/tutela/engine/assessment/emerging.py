"""Emerging threats: dated, graded statements, and what became of the predictions.

Rules
-----
* A statement says who said it, when, about what, and whether that is a risk, an opportunity or both (GTA 2018 draws
  technology with both sides). Hidden services and end-to-end encryption live here, as statements with indicators and
  counts of lawful requests: nothing here collects anything.
* Likelihood and confidence are two things. Likelihood is how probable it is held to be; confidence is how good the
  ground for that is. Words for likelihood stand for ranges that are printed beside them.
* A statement is not rewritten: a later one takes its place and names it. One that looks ahead is answered when its day
  has come, and what nobody has answered by then is listed.

>>> Likelihood.LIKELY.words
'likely (55 to 75 per cent)'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tutela.engine.assessment.indicators import Lens


class Likelihood(Enum):
    """A scale of our own: words, and the ranges in per cent that they stand for. The ranges leave no number out."""

    REMOTE = ("remote", 0, 10)
    UNLIKELY = ("unlikely", 10, 35)
    EVEN = ("about even", 35, 55)
    LIKELY = ("likely", 55, 75)
    VERY_LIKELY = ("very likely", 75, 95)
    NEARLY_CERTAIN = ("nearly certain", 95, 100)

    @property
    def words(self) -> str:
        """The word with its range."""
        word, low, high = self.value
        return f"{word} ({low} to {high} per cent)"


class Confidence(StrEnum):
    """How good the ground is."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Side(StrEnum):
    """Which sides a development has."""

    RISK = "risk"
    OPPORTUNITY = "opportunity"
    BOTH = "both"


class Outcome(StrEnum):
    """What became of a statement that looked ahead."""

    CAME = "came"
    DID_NOT_COME = "did not come"
    CANNOT_TELL = "cannot be told"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about what is coming. `due` is the day on which one can tell, where it looks ahead."""

    id: str
    day: date
    lens: Lens
    words: str
    side: Side
    likelihood: Likelihood
    confidence: Confidence
    source: str
    indicators: tuple[str, ...] = ()
    due: date | None = None
    replaces: str = ""

    def __post_init__(self) -> None:
        if not self.words.strip() or not self.source.strip():
            raise ValueError("a statement has words and a source")
        if self.due is not None and self.due <= self.day:
            raise ValueError("what looks ahead is due after the day on which it was said")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a statement, who says so by what, and when."""

    statement: str
    outcome: Outcome
    day: date
    source: str


def current(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements that no later one replaces, newest first."""
    replaced = {each.replaces for each in statements}
    left = [each for each in statements if each.id not in replaced]
    return tuple(sorted(left, key=lambda each: (each.day, each.id), reverse=True))


def unanswered(statements: Sequence[Statement], verdicts: Sequence[Verdict], today: date) -> tuple[Statement, ...]:
    """Return the statements whose day has come without a verdict, longest due first."""
    answered = {each.statement for each in verdicts}
    late = [(each.due, each) for each in statements if each.due and each.due <= today and each.id not in answered]
    return tuple(each for _, each in sorted(late, key=lambda pair: (pair[0], pair[1].id)))


def calibration(statements: Sequence[Statement], verdicts: Sequence[Verdict]) -> dict[Likelihood, tuple[int, int]]:
    """Return for each word how many statements came true, of how many that can be told."""
    said = {each.id: each.likelihood for each in statements}
    told = [each for each in verdicts if each.outcome is not Outcome.CANNOT_TELL and each.statement in said]
    counts: dict[Likelihood, tuple[int, int]] = dict.fromkeys(Likelihood, (0, 0))
    for each in told:
        came, all_ = counts[said[each.statement]]
        counts[said[each.statement]] = (came + (each.outcome is Outcome.CAME), all_ + 1)
    return {word: count for word, count in counts.items() if count[1]}
