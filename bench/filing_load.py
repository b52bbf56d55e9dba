"""What G1 runs in processes of its own, against a simulated CyberTipline that each makes for itself.

python -m bench.filing_load desk               make a desk, with people and tables, that files
python -m bench.filing_load faults             every fault at every call, over HTTP
python -m bench.filing_load steps 1            kill the worker before each of its steps (or each n-th), over HTTP
python -m bench.filing_load histories 500      so many random histories
python -m bench.filing_load record             what does not fit in the record
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import django

django.setup()

from django.db import connections, transaction  # noqa: E402 - only now is it there

from bench.g1_filing import CRASHES, FAULTS, HISTORIES  # noqa: E402 - as above
from tests.steps import killed_at  # noqa: E402 - as above
from tests.world import actor, fill, make_desk, make_person  # noqa: E402 - as above
from tutela.apps.access import services as access  # noqa: E402 - as above
from tutela.apps.access.models import Organisation, Person  # noqa: E402 - as above
from tutela.apps.access.public import acting_as, desk_of  # noqa: E402 - as above
from tutela.apps.custody import sequencer, verifying  # noqa: E402 - as above
from tutela.apps.intake.models import Door  # noqa: E402 - as above
from tutela.apps.intake.services import Submission, ground_of, receive  # noqa: E402 - as above
from tutela.apps.referral import authorities, rules, services, sources  # noqa: E402 - as above
from tutela.apps.referral import filing as worker  # noqa: E402 - as above
from tutela.apps.referral.calling import HttpLine  # noqa: E402 - as above
from tutela.apps.referral.models import Filing, Preservation  # noqa: E402 - as above
from tutela.apps.referral.rules import Proof, Step  # noqa: E402 - as above
from tutela.domain.actors import SYSTEM, Role  # noqa: E402 - as above
from tutela.domain.media_source import InMemory  # noqa: E402 - as above
from tutela.domain.reports import Account, Incident, Media, Reported  # noqa: E402 - as above
from tutela.engine import clock  # noqa: E402 - as above
from tutela.engine.formats.cybertip_answer import Code, read  # noqa: E402 - as above
from tutela.entry.simulated.cybertipline import CyberTipline  # noqa: E402 - as above
from tutela.entry.simulated.faults import PASSING, Fault, Faults  # noqa: E402 - as above
from tutela.entry.simulated.line import DirectLine  # noqa: E402 - as above
from tutela.entry.simulated.server import PASSWORD, USER, Server, Way  # noqa: E402 - as above

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.apps.referral.calling import Line, Request, Response

_held: Final[dict[str, bytes]] = {}
_SOURCE: Final = InMemory(_held)
_CALLS: Final = 4  # of a filing with one file where nothing goes wrong
_ROUNDS_MAX: Final = 40
_OTHER: Final = 1_000_003  # chance of its own, so that faults do not go with deaths
_ANSWER_S_MAX: Final = 5.0


def desk() -> None:
    """Make it."""
    made = make_desk()
    access.set_desk(SYSTEM, made.organisation.id, made.team.id)
    make_person(made.organisation, "approver", [Role.SUPERVISOR], [made.team])
    fill(authorities.AUTHORITIES, "tip,us,Simulated,cybertipline,yes,2026-01-01,,a rehearsal,nobody: a rehearsal")
    fill(authorities.DUTIES, "d-1,us,tip,all,soon,,365,submission,2026-01-01,,a rehearsal,nobody: a rehearsal")


class _Stage:
    """One authority, and filings with it."""

    def __init__(self) -> None:
        self.there = CyberTipline(clock.now)
        self.told: Counter[str] = Counter()
        self._organisation = Organisation.objects.get()
        people = {person.name: actor(person) for person in Person.objects.all()}
        self._writer, self.approver = people["Colleague"], people["Approver"]
        self._made: list[UUID] = []

    def filing(self, name: str, *, with_file: bool = True) -> UUID:
        """Report something of its own, write a draft of it, and have it approved."""
        data = f"benign bytes of {name}".encode()
        sha256 = hashlib.sha256(data)
        _held[f"sha256:{sha256.hexdigest()}"] = data
        reported = Reported(
            incident=Incident.MATERIAL,
            occurred_at=datetime(2026, 11, 20, tzinfo=UTC),
            accounts=(Account("platform", name),),
            media=(Media({"sha256": sha256.digest()}),) if with_file else (),
        )
        with transaction.atomic():
            taken = receive(SYSTEM, desk_of(self._organisation.id), Submission(Door.CALL, name, reported, ground_of()))
        with sources.use(_SOURCE):
            made = services.draft(self._writer, taken.case_id, "tip")
        services.approve(self.approver, made.id)
        self._made.append(made.id)
        return made.id

    def end(self, filing_id: UUID, line: Line) -> None:
        """Let it go on until it ends or waits."""
        for _ in range(_ROUNDS_MAX):
            if worker.go_on(filing_id, line, _SOURCE) is None:
                return

    def judge(self, what: str) -> Counter[str]:
        """Compare both sides, filing by filing."""
        filed: Counter[str] = Counter()
        described: Counter[str] = Counter()
        for held in self.there.filed:
            reference = held.document.decode().partition("Reference of the sender: ")[2][:36]
            filed[reference] += 1
            described[reference] += len(held.files) if len(held.files) == len(held.described) else -1
        for row in Filing.objects.filter(id__in=self._made):
            self._judge(row, filed[str(row.id)], described[str(row.id)])
        self.told[what] = len(self._made)
        return self.told

    def _judge(self, row: Filing, times: int, files: int) -> None:
        state = worker.read(row)
        assert state is not None
        is_filed, told = state.step is Step.FILED, self.told
        told["filed"] += is_filed
        told["of these, known by asking again: the receipt was lost on the way"] += state.proof is Proof.SAID_SO
        told["waiting for a person"] += state.step is Step.WAITING and state.why is not None
        told["withdrawn by a person before they were filed"] += state.step is Step.WITHDRAWN
        told["filed twice"] += times > 1
        may_be = state.step is Step.WAITING and state.opened is not None and bool(state.opened.finishes)
        told["filed, and not known to be; or the other way round"] += bool(times) != is_filed and not may_be
        told["filed with files missing or too many"] += is_filed and files != state.files
        told["filed without what the authority answered, byte for byte"] += is_filed and not _is_proved(row, state)
        told["neither at an end nor waiting for a person"] += state.step not in {*rules.ENDED, Step.WAITING}
        kept = Preservation.objects.filter(filing=row).count()
        told["preservations that did not start with a filing"] += kept != is_filed


def faults() -> Counter[str]:
    """Meet every fault at every call. A person lets go on what stopped for one."""
    stage = _Stage()
    befores = [*([None] * at for at in range(_CALLS)), [None, Fault.LOST_ANSWER]]  # after the last, it is retracted
    for fault in Fault:
        for at, before in enumerate(befores):
            filing_id = stage.filing(f"fault-{fault.value}-{at}")
            with Server(stage.there, Faults([*before, fault]), way=Way(late_s=_ANSWER_S_MAX)) as server:
                line = HttpLine(server.address, USER, PASSWORD, answer_s_max=0.5)
                stage.end(filing_id, line)
                if Filing.objects.get(id=filing_id).step == Step.WAITING:
                    services.resume(stage.approver, filing_id)
                    stage.end(filing_id, line)
    return stage.judge(FAULTS)


def steps(every: str) -> Counter[str]:
    """Kill the worker before each of its steps."""
    stage, step, was_killed = _Stage(), 1, True
    with Server(stage.there) as server:
        line = HttpLine(server.address, USER, PASSWORD, answer_s_max=_ANSWER_S_MAX)
        while was_killed:
            filing_id = stage.filing(f"step-{step:05}")
            connections.close_all()

            def act(filing_id: UUID = filing_id) -> None:
                worker.go_on(filing_id, line, _SOURCE)

            was_killed = killed_at(step, act)
            stage.end(filing_id, line)
            step += int(every)
    return stage.judge(CRASHES)


class _Crash(Exception):  # noqa: N818 - it is no error: it is what happens
    """A worker dies."""


class _Dying:
    """A line on which the worker dies now and then, before it asked or after."""

    def __init__(self, line: Line, chance: random.Random) -> None:
        self._line, self._chance = line, chance

    def ask(self, request: Request) -> Response | None:
        """Make one call, or die."""
        fate = self._chance.random()
        if fate < 0.05:
            raise _Crash
        response = self._line.ask(request)
        if fate < 0.12:
            raise _Crash
        return response


def histories(count: str) -> Counter[str]:
    """Play random histories, and let everything work again at the end of each."""
    stage = _Stage()
    kinds = (*PASSING, Fault.REFUSED, Fault.UNKNOWN_CODE)
    for seed in range(int(count)):
        chance, moved = random.Random(seed), [timedelta()]
        began = clock.now()
        with clock.use(lambda moved=moved, began=began: began + moved[0]):
            filing_id = stage.filing(f"history-{seed:05}", with_file=chance.random() < 0.7)
            line = _Dying(DirectLine(stage.there, Faults(rate=0.25, seed=seed + _OTHER, kinds=kinds)), chance)
            for _ in range(chance.randrange(1, 8)):
                _event(stage, filing_id, line, chance, moved)
            stage.end(filing_id, DirectLine(stage.there))
    return stage.judge(HISTORIES)


def _event(stage: _Stage, filing_id: UUID, line: Line, chance: random.Random, moved: list[timedelta]) -> None:
    step, fate = Filing.objects.get(id=filing_id).step, chance.random()
    if fate < 0.15:
        moved[0] += timedelta(hours=chance.choice([0.5, 2, 30]))
    elif fate < 0.2 and step not in rules.ENDED:
        services.withdraw(stage.approver, filing_id, "A rehearsal.")
    elif fate < 0.5 and step == Step.WAITING:
        services.resume(stage.approver, filing_id)
    else:
        try:
            worker.go_on(filing_id, line, _SOURCE)
        except _Crash:
            return


def record() -> dict[str, int]:
    """Count what does not fit in the record."""
    while sequencer.sequence():
        pass
    report = verifying.verify_log()
    return {"faults of the record": len(report.faults) + bool(report.waiting)}


def _is_proved(row: Filing, state: rules.Filing) -> bool:
    """Whether the answer that proves a filing is kept as it came."""
    for call in row.calls.all():
        try:
            answer = read(call.verbatim)
        except Exception:  # noqa: BLE001, S112 - many answers are none
            continue
        if state.proof is Proof.RECEIPT and answer.is_receipt and answer.report_id == row.reference:
            return True
        if state.proof is Proof.SAID_SO and answer.code == Code.ALREADY_FINISHED:
            return True
    return False


def say(told: Any) -> None:
    """Say it at once."""
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    acts = {"desk": desk, "faults": faults, "steps": steps, "histories": histories, "record": record}
    with acting_as(SYSTEM):
        said = acts[sys.argv[1]](*sys.argv[2:])
    if said is not None:
        say(said)
