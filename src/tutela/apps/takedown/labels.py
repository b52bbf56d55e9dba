"""Words that people read for states, steps and what was seen. The tables hold the codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tutela.engine.removal import Answer, Circuit, Finding, Rung, Sort, State, Step, Why
from tutela.engine.responsible import Confidence, Source

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from tutela.apps.takedown.models import Takedown

STATES: Final[dict[State, _StrPromise]] = {
    State.HELD: gettext_lazy("held for the police"),
    State.DUE: gettext_lazy("to be told"),
    State.NOTIFIED: gettext_lazy("told"),
    State.ACKNOWLEDGED: gettext_lazy("acknowledged"),
    State.REFUSED: gettext_lazy("refused"),
    State.GEO_BLOCKED: gettext_lazy("hidden from some countries, there for others"),
    State.CLOAKED: gettext_lazy("hidden from us, there for others"),
    State.MOVED: gettext_lazy("leads elsewhere"),
    State.RESTRICTED: gettext_lazy("behind a sign-in"),
    State.UNREACHABLE: gettext_lazy("not reached"),
    State.UNRESOLVED: gettext_lazy("nobody acted"),
    State.OBJECTED: gettext_lazy("objected to"),
    State.GONE: gettext_lazy("seems gone"),
    State.REMOVED: gettext_lazy("removed"),
    State.CLOSED: gettext_lazy("closed"),
    State.WITHDRAWN: gettext_lazy("withdrawn"),
}
WHYS: Final[dict[Why, _StrPromise]] = {
    Why.FIRST_LOOK: gettext_lazy("Nobody has looked yet."),
    Why.FIRST_NOTICE: gettext_lazy("It is there, and nobody was told yet."),
    Why.SEND_AGAIN: gettext_lazy("It is told again every 24 hours until it is gone."),
    Why.STILL_THERE: gettext_lazy("It was there when it was last looked at."),
    Why.SEEMS_GONE: gettext_lazy("It is certain after three looks, a day apart, from two places."),
    Why.ONE_PLACE: gettext_lazy("It seems gone from one place only. Without a second one that is never certain."),
    Why.CAME_BACK: gettext_lazy("It came back."),
    Why.WATCHED: gettext_lazy("It is gone, and is watched for 90 days."),
    Why.NOT_REACHED: gettext_lazy("It could not be reached, which does not mean that it is gone."),
    Why.HELD: gettext_lazy("The police asked to wait until then."),
    Why.OBJECTED: gettext_lazy("A recipient objects. Nothing is sent until somebody has decided."),
    Why.MOVED: gettext_lazy("It leads to another address. Look whether it stands there, and report that."),
    Why.RESTRICTED: gettext_lazy("It is behind a sign-in. Find out another way whether it is there."),
    Why.UNCLEAR: gettext_lazy("It gave no clear answer for a long time. Find out another way, or have it asked again."),
    Why.NOBODY: gettext_lazy("There is nobody left to tell. Find out who can act, and name them."),
    Why.UNRESOLVED: gettext_lazy("Everybody was told for a fortnight, and nobody acted. Decide how to go on."),
    Why.ENDED: gettext_lazy("It has ended."),
}
STEPS: Final[dict[Step, _StrPromise]] = {
    Step.LOOK: gettext_lazy("look"),
    Step.NOTICE: gettext_lazy("send notices"),
    Step.RELEASE: gettext_lazy("end the hold"),
    Step.PERSON: gettext_lazy("a person decides"),
    Step.NOTHING: gettext_lazy("nothing"),
}
FINDINGS: Final[dict[Finding, _StrPromise]] = {
    Finding.UNSEEN: gettext_lazy("not looked at"),
    Finding.THERE: gettext_lazy("still there"),
    Finding.GEO_BLOCKED: gettext_lazy("hidden from some countries"),
    Finding.CLOAKED: gettext_lazy("hidden from us"),
    Finding.MOVED: gettext_lazy("leads elsewhere"),
    Finding.RESTRICTED: gettext_lazy("behind a sign-in"),
    Finding.GONE: gettext_lazy("gone"),
    Finding.UNREACHABLE: gettext_lazy("not reached"),
    Finding.UNCLEAR: gettext_lazy("no clear answer"),
}
RUNGS: Final[dict[Rung, _StrPromise]] = {
    Rung.HOST: gettext_lazy("host"),
    Rung.UPSTREAM: gettext_lazy("network above"),
    Rung.REGISTRAR: gettext_lazy("registrar"),
    Rung.AUTHORITY: gettext_lazy("authority"),
}
SOURCES: Final[dict[Source, _StrPromise]] = {
    Source.PERSON: gettext_lazy("named by a colleague"),
    Source.TABLE: gettext_lazy("our table"),
    Source.RDAP: gettext_lazy("a registry"),
    Source.SECURITY_TXT: gettext_lazy("says so itself"),
}
SURE: Final[dict[Confidence, _StrPromise]] = {
    Confidence.HIGH: gettext_lazy("sure"),
    Confidence.MEDIUM: gettext_lazy("fairly sure"),
    Confidence.LOW: gettext_lazy("unsure"),
}
ANSWERS: Final[dict[Answer, _StrPromise]] = {
    Answer.ACKNOWLEDGED: gettext_lazy("They look into it"),
    Answer.REMOVED: gettext_lazy("They say that it is removed"),
    Answer.REFUSED: gettext_lazy("They refuse, or it is not theirs"),
    Answer.OBJECTED: gettext_lazy("They say that we are wrong"),
}
SORTS: Final[dict[Sort, _StrPromise]] = {
    Sort.BOUNCE: gettext_lazy("came back: nobody gets mail there"),
    Sort.DELAY: gettext_lazy("is late"),
    Sort.AUTOMATIC: gettext_lazy("an automatic answer"),
    Sort.LOOP: gettext_lazy("our own message"),
    Sort.PERSON: gettext_lazy("an answer"),
}
CIRCUITS: Final[dict[Circuit, _StrPromise]] = {
    Circuit.MANY: gettext_lazy(
        "Very many addresses of this site came within a day. It may only show what others hold. Look, then go on."
    ),
    Circuit.OBJECTIONS: gettext_lazy("Others about this site were objected to. Look, then go on."),
}
TONES: Final = {
    State.REMOVED: "good",
    State.CLOSED: "good",
    State.GONE: "good",
    State.UNRESOLVED: "danger",
    State.OBJECTED: "care",
    State.MOVED: "care",
    State.RESTRICTED: "care",
    State.UNREACHABLE: "care",
    State.GEO_BLOCKED: "care",
    State.CLOAKED: "care",
}


def next_of(takedown: Takedown) -> tuple[str, object, str]:
    """Return the next step, its moment (None: a person's) and why, in words."""
    if takedown.circuit:
        return str(STEPS[Step.PERSON]), None, str(CIRCUITS[Circuit(takedown.circuit)])
    found = takedown.read().next()
    moment = found.at or (None if takedown.ended_at else takedown.due_at)
    return str(STEPS[found.step]), None if found.step is Step.PERSON else moment, str(WHYS[found.why])


def host_of(takedown: Takedown) -> str:
    """Return who holds it, as far as anybody knows."""
    return takedown.host or _("not known")
