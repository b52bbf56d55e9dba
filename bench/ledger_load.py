"""The load behind C2: transactions as the service makes them, with and without a leaf. Run in a process of its own.

    python -m bench.ledger_load cost 40            CPU seconds a transaction, without, with a leaf, with a case's first
    python -m bench.ledger_load write AT 2 16 row  commit as often as possible, in 16 windows of 2 s from AT on
    python -m bench.ledger_load whole 1000000      fill a log, give it its places, verify all of it: CPU seconds

Two kinds of transaction. `row` is the least that a state change can be here, which no verb of the service is: one row,
one job, and (or not) one leaf. `report` is a verb as it is: a report is taken in, with its case, item, jobs and (or
not) all their leaves.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from typing import TYPE_CHECKING

import django

django.setup()

from typing import Final  # noqa: E402 - Django comes first

from django.db import connection, transaction  # noqa: E402

from tests.world import make_desk  # noqa: E402
from tutela.apps.access.public import Desk, acting_as  # noqa: E402
from tutela.apps.custody import rules, sequencer, verifying  # noqa: E402
from tutela.apps.custody.models import Disposal, Leaf  # noqa: E402
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record, record_all  # noqa: E402
from tutela.apps.intake.models import Door  # noqa: E402
from tutela.apps.intake.services import Submission, ground_of, receive  # noqa: E402
from tutela.apps.jobs.public import enqueue, job  # noqa: E402
from tutela.domain.actors import SYSTEM  # noqa: E402
from tutela.domain.ids import OrganisationId, TeamId  # noqa: E402
from tutela.domain.reports import Media, Reported  # noqa: E402
from tutela.engine import clock  # noqa: E402
from tutela.engine.ledger import object_digest  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

_BLOCK: Final = 50
_CHANGES_A_CASE: Final = 10
WITH_LEAVES: Final = (1, 2)  # of each four windows: what drifts on the machine meets both kinds alike
_CPUCLOCK_SCHED: Final = 2  # of linux/posix-timers: the precise clock of a process
_CASES: Final = 1000
_FILLED_AT_ONCE: Final = 5000
_DIGEST: Final = bytes(range(32))


@job("bench.nothing")
def nothing(number: int) -> None:
    """Never run: only enqueued."""


def cost(blocks: str) -> None:
    """Alternate blocks of the three kinds; say the median CPU a transaction, the server's included."""
    case = clock.new_id()
    _change(case)
    kinds = {
        "without": lambda: _change(None),
        "leaf": lambda: _change(case),
        "digests": lambda: _change(case, digests=True),
        "first": lambda: _change(clock.new_id()),
    }
    spent: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(int(blocks)):
        for kind, change in kinds.items():
            start_s = _cpu_s()
            for _ in range(_BLOCK):
                change()
            spent[kind].append((_cpu_s() - start_s) / _BLOCK)
    json.dump({kind: statistics.median(values) for kind, values in spent.items()}, sys.stdout)


def write(at_s: str, window_s: str, windows: str, kind: str) -> None:
    """Commit as often as possible, in windows: without, with, with, without, ...; say the commits in each."""
    connection.ensure_connection()
    act, counts = {"row": _rows, "report": _reports}[kind](), []
    for window in range(int(windows)):
        begin_s = float(at_s) + window * float(window_s)
        time.sleep(max(0.0, begin_s - time.time()))
        count = 0
        while time.time() < begin_s + float(window_s):
            act(count, window % 4 in WITH_LEAVES)
            count += 1
        counts.append(count)
    json.dump(counts, sys.stdout)


def whole(entries: str) -> None:
    """Fill a log with bare leaves as `record` writes them, sequence it, verify it as `tutela custody verify` does."""
    _fill(int(entries))
    spent = {}
    start_s = time.process_time()
    while sequencer.sequence():
        pass
    spent["sequence"] = time.process_time() - start_s
    start_s = time.process_time()
    report = verifying.verify_log()
    spent["verify"] = time.process_time() - start_s
    if not report.holds or report.size != int(entries):
        raise AssertionError("the log that was filled does not hold")
    json.dump(spent, sys.stdout)


def _fill(entries: int) -> None:
    cases = [clock.new_id() for _ in range(_CASES)]
    objects = [object_digest(_DIGEST, ObjectKind.CASE, case.bytes) for case in cases]
    for start in range(0, entries, _FILLED_AT_ONCE):
        moment = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}Z"
        Leaf.objects.bulk_create(
            Leaf(
                chain_id=cases[number % _CASES],
                object_id=cases[number % _CASES],
                event=str(clock.new_id()),
                time=moment,
                actor=f"system-{0:032x}",
                action=Action.CASE_ASSIGNED,
                kind=ObjectKind.CASE,
                object=objects[number % _CASES],
                reason=ReasonCode.ROUTINE,
                policy=rules.POLICY,
            )
            for number in range(start, min(start + _FILLED_AT_ONCE, entries))
        )


def _rows() -> Callable[[int, bool], None]:
    case = clock.new_id()

    def act(count: int, leaves: bool) -> None:  # noqa: FBT001 - one shape with the other
        nonlocal case
        if count % _CHANGES_A_CASE == 0:
            case = clock.new_id()
        _change(case if leaves else None)

    return act


def _reports() -> Callable[[int, bool], None]:
    with acting_as(SYSTEM):
        made = make_desk(f"Desk {clock.new_id()}")
    desk = Desk(OrganisationId(made.organisation.id), TeamId(made.team.id))
    recorders = [
        (module, verb.__name__, verb)
        for verb in (record, record_all)
        for module in list(sys.modules.values())
        if getattr(module, verb.__name__, None) is verb
    ]

    def act(_count: int, leaves: bool) -> None:  # noqa: FBT001 - one shape with the other
        for module, name, verb in recorders:  # what a service that keeps no record would call
            setattr(module, name, verb if leaves else _no_record)
        reported = Reported(text="Sample text.", media=(Media({"sha256": os.urandom(32)}),))
        sent = Submission(Door.API, str(clock.new_id()), reported, ground_of())
        with acting_as(SYSTEM):
            receive(SYSTEM, desk, sent)

    return act


def _no_record(*_: object, **__: object) -> UUID:
    return clock.new_id()


def _change(case: object, *, digests: bool = False) -> None:
    with transaction.atomic():
        row = Disposal.objects.create(subject_id=clock.new_id(), kind="case", outcome="held")
        enqueue("bench.nothing", {"number": 1})
        if case is not None:
            more = {"digests": {"sha256": _DIGEST}} if digests else {}
            record(Action.ITEM_ADDED, kind=ObjectKind.ITEM, object_id=row.id, case_id=case, actor=SYSTEM, **more)


def _cpu_s() -> float:
    own_s = time.process_time()
    if connection.vendor != "postgresql":
        return own_s
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return own_s + time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)


if __name__ == "__main__":
    {"cost": cost, "write": write, "whole": whole}[sys.argv[1]](*sys.argv[2:])
