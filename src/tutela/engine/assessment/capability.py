"""What a country can do: the 21 capabilities of the Model National Response, in its six areas, as a profile.

Rules
-----
* Existence and implementation are asked apart: agreements are "meaningless without implementation" (GTA 2018,
  section 8). What does not exist is not implemented.
* "Not assessed" and "not applicable" are answers of their own, never a low one.
* A yes without evidence counts as a claim and is listed as such. Evidence has a title, a day and where it is.
* Maturity phases: the model of 2023 has four, whose names and descriptions we have no source for. Until somebody
  configures them, a phase cannot be given.
* There is no score of a country and no order of countries. Profiles are the country's own until it shares them;
  counts over countries need five that agreed (`rules.may_pool`).
* Names are the model's; descriptions are our paraphrases. `requires` says what should be there before, and whether
  the model's own text states that or we propose it.

Worked example
--------------
>>> profile = Profile("AAA", "2026", (Answered(7, existence=Answer.YES, implementation=Answer.PARTLY),))
>>> [(gap.capability.no, gap.kind.value) for gap in gaps(profile) if gap.capability.no == 7]
[(7, 'claimed'), (7, 'in part'), (7, 'preconditions')]
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from tutela.engine.assessment import rules, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

_COLUMNS: Final = ("no", "area", "name", "about", "measures", "requires", "requires_basis")


class Area(StrEnum):
    """The six areas of the model."""

    POLICY = "policy_governance"
    JUSTICE = "criminal_justice"
    VICTIM = "victim"
    SOCIETAL = "societal"
    INDUSTRY = "industry"
    MEDIA = "media_communications"


class Answer(StrEnum):
    """What was found."""

    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"
    NO = "no"
    PARTLY = "partly"
    YES = "yes"


class Confidence(StrEnum):
    """How sure the assessors are."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class GapKind(StrEnum):
    """What is missing of a capability."""

    NOT_ASSESSED = "not assessed"
    ABSENT = "absent"
    NOT_IMPLEMENTED = "not implemented"
    PARTIAL = "in part"
    CLAIMED = "claimed"
    PRECONDITIONS = "preconditions"


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of the model. `measures` are what the model's text itself offers to measure."""

    no: int
    area: Area
    name: str
    about: str
    measures: tuple[str, ...]
    requires: tuple[int, ...]
    requires_stated: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer rests on."""

    title: str
    day: date
    where: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One capability, as one team assessed it. `coverage` is a share of whom it should reach, 0..1."""

    no: int
    existence: Answer = Answer.NOT_ASSESSED
    implementation: Answer = Answer.NOT_ASSESSED
    coverage: float | None = None
    confidence: Confidence = Confidence.LOW
    evidence: tuple[Evidence, ...] = ()
    phase: int | None = None
    enablers: str = ""
    next_step: str = ""

    def __post_init__(self) -> None:
        if self.no not in capabilities():
            raise ValueError("the model has 21 capabilities")
        if self.existence is Answer.NO and self.implementation in {Answer.YES, Answer.PARTLY}:
            raise ValueError("what does not exist is not implemented")
        if self.coverage is not None and not 0 <= self.coverage <= 1:
            raise ValueError("coverage is a share")
        if self.phase is not None and self.phase not in phases():
            raise tables.NotConfiguredError("not configured: the phases of the maturity model have no source yet")


@dataclass(frozen=True, slots=True)
class Profile:
    """A country at one edition. It is the country's own until `shared`."""

    country: str
    edition: str
    answers: tuple[Answered, ...]
    shared: bool = False

    def __post_init__(self) -> None:
        if len({each.no for each in self.answers}) < len(self.answers):
            raise ValueError("a capability is answered once in a profile")

    def of(self, no: int) -> Answered:
        """Return what was answered for a capability."""
        return next((each for each in self.answers if each.no == no), Answered(no))


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of one capability, and what to do next."""

    capability: Capability
    kind: GapKind
    words: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Progress:
    """One capability at two editions."""

    capability: Capability
    before: Answered
    after: Answered


@cache
def capabilities() -> dict[int, Capability]:
    """Return the 21 capabilities by number."""
    return {
        int(row["no"]): Capability(
            no=int(row["no"]),
            area=row.one_of("area", Area),
            name=row.needed("name"),
            about=row.needed("about"),
            measures=row.parts("measures"),
            requires=tuple(map(int, row.parts("requires"))),
            requires_stated=row["requires_basis"] == "stated",
        )
        for row in tables.shipped("capabilities.csv", _COLUMNS)
    }


@cache
def phases() -> dict[int, str]:
    """Return the phases of the maturity model; empty while nobody configured them."""
    rows = tables.shipped("phases.csv", ("phase", "name", "describes", "source"))
    return {int(row["phase"]): row["name"] for row in rows}


def gaps(profile: Profile) -> tuple[Gap, ...]:
    """Return what is missing, capability by capability, in the model's order: not an order of importance."""
    return tuple(gap for capability in capabilities().values() for gap in _gaps(capability, profile))


def progress(before: Profile, after: Profile) -> tuple[Progress, ...]:
    """Return the capabilities whose answers differ between two editions of one country."""
    if before.country != after.country:
        raise ValueError("countries are not compared with each other")
    both = ((each, before.of(each.no), after.of(each.no)) for each in capabilities().values())
    return tuple(
        Progress(capability, old, new)
        for capability, old, new in both
        if (old.existence, old.implementation) != (new.existence, new.implementation)
    )


def pooled(profiles: Sequence[Profile], no: int) -> dict[Answer, int]:
    """Count how far a capability is implemented over countries; `UnfitError` unless five and all of them agreed."""
    if len({each.country for each in profiles}) < len(profiles) or not rules.may_pool(
        {each.country: each.shared for each in profiles}
    ):
        raise rules.UnfitError("a count over countries needs five at least, each once, and each agreed to it")
    return dict(Counter(each.of(no).implementation for each in profiles))


def agreement(one: Profile, other: Profile) -> float | None:
    """Return Cohen's kappa with quadratic weights between two assessments of one country; None where it says nothing.

    Only capabilities that both answered count. 1 is full agreement, 0 what chance would give.
    """
    pairs = [
        (_ORDER.index(mine), _ORDER.index(theirs))
        for no in capabilities()
        if (mine := one.of(no).implementation) in _ORDER and (theirs := other.of(no).implementation) in _ORDER
    ]
    expected = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs) / len(pairs) if pairs else 0.0
    return 1 - sum((a - b) ** 2 for a, b in pairs) / expected if expected else None


_ORDER: Final = (Answer.NO, Answer.PARTLY, Answer.YES)
_THERE: Final = {Answer.YES, Answer.PARTLY}


def _gaps(capability: Capability, profile: Profile) -> Iterator[Gap]:
    answered = profile.of(capability.no)
    step = answered.next_step
    if answered.existence is Answer.NOT_APPLICABLE:
        return
    if answered.existence is Answer.NOT_ASSESSED:
        yield Gap(capability, GapKind.NOT_ASSESSED, "nobody has assessed it", step or "assess it")
        return
    if answered.existence is Answer.NO:
        yield Gap(capability, GapKind.ABSENT, "it does not exist", step)
        return
    if not answered.evidence:
        yield Gap(capability, GapKind.CLAIMED, "it is claimed without evidence", step or "add the evidence")
    if answered.implementation in {Answer.NO, Answer.NOT_ASSESSED}:
        yield Gap(capability, GapKind.NOT_IMPLEMENTED, "it exists, and is not known to be implemented", step)
    if answered.implementation is Answer.PARTLY:
        yield Gap(capability, GapKind.PARTIAL, "it is implemented in part", step)
    missing = [no for no in capability.requires if profile.of(no).implementation not in _THERE]
    if missing:
        said = "the model states" if capability.requires_stated else "we propose"
        names = ", ".join(capabilities()[no].name for no in missing)
        yield Gap(capability, GapKind.PRECONDITIONS, f"{said} that it rests on: {names}", step)
