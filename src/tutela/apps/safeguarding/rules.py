"""Which children somebody must see to, who is asked, and when the question "is the child safe?" is answered. Pure.

Rules:

1. A report raises the question for more children than those who are shown: one in danger now, one who may harm itself,
   one who is named or can be found, one who reports, and whoever an account approached (`Cause`).
2. A question has one owner: whoever took it. Taking it is the acknowledgement; somebody else may take it over.
3. It stays open until a person says that the child is safe, or that a service has taken over whose duty the child's
   protection is. "Not known yet" is written down and closes nothing.
4. Until somebody takes it, those on call are asked again and again, and each time one more of them. What they are sent
   says that somebody must look, and nothing else. Whoever was approached is in the list and wakes nobody: such reports
   come by the thousand, and an alarm that always rings is not heard.
5. A referral goes to one service of one place, and from step to step:

    open ──> handed-over ──> acknowledged ──> answered
      │           └───────────────┴─────────> refused: another one opens, so nothing is dropped
      └─────────> not-needed: the question was answered before anybody was asked

6. Clocks show since when. A deadline is there only where a reviewed row of the directory names one.

>>> sorted(causes_of({Fact.CHILD_FINDABLE}, {Incident.SOLICITATION}, accounts=1))
[<Cause.APPROACHED: 'approached'>, <Cause.CHILD_FINDABLE: 'child-findable'>]
>>> [closes(answer) for answer in Answer]
[True, True, False]
>>> [asked_at_once(people=3, waited_s=minutes * 60) for minutes in (0, 16, 31, 500)]
[1, 2, 3, 3]
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.reports import Fact, Incident

if TYPE_CHECKING:
    from collections.abc import Collection

ALERT_AGAIN_S: Final = 15 * 60
ALERT_QUIET_S: Final = 5 * 60  # so long one message to a person serves for every question that opens
ON_CALL_MAX: Final = 3  # people of one rota
SERVICES_MAX: Final = 20  # referrals that one report may open


class Cause(StrEnum):
    """Why somebody must see to a child."""

    DANGER_NOW = "danger-now"
    SELF_HARM = "self-harm"
    CHILD_FINDABLE = "child-findable"
    REPORTER_IS_CHILD = "reporter-is-child"
    APPROACHED = "approached"  # by an account; the platform can find the child


class Answer(StrEnum):
    """Is the child safe?"""

    SAFE = "safe"
    WITH_SERVICE = "with-service"  # a child-protection service or the police has taken over
    NOT_KNOWN = "not-known"


class Step(StrEnum):
    """Where a referral stands."""

    OPEN = "open"
    HANDED_OVER = "handed-over"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    REFUSED = "refused"
    NOT_NEEDED = "not-needed"


_FACTS: Final = {
    Fact.DANGER_NOW: Cause.DANGER_NOW,
    Fact.SELF_HARM: Cause.SELF_HARM,
    Fact.CHILD_FINDABLE: Cause.CHILD_FINDABLE,
    Fact.REPORTER_IS_CHILD: Cause.REPORTER_IS_CHILD,
}
_APPROACHES: Final = frozenset({Incident.SOLICITATION, Incident.UNSOLICITED})
_NEXT: Final = {
    Step.OPEN: frozenset({Step.HANDED_OVER, Step.NOT_NEEDED}),
    Step.HANDED_OVER: frozenset({Step.ACKNOWLEDGED, Step.ANSWERED, Step.REFUSED}),
    Step.ACKNOWLEDGED: frozenset({Step.ANSWERED, Step.REFUSED}),
}


def causes_of(facts: Collection[Fact], incidents: Collection[Incident], *, accounts: int) -> frozenset[Cause]:
    """Return why somebody must see to a child, from what a report claims; nothing where nobody must."""
    said = {cause for fact, cause in _FACTS.items() if fact in facts}
    was_approached = accounts and (Fact.EXTORTION in facts or not _APPROACHES.isdisjoint(incidents))
    return frozenset(said | {Cause.APPROACHED} if was_approached else said)


def rings(causes: Collection[Cause]) -> bool:
    """Whether those on call are asked."""
    return bool(set(causes) - {Cause.APPROACHED})


def asked_at_once(people: int, waited_s: float) -> int:
    """How many of those on call are asked after so long: one more each time."""
    return min(people, 1 + int(max(0.0, waited_s) // ALERT_AGAIN_S))


def closes(answer: Answer) -> bool:
    """Whether an answer ends the question."""
    return answer is not Answer.NOT_KNOWN


def may_go(step: Step, to: Step) -> bool:
    """Whether a referral may go from one step to another."""
    return to in _NEXT.get(step, frozenset())
