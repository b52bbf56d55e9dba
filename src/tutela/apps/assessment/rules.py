"""What a self-assessment may say, and when it can be published. Pure.

Rules:

1. Existence and implementation are two questions: an instrument that is not carried out is not one that works. Nothing
   is implemented further than it exists.
2. "Not assessed" and "not applicable" are no grades. There is no sum, no mean and no rank of a profile: it is 21
   answers, and what changed in them since the edition before.
3. A profile is published whole: every capability is answered, though the answer may be "not assessed".

>>> Answer(12, Existence.WHOLE, Existence.PARTLY).step_from(Answer(12, Existence.PLANNED, Existence.NONE))
<Change.FURTHER: 'further'>
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CAPABILITIES: Final = range(1, 22)


class Existence(StrEnum):
    """How far something is there; the same words serve for how far it is carried out."""

    NOT_ASSESSED = "not-assessed"
    NOT_APPLICABLE = "not-applicable"
    NONE = "none"
    PLANNED = "planned"
    PARTLY = "partly"
    WHOLE = "whole"

    @property
    def step(self) -> int | None:
        """Where it stands among the four that follow each other; None for what is no step."""
        return _STEPS.index(self) if self in _STEPS else None


_STEPS: Final = (Existence.NONE, Existence.PLANNED, Existence.PARTLY, Existence.WHOLE)


class Change(StrEnum):
    """What became of a capability since another edition."""

    FURTHER = "further"
    BACK = "back"
    SAME = "same"
    MIXED = "mixed"
    NOT_COMPARABLE = "not-comparable"


class StudyKind(StrEnum):
    """What is asked."""

    IMPACT = "impact"
    COST = "cost"


class StudyState(StrEnum):
    """Where a study stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"  # the data do not carry an answer: it says why


class Theme(StrEnum):
    """The six themes of the Global Strategic Response."""

    POLICY = "policy"
    JUSTICE = "criminal-justice"
    VICTIMS = "victim-support"
    TECHNOLOGY = "technology"
    SOCIETY = "society"
    RESEARCH = "research"


class Progress(StrEnum):
    """How far an action is."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    DONE = "done"
    DROPPED = "dropped"


class Certainty(StrEnum):
    """How far a statement carries, in the four levels that reviews of evidence use."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very-low"


class Duty(StrEnum):
    """What GTA 2018, section 8, asks of industry."""

    SAFE_BY_DESIGN = "safe-by-design"
    STOP_SHARING = "stop-sharing"
    REMOVE = "identify-and-remove"
    SOLICITATION = "identify-solicitation"
    INNOVATE = "innovate-and-share"
    UNDERSTAND = "contribute-to-understanding"


class ProfileError(TutelaError):
    """An answer that contradicts itself, or a profile that is not ready; the message is for whoever tried."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said about one capability or duty, without its evidence."""

    capability: int
    existence: Existence
    implementation: Existence

    @property
    def contradicts_itself(self) -> bool:
        """Whether it claims to carry out more than there is, or grades what does not apply."""
        there, done = self.existence.step, self.implementation.step
        if there is None:
            return self.implementation is not self.existence
        return done is not None and done > there

    def step_from(self, before: Answer) -> Change:
        """Compare with the answer of another edition."""
        pairs = ((self.existence, before.existence), (self.implementation, before.implementation))
        signs: set[int] = set()
        for now, then in pairs:
            if now is then:
                signs.add(0)
            elif now.step is None or then.step is None:
                return Change.NOT_COMPARABLE
            else:
                signs.add(1 if now.step > then.step else -1)
        if {1, -1} <= signs:
            return Change.MIXED
        return Change.FURTHER if 1 in signs else Change.BACK if -1 in signs else Change.SAME

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        return {
            "capability": self.capability,
            "existence": self.existence.value,
            "implementation": self.implementation.value,
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Answer:
        """Read what `plain` wrote."""
        return cls(int(plain["capability"]), Existence(plain["existence"]), Existence(plain["implementation"]))


def missing(answers: Collection[Answer]) -> list[int]:
    """Return the capabilities about which nothing is said yet."""
    said = {answer.capability for answer in answers}
    return [number for number in CAPABILITIES if number not in said]
