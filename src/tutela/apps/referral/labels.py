"""Words that people read for the steps of a filing, for what came back, and for why it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from tutela.apps.referral.rules import Call, Heard, Proof, Step, Why
from tutela.apps.referral.words import Keeper, Outcome, Said
from tutela.domain.reports import AgeBand, Fact

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STEPS: Final[dict[Step, _StrPromise]] = {
    Step.DRAFT: _("a draft: nobody has approved it"),
    Step.APPROVED: _("approved, not begun yet"),
    Step.FILING: _("being filed"),
    Step.WAITING: _("waits for a person"),
    Step.FILED: _("filed"),
    Step.WITHDRAWN: _("withdrawn: nothing was filed"),
}
WHYS: Final[dict[Why, _StrPromise]] = {
    Why.NOT_ALLOWED: _("The authority refused our credentials. An administrator mends them; then let it go on."),
    Why.NOT_TAKEN: _("The authority did not take the document. Change it and have it approved anew, or take it back."),
    Why.NOT_CONFIGURED: _("No way to the authority is configured. An administrator sets it; then let it go on."),
    Why.NO_BYTES: _("The bytes of a file cannot be had any more, or are not those of its digest."),
    Why.NOT_KNOWN: _("The authority answered something that is not known here. Ask it before you let this go on."),
    Why.VANISHED: _(
        "The authority knows nothing of a report whose end we asked for. Ask it whether it was filed: if so, write down"
        " under which number; if not, let this go on."
    ),
    Why.FINISHED_BY_OTHERS: _(
        "The authority says that this report is finished, but our record does not know of that. Ask it what it has."
    ),
    Why.TOO_OFTEN: _("It failed too often, one time after the other. See whether the authority can be reached."),
    Why.OTHER_FILES: _("It is filed, but the receipt names other files than those that were sent. Ask the authority."),
    Why.HANDED_OVER: _("It was handed over. When the authority's receipt is here, write down its number."),
}
PROOFS: Final[dict[Proof, _StrPromise]] = {
    Proof.RECEIPT: _("The receipt of the authority, kept as it came."),
    Proof.SAID_SO: _("The receipt was lost on the way; asked again, the authority said that this report is finished."),
    Proof.PERSON: _("A person heard it from the authority and wrote down how."),
}
CALLS: Final[dict[Call, _StrPromise]] = {
    Call.SUBMIT: _("Open a report"),
    Call.UPLOAD: _("Send a file"),
    Call.FILE_INFO: _("Describe a file"),
    Call.FINISH: _("File the report"),
    Call.RETRACT: _("Retract the report"),
}
HEARD: Final[dict[Heard, _StrPromise]] = {
    Heard.OK: _("done"),
    Heard.LOST: _("no answer came"),
    Heard.FAILED: _("failed, may be tried again"),
    Heard.NOT_ALLOWED: _("credentials refused"),
    Heard.NOT_TAKEN: _("document not taken"),
    Heard.NO_REPORT: _("no such report"),
    Heard.NO_FILE: _("no such file"),
    Heard.RETRACTED: _("retracted already"),
    Heard.FINISHED: _("filed already"),
    Heard.UNKNOWN: _("an answer that is not known"),
}
FACTS: Final[dict[Fact, _StrPromise]] = {
    Fact.DANGER_NOW: _("a child is in danger now"),
    Fact.ABUSE_GOES_ON: _("the abuse goes on"),
    Fact.LIVE: _("it happens live"),
    Fact.EXTORTION: _("a child is threatened or blackmailed"),
    Fact.SELF_HARM: _("a child may harm itself"),
    Fact.NEW_MATERIAL: _("new, as far as the reporter knows"),
    Fact.CHILD_FINDABLE: _("a child is named or can be found"),
    Fact.REPORTER_IS_CHILD: _("the one who reports is a child"),
    Fact.REPORTER_IS_SHOWN: _("a survivor reports about pictures of themselves"),
    Fact.SENT_BY_MANY: _("it is sent on by many"),
}
AGES: Final[dict[AgeBand, _StrPromise]] = {
    AgeBand.UNKNOWN: _("not known"),
    AgeBand.INFANT: _("an infant"),
    AgeBand.TODDLER: _("a toddler"),
    AgeBand.PREPUBESCENT: _("before puberty"),
    AgeBand.PUBESCENT: _("in puberty"),
}
SAID: Final[dict[Said, _StrPromise]] = {
    Said.RECEIVED: _("They have it"),
    Said.MORE_WANTED: _("They want to know more"),
    Said.USEFUL: _("It was useful"),
    Said.NOT_USEFUL: _("It was of no use"),
}
OUTCOMES: Final[dict[Outcome, _StrPromise]] = {
    Outcome.CHILD_FOUND: _("A child was identified, or made safe"),
    Outcome.PERSON_FOUND: _("A suspect was identified"),
    Outcome.ACTED: _("Something else was done"),
    Outcome.NOTHING: _("Closed without anything being done"),
}
KEEPERS: Final[dict[Keeper, _StrPromise]] = {
    Keeper.PLATFORM: _("The platform"),
    Keeper.VAULT: _("We, in the evidence vault"),
    Keeper.NOBODY: _("Nobody that we know of"),
}
