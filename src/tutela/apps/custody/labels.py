"""Words that people read for what stands in the record. The record itself holds the codes; these can be translated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tutela.apps.custody.rules import Outcome
from tutela.engine.ledger import Action, ActorKind
from tutela.engine.ledger import Reason as ReasonCode

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_SHORT: Final = 6
ACTIONS: Final[dict[Action, _StrPromise]] = {
    Action.REPORT_RECEIVED: gettext_lazy("Report received"),
    Action.REPORT_CLOSED: gettext_lazy("Report closed"),
    Action.REPORT_ANSWERED: gettext_lazy("Report answered"),
    Action.CONTACT_SHOWN: gettext_lazy("Way to reach a reporter shown"),
    Action.LOOKUP_REFUSED: gettext_lazy("Look-up refused"),
    Action.HANDOVER_OFFERED: gettext_lazy("Hand-over offered"),
    Action.HANDOVER_REFUSED: gettext_lazy("Hand-over refused"),
    Action.SEARCH_MADE: gettext_lazy("Search made"),
    Action.DECONFLICTION_ASKED: gettext_lazy("Asked whether another unit is on it"),
    Action.AGREEMENT_MADE: gettext_lazy("Agreement made"),
    Action.AGREEMENT_ENDED: gettext_lazy("Agreement ended"),
    Action.TRANSFER_OFFERED: gettext_lazy("Offered to another organisation"),
    Action.TRANSFER_ACCEPTED: gettext_lazy("Accepted by another organisation"),
    Action.TRANSFER_REFUSED: gettext_lazy("Refused by another organisation"),
    Action.ITEM_ADDED: gettext_lazy("Item added"),
    Action.ITEM_MATCHED: gettext_lazy("Item found on a list"),
    Action.CASE_OPENED: gettext_lazy("Case opened"),
    Action.CASE_ASSIGNED: gettext_lazy("Case assigned"),
    Action.CASE_PRIORITISED: gettext_lazy("Place in the queue changed"),
    Action.CASE_MERGED: gettext_lazy("Cases merged"),
    Action.CASE_SPLIT: gettext_lazy("Report taken out of a case"),
    Action.LIKENESS_ANSWERED: gettext_lazy("Said whether two files are the same"),
    Action.SERIES_BEGUN: gettext_lazy("Series begun"),
    Action.SERIES_ITEM_ADDED: gettext_lazy("File added to a series"),
    Action.CASE_CLOSED: gettext_lazy("Case closed"),
    Action.CASE_REOPENED: gettext_lazy("Case opened again"),
    Action.DANGER_RAISED: gettext_lazy("Child in danger: raised"),
    Action.DANGER_TAKEN: gettext_lazy("Child in danger: taken by a person"),
    Action.SAFETY_ASKED: gettext_lazy("Is the child safe? Asked"),
    Action.SAFETY_ANSWERED: gettext_lazy("Is the child safe? Answered"),
    Action.ALERT_SENT: gettext_lazy("Those on call were asked to look"),
    Action.ITEM_VIEWED: gettext_lazy("Item viewed"),
    Action.ITEM_ASSESSED: gettext_lazy("Item assessed"),
    Action.ITEM_CONFIRMED_UNSEEN: gettext_lazy("Item confirmed without viewing"),
    Action.ASSESSMENT_REVIEWED: gettext_lazy("Assessment reviewed"),
    Action.ASSESSMENT_CHANGED: gettext_lazy("Assessment changed"),
    Action.REFERRAL_OPENED: gettext_lazy("Referral opened"),
    Action.REFERRAL_SENT: gettext_lazy("Referral sent"),
    Action.REFERRAL_ACKNOWLEDGED: gettext_lazy("Referral acknowledged"),
    Action.REFERRAL_ANSWERED: gettext_lazy("Referral answered"),
    Action.REFERRAL_REFUSED: gettext_lazy("Referral refused by the service"),
    Action.REFERRAL_WITHDRAWN: gettext_lazy("Referral not needed any more"),
    Action.FILING_DRAFTED: gettext_lazy("Report to an authority drafted"),
    Action.FILING_CHANGED: gettext_lazy("Report to an authority changed"),
    Action.FILING_APPROVED: gettext_lazy("Report to an authority approved"),
    Action.FILING_ASKED: gettext_lazy("Authority called"),
    Action.FILING_HEARD: gettext_lazy("Answer of an authority kept"),
    Action.FILING_FILED: gettext_lazy("Report filed with an authority"),
    Action.FILING_STOPPED: gettext_lazy("Report to an authority waits for a person"),
    Action.FILING_RESUMED: gettext_lazy("Report to an authority let go on"),
    Action.FILING_RECALLED: gettext_lazy("Report to an authority called back"),
    Action.FILING_SETTLED: gettext_lazy("Heard that an authority has a report"),
    Action.FILING_WITHDRAWN: gettext_lazy("Report to an authority withdrawn"),
    Action.FILING_HANDED_OVER: gettext_lazy("Package handed to an authority"),
    Action.FEEDBACK_KEPT: gettext_lazy("What an authority said"),
    Action.PRESERVATION_NAMED: gettext_lazy("Said who keeps the bytes"),
    Action.PRESERVATION_EXTENDED: gettext_lazy("Kept for longer"),
    Action.PRESERVATION_ENDED: gettext_lazy("Deletion verified, preservation ended"),
    Action.TAKEDOWN_ORDERED: gettext_lazy("Takedown ordered"),
    Action.TAKEDOWN_WITHDRAWN: gettext_lazy("Takedown withdrawn: it was an error"),
    Action.TAKEDOWN_CLOSED: gettext_lazy("Takedown closed"),
    Action.RECIPIENTS_FOUND: gettext_lazy("Found out who can act"),
    Action.NOTICE_BOUNCED: gettext_lazy("Notice came back"),
    Action.NOTICE_ORDERED: gettext_lazy("Notice ordered"),
    Action.NOTICE_SENT: gettext_lazy("Notice sent"),
    Action.NOTICE_ANSWERED: gettext_lazy("Notice answered"),
    Action.PROBE_DONE: gettext_lazy("Looked whether it is gone"),
    Action.PROBE_GIVEN_UP: gettext_lazy("Stopped looking whether it is gone"),
    Action.PROBE_RESUMED: gettext_lazy("Looking again whether it is gone"),
    Action.ITEM_GONE: gettext_lazy("Item is gone"),
    Action.ITEM_RETURNED: gettext_lazy("Item is back"),
    Action.LIST_IMPORTED: gettext_lazy("List imported"),
    Action.LIST_REMOVED: gettext_lazy("List removed"),
    Action.LIST_PUBLISHED: gettext_lazy("Version of an own list published"),
    Action.ENTRY_PROPOSED: gettext_lazy("Proposed for an own list"),
    Action.ENTRY_LISTED: gettext_lazy("Entry put on a list"),
    Action.ENTRY_WITHDRAWN: gettext_lazy("Entry taken off a list"),
    Action.EXCHANGE_SENT: gettext_lazy("Sent to a partner"),
    Action.EXCHANGE_RECEIVED: gettext_lazy("Received from a partner"),
    Action.HOLD_PLACED: gettext_lazy("Hold placed"),
    Action.HOLD_ENDED: gettext_lazy("Hold ended"),
    Action.ERASURE_REFUSED: gettext_lazy("Erasure refused"),
    Action.RECORD_ERASED: gettext_lazy("Erased"),
    Action.EVIDENCE_OPENED: gettext_lazy("Evidence opened"),
    Action.EXPORT_MADE: gettext_lazy("Export made"),
    Action.KEY_ROTATED: gettext_lazy("Key changed for a new one"),
    Action.DATA_IMPORTED: gettext_lazy("Data imported"),
    Action.DATA_REFUSED: gettext_lazy("Data refused"),
    Action.DATA_CORRECTED: gettext_lazy("Value corrected"),
    Action.RELEASE_MADE: gettext_lazy("Release frozen"),
    Action.EDITION_ASKED: gettext_lazy("Edition asked for"),
    Action.EDITION_BUILT: gettext_lazy("Edition built"),
    Action.PROFILE_BEGUN: gettext_lazy("Self-assessment begun"),
    Action.PROFILE_ANSWERED: gettext_lazy("Self-assessment answered"),
    Action.PROFILE_PUBLISHED: gettext_lazy("Self-assessment published"),
    Action.STUDY_MADE: gettext_lazy("Study asked for"),
    Action.STUDY_DONE: gettext_lazy("Study done"),
    Action.ACTION_TRACKED: gettext_lazy("Action tracked"),
    Action.STATEMENT_KEPT: gettext_lazy("Statement kept"),
    Action.ORGANISATION_CREATED: gettext_lazy("Organisation added"),
    Action.PERSON_ADDED: gettext_lazy("Person added"),
    Action.PERSON_INVITED: gettext_lazy("Person invited"),
    Action.PERSON_JOINED: gettext_lazy("Person joined"),
    Action.PERSON_ROLES_CHANGED: gettext_lazy("Roles changed"),
    Action.PERSON_RESTARTED: gettext_lazy("Person sent back to set-up"),
    Action.PERSON_ENDED: gettext_lazy("Account ended"),
    Action.PERSON_SIGNED_OUT_EVERYWHERE: gettext_lazy("Signed out everywhere"),
    Action.PERSON_REMOVED: gettext_lazy("Person removed"),
    Action.ROLE_GRANTED: gettext_lazy("Role given"),
    Action.ROLE_REVOKED: gettext_lazy("Role taken away"),
    Action.SESSION_OPENED: gettext_lazy("Signed in"),
    Action.SESSION_REFUSED: gettext_lazy("Sign-in refused"),
    Action.SECOND_FACTOR_ADDED: gettext_lazy("Second factor added"),
    Action.SECOND_FACTOR_REMOVED: gettext_lazy("Second factor removed"),
    Action.TEAM_CREATED: gettext_lazy("Team added"),
    Action.TEAM_MEMBER_ADDED: gettext_lazy("Person put into a team"),
    Action.TEAM_MEMBER_REMOVED: gettext_lazy("Person taken out of a team"),
    Action.KEY_CREATED: gettext_lazy("Key made"),
    Action.KEY_REVOKED: gettext_lazy("Key revoked"),
    Action.ACCESS_KEY_ISSUED: gettext_lazy("Access key issued"),
    Action.ACCESS_KEY_REVOKED: gettext_lazy("Access key revoked"),
    Action.SETTING_CHANGED: gettext_lazy("Setting changed"),
    Action.POLICY_ADOPTED: gettext_lazy("Policy adopted"),
    Action.JOB_ABANDONED: gettext_lazy("Work discarded"),
    Action.JOB_RERUN: gettext_lazy("Work run again"),
}
REASONS: Final[dict[ReasonCode, _StrPromise]] = {
    ReasonCode.EXACT_MATCH: gettext_lazy("an exact match"),
    ReasonCode.NEAR_MATCH: gettext_lazy("a near match"),
    ReasonCode.CHILD_IN_DANGER: gettext_lazy("a child in danger"),
    ReasonCode.PERSON_DECIDED: gettext_lazy("a person decided"),
    ReasonCode.SECOND_REVIEW: gettext_lazy("a second review"),
    ReasonCode.DISAGREEMENT: gettext_lazy("reviewers disagreed"),
    ReasonCode.MISTAKE: gettext_lazy("a mistake"),
    ReasonCode.DUPLICATE: gettext_lazy("a duplicate"),
    ReasonCode.NOT_ILLEGAL: gettext_lazy("not illegal"),
    ReasonCode.OUT_OF_SCOPE: gettext_lazy("out of scope"),
    ReasonCode.LEGAL_DUTY: gettext_lazy("a legal duty"),
    ReasonCode.LEGAL_ORDER: gettext_lazy("a legal order"),
    ReasonCode.PRESERVATION: gettext_lazy("preservation"),
    ReasonCode.RETENTION_ENDED: gettext_lazy("retention ended"),
    ReasonCode.SUBJECT_REQUEST: gettext_lazy("asked by the person concerned"),
    ReasonCode.PARTNER_REQUEST: gettext_lazy("asked by a partner"),
    ReasonCode.DEADLINE: gettext_lazy("a deadline"),
    ReasonCode.UNREACHABLE: gettext_lazy("unreachable"),
    ReasonCode.SECURITY: gettext_lazy("security"),
    ReasonCode.WELLBEING: gettext_lazy("wellbeing"),
    ReasonCode.STAFF_CHANGE: gettext_lazy("a change of staff"),
    ReasonCode.NOT_ENABLED: gettext_lazy("not enabled"),
    ReasonCode.HANDED_OVER: gettext_lazy("handed over to another organisation"),
}
OUTCOMES: Final[dict[Outcome, _StrPromise]] = {
    Outcome.ERASED: gettext_lazy("Its time was over: the key was destroyed, and nothing of it can be read again."),
    Outcome.HELD: gettext_lazy("Its time is over, but a hold forbids erasing it. End the hold, or wait for its end."),
    Outcome.UNREVIEWED: gettext_lazy("A rule says that it is time, but nobody has reviewed that rule, so it is kept."),
    Outcome.NOT_CONFIGURED: gettext_lazy("No rule says how long such a thing is kept, so it is kept."),
}


def action_of(code: str) -> str:
    """Return the words for an action; the code itself where a newer version wrote it."""
    return str(ACTIONS[Action(code)]) if code in _ACTIONS else code


def reason_of(code: str) -> str:
    """Return the words for a reason; nothing where there is nothing to say, the code where it is not known here."""
    if code == ReasonCode.ROUTINE:
        return ""
    return str(REASONS[ReasonCode(code)]) if code in _REASONS else code


def actor_of(pseudonym: str, *, me: str = "") -> str:
    """Return a short name for a pseudonym of the record: enough to tell people apart on one page.

    >>> actor_of("person-3f9a2c" + "0" * 26)
    'Person 3f9a2c'
    """
    if pseudonym == me:
        return _("you")
    kind, _dash, name = pseudonym.partition("-")
    if kind == ActorKind.SYSTEM.value:
        return _("the system")
    return f"{_('Person') if kind == ActorKind.PERSON.value else _('Machine')} {name[:_SHORT]}"


_ACTIONS: Final = frozenset(Action)
_REASONS: Final = frozenset(REASONS)
