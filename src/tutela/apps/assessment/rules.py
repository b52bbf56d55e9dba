"""What a self-assessment may say, and when it can be published. Pure.

Rules:

1. Existence and implementation are two questions: an instrument that is not carried out is not one that works. Nothing
   is implemented further than it exists.
2. "Not assessed" and "not applicable" are no grades. There is no sum, no mean and no rank of a profile: it is 21
   answers, and what changed in them since the edition before.
3. A profile is published whole: every capability is answered, though the answer may be "not assessed".

>>> Said(12, Answer.YES, Answer.PARTLY).step_from(Said(12, Answer.NO, Answer.NO))
<Change.FURTHER: 'further'>
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.errors import TutelaError
from tutela.engine.assessment.capability import Answer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CAPABILITIES: Final = range(1, 22)


_STEPS: Final = (Answer.NO, Answer.PARTLY, Answer.YES)


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


class Stage(StrEnum):
    """How far something is that was asked for: a study, an edition."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"  # the data do not carry it: it says why


class ProfileError(TutelaError):
    """An answer that contradicts itself, or a profile that is not ready; the message is for whoever tried."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about one capability or duty, without its evidence."""

    capability: int
    existence: Answer
    implementation: Answer

    @property
    def contradicts_itself(self) -> bool:
        """Whether it claims to carry out more than there is, or grades what does not apply."""
        there, done = _step(self.existence), _step(self.implementation)
        if there is None:
            return self.implementation is not self.existence
        return done is not None and done > there

    def step_from(self, before: Said) -> Change:
        """Compare with the answer of another edition."""
        pairs = ((self.existence, before.existence), (self.implementation, before.implementation))
        signs: set[int] = set()
        for now, then in pairs:
            if now is then:
                signs.add(0)
            elif (after := _step(now)) is None or (earlier := _step(then)) is None:
                return Change.NOT_COMPARABLE
            else:
                signs.add(1 if after > earlier else -1)
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
    def read(cls, plain: Mapping[str, Any]) -> Said:
        """Read what `plain` wrote."""
        return cls(int(plain["capability"]), Answer(plain["existence"]), Answer(plain["implementation"]))


def missing(answers: Collection[Said]) -> list[int]:
    """Return the capabilities about which nothing is said yet."""
    said = {answer.capability for answer in answers}
    return [number for number in CAPABILITIES if number not in said]


def _step(answer: Answer) -> int | None:
    """Return where an answer stands among the three that follow each other; None for what is no step."""
    return _STEPS.index(answer) if answer in _STEPS else None
