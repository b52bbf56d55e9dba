"""What is known of a case, as signals; what a person may decide without viewing; why a case is closed. Pure.

Rules:

1. A signal is there or it is not: what nobody said adds nothing and takes nothing away, so a report that says less
   never stands above what the same report with more would (`weights` are never negative).
2. An exact match is knowledge, a near match is a question: it counts less, and nothing follows from it by itself. What
   a list knows exactly is not new, whatever somebody claims.
3. What is claimed counts as a claim: each sentence says what somebody reported, not that it is so. Saying it often
   does not make it weightier: what can be repeated counts `REPEATED_MAX` times and no more.
4. A decision without viewing needs an exact match of a registered list.
5. A case is closed for a reason of `Closing`, never while the question is open whether its child is safe. What comes
   later about another address, or about a child in danger, opens it again.

Signals say nothing about points: those are given by `weights`, so that other weights order the same cases anew without
anybody asking what each of them holds.

>>> [str(signal) for signal in signals(Facts(Claims(reports=3, pages=1), exact_lists=2))]
['several-reports:2', 'known:1', 'several-lists:1', 'has-address:1']
>>> read(" ".join(map(str, signals(Facts(near_matches=4)))))
(Signal(code=<Code.LOOKS_ALIKE: 'looks-alike'>, units=1, count=1),)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.lists import MatchKind
from tutela.domain.reports import AgeBand, Fact, Incident

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutela.domain.reports import Reported

REPEATED_MAX: Final = 5  # further lists or reports that count: the loudest is not the most urgent


class Closing(StrEnum):
    """Why a case is closed; the words of the record."""

    DONE = "person-decided"
    NOT_ILLEGAL = "not-illegal"
    OUT_OF_SCOPE = "out-of-scope"
    DUPLICATE = "duplicate"
    MISTAKE = "mistake"
    HANDED_OVER = "handed-over"  # to another organisation, which accepted; nobody chooses it


class Part(StrEnum):
    """The two parts of a score."""

    HARM = "harm-now"
    ACTION = "actionability"


class Code(StrEnum):
    """A reason for the place in the queue: harm now first, then what makes it possible to act."""

    CHILD_IN_DANGER = "child-in-danger"
    SELF_HARM = "self-harm"
    ABUSE_GOES_ON = "abuse-goes-on"
    LIVE = "live"
    EXTORTION = "extortion"
    EXPLOITED = "exploited"  # trafficking, or travel and tourism
    SOLICITED = "solicited"
    CHILD_ASKS = "child-asks"
    SHOWN_ASKS = "shown-asks"  # a survivor, about pictures of themselves
    AGE_YOUNGEST = "age-youngest"  # infant or toddler
    AGE_CHILD = "age-child"
    AGE_PUBESCENT = "age-pubescent"
    NEW = "new"
    UNIDENTIFIED = "unidentified"  # the lists were asked, and none knows it
    LOOKS_ALIKE = "looks-alike"
    SEVERAL_REPORTS = "several-reports"
    # from here on: actionability
    CHILD_FINDABLE = "child-findable"
    HAS_PLACE = "has-place"
    HAS_ACCOUNT = "has-account"
    HAS_IP = "has-ip"
    KNOWN = "known"
    ASSESSED = "assessed"  # by a person of this organisation, by its exact bytes
    SEVERAL_LISTS = "several-lists"
    HAS_ADDRESS = "has-address"

    @property
    def part(self) -> Part:
        """Which part of the score it adds to."""
        return Part.ACTION if self in _ACTION else Part.HARM


_ACTION: Final = frozenset(
    {
        Code.CHILD_FINDABLE,
        Code.HAS_PLACE,
        Code.HAS_ACCOUNT,
        Code.HAS_IP,
        Code.KNOWN,
        Code.ASSESSED,
        Code.SEVERAL_LISTS,
        Code.HAS_ADDRESS,
    }
)


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
    """What is known of a case when it is weighed: what reports claim, and what lists say.

    `lists_asked` where the lists were asked about something in it, on whatever ground; `assessed` where a person
    decided about some of its exact bytes, in whatever case.
    """

    claims: Claims = field(default_factory=Claims)
    exact_lists: int = 0
    near_matches: int = 0
    lists_asked: bool = False
    assessed: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that is known. `units` is how often it counts, `count` the number in its sentence."""

    code: Code
    units: int = 1
    count: int = 1

    def __str__(self) -> str:
        return f"{self.code}:{self.units}"


@lru_cache(maxsize=4096)  # what comes in by the thousand says few different things
def signals(facts: Facts) -> tuple[Signal, ...]:
    """Return what is known of a case, in the order of `Code`."""
    claims = facts.claims
    is_known = bool(facts.exact_lists) or facts.assessed
    is_new = Fact.NEW_MATERIAL in claims.facts and not is_known
    more_reports, more_lists = max(0, claims.reports - 1), max(0, facts.exact_lists - 1)
    youngest = next((code for band, code in _AGES.items() if band in claims.age_bands), None)
    found = {
        **{code: Signal(code) for fact, code in _FACTS.items() if fact in claims.facts},
        **{code: Signal(code) for incident, code in _INCIDENTS.items() if incident in claims.incidents},
        Code.NEW: Signal(Code.NEW, int(is_new)),
        Code.UNIDENTIFIED: Signal(Code.UNIDENTIFIED, int(facts.lists_asked and not is_known)),
        Code.LOOKS_ALIKE: Signal(Code.LOOKS_ALIKE, min(1, facts.near_matches), facts.near_matches),
        Code.SEVERAL_REPORTS: Signal(Code.SEVERAL_REPORTS, min(more_reports, REPEATED_MAX), claims.reports),
        Code.HAS_PLACE: Signal(Code.HAS_PLACE, min(1, len(claims.jurisdictions)), len(claims.jurisdictions)),
        Code.HAS_ACCOUNT: Signal(Code.HAS_ACCOUNT, min(1, claims.accounts), claims.accounts),
        Code.HAS_IP: Signal(Code.HAS_IP, min(1, claims.ip_captures), claims.ip_captures),
        Code.KNOWN: Signal(Code.KNOWN, min(1, facts.exact_lists), facts.exact_lists),
        Code.ASSESSED: Signal(Code.ASSESSED, int(facts.assessed)),
        Code.SEVERAL_LISTS: Signal(Code.SEVERAL_LISTS, min(more_lists, REPEATED_MAX), facts.exact_lists),
        Code.HAS_ADDRESS: Signal(Code.HAS_ADDRESS, min(1, claims.pages), claims.pages),
    }
    if youngest is not None:
        found[youngest] = Signal(youngest)
    return tuple(found[code] for code in Code if code in found and found[code].units)


def read(written: str) -> tuple[Signal, ...]:
    """Read signals from their words; the numbers in their sentences are not kept there."""
    parts = (word.split(":") for word in written.split())
    return tuple(Signal(Code(code), int(units)) for code, units in parts)


_FACTS: Final = {
    Fact.DANGER_NOW: Code.CHILD_IN_DANGER,
    Fact.SELF_HARM: Code.SELF_HARM,
    Fact.ABUSE_GOES_ON: Code.ABUSE_GOES_ON,
    Fact.LIVE: Code.LIVE,
    Fact.EXTORTION: Code.EXTORTION,
    Fact.REPORTER_IS_CHILD: Code.CHILD_ASKS,
    Fact.REPORTER_IS_SHOWN: Code.SHOWN_ASKS,
    Fact.CHILD_FINDABLE: Code.CHILD_FINDABLE,
}
_INCIDENTS: Final = {
    Incident.ABUSE: Code.ABUSE_GOES_ON,
    Incident.TRAFFICKING: Code.EXPLOITED,
    Incident.TRAVEL: Code.EXPLOITED,
    Incident.SOLICITATION: Code.SOLICITED,
}
_AGES: Final = {  # the youngest first
    AgeBand.INFANT: Code.AGE_YOUNGEST,
    AgeBand.TODDLER: Code.AGE_YOUNGEST,
    AgeBand.PREPUBESCENT: Code.AGE_CHILD,
    AgeBand.PUBESCENT: Code.AGE_PUBESCENT,
}


def may_confirm_unseen(kinds: Iterable[str]) -> bool:
    """Whether what the lists said allows a decision without viewing."""
    return MatchKind.EXACT in set(kinds)
