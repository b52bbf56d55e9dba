"""Which team a new case comes to, and why. Pure.

Rules:

1. A report gives *proposals* of a jurisdiction, each with its basis, in the order of `Basis`: a country that it names;
   the countries of its IP addresses and of hosts that are addresses, where an offline table says them; the seat of a
   platform, where somebody configured it; and under whose law it was handed in. What is sealed (how to reach the
   reporter) is never asked.
2. Only the proposals of the strongest confidence route: what somebody said, else what a table found, else what is
   assumed. Weaker ones are kept and shown.
3. An organisation's rules are read in their order, and the first that fits decides. A rule fits where each of its
   conditions does; no condition fits everything. A rule with a skill fits where its team, or if it names none some
   team, has that skill and, where a language is known, speaks it.
4. Where no rule fits, the case comes to the desk that received it: one team, or the whole organisation. Nothing is
   dropped.

>>> found = bearings(Reported(jurisdictions=("nl",)), door="api", under="de")
>>> [(each.jurisdiction, each.basis.value) for each in found.proposals]
[('nl', 'named'), ('de', 'handed-in')]
>>> dutch, desk = (Unit(UUID(int=number), name) for number, name in enumerate(("Dutch", "Desk")))
>>> way = decide([Rule(jurisdictions=frozenset({"nl"}), team_id=dutch.team_id)], [dutch, desk], found, desk.team_id)
>>> way.rule, way.team_id == dutch.team_id, way.proposal.basis.value
(1, True, 'named')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from tutela.domain.reports import Incident, Reported
from tutela.domain.skills import Skill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PROPOSALS_MAX: Final = 20  # of one report: the strongest
RULES_MAX: Final = 100  # of one organisation
_JURISDICTION: Final = re.compile(r"[a-z]{2}")


class Confidence(StrEnum):
    """How far a proposal may be believed, the strongest first."""

    SAID = "said"
    FOUND = "found"
    ASSUMED = "assumed"


class Basis(StrEnum):
    """Why a jurisdiction is proposed, the strongest first."""

    NAMED = "named"
    CAPTURED = "captured"
    HOSTED = "hosted"
    SEATED = "seated"
    HANDED_IN = "handed-in"

    @property
    def confidence(self) -> Confidence:
        """How far it may be believed."""
        return _CONFIDENCE[self]


_CONFIDENCE: Final = {
    Basis.NAMED: Confidence.SAID,
    Basis.CAPTURED: Confidence.FOUND,
    Basis.HOSTED: Confidence.FOUND,
    Basis.SEATED: Confidence.ASSUMED,
    Basis.HANDED_IN: Confidence.ASSUMED,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One jurisdiction (ISO 3166-1, small letters) to which a report may belong, and why."""

    jurisdiction: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Bearings:
    """What a report says about where it belongs. It is kept with its case, so that other rules can be tried on it."""

    proposals: tuple[Proposal, ...] = ()
    incident: Incident = Incident.NOT_SAID
    language: str = ""  # ISO 639
    door: str = ""

    @property
    def leading(self) -> tuple[Proposal, ...]:
        """The proposals of the strongest confidence."""
        first = self.proposals[0].basis.confidence if self.proposals else None
        return tuple(each for each in self.proposals if each.basis.confidence is first)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        proposals = [[each.jurisdiction, each.basis.value] for each in self.proposals]
        return {"proposals": proposals, "incident": self.incident, "language": self.language, "door": self.door}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Bearings:
        """Read what `plain` wrote."""
        proposals = tuple(Proposal(jurisdiction, Basis(basis)) for jurisdiction, basis in plain.get("proposals", ()))
        incident = Incident(plain.get("incident", Incident.NOT_SAID))
        return cls(proposals, incident, str(plain.get("language", "")), str(plain.get("door", "")))


@dataclass(frozen=True, slots=True)
class Unit:
    """One team, as far as routing asks."""

    team_id: UUID
    name: str
    skills: frozenset[Skill] = frozenset()
    languages: frozenset[str] = frozenset()

    def can(self, skill: Skill | None, language: str) -> bool:
        """Whether it has a skill, and speaks a language where one is known."""
        return skill is None or (skill in self.skills and (not language or language in self.languages))


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an organisation's rules. Without a team it means whichever team has the skill."""

    jurisdictions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    incidents: frozenset[Incident] = frozenset()
    doors: frozenset[str] = frozenset()
    skill: Skill | None = None
    team_id: UUID | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        sets = {name: sorted(map(str, getattr(self, name))) for name in _CONDITIONS}
        return {**sets, "skill": self.skill or "", "team_id": str(self.team_id or "")}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Rule:
        """Read what `plain` wrote."""
        return cls(
            jurisdictions=frozenset(map(str, plain["jurisdictions"])),
            languages=frozenset(map(str, plain["languages"])),
            incidents=frozenset(map(Incident, plain["incidents"])),
            doors=frozenset(map(str, plain["doors"])),
            skill=Skill(plain["skill"]) if plain["skill"] else None,
            team_id=UUID(plain["team_id"]) if plain["team_id"] else None,
        )


_CONDITIONS: Final = ("jurisdictions", "languages", "incidents", "doors")


@dataclass(frozen=True, slots=True)
class Way:
    """Where a case comes to. `rule` counts from 1, and is 0 where none fits; `proposal` decided if the rule asked."""

    team_id: UUID | None
    rule: int = 0
    proposal: Proposal | None = None


def bearings(
    reported: Reported,
    *,
    door: str,
    under: str,
    country_of: Callable[[str], str] = lambda _address: "",
    seats: Mapping[str, str] | None = None,
) -> Bearings:
    """Return what a report says about where it belongs.

    `country_of` answers for an IP address with nothing where it does not know; `seats` says the jurisdiction of each
    platform, its name in small letters.
    """
    seats = seats or {}
    given: dict[str, Basis] = {}
    for jurisdiction, basis in _proposed(reported, under, country_of, seats):
        if _JURISDICTION.fullmatch(jurisdiction):
            given.setdefault(jurisdiction, basis)
    proposals = tuple(Proposal(*each) for each in given.items())[:PROPOSALS_MAX]
    return Bearings(proposals, reported.incident, reported.language, door)


def decide(rules: Sequence[Rule], units: Sequence[Unit], found: Bearings, fallback: UUID | None) -> Way:
    """Return where a case comes to: by the first rule that fits, else to the desk that received it."""
    for number, rule in enumerate(rules, 1):
        proposal = next((each for each in found.leading if each.jurisdiction in rule.jurisdictions), None)
        if (proposal or not rule.jurisdictions) and _fits(rule, found):
            able = (unit for unit in units if rule.team_id in {None, unit.team_id})
            unit = next((unit for unit in able if unit.can(rule.skill, found.language)), None)
            if unit is not None:
                return Way(unit.team_id, number, proposal)
    return Way(fallback)


def _fits(rule: Rule, found: Bearings) -> bool:
    asked: tuple[tuple[frozenset[Any], Any], ...] = (
        (rule.languages, found.language),
        (rule.incidents, found.incident),
        (rule.doors, found.door),
    )
    return all(not wanted or given in wanted for wanted, given in asked)


def _proposed(
    reported: Reported, under: str, country_of: Callable[[str], str], seats: Mapping[str, str]
) -> Iterator[tuple[str, Basis]]:
    yield from ((each.lower(), Basis.NAMED) for each in reported.jurisdictions)
    yield from ((country_of(each.address), Basis.CAPTURED) for each in reported.ip_captures)
    yield from ((country_of(host), Basis.HOSTED) for host in map(_numeric_host, reported.addresses) if host)
    yield from ((seats.get(each.platform.casefold(), ""), Basis.SEATED) for each in reported.accounts)
    yield under.lower(), Basis.HANDED_IN


def _numeric_host(address: str) -> str:
    """Return the host of a page where it is an IP address itself; nobody is asked for the others."""
    try:
        host = urlsplit(address).hostname or ""
        return str(ip_address(host)) if host[-1:].isdigit() or ":" in host else ""  # no name of a host looks so
    except ValueError:
        return ""
