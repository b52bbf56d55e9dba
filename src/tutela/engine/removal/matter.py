"""One matter: one item at one address, from the order to the day on which it is certain that it is gone. Pure.

States:

    held ─ deadline or release ─► due ─ first notice ─► notified ─ acknowledged
                                                          │  ▲
      geo-blocked, cloaked, restricted, moved,  ◄─ looks ─┤  └─ reappeared: counted, and the ladder begins anew
      unreachable, refused, unresolved                    ▼
                                              gone ─ 3 looks, a day apart, from 2 places ─► removed ─ 90 days ─► closed
    objected: waits for a person, nothing is sent        withdrawn: it was an error, and whoever was told hears so

Rules:

1. Removed is what three looks say, each at least a day after the one before, each from two places. What cannot be
   reached is never removed, and takes nothing back of what was seen before.
2. A hold of the police has an end. It releases itself then, unless it was renewed: a notice that waits for ever is one
   that nobody gets.
3. A notice follows a look: it is looked at first, and what then is held, objected to, gone, led elsewhere, not reached
   again or withdrawn is told to nobody. Each recipient gets one notice a day at most.
4. The rungs of the ladder are climbed by time since the first notice; a refusal climbs one at once.
5. There for anybody after it seemed gone is *reappeared*: it is counted, and told to the host again at once.
6. A matter that has not ended always has a next step: a moment, or a person (`next`).

Every verb gives a new matter and changes nothing.

>>> from datetime import UTC, datetime, timedelta
>>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
>>> matter = Matter.begun(noon).seen(Finding.THERE, 2, noon)
>>> matter.next().step.value, matter.state.value
('notice', 'due')
>>> matter = matter.noticed(noon)
>>> for day in range(3):
...     matter = matter.seen(Finding.GONE, 2, noon + timedelta(days=day + 1))
>>> matter.state.value, matter.next().at.day, matter.seen(Finding.THERE, 2, noon + timedelta(days=9)).state.value
('removed', 9, 'due')
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.removal.ladder import LADDER, Ladder, Rung
from tutela.engine.removal.looks import Finding

if TYPE_CHECKING:
    from datetime import datetime


class MatterError(ValueError):
    """This cannot happen to a matter in this state."""


class State(StrEnum):
    """Where a matter stands, in the words of people."""

    HELD = "held"
    DUE = "due"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    GEO_BLOCKED = "geo-blocked"
    CLOAKED = "cloaked"
    MOVED = "moved"
    RESTRICTED = "restricted"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"
    OBJECTED = "objected"
    GONE = "gone"  # and not certain yet
    REMOVED = "removed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    """What a recipient said."""

    ACKNOWLEDGED = "acknowledged"
    REMOVED = "removed"  # which we then look at
    REFUSED = "refused"
    OBJECTED = "objected"  # it is not what you say, or not ours


class Step(StrEnum):
    """What happens next."""

    LOOK = "look"
    NOTICE = "notice"
    RELEASE = "release"  # of a hold
    PERSON = "person"
    NOTHING = "nothing"


class Why(StrEnum):
    """Why that is the next step."""

    FIRST_LOOK = "first-look"
    FIRST_NOTICE = "first-notice"
    SEND_AGAIN = "send-again"
    STILL_THERE = "still-there"
    SEEMS_GONE = "seems-gone"
    ONE_PLACE = "one-place"  # it seems gone, from one place only
    CAME_BACK = "came-back"
    WATCHED = "watched"
    NOT_REACHED = "not-reached"
    HELD = "held"
    OBJECTED = "objected"
    MOVED = "moved"
    RESTRICTED = "restricted"
    UNCLEAR = "unclear"
    NOBODY = "nobody"  # there is nobody left to tell
    UNRESOLVED = "unresolved"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Next:
    """The next step, when, and why. A person has no moment; looks go on meanwhile."""

    step: Step
    at: datetime | None
    why: Why


ENDED: Final = frozenset({State.CLOSED, State.WITHDRAWN})
_MUTE: Final = frozenset({Finding.GONE, Finding.MOVED})
_SHOWN: Final = {
    Finding.GEO_BLOCKED: State.GEO_BLOCKED,
    Finding.CLOAKED: State.CLOAKED,
    Finding.RESTRICTED: State.RESTRICTED,
    Finding.MOVED: State.MOVED,
}
_ANSWERED: Final = {Answer.ACKNOWLEDGED: State.ACKNOWLEDGED, Answer.REFUSED: State.REFUSED}


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of one matter. `begun_at` moves when it reappears; `opened_at` never does."""

    opened_at: datetime
    begun_at: datetime
    held_until: datetime | None = None
    finding: Finding = Finding.UNSEEN
    seen_at: datetime | None = None
    looks: int = 0  # since it began
    unclear: int = 0  # in a row
    first_sent_at: datetime | None = None  # since it began
    sent_at: datetime | None = None
    answer: Answer | None = None
    answered_at: datetime | None = None
    pushed: int = 0  # rungs that a refusal or a lack of contacts opened early
    has_nobody: bool = False
    gone_at: datetime | None = None
    counted: tuple[datetime, ...] = ()  # looks that count towards certainty
    removed_at: datetime | None = None
    returned: int = 0
    ended: State | None = None

    @classmethod
    def begun(cls, moment: datetime, *, held_until: datetime | None = None) -> Matter:
        """Open a matter."""
        return cls(moment, moment, held_until=held_until)

    #### What happens to it ####

    def seen(self, finding: Finding, vantages: int, moment: datetime, ladder: Ladder = LADDER) -> Matter:
        """Keep what a round of looks found, made from so many places."""
        if self.ended:
            return self
        looked = replace(
            self,
            finding=self.finding if finding.says_nothing and self.gone_at else finding,
            seen_at=moment,
            looks=self.looks + 1,
            unclear=self.unclear + 1 if finding.says_nothing else 0,
        )
        if finding is Finding.GONE:
            return _gone(looked, vantages, moment, ladder)
        if finding.is_there and self.gone_at:
            return replace(
                looked,
                begun_at=moment, looks=1, first_sent_at=None, sent_at=None, answer=None, answered_at=None, pushed=0,
                gone_at=None, counted=(), removed_at=None, returned=self.returned + 1,
            )  # fmt: skip
        is_over = looked.removed_at and looked.gone_at and moment >= looked.gone_at + ladder.watch[-1]
        return replace(looked, ended=State.CLOSED) if is_over else looked

    def noticed(self, moment: datetime) -> Matter:
        """Keep that a round of notices went out."""
        if not self._may_tell:
            raise MatterError(f"nothing is sent about what is {self.state}")
        return replace(self, first_sent_at=self.first_sent_at or moment, sent_at=moment)

    def answered(self, answer: Answer, moment: datetime) -> Matter:
        """Keep what a recipient said."""
        if self.ended:
            return self
        pushed = self.pushed + (answer is Answer.REFUSED)
        return replace(self, answer=answer, answered_at=moment, pushed=pushed)

    def objection_dismissed(self, moment: datetime) -> Matter:
        """Go on: a person looked at the objection, and it does not hold."""
        if self.answer is not Answer.OBJECTED:
            raise MatterError("nobody objects")
        return replace(self, answer=Answer.ACKNOWLEDGED, answered_at=moment)

    def held(self, until: datetime) -> Matter:
        """Hold it for the police, or renew that."""
        if self.ended or (self.first_sent_at and not self.held_until):
            raise MatterError("a hold comes before the first notice")
        return replace(self, held_until=until)

    def released(self) -> Matter:
        """End the hold."""
        return replace(self, held_until=None)

    def left_alone(self) -> Matter:
        """Keep that nobody is left to tell on any rung reached: the next opens, or a person is asked."""
        return replace(self, pushed=self.pushed + 1, has_nobody=True)

    def told_whom(self) -> Matter:
        """Keep that there is somebody to tell."""
        return replace(self, has_nobody=False)

    def resumed(self, moment: datetime) -> Matter:
        """Begin to look and to tell anew, as a person asks: they have found out what had to be found out."""
        if self.ended:
            raise MatterError("it has ended")
        return replace(
            self,
            begun_at=moment, looks=0, unclear=0, seen_at=None, finding=Finding.UNSEEN, first_sent_at=None,
            sent_at=None, has_nobody=False,
        )  # fmt: skip

    def followed(self) -> Matter:
        """End it here: it leads elsewhere, and a person opened a matter of what stands there."""
        if self.finding is not Finding.MOVED:
            raise MatterError("it leads nowhere else")
        return replace(self, ended=State.CLOSED)

    def withdrawn(self) -> Matter:
        """It was an error."""
        return replace(self, ended=State.WITHDRAWN)

    #### Where it stands ####

    @property
    def state(self) -> State:
        """Where it stands: the first of these that is so."""
        if self.ended or self.answer is Answer.OBJECTED:
            return self.ended or State.OBJECTED
        if self.gone_at:
            return State.REMOVED if self.removed_at else State.GONE
        if self.held_until:
            return State.HELD
        return _SHOWN.get(self.finding) or self._told_state()

    def reached(self, moment: datetime, ladder: Ladder = LADDER) -> list[Rung]:
        """Return whom a round of notices goes to now."""
        return ladder.reached(moment - (self.first_sent_at or moment), self.pushed)

    def notice_at(self, ladder: Ladder = LADDER) -> datetime | None:
        """Return when the next round of notices is due; None where none is."""
        if not self._may_tell or self._waits_for_person(ladder) or not self.seen_at:
            return None
        if self.sent_at is None:
            return self.seen_at
        if self.finding is Finding.UNREACHABLE:
            return None
        heard_at = self.answered_at if self.answer is Answer.ACKNOWLEDGED else None
        return max(self.sent_at, heard_at or self.sent_at) + ladder.send_again

    def may_notice(self, moment: datetime, ladder: Ladder = LADDER) -> bool:
        """Whether a round of notices goes out now: it is due, and it was looked at since it is."""
        due_at = self.notice_at(ladder)
        return due_at is not None and self.seen_at is not None and due_at <= min(moment, self.seen_at)

    def look_at(self, ladder: Ladder = LADDER) -> datetime | None:
        """Return when it is looked at again; None once it has ended."""
        if self.ended:
            return None
        if self.seen_at is None:
            return self.begun_at
        before = (self.held_until, self.notice_at(ladder))  # that a hold ends, or a notice is due, asks for a look, too
        usual = self._look_usual(self.seen_at, ladder)
        return min([usual, *(each for each in before if each and each > self.seen_at)])

    def next(self, ladder: Ladder = LADDER) -> Next:
        """Return the next step, and why."""
        if self.ended:
            return Next(Step.NOTHING, None, Why.ENDED)
        if asked := self._waits_for_person(ladder):
            return Next(Step.PERSON, None, asked)
        steps = [
            Next(Step.RELEASE, self.held_until, Why.HELD) if self.held_until else None,
            Next(Step.NOTICE, told_at, self._why_told()) if (told_at := self.notice_at(ladder)) else None,
            Next(Step.LOOK, look_at, self._why_looked()) if (look_at := self.look_at(ladder)) else None,
        ]
        return min((each for each in steps if each), key=lambda each: each.at or self.opened_at)

    @property
    def _may_tell(self) -> bool:
        return not (
            self.ended
            or self.held_until
            or self.gone_at
            or self.has_nobody
            or self.answer is Answer.OBJECTED
            or self.finding in _MUTE
        )

    def _told_state(self) -> State:
        if self.first_sent_at is None:
            return State.DUE
        if self.finding.says_nothing:
            return State.UNREACHABLE
        if self._is_unresolved(LADDER):
            return State.UNRESOLVED
        return _ANSWERED.get(self.answer, State.NOTIFIED) if self.answer else State.NOTIFIED

    def _waits_for_person(self, ladder: Ladder) -> Why | None:
        if self.answer is Answer.OBJECTED:
            return Why.OBJECTED
        asked = {
            Why.MOVED: self.finding is Finding.MOVED,
            Why.RESTRICTED: self.finding is Finding.RESTRICTED,
            Why.NOBODY: self.has_nobody and not self.held_until,
            Why.UNCLEAR: self.unclear >= ladder.unclear_rounds,
            Why.UNRESOLVED: self._is_unresolved(ladder),
        }
        return None if self.gone_at else next((why for why, is_so in asked.items() if is_so), None)

    def _is_unresolved(self, ladder: Ladder) -> bool:
        if self.first_sent_at is None or self.sent_at is None or self.seen_at is None:
            return False
        return max(self.seen_at, self.sent_at) >= self.first_sent_at + ladder.unresolved

    def _look_usual(self, seen_at: datetime, ladder: Ladder) -> datetime:
        """Return when it is looked at by itself."""
        if self.answer is Answer.REMOVED and self.answered_at and self.answered_at > seen_at:
            return self.answered_at
        if self.gone_at:
            return self._watch_at(self.gone_at, seen_at, ladder)
        if self.unclear >= ladder.unclear_rounds:
            return seen_at + ladder.look_seldom
        return seen_at + ladder.look_again(self.looks, seen_at - self.begun_at)

    def _watch_at(self, gone_at: datetime, seen_at: datetime, ladder: Ladder) -> datetime:
        if self.removed_at:
            return next((gone_at + each for each in ladder.watch if gone_at + each > seen_at), seen_at)
        if seen_at < gone_at + ladder.gone_again:
            return gone_at + ladder.gone_again
        return max((self.counted[-1] if self.counted else seen_at) + ladder.gone_apart, seen_at + ladder.gone_again)

    def _why_told(self) -> Why:
        if self.sent_at is None:
            return Why.CAME_BACK if self.returned else Why.FIRST_NOTICE
        return Why.SEND_AGAIN

    def _why_looked(self) -> Why:
        if self.seen_at is None:
            return Why.FIRST_LOOK
        if self.removed_at:
            return Why.WATCHED
        if self.gone_at:
            return Why.SEEMS_GONE if self.counted else Why.ONE_PLACE
        return Why.NOT_REACHED if self.finding.says_nothing else Why.STILL_THERE


def _gone(matter: Matter, vantages: int, moment: datetime, ladder: Ladder) -> Matter:
    """Count a look that found it gone, and say whether that is enough."""
    counted = matter.counted
    is_apart = not counted or moment - counted[-1] >= ladder.gone_apart
    if vantages >= ladder.gone_vantages and is_apart and len(counted) < ladder.gone_rounds:
        counted = (*counted, moment)
    gone_at = matter.gone_at or moment
    is_certain = len(counted) >= ladder.gone_rounds
    is_over = bool(matter.removed_at) and moment >= gone_at + ladder.watch[-1]
    return replace(
        matter,
        gone_at=gone_at,
        counted=counted,
        removed_at=matter.removed_at or (moment if is_certain else None),
        ended=State.CLOSED if is_over else None,
    )
