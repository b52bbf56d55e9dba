"""Who may do what: one golden table, role x permission -> reach, and one pure function that reads it.

Rules:

1. A permission is named `scope:resource:action`, a literal translation of the action. No check borrows another's.
2. A role gives each permission a *reach*: none, own team, organisation, everything. A person holds the widest reach of
   their roles. A machine's key holds what the role `partner` gives, and of that only the permissions in its scopes.
3. What an actor may not see does not exist for them: the answer is HIDE (404). What they may see and not change is
   REFUSE (403). A permission's sight is the `read` of the same resource.
4. A person without a second factor in this session may manage their own sign-in and nothing else.
5. Nobody changes their own roles, and nobody ends their own account.

>>> from uuid import UUID
>>> desk, team, other = (UUID(int=number) for number in (1, 2, 3))
>>> analyst = Actor("p-1", desk, frozenset({team}), frozenset({Role.ANALYST}), second_factor=True)
>>> ours, theirs = Target(desk, frozenset({team})), Target(desk, frozenset({other}))
>>> [decide(analyst, Permission.REVIEW_ITEM_DECIDE, target).value for target in (ours, theirs, None)]
['allow', 'hide', 'allow']
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tutela.domain.actors import Actor, Permission, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutela.domain.ids import OrganisationId, PersonId, TeamId


STAFF_ROLES: Final = tuple(role for role in Role if role not in {Role.REPORTER, Role.PARTNER})


class Reach(StrEnum):
    """How far a permission goes."""

    NONE = "none"
    OWN_TEAM = "own-team"
    ORGANISATION = "organisation"
    EVERYTHING = "everything"


class Decision(Enum):
    """What to answer."""

    ALLOW = "allow"
    REFUSE = "refuse"  # 403: may see it, may not do it
    HIDE = "hide"  # 404: may not know that it is there


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an object belongs to. An object without teams is the whole organisation's."""

    organisation_id: OrganisationId
    team_ids: frozenset[TeamId] = frozenset()


#### The golden table ####

_O, _T, _E = Reach.ORGANISATION, Reach.OWN_TEAM, Reach.EVERYTHING
_P = Permission

_EVERY_PERSON: Final = {
    _P.ACCESS_ACCOUNT_MANAGE: _O,
    _P.SYSTEM_HOME_READ: _O,
    _P.ACCESS_TEAM_READ: _T,
    _P.ACCESS_PERSON_READ: _T,
}
_ANALYST: Final = {
    **_EVERY_PERSON,
    _P.INTAKE_IMPORT_READ: _O,
    _P.INTAKE_REPORT_ANSWER: _T,
    _P.INTAKE_REPORT_CREATE: _O,
    _P.INTAKE_REPORT_READ: _T,
    _P.LISTS_ENTRY_LOOKUP: _O,
    _P.LISTS_ENTRY_READ: _O,
    _P.LISTS_LIST_READ: _O,
    _P.REFERRAL_FILING_EDIT: _T,
    _P.REFERRAL_FILING_READ: _T,
    _P.REVIEW_ITEM_CLOSE: _T,
    _P.REVIEW_ITEM_DECIDE: _T,
    _P.REVIEW_ITEM_READ: _T,
    _P.SAFEGUARDING_CONCERN_ANSWER: _T,
    _P.SAFEGUARDING_CONCERN_RAISE: _T,
    _P.SAFEGUARDING_CONCERN_READ: _T,
    _P.SAFEGUARDING_ROTA_READ: _T,
    _P.TAKEDOWN_NOTICE_READ: _T,
    _P.TAKEDOWN_NOTICE_SEND: _T,
    _P.TRIAGE_ROUTING_READ: _O,
    _P.TRIAGE_SERIES_READ: _O,
    _P.TRIAGE_WEIGHT_READ: _O,
}
_SENIOR_ANALYST: Final = {
    **_ANALYST,
    _P.INTAKE_REPORT_READ: _O,
    _P.REFERRAL_FILING_APPROVE: _T,
    _P.REFERRAL_FILING_READ: _O,
    _P.REVIEW_ITEM_READ: _O,
    _P.SAFEGUARDING_CONCERN_ANSWER: _O,
    _P.SAFEGUARDING_CONCERN_RAISE: _O,
    _P.SAFEGUARDING_CONCERN_READ: _O,
    _P.SAFEGUARDING_ROTA_READ: _O,
    _P.TAKEDOWN_NOTICE_READ: _O,
}

TABLE: Final[Mapping[Role, Mapping[Permission, Reach]]] = MappingProxyType(
    {
        Role.REPORTER: {_P.INTAKE_REPORT_CREATE: _E},
        Role.ANALYST: _ANALYST,
        Role.SENIOR_ANALYST: _SENIOR_ANALYST,
        Role.SUPERVISOR: {
            **_SENIOR_ANALYST,
            _P.ACCESS_PERSON_READ: _O,
            _P.ACCESS_TEAM_EDIT: _T,
            _P.ACCESS_TEAM_READ: _O,
            _P.ASSESSMENT_ACTION_READ: _O,
            _P.ASSESSMENT_DATA_READ: _O,
            _P.ASSESSMENT_INDICATOR_READ: _O,
            _P.ASSESSMENT_STUDY_READ: _O,
            _P.INTAKE_PARTNER_READ: _O,
            _P.INTAKE_REPORT_ANSWER: _O,
            _P.JOBS_JOB_READ: _O,
            _P.JOBS_JOB_RERUN: _O,
            _P.REFERRAL_FILING_APPROVE: _O,
            _P.REFERRAL_FILING_EDIT: _O,
            _P.REVIEW_ITEM_CLOSE: _O,
            _P.REVIEW_ITEM_DECIDE: _O,
            _P.SAFEGUARDING_ROTA_EDIT: _O,
            _P.SYSTEM_STATUS_READ: _O,
            _P.TAKEDOWN_NOTICE_SEND: _O,
            _P.TRIAGE_AGREEMENT_EDIT: _O,
            _P.TRIAGE_ROUTING_EDIT: _O,
            _P.TRIAGE_SERIES_EXPORT: _O,
            _P.TRIAGE_WEIGHT_EDIT: _O,
        },
        Role.WELLBEING_LEAD: {**_EVERY_PERSON, _P.ACCESS_PERSON_READ: _O, _P.ACCESS_TEAM_READ: _O},
        Role.EXCHANGE_MANAGER: {
            **_EVERY_PERSON,
            _P.ACCESS_KEY_READ: _O,
            _P.INTAKE_PARTNER_READ: _O,
            _P.LISTS_ENTRY_LOOKUP: _O,
            _P.LISTS_ENTRY_READ: _O,
            _P.LISTS_LIST_EDIT: _O,
            _P.LISTS_LIST_READ: _O,
            _P.LISTS_VERSION_READ: _O,
            _P.JOBS_JOB_READ: _O,
        },
        Role.POLICY_ANALYST: {
            **_EVERY_PERSON,
            _P.ASSESSMENT_ACTION_EDIT: _O,
            _P.ASSESSMENT_ACTION_READ: _O,
            _P.ASSESSMENT_DATA_EDIT: _O,
            _P.ASSESSMENT_DATA_READ: _O,
            _P.ASSESSMENT_INDICATOR_READ: _E,
            _P.ASSESSMENT_PROFILE_EDIT: _O,
            _P.ASSESSMENT_PROFILE_PUBLISH: _O,
            _P.ASSESSMENT_PROFILE_READ: _O,
            _P.ASSESSMENT_STUDY_EDIT: _O,
            _P.ASSESSMENT_STUDY_READ: _O,
            _P.LISTS_LIST_READ: _O,
        },
        Role.AUDITOR: {
            **_EVERY_PERSON,
            _P.ACCESS_KEY_READ: _O,
            _P.ACCESS_PERSON_READ: _O,
            _P.ACCESS_TEAM_READ: _O,
            _P.ASSESSMENT_ACTION_READ: _O,
            _P.ASSESSMENT_DATA_READ: _O,
            _P.CUSTODY_LEDGER_EXPORT: _E,
            _P.CUSTODY_LEDGER_READ: _E,
            _P.JOBS_JOB_READ: _O,
            _P.LISTS_LIST_READ: _O,
            _P.SYSTEM_STATUS_READ: _O,
            _P.TRIAGE_SERIES_EXPORT: _O,
            _P.TRIAGE_SERIES_READ: _O,
        },
        Role.ADMINISTRATOR: {
            **_EVERY_PERSON,
            _P.ACCESS_DESK_EDIT: _O,
            _P.ACCESS_KEY_CREATE: _O,
            _P.ACCESS_KEY_READ: _O,
            _P.ACCESS_KEY_REVOKE: _O,
            _P.ACCESS_PERSON_CREATE: _O,
            _P.ACCESS_PERSON_EDIT: _O,
            _P.ACCESS_PERSON_READ: _O,
            _P.ACCESS_TEAM_CREATE: _O,
            _P.ACCESS_TEAM_EDIT: _O,
            _P.ACCESS_TEAM_READ: _O,
            _P.JOBS_JOB_READ: _O,
            _P.JOBS_JOB_RERUN: _O,
            _P.SYSTEM_STATUS_READ: _O,
        },
        Role.PARTNER: {
            _P.ACCESS_SELF_READ: _O,
            _P.ASSESSMENT_DATA_READ: _O,
            _P.ASSESSMENT_INDICATOR_READ: _O,
            _P.INTAKE_REPORT_CREATE: _O,
            _P.LISTS_ENTRY_LOOKUP: _O,
            _P.LISTS_ENTRY_READ: _O,
            _P.LISTS_VERSION_READ: _O,
            _P.TRIAGE_DECONFLICTION_ASK: _O,
        },
    }
)

KEY_SCOPES: Final = tuple(TABLE[Role.PARTNER])
_WITHOUT_SECOND_FACTOR: Final = frozenset({Permission.ACCESS_ACCOUNT_MANAGE})
_WIDTH: Final = {reach: width for width, reach in enumerate(Reach)}


def reach_of(actor: Actor, permission: Permission) -> Reach:
    """Return how far `permission` goes for this actor, all roles, scopes and the second factor weighed."""
    if actor.is_system:
        return Reach.EVERYTHING
    if actor.scopes is not None and permission not in actor.scopes:
        return Reach.NONE
    if actor.person_id and not actor.second_factor and permission not in _WITHOUT_SECOND_FACTOR:
        return Reach.NONE
    given = (TABLE[role].get(permission, Reach.NONE) for role in actor.roles)
    return max(given, key=_WIDTH.__getitem__, default=Reach.NONE)


def decide(actor: Actor, permission: Permission, target: Target | None = None) -> Decision:
    """Decide one question. Without a target it is "may they do this to anything at all?", for pages and menus."""
    if _covers(reach_of(actor, permission), actor, target):
        return Decision.ALLOW
    sight = sight_of(permission)
    if sight is not None and _covers(reach_of(actor, sight), actor, target):
        return Decision.REFUSE
    return Decision.HIDE


def sight_of(permission: Permission) -> Permission | None:
    """Return the permission to read what `permission` acts upon; None where it is that one, or there is none."""
    name = permission.value.rpartition(":")[0] + ":read"
    return Permission(name) if name != permission.value and name in _NAMES else None


def may_grant(actor: Actor, person_id: PersonId, roles: Collection[Role]) -> bool:
    """Whether an actor with the permission may also give *this* person *these* roles."""
    return actor.person_id != person_id and all(role in STAFF_ROLES for role in roles)


def may_end(actor: Actor, person_id: PersonId) -> bool:
    """Whether an actor with the permission may also end or restart *this* person's account."""
    return actor.person_id != person_id


def may_scope(scopes: Collection[Permission]) -> bool:
    """Whether a machine's key may carry these scopes."""
    return bool(scopes) and all(scope in KEY_SCOPES for scope in scopes)


def _covers(reach: Reach, actor: Actor, target: Target | None) -> bool:
    if reach is Reach.NONE:
        return False
    if target is None or reach is Reach.EVERYTHING:
        return True
    if actor.organisation_id != target.organisation_id:
        return False
    return reach is Reach.ORGANISATION or bool(actor.team_ids & target.team_ids)


_NAMES: Final = frozenset(permission.value for permission in Permission)
