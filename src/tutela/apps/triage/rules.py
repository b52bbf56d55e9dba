"""What is urgent, and why. Pure.

Rules:

1. A score orders the queue and explains itself: it is the sum of its reasons, and each is shown with its points.
2. An exact match is knowledge, a near match is a question: it counts less, and nothing follows from it by itself.
3. Two reports are about one item only if a digest says so: the strongest known, SHA-256 before SHA-1 before MD5.
4. A decision without viewing needs an exact match of a registered list.
5. A case is closed for a reason of `Closing`, never while the question is open whether its child is safe. What comes
   later about another address, or about a child in danger, opens it again.

>>> prioritise(Facts(exact_lists=2, reports=3, addresses=1)).score
61
>>> [(reason.code.value, reason.points) for reason in prioritise(Facts(near_matches=4, reports=1)).reasons]
[('looks-alike', 10)]
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.lists import MatchKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DANGER_POINTS: Final = 1000
KNOWN_POINTS: Final = 40
LIST_POINTS: Final = 5  # for each further list that knows it
ADDRESS_POINTS: Final = 10  # it can be removed
REPORT_POINTS: Final = 3  # for each further report
NEAR_POINTS: Final = 10
REPEATED_MAX: Final = 5  # further lists or reports that count: the loudest is not the most urgent

DIGEST_BYTES: Final = {"sha256": 32, "sha1": 20, "md5": 16}  # by strength


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
class Facts:
    """What is known of a case when it is weighed."""

    child_in_danger: bool = False
    exact_lists: int = 0
    near_matches: int = 0
    addresses: int = 0
    reports: int = 1


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
    more_lists, more_reports = max(0, facts.exact_lists - 1), max(0, facts.reports - 1)
    reasons = (
        Reason(Code.CHILD_IN_DANGER, DANGER_POINTS * facts.child_in_danger),
        Reason(Code.KNOWN, KNOWN_POINTS * bool(facts.exact_lists)),
        Reason(Code.SEVERAL_LISTS, LIST_POINTS * min(more_lists, REPEATED_MAX), facts.exact_lists),
        Reason(Code.LOOKS_ALIKE, NEAR_POINTS * bool(facts.near_matches), facts.near_matches),
        Reason(Code.HAS_ADDRESS, ADDRESS_POINTS * bool(facts.addresses), facts.addresses),
        Reason(Code.SEVERAL_REPORTS, REPORT_POINTS * min(more_reports, REPEATED_MAX), facts.reports),
    )
    return Priority(tuple(reason for reason in reasons if reason.points))


def fold_of(digests: Mapping[str, bytes]) -> str | None:
    """Return the name under which reports of the same bytes meet; None without a digest."""
    name = next((name for name in DIGEST_BYTES if name in digests), None)
    return None if name is None else f"{name}:{digests[name].hex()}"


def may_confirm_unseen(kinds: Iterable[str]) -> bool:
    """Whether what the lists said allows a decision without viewing."""
    return MatchKind.EXACT in set(kinds)
