"""What teams can do, and what a person does not want to see.

Skills are closed words, languages those of ISO 639 that the framework names. What somebody opted out of is asked for
nobody but the person who acts: no function here answers it for another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf.locale import LANG_INFO

from tutela.apps.access.models import OptOut, Team
from tutela.domain.ids import TeamId
from tutela.domain.reports import Incident
from tutela.domain.skills import Skill

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Ability:
    """One team, its skills and the languages that it works in."""

    team_id: TeamId
    name: str
    skills: frozenset[Skill]
    languages: frozenset[str]


def abilities(organisation_id: UUID) -> list[Ability]:
    """Return what the teams of an organisation can do, by their names."""
    return [
        Ability(TeamId(team.id), team.name, frozenset(map(Skill, team.skills)), frozenset(team.languages))
        for team in Team.objects.filter(organisation_id=organisation_id)
    ]


def opted_out(actor: Actor) -> frozenset[Incident]:
    """Return what the person who acts does not want to see."""
    row = OptOut.objects.filter(person_id=actor.person_id).first() if actor.person_id else None
    return frozenset(map(Incident, (row.incidents or "").split())) if row else frozenset()


@cache
def language_names() -> dict[str, str]:
    """Return the languages that can be named, by their codes, each in its own words."""
    return {code: info["name_local"] for code, info in sorted(LANG_INFO.items()) if code.isalpha() and "name" in info}
