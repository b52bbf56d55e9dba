"""G3: taking down on a simulated internet ends in the right state, and tells nobody who does not hold it.

1. 100,000 addresses over 90 simulated days on the pure state machine (`removal_world`): every host has a temper, and
   the truth is known. Each matter is stepped when it says; what waits for a person is answered within hours.
2. The whole service (`removal_service`): tables, jobs, mail, DNS, RDAP and hosts of our own on the loopback, a clock
   that is moved.
"""

from __future__ import annotations

import heapq
import random
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Final

from bench.record import Measurement
from bench.removal_world import REMOVED, RIGHT, START, Address, Temper, address
from bench.service import Service
from tutela.engine.removal import Answer, Matter, State, Step, finding_of
from tutela.engine.removal.looks import vantages_of
from tutela.engine.removal.matter import Why

ADDRESSES: Final = 100_000
DAYS: Final = 90
SERVICE_ADDRESSES: Final = 2_000
SERVICE_DAYS: Final = 80
_SEED: Final = 3
_WAIT_S_MAX: Final = 7_200
_ENDED: Final = "ended in another state than the right one"
_PERSON: Final = timedelta(hours=1)


@dataclass(slots=True)
class Tally:
    """What was counted."""

    ends: dict[Temper, Counter[State]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: Counter[str] = field(default_factory=Counter)
    hours: list[float] = field(default_factory=list)
    sent: int = 0
    again: int = 0
    rounds: int = 0
    copies: int = 0
    bounced: int = 0


class Play:
    """All addresses, stepped in the order of their moments."""

    def __init__(self, count: int, days: int = DAYS, seed: int = _SEED) -> None:
        self._chance, self._days = random.Random(seed), days
        self._end = START + timedelta(days=days)
        self._places: list[Address] = []
        self._matters: list[Matter] = []
        self._due: list[tuple[datetime, int]] = []
        self.tally = Tally()
        for number in range(count):
            self._open(address(self._chance, number, days))

    def run(self) -> Tally:
        """Step until the days are over, then judge every end."""
        while self._due and self._due[0][0] < self._end:
            moment, number = heapq.heappop(self._due)
            self._step(number, moment)
            if (due := self._due_at(number, moment)) is not None:
                heapq.heappush(self._due, (due, number))
        for place, matter in zip(self._places, self._matters, strict=True):
            self._judge(place, matter)
        return self.tally

    def _open(self, place: Address) -> None:
        self._places.append(place)
        self._matters.append(Matter.begun(place.begun_at))
        heapq.heappush(self._due, (place.begun_at, len(self._places) - 1))

    def _step(self, number: int, moment: datetime) -> None:
        place, matter = self._places[number], self._matters[number]
        while place.said and place.said[0][0] <= moment:
            matter = matter.answered(place.said.pop(0)[1], moment)
        if (look_at := matter.look_at()) and look_at <= moment:
            looks = place.looks(moment)
            matter = matter.seen(finding_of(looks), vantages_of(looks), moment)
            self.tally.rounds += 1
        if matter.may_notice(moment):
            matter = self._tell(place, matter, moment)
        if matter.next().step is Step.PERSON and moment - (matter.seen_at or moment) >= _PERSON:
            matter = self._person(place, matter, moment)
        if matter.state is State.REMOVED and place.is_there(moment) and place.returned_at is None:
            self.tally.wrong["said to be removed while it is there"] += 1
        self._matters[number] = matter

    def _tell(self, place: Address, matter: Matter, moment: datetime) -> Matter:
        if not place.is_there(moment):
            self.tally.wrong["told although it was gone"] += 1
        self.tally.again += matter.sent_at is not None
        for rung in matter.reached(moment):
            self.tally.sent += 1
            if not place.tell(rung, moment):
                self.tally.bounced += 1
                place.tell(rung, moment)  # the next contact of that rung, at once
        return matter.noticed(moment)

    def _person(self, place: Address, matter: Matter, moment: datetime) -> Matter:
        why = matter.next().why
        if why is Why.OBJECTED:
            return matter.withdrawn() if place.temper is Temper.OBJECTS else matter.objection_dismissed(moment)
        if why is Why.MOVED:
            self.tally.copies += 1
            copy = address(self._chance, len(self._places), self._days)
            copy.temper, copy.begun_at, copy.gone_at = Temper.OBEYS, moment, None
            self._open(copy)
            return matter.followed()
        return matter  # unreachable or unresolved: a person knows, and looks go on

    def _due_at(self, number: int, moment: datetime) -> datetime | None:
        place, matter = self._places[number], self._matters[number]
        moments = [each for each in (matter.look_at(),) if each]
        moments += [place.said[0][0]] if place.said else []
        if matter.next().why in {Why.OBJECTED, Why.MOVED}:
            moments.append((matter.seen_at or moment) + _PERSON)
        return max(moment + timedelta(seconds=1), min(moments)) if moments and not matter.ended else None

    def _judge(self, place: Address, matter: Matter) -> None:
        self.tally.ends[place.temper][matter.state] += 1
        if matter.state not in RIGHT.get(place.temper, REMOVED):
            self.tally.wrong[_ENDED] += 1
        if matter.gone_at and matter.first_sent_at:
            self.tally.hours.append((matter.gone_at - matter.opened_at).total_seconds() / 3600)


def measure() -> Measurement:
    """Play both."""
    found = Measurement()
    start_s = time.process_time()
    told = Play(ADDRESSES).run()
    spent_s = time.process_time() - start_s
    found.put("addresses on the pure state machine", ADDRESSES)
    found.put("simulated days", DAYS)
    found.put("that ended in another state than the right one", told.wrong[_ENDED])
    found.put("said to be removed while it was there", told.wrong["said to be removed while it is there"])
    found.put("rounds of notices about what was not there", told.wrong["told although it was gone"])
    found.put("notices", told.sent)
    found.put("rounds of notices that were sent again", told.again)
    found.put("rounds of looks", told.rounds)
    found.put("median from the order to gone", median(told.hours))
    found.put("90th percentile from the order to gone", quantiles(told.hours, n=10)[-1])
    found.put("CPU of a step", spent_s / max(1, told.rounds) * 1e6)
    rows = [(temper.value, state.value, count) for temper, ends in told.ends.items() for state, count in ends.items()]
    found.table("Ends by temper of the host", ("temper", "state", "addresses"), rows)
    _through_the_service(found)
    found.notes.append(f"random addresses from seed {_SEED}; {told.copies} copies followed; {told.bounced} bounces")
    return found


def _through_the_service(found: Measurement) -> None:
    with Service() as service:
        told = service.ask("bench.removal_load", "play", SERVICE_ADDRESSES, SERVICE_DAYS, wait_s_max=_WAIT_S_MAX)
    found.put("addresses through the whole service", told["takedowns"])
    found.put("of these in another state than the right one", told["wrong"])
    found.put("notices to a party that does not hold it, or about what is not there", told["wrongly told"])
    found.put("notices of the service", told["notices"])
    found.put("of these sent again", told["again"])
    found.put("work that was given up", told["given up"])
    found.put("median from the first notice to gone", median(told["hours"]))
    found.table("Ends in the whole service", ("temper", "state", "addresses"), told["ends"])
    found.notes.append(
        f"the service: {SERVICE_DAYS} simulated days, {told['rounds']:,} rounds of looks, {told['cpu_s']:.0f} s of CPU"
        " with the simulated hosts, registry and mail server; names are resolved by a table of the process"
    )


if __name__ == "__main__":
    begun_s = time.process_time()
    outcome = Play(int(sys.argv[1]) if sys.argv[1:] else ADDRESSES).run()
    print(time.process_time() - begun_s, outcome.rounds, outcome.sent, outcome.again, outcome.wrong, outcome.copies)
    for one, counts in outcome.ends.items():
        print(one, dict(counts))
    print(median(outcome.hours), quantiles(outcome.hours, n=10)[-1], Answer.OBJECTED)
