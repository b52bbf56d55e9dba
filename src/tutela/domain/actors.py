"""Who acts, in what roles, and everything that can be asked of Tutela. What a role may do is in `apps/access/rules`.

>>> from uuid import UUID
>>> desk, team = UUID(int=1), UUID(int=2)
>>> Actor("p-1", desk, frozenset({team}), frozenset({Role.ANALYST}), second_factor=True).is_system
False
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tutela.domain.ids import KeyId, OrganisationId, PersonId, TeamId


class Permission(StrEnum):
    """Everything that can be asked of Tutela, in alphabetical order of the value."""

    ACCESS_ACCOUNT_MANAGE = "access:account:manage"  # one's own sign-in, second factor, sessions
    ACCESS_DESK_EDIT = "access:desk:edit"  # which team takes what the public reports
    ACCESS_KEY_CREATE = "access:key:create"
    ACCESS_KEY_READ = "access:key:read"
    ACCESS_KEY_REVOKE = "access:key:revoke"
    ACCESS_PERSON_CREATE = "access:person:create"
    ACCESS_PERSON_EDIT = "access:person:edit"
    ACCESS_PERSON_READ = "access:person:read"
    ACCESS_SELF_READ = "access:self:read"  # a key asks what it is
    ACCESS_TEAM_CREATE = "access:team:create"
    ACCESS_TEAM_EDIT = "access:team:edit"
    ACCESS_TEAM_READ = "access:team:read"
    ASSESSMENT_ACTION_EDIT = "assessment:action:edit"  # what follows from findings, and what is watched
    ASSESSMENT_ACTION_READ = "assessment:action:read"
    ASSESSMENT_DATA_EDIT = "assessment:data:edit"  # import, correct, release
    ASSESSMENT_DATA_READ = "assessment:data:read"  # indicators of the threat and the response, and their releases
    ASSESSMENT_INDICATOR_READ = "assessment:indicator:read"  # what this installation counted itself
    ASSESSMENT_PROFILE_EDIT = "assessment:profile:edit"  # the self-assessment of a country, or of a platform
    ASSESSMENT_PROFILE_PUBLISH = "assessment:profile:publish"
    ASSESSMENT_PROFILE_READ = "assessment:profile:read"
    ASSESSMENT_STUDY_EDIT = "assessment:study:edit"
    ASSESSMENT_STUDY_READ = "assessment:study:read"
    CUSTODY_LEDGER_EXPORT = "custody:ledger:export"
    CUSTODY_LEDGER_READ = "custody:ledger:read"
    INTAKE_IMPORT_READ = "intake:import:read"  # files that were brought: what became of each row, by its number
    INTAKE_PARTNER_READ = "intake:partner:read"  # how good the reports of each sender are
    INTAKE_REPORT_ANSWER = "intake:report:answer"
    INTAKE_REPORT_CREATE = "intake:report:create"
    INTAKE_REPORT_READ = "intake:report:read"
    JOBS_JOB_READ = "jobs:job:read"
    JOBS_JOB_RERUN = "jobs:job:rerun"
    LISTS_ENTRY_LOOKUP = "lists:entry:lookup"  # is it known?
    LISTS_ENTRY_READ = "lists:entry:read"  # which entry of whose list, and how far away
    LISTS_LIST_EDIT = "lists:list:edit"
    LISTS_LIST_READ = "lists:list:read"
    LISTS_VERSION_READ = "lists:version:read"  # take what the organisation itself publishes
    REFERRAL_FILING_APPROVE = "referral:filing:approve"  # let a report to an authority go
    REFERRAL_FILING_EDIT = "referral:filing:edit"
    REFERRAL_FILING_READ = "referral:filing:read"
    REVIEW_ITEM_CLOSE = "review:item:close"
    REVIEW_ITEM_DECIDE = "review:item:decide"
    REVIEW_ITEM_READ = "review:item:read"
    SAFEGUARDING_CONCERN_ANSWER = "safeguarding:concern:answer"
    SAFEGUARDING_CONCERN_RAISE = "safeguarding:concern:raise"
    SAFEGUARDING_CONCERN_READ = "safeguarding:concern:read"
    SAFEGUARDING_ROTA_EDIT = "safeguarding:rota:edit"
    SAFEGUARDING_ROTA_READ = "safeguarding:rota:read"
    SYSTEM_HOME_READ = "system:home:read"
    SYSTEM_STATUS_READ = "system:status:read"
    TAKEDOWN_NOTICE_READ = "takedown:notice:read"
    TAKEDOWN_NOTICE_SEND = "takedown:notice:send"
    TRIAGE_AGREEMENT_EDIT = "triage:agreement:edit"  # who may ask whether we are on something
    TRIAGE_DECONFLICTION_ASK = "triage:deconfliction:ask"
    TRIAGE_ROUTING_EDIT = "triage:routing:edit"  # which team a new case comes to
    TRIAGE_ROUTING_READ = "triage:routing:read"
    TRIAGE_SERIES_EXPORT = "triage:series:export"  # a statement of circulation
    TRIAGE_SERIES_READ = "triage:series:read"
    TRIAGE_WEIGHT_EDIT = "triage:weight:edit"  # how much each signal counts
    TRIAGE_WEIGHT_READ = "triage:weight:read"


class Role(StrEnum):
    """What a person or a machine is here for. A person may hold several; a reporter is nobody we know."""

    REPORTER = "reporter"
    ANALYST = "analyst"
    SENIOR_ANALYST = "senior-analyst"
    SUPERVISOR = "supervisor"
    WELLBEING_LEAD = "wellbeing-lead"
    EXCHANGE_MANAGER = "exchange-manager"
    POLICY_ANALYST = "policy-analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting: a person, a machine's key, the system itself, or the public (neither id).

    `scopes` limits a key to some permissions; None means no such limit. Exports show the pseudonym and nothing else.
    """

    pseudonym: str
    organisation_id: OrganisationId | None
    team_ids: frozenset[TeamId]
    roles: frozenset[Role]
    second_factor: bool
    person_id: PersonId | None = None
    key_id: KeyId | None = None
    scopes: frozenset[Permission] | None = None
    is_system: bool = False


SYSTEM: Final = Actor("system", None, frozenset(), frozenset(), second_factor=True, is_system=True)
PUBLIC: Final = Actor("public", None, frozenset(), frozenset({Role.REPORTER}), second_factor=False)
