"""Words that people read for the reasons behind a place in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from tutela.apps.triage.rules import Code, Part, Signal
from tutela.apps.triage.weights import Weights, prioritise

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from tutela.apps.triage.models import Case


@dataclass(frozen=True, slots=True)
class Because:
    """One reason, said."""

    sentence: str
    points: int
    part: Part


@dataclass(frozen=True, slots=True)
class Explained:
    """A score in its two parts, and every reason, the weightiest first. `version` 0 is the weights that we ship."""

    harm: int
    actionability: int
    reasons: tuple[Because, ...]
    version: int

    @property
    def score(self) -> int:
        """The sum of both parts."""
        return self.harm + self.actionability


def explained(case: Case, weights: Weights) -> Explained:
    """Return why a case stands where it stands."""
    signals = [Signal(Code(code), units, count) for code, units, count in case.reasons]
    priority = prioritise(signals, weights)
    reasons = tuple(
        Because(sentence_of(reason.code, reason.count), reason.points, reason.code.part) for reason in priority.reasons
    )
    return Explained(priority.harm, priority.actionability, reasons, weights.number)


def sentence_of(code: Code, count: int) -> str:
    """Return the sentence of one reason. What was reported is said to be reported."""
    return str(_SENTENCES[code]) % {"count": count}


def name_of(code: Code) -> str:
    """Return what a signal is called where its points are chosen."""
    return str(_NAMES[code]) if code in _NAMES else sentence_of(code, 1)


_SENTENCES: Final[dict[Code, _StrPromise]] = {
    Code.CHILD_IN_DANGER: _("A child may be in danger now"),
    Code.SELF_HARM: _("Reported: a child may harm itself"),
    Code.ABUSE_GOES_ON: _("Reported: abuse of a child, now or lately"),
    Code.LIVE: _("Reported: it happens live"),
    Code.EXTORTION: _("Reported: a child is being extorted"),
    Code.EXPLOITED: _("Reported: trafficking, or exploitation in travel"),
    Code.SOLICITED: _("Reported: a child is being solicited"),
    Code.CHILD_ASKS: _("A child reports it"),
    Code.SHOWN_ASKS: _("Somebody reports pictures of themselves"),
    Code.AGE_YOUNGEST: _("Reported: an infant or toddler"),
    Code.AGE_CHILD: _("Reported: a child before puberty"),
    Code.AGE_PUBESCENT: _("Reported: a child in puberty"),
    Code.NEW: _("Reported as not seen before, and no list knows it"),
    Code.UNIDENTIFIED: _("The lists were asked, and none knows it: the child may not have been identified"),
    Code.LOOKS_ALIKE: _("Looks like something known: a question, not an answer"),
    Code.SEVERAL_REPORTS: _("Reported %(count)d times"),
    Code.CHILD_FINDABLE: _("Reported: a child is named or can be found"),
    Code.HAS_PLACE: _("A country is named"),
    Code.HAS_ACCOUNT: _("An account is named"),
    Code.HAS_IP: _("There is an IP address with its time"),
    Code.KNOWN: _("Known: a registered list has exactly these bytes"),
    Code.ASSESSED: _("Assessed here before, by its exact bytes"),
    Code.SEVERAL_LISTS: _("%(count)d lists agree"),
    Code.HAS_ADDRESS: _("It has an address, so it can be removed"),
}
_NAMES: Final[dict[Code, _StrPromise]] = {
    Code.SEVERAL_REPORTS: _("Each further report, five at most"),
    Code.SEVERAL_LISTS: _("Each further list that knows it, five at most"),
}
