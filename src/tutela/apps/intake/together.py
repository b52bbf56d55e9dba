"""Reports that come singly at the same moment are taken in together: one transaction and one sync to disk for them all.

Rules:

1. Whoever comes while nobody is at it goes at once. Nobody waits for a timer, and who is alone pays nothing.
2. Whoever comes meanwhile waits. When those before are done, the first who waits goes, and takes the others along; each
   is answered by itself, after the commit that holds what it gave.
3. Only what one actor gives to one desk goes together: the database shows each group one organisation, the record names
   one sender.
4. Where a group fails as a whole, each of it goes again alone, and hears what becomes of its own.
5. Nobody is left waiting: whoever went hands on, whatever happened to them.
6. Inside a transaction of the caller's nobody can wait for the commit of others: there everybody goes alone.

    thread 1    goes with [1] ........ committed, answered, hands on
    thread 2         waits ........... goes with [2, 3] ......... committed, answered
    thread 3            waits .................................. answered
"""

from __future__ import annotations

import threading
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from django.db import transaction

from tutela.apps.access.public import Desk
from tutela.apps.intake.models import Report
from tutela.apps.intake.services import KeyReusedError, RefusedReportError, Submission, receive_many
from tutela.domain.actors import Actor

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

TOGETHER_MAX: Final = 64

Whose = TypeVar("Whose", bound="Hashable")
Given = TypeVar("Given")
Answer = TypeVar("Answer")
Received = Report | RefusedReportError | KeyReusedError


def receive(actor: Actor, desk: Desk, submission: Submission) -> Received:
    """Take a report in, with those that come at the same moment, and answer as `receive_many` would of it alone."""
    if transaction.get_connection().in_atomic_block:
        return receive_many(actor, desk, [submission])[0]
    return _together.ask((actor, desk), submission)


class Together(Generic[Whose, Given, Answer]):
    """Lets threads that come for the same go together through `go`, which answers each in its place, or fails whole."""

    def __init__(self, go: Callable[[Whose, Sequence[Given]], Sequence[Answer]]) -> None:
        self._go = go
        self._lock = threading.Lock()
        self._waiting: dict[Whose, list[_Place[Given, Answer]]] = {}  # where somebody is at it: who comes after them

    def ask(self, whose: Whose, given: Given) -> Answer:
        """Return what becomes of this."""
        mine: _Place[Given, Answer] = _Place(given)
        with self._lock:
            if whose in self._waiting:
                self._waiting[whose].append(mine)
            else:
                self._waiting[whose] = []
                mine.call([mine])
        mine.turn.wait()
        if mine.group:
            try:
                self._lead(whose, mine.group)
            finally:
                self._hand_on(whose, mine.group)
        return mine.answers[0] if mine.answers else self._go(whose, [given])[0]

    def _lead(self, whose: Whose, group: Sequence[_Place[Given, Answer]]) -> None:
        with nullcontext() if len(group) == 1 else suppress(Exception):
            answers = self._go(whose, [place.given for place in group])
            for place, answer in list(zip(group, answers, strict=True)):  # all of them, or none
                place.answers.append(answer)

    def _hand_on(self, whose: Whose, group: Sequence[_Place[Given, Answer]]) -> None:
        with self._lock:
            waiting = self._waiting[whose]
            following, self._waiting[whose] = waiting[:TOGETHER_MAX], waiting[TOGETHER_MAX:]
            if following:
                following[0].call(following)
            else:
                del self._waiting[whose]
        for place in group[1:]:
            place.turn.set()


@dataclass(slots=True, eq=False)
class _Place(Generic[Given, Answer]):
    """Somebody who asks. `group` are those with whom they go, where they lead; `answers` is one, once there is one."""

    given: Given
    turn: threading.Event = field(default_factory=threading.Event)
    group: Sequence[_Place[Given, Answer]] = ()
    answers: list[Answer] = field(default_factory=list[Answer])

    def call(self, group: Sequence[_Place[Given, Answer]]) -> None:
        """Let them lead these."""
        self.group = group
        self.turn.set()


def _receive(whose: tuple[Actor, Desk], submissions: Sequence[Submission]) -> Sequence[Received]:
    return receive_many(*whose, submissions)


_together = Together[tuple[Actor, Desk], Submission, Received](_receive)
