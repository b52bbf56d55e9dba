"""What is urgent, and why. Pure.

Rules:

1. A score orders the queue and explains itself: it is the sum of its reasons, and each is shown with its points.
2. An exact match is knowledge, a near match is a question: it counts less, and nothing follows from it by itself.
3. What is claimed counts as a claim: each reason says what somebody reported, not that it is so.
4. A decision without viewing needs an exact match of a registered list.
5. A case is closed for a reason of `Closing`, never while the question is open whether its child is safe. What comes
   later about another address, or about a child in danger, opens it again.

>>> prioritise(Facts(Claims(reports=3, pages=1), exact_lists=2)).score
61
>>> [(reason.code.value, reason.points) for reason in prioritise(Facts(near_matches=4)).reasons]
[('looks-alike', 10)]
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.lists import MatchKind
from tutela.domain.reports import AgeBand, Fact, Incident

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutela.domain.reports import Reported

DANGER_POINTS: Final = 1000
KNOWN_POINTS: Final = 40
LIST_POINTS: Final = 5  # for each further list that knows it
ADDRESS_POINTS: Final = 10  # it can be removed
REPORT_POINTS: Final = 3  # for each further report
NEAR_POINTS: Final = 10
REPEATED_MAX: Final = 5  # further lists or reports that count: the loudest is not the most urgent


class Closing(StrEnum):
    """Why a case is closed; the words of the record."""

    DONE = "person-decided"
    NOT_ILLEGAL = "not-illegal"
    OUT_OF_SCOPE = "out-of-scope"
    DUPLICATE = "duplicate"
    MISTAKE = "mistake"


class Code(StrEnum):
    """A reason for the place in the queue."""

    CHILD_IN_DANGER = "child-in-danger"
    KNOWN = "known"
    SEVERAL_LISTS = "several-lists"
    LOOKS_ALIKE = "looks-alike"
    HAS_ADDRESS = "has-address"
    SEVERAL_REPORTS = "several-reports"


@dataclass(frozen=True, slots=True)
class Claims:
    """What the reports of a case claim together. It is kept with the case, so that weighing asks for no report."""

    reports: int = 0
    pages: int = 0
    accounts: int = 0
    ip_captures: int = 0  # with a time: others say nothing
    facts: frozenset[Fact] = frozenset()
    incidents: frozenset[Incident] = frozenset()
    age_bands: frozenset[AgeBand] = frozenset()
    jurisdictions: frozenset[str] = frozenset()

    def joined(self, reported: Reported, *, pages: int) -> Claims:
        """Return what is claimed with one more report, which adds so many pages."""
        return Claims(
            self.reports + 1,
            self.pages + pages,
            self.accounts + len(reported.accounts),
            self.ip_captures + sum(capture.at is not None for capture in reported.ip_captures),
            self.facts | reported.facts,
            self.incidents | ({reported.incident} - {Incident.NOT_SAID}),
            self.age_bands | ({reported.age_band} - {AgeBand.UNKNOWN}),
            self.jurisdictions | set(reported.jurisdictions),
        )

    def in_danger(self) -> Claims:
        """Return it with a child in danger now."""
        return replace(self, facts=self.facts | {Fact.DANGER_NOW})

    def plain(self) -> dict[str, int | list[str]]:
        """Return it as JSON can say it; what is empty is left out."""
        words = {name: sorted(map(str, getattr(self, name))) for name in _WORDS}
        numbers: dict[str, int] = {name: getattr(self, name) for name in _NUMBERS}
        return {name: value for name, value in {**numbers, **words}.items() if value}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Claims:
        """Read what `plain` wrote."""
        return cls(
            *(int(plain.get(name, 0)) for name in _NUMBERS),
            facts=frozenset(map(Fact, plain.get("facts", ()))),
            incidents=frozenset(map(Incident, plain.get("incidents", ()))),
            age_bands=frozenset(map(AgeBand, plain.get("age_bands", ()))),
            jurisdictions=frozenset(map(str, plain.get("jurisdictions", ()))),
        )


_NUMBERS: Final = ("reports", "pages", "accounts", "ip_captures")
_WORDS: Final = ("facts", "incidents", "age_bands", "jurisdictions")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case when it is weighed: what reports claim, and what lists say."""

    claims: Claims = field(default_factory=Claims)
    exact_lists: int = 0
    near_matches: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its points, and the number in its sentence."""

    code: Code
    points: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Priority:
    """A place in the queue and every reason for it."""

    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """The sum of the reasons."""
        return sum(reason.points for reason in self.reasons)


def prioritise(facts: Facts) -> Priority:
    """Weigh a case."""
    more_lists, more_reports = max(0, facts.exact_lists - 1), max(0, facts.claims.reports - 1)
    reasons = (
        Reason(Code.CHILD_IN_DANGER, DANGER_POINTS * (Fact.DANGER_NOW in facts.claims.facts)),
        Reason(Code.KNOWN, KNOWN_POINTS * bool(facts.exact_lists)),
        Reason(Code.SEVERAL_LISTS, LIST_POINTS * min(more_lists, REPEATED_MAX), facts.exact_lists),
        Reason(Code.LOOKS_ALIKE, NEAR_POINTS * bool(facts.near_matches), facts.near_matches),
        Reason(Code.HAS_ADDRESS, ADDRESS_POINTS * bool(facts.claims.pages), facts.claims.pages),
        Reason(Code.SEVERAL_REPORTS, REPORT_POINTS * min(more_reports, REPEATED_MAX), facts.claims.reports),
    )
    return Priority(tuple(reason for reason in reasons if reason.points))


def may_confirm_unseen(kinds: Iterable[str]) -> bool:
    """Whether what the lists said allows a decision without viewing."""
    return MatchKind.EXACT in set(kinds)
