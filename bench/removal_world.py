"""A simulated internet for taking down: hosts that obey, ignore, bounce, hide, move, come back; the truth is known.

Each address has a *temper* that decides what its host does once told, and what a look from each place then sees. It is
pure: moments come from the caller, chance from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.removal import Agent, Answer, Look, Rung, Sight, State

if TYPE_CHECKING:
    import random

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
VANTAGES: Final = ("nl", "ca")
_HOUR: Final = timedelta(hours=1)
_DAY: Final = 24 * _HOUR


class Temper(StrEnum):
    """What a host does."""

    OBEYS = "obeys"
    GONE_BEFORE = "gone before the notice"
    IGNORES = "ignores; the network above acts"
    REGISTRAR = "ignores; the registrar acts"
    STUBBORN = "nobody acts"
    BOUNCES = "its first contact bounces"
    CLAIMS = "says removed, and is not"
    REFUSES = "refuses; the network above acts"
    GEO_BLOCKS = "hides it from one country, later removes it"
    CLOAKS = "hides it from us, later removes it"
    MOVES = "moves it; the copy is removed"
    RETURNS = "puts it back, then removes it"
    SILENT = "is away for days, then removes it"
    LOST = "is away for good"
    OBJECTS = "objects, rightly"


SHARES: Final = {
    Temper.OBEYS: 44,
    Temper.GONE_BEFORE: 10,
    Temper.IGNORES: 9,
    Temper.REGISTRAR: 4,
    Temper.STUBBORN: 3,
    Temper.BOUNCES: 5,
    Temper.CLAIMS: 4,
    Temper.REFUSES: 3,
    Temper.GEO_BLOCKS: 3,
    Temper.CLOAKS: 2,
    Temper.MOVES: 3,
    Temper.RETURNS: 4,
    Temper.SILENT: 3,
    Temper.LOST: 2,
    Temper.OBJECTS: 1,
}
RIGHT: Final = {
    Temper.STUBBORN: frozenset({State.UNRESOLVED}),
    Temper.LOST: frozenset({State.UNREACHABLE}),
    Temper.MOVES: frozenset({State.CLOSED}),
    Temper.OBJECTS: frozenset({State.WITHDRAWN}),
}
REMOVED: Final = frozenset({State.REMOVED, State.CLOSED})
_ACTS: Final = {
    Temper.IGNORES: Rung.UPSTREAM,
    Temper.REFUSES: Rung.UPSTREAM,
    Temper.REGISTRAR: Rung.REGISTRAR,
}
_NEVER: Final = frozenset({Temper.STUBBORN, Temper.MOVES, Temper.LOST, Temper.OBJECTS})


@dataclass(slots=True)
class Address:
    """One address, its host and the truth about it."""

    temper: Temper
    begun_at: datetime
    takes: timedelta  # from being told to acting
    away: timedelta  # how long it is away, or stays removed before it returns
    gone_at: datetime | None = None
    hidden_at: datetime | None = None
    returned_at: datetime | None = None
    told: set[Rung] = field(default_factory=set)
    has_bounced: bool = False
    said: list[tuple[datetime, Answer]] = field(default_factory=list)

    def is_there(self, moment: datetime) -> bool:
        """The truth."""
        if self.temper is Temper.OBJECTS:
            return True  # something else stands there, for good
        if self.returned_at and moment >= self.returned_at:
            return self.gone_at is None or moment < self.gone_at
        first_gone = self.returned_at - self.away if self.returned_at else self.gone_at
        return first_gone is None or moment < first_gone

    def looks(self, moment: datetime) -> tuple[Look, ...]:
        """What a round of looks sees from everywhere."""
        return tuple(
            Look(place, agent, self._sight(place, agent, moment))
            for place in VANTAGES
            for agent in (Agent.OURS, Agent.PLAIN)
        )

    def tell(self, rung: Rung, moment: datetime) -> bool:
        """Take a notice; False where it bounces."""
        if self.temper is Temper.BOUNCES and rung is Rung.HOST and not self.has_bounced:
            self.has_bounced = True
            return False
        first = rung not in self.told
        self.told.add(rung)
        if first or self.returned_at:
            self._act(rung, moment)
        return True

    def _act(self, rung: Rung, moment: datetime) -> None:
        if self.temper in {Temper.CLAIMS, Temper.REFUSES, Temper.OBJECTS} and rung is Rung.HOST:
            answer = {Temper.CLAIMS: Answer.REMOVED, Temper.REFUSES: Answer.REFUSED, Temper.OBJECTS: Answer.OBJECTED}
            self.said.append((moment + self.takes / 4, answer[self.temper]))
        if self.temper is Temper.MOVES and self.hidden_at is None:
            self.hidden_at = moment + self.takes
        if self.temper in _NEVER or rung is not _ACTS.get(self.temper, Rung.HOST):
            return
        done_at = moment + self.takes
        if self.temper in {Temper.GEO_BLOCKS, Temper.CLOAKS} and self.hidden_at is None:
            self.hidden_at, done_at = done_at, done_at + 3 * _DAY
        if self.temper is Temper.CLAIMS:
            done_at += 2 * _DAY
        if self.temper is Temper.RETURNS and self.returned_at is None:
            self.returned_at = done_at + self.away
        elif self.gone_at is None:
            self.gone_at = done_at

    def _sight(self, place: str, agent: Agent, moment: datetime) -> Sight:
        if self.temper is Temper.LOST and moment > self.begun_at + _HOUR:
            return Sight.SILENT
        if self.temper is Temper.SILENT and _HOUR < moment - self.begun_at < self.away:
            return Sight.SILENT
        if not self.is_there(moment):
            return Sight.GONE
        if self.hidden_at and moment >= self.hidden_at:
            hides = {
                Temper.GEO_BLOCKS: place == VANTAGES[0],
                Temper.CLOAKS: agent is Agent.OURS,
                Temper.MOVES: True,
            }
            if hides[self.temper]:
                return Sight.ELSEWHERE if self.temper is Temper.MOVES else Sight.GONE
        return Sight.THERE


def address(chance: random.Random, number: int, days: int) -> Address:
    """Make the `number`-th address: reported at some moment of the first part of the time."""
    temper = chance.choices(list(SHARES), list(SHARES.values()))[0]
    begun_at = START + timedelta(seconds=chance.uniform(0, days * 86_400 / 3))
    takes = timedelta(hours=min(200.0, chance.lognormvariate(2.0, 1.2)))  # half act within seven hours and a half
    made = Address(temper, begun_at, takes, away=timedelta(days=chance.uniform(4, 8)))
    if temper is Temper.GONE_BEFORE or number < 0:
        made.gone_at = begun_at - _HOUR
    return made
