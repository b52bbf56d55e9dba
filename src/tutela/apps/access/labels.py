"""Words that people read for roles and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from tutela.apps.access.rules import KEY_SCOPES, STAFF_ROLES
from tutela.domain.actors import Permission, Role
from tutela.domain.reports import Incident
from tutela.domain.skills import Skill

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ROLES: Final[dict[Role, _StrPromise]] = {
    Role.REPORTER: _("Reporter"),
    Role.ANALYST: _("Analyst"),
    Role.SENIOR_ANALYST: _("Senior analyst"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.WELLBEING_LEAD: _("Wellbeing lead"),
    Role.EXCHANGE_MANAGER: _("Exchange manager"),
    Role.POLICY_ANALYST: _("Policy analyst"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.PARTNER: _("Partner"),
}
SCOPES: Final[dict[Permission, _StrPromise]] = {
    Permission.ACCESS_SELF_READ: _("Ask what this key is"),
    Permission.ASSESSMENT_DATA_READ: _("Read series and releases of the assessment"),
    Permission.ASSESSMENT_INDICATOR_READ: _("Read indicators"),
    Permission.INTAKE_REPORT_CREATE: _("Hand in reports"),
    Permission.LISTS_ENTRY_LOOKUP: _("Look hashes up"),
    Permission.LISTS_ENTRY_READ: _("See distance, list and entry of what was found"),
    Permission.LISTS_VERSION_READ: _("Take what this organisation itself publishes on lists"),
    Permission.TRIAGE_DECONFLICTION_ASK: _("Ask by keyed digest whether a unit here is on something"),
}

SKILLS: Final[dict[Skill, _StrPromise]] = {
    Skill.CHILDREN: _("Talks with children who report for themselves"),
    Skill.SURVIVORS: _("Talks with survivors"),
    Skill.IDENTIFICATION: _("Identification of victims"),
    Skill.EXTORTION: _("Sexual extortion"),
    Skill.EXPLOITATION: _("Trafficking, travel and tourism"),
    Skill.HOSTING: _("Hosts and removal"),
}
INCIDENTS: Final[dict[Incident, _StrPromise]] = {
    Incident.MATERIAL: _("Child sexual abuse material"),
    Incident.ABUSE: _("Sexual abuse of a child"),
    Incident.SOLICITATION: _("Solicitation of a child"),
    Incident.TRAFFICKING: _("Trafficking of a child"),
    Incident.TRAVEL: _("Exploitation in travel and tourism"),
    Incident.UNSOLICITED: _("Sexual material sent to a child"),
    Incident.MISLEADING_NAME: _("A misleading name of a domain"),
    Incident.MISLEADING_CONTENT: _("Misleading words or pictures"),
}


def role_choices() -> list[tuple[str, _StrPromise]]:
    """Return the roles that a person may hold."""
    return [(role.value, ROLES[role]) for role in STAFF_ROLES]


def scope_choices() -> list[tuple[str, _StrPromise]]:
    """Return what a machine's key may be allowed."""
    return [(scope.value, SCOPES[scope]) for scope in KEY_SCOPES]


def skill_names() -> dict[str, _StrPromise]:
    """Return the words for each skill of a team."""
    return {skill.value: words for skill, words in SKILLS.items()}


def incident_names() -> dict[str, _StrPromise]:
    """Return the words for each kind of incident that can be chosen."""
    return {incident.value: words for incident, words in INCIDENTS.items()}
