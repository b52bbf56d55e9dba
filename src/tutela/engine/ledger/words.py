"""The closed words of the record: what can be said to have happened, to what, and why.

Whoever writes to the ledger chooses from these; nobody types. A new word is a line here, seen in review. A word is
never renamed or removed, because entries that carry it stay for ever; and it never names a person, a place or what
material shows. Actions read `noun.done`. The verifier checks the shape of a word, not this list, so that an old
verifier reads a newer log.
"""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What happened."""

    # intake and triage
    REPORT_RECEIVED = "report.received"
    REPORT_CLOSED = "report.closed"
    ITEM_ADDED = "item.added"
    ITEM_MATCHED = "item.matched"
    CASE_OPENED = "case.opened"
    CASE_ASSIGNED = "case.assigned"
    CASE_PRIORITISED = "case.prioritised"
    CASE_MERGED = "case.merged"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    # the child first
    DANGER_RAISED = "danger.raised"
    DANGER_TAKEN = "danger.taken"
    SAFETY_ASKED = "safety.asked"
    SAFETY_ANSWERED = "safety.answered"
    # review
    ITEM_VIEWED = "item.viewed"
    ITEM_ASSESSED = "item.assessed"
    ITEM_CONFIRMED_UNSEEN = "item.confirmed-unseen"
    ASSESSMENT_REVIEWED = "assessment.reviewed"
    ASSESSMENT_CHANGED = "assessment.changed"
    # to the world
    REFERRAL_SENT = "referral.sent"
    REFERRAL_ACKNOWLEDGED = "referral.acknowledged"
    NOTICE_ORDERED = "notice.ordered"
    NOTICE_SENT = "notice.sent"
    NOTICE_ANSWERED = "notice.answered"
    PROBE_DONE = "probe.done"
    ITEM_GONE = "item.gone"
    ITEM_RETURNED = "item.returned"
    # lists and exchange
    LIST_IMPORTED = "list.imported"
    LIST_REMOVED = "list.removed"
    ENTRY_LISTED = "entry.listed"
    ENTRY_WITHDRAWN = "entry.withdrawn"
    EXCHANGE_SENT = "exchange.sent"
    EXCHANGE_RECEIVED = "exchange.received"
    # holds, erasure, evidence
    HOLD_PLACED = "hold.placed"
    HOLD_ENDED = "hold.ended"
    ERASURE_REFUSED = "erasure.refused"
    RECORD_ERASED = "record.erased"
    EVIDENCE_OPENED = "evidence.opened"
    EXPORT_MADE = "export.made"
    KEY_ROTATED = "key.rotated"
    # people and machines
    ORGANISATION_CREATED = "organisation.created"
    PERSON_ADDED = "person.added"
    PERSON_INVITED = "person.invited"
    PERSON_JOINED = "person.joined"
    PERSON_ROLES_CHANGED = "person.roles-changed"
    PERSON_RESTARTED = "person.restarted"
    PERSON_ENDED = "person.ended"
    PERSON_SIGNED_OUT_EVERYWHERE = "person.signed-out-everywhere"
    PERSON_REMOVED = "person.removed"
    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    SESSION_OPENED = "session.opened"
    SESSION_REFUSED = "session.refused"
    SECOND_FACTOR_ADDED = "second-factor.added"
    SECOND_FACTOR_REMOVED = "second-factor.removed"
    TEAM_CREATED = "team.created"
    TEAM_MEMBER_ADDED = "team.member-added"
    TEAM_MEMBER_REMOVED = "team.member-removed"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    ACCESS_KEY_ISSUED = "access-key.issued"
    ACCESS_KEY_REVOKED = "access-key.revoked"
    SETTING_CHANGED = "setting.changed"
    POLICY_ADOPTED = "policy.adopted"
    JOB_ABANDONED = "job.abandoned"
    JOB_RERUN = "job.rerun"


class ObjectKind(StrEnum):
    """What it happened to."""

    REPORT = "report"
    ITEM = "item"
    CASE = "case"
    CONCERN = "concern"
    ASSESSMENT = "assessment"
    REFERRAL = "referral"
    NOTICE = "notice"
    PROBE = "probe"
    LIST = "list"
    LIST_ENTRY = "list-entry"
    EXCHANGE = "exchange"
    HOLD = "hold"
    EVIDENCE = "evidence"
    EXPORT = "export"
    KEY = "key"
    PERSON = "person"
    TEAM = "team"
    ORGANISATION = "organisation"
    ACCOUNT = "account"
    SESSION = "session"
    ACCESS_KEY = "access-key"
    SETTING = "setting"
    POLICY = "policy"
    JOB = "job"


class Reason(StrEnum):
    """Why, as a code. What a person wrote stays encrypted in the case; the entry only points at it."""

    ROUTINE = "routine"
    EXACT_MATCH = "exact-match"
    NEAR_MATCH = "near-match"
    CHILD_IN_DANGER = "child-in-danger"
    PERSON_DECIDED = "person-decided"
    SECOND_REVIEW = "second-review"
    DISAGREEMENT = "disagreement"
    MISTAKE = "mistake"
    DUPLICATE = "duplicate"
    NOT_ILLEGAL = "not-illegal"
    OUT_OF_SCOPE = "out-of-scope"
    LEGAL_DUTY = "legal-duty"
    LEGAL_ORDER = "legal-order"
    PRESERVATION = "preservation"
    RETENTION_ENDED = "retention-ended"
    SUBJECT_REQUEST = "subject-request"
    PARTNER_REQUEST = "partner-request"
    DEADLINE = "deadline"
    UNREACHABLE = "unreachable"
    SECURITY = "security"
    WELLBEING = "wellbeing"
    STAFF_CHANGE = "staff-change"
