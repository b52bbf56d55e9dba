"""What industry is asked for: the six duties of GTA 2018 (section 8) as a platform's assessment of itself.

Rules: each duty is answered with evidence, existence and implementation apart, as capabilities are. There is no score
and no ranking: who looks more reports more. What can be checked from outside is how well a platform's own figure
agrees with the clearing house's figure for the same thing (`disclosures`): a ratio far from 1 says that two observers
count differently, not which of them is wrong.

>>> from tutela.engine.assessment.registry import load
>>> [(d.year, round(d.ratio, 2)) for d in disclosures(load(), "Discord")][-1]
('2023', 0.48)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment.capability import Answer, Evidence

if TYPE_CHECKING:
    from tutela.engine.assessment.registry import Registry


class Duty(StrEnum):
    """The six duties, in our words."""

    SAFE_BY_DESIGN = "design services to be safe from the start"
    STOP = "stop material from being shared or made"
    FIND_AND_REMOVE = "find and remove what is there, unasked"
    FIND_GROOMING = "find those who try to groom children, unasked"
    SHARE_TECHNOLOGY = "invest in new technology and share it"
    UNDERSTAND = "add to a shared understanding through forums"


@dataclass(frozen=True, slots=True)
class Answered:
    """One duty, as a platform sees itself."""

    duty: Duty
    existence: Answer = Answer.NOT_ASSESSED
    implementation: Answer = Answer.NOT_ASSESSED
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.existence is Answer.NO and self.implementation in {Answer.YES, Answer.PARTLY}:
            raise ValueError("what does not exist is not implemented")


@dataclass(frozen=True, slots=True)
class SelfAssessment:
    """A platform's answers at one edition."""

    platform: str
    edition: str
    answers: tuple[Answered, ...]

    def __post_init__(self) -> None:
        if len({each.duty for each in self.answers}) < len(self.answers):
            raise ValueError("a duty is answered once")

    def open_duties(self) -> tuple[tuple[Duty, str], ...]:
        """Return what is not there, not done or not shown, in the report's order."""
        there = {each.duty: each for each in self.answers}
        said = ((duty, _open(there.get(duty, Answered(duty)))) for duty in Duty)
        return tuple((duty, words) for duty, words in said if words)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Two counts of the same reports in one year."""

    platform: str
    year: str
    own: float
    clearing_house: float

    @property
    def ratio(self) -> float:
        """The platform's own figure for each of the clearing house's."""
        return self.own / self.clearing_house


def disclosures(registry: Registry, platform: str) -> tuple[Disclosure, ...]:
    """Return the years in which both counted, oldest first."""
    theirs = {each.span.text: each.value for each in registry.series(_CLEARING_HOUSE, cell=platform)}
    return tuple(
        Disclosure(platform, own.span.text, own.value, there)
        for own in registry.series(_OWN, cell=platform)
        if own.value is not None and (there := theirs.get(own.span.text))
    )


_OWN: Final = "reports-by-platform-platform-count"
_CLEARING_HOUSE: Final = "reports-by-platform-clearing-house-count"


def _open(answered: Answered) -> str:
    if Answer.NOT_APPLICABLE in {answered.existence, answered.implementation}:
        return ""
    if answered.existence is Answer.NOT_ASSESSED:
        return "not assessed"
    if answered.existence is Answer.NO:
        return "absent"
    if answered.implementation is not Answer.YES:
        return "not implemented in full"
    return "" if answered.evidence else "claimed without evidence"
