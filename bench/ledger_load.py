"""The load behind C2: transactions as the service makes them, with and without a leaf. Run in a process of its own.

    python -m bench.ledger_load cost 40            CPU seconds a transaction, without, with a leaf, with a case's first
    python -m bench.ledger_load write AT 2 16      commit as often as possible, in 16 windows of 2 s from AT on

One transaction is what a state change is here: a row of the app, a job, and (or not) the leaf.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import django

django.setup()

from typing import Final  # noqa: E402 - Django comes first

from django.db import connection, transaction  # noqa: E402

from tutela.apps.access.public import SYSTEM  # noqa: E402
from tutela.apps.custody.models import Disposal  # noqa: E402
from tutela.apps.custody.public import Action, ObjectKind, record  # noqa: E402
from tutela.apps.jobs.public import enqueue, job  # noqa: E402
from tutela.engine import clock  # noqa: E402

_BLOCK: Final = 50
_CHANGES_A_CASE: Final = 10
WITH_LEAVES: Final = (1, 2)  # of each four windows: what drifts on the machine meets both kinds alike
_CPUCLOCK_SCHED: Final = 2  # of linux/posix-timers: the precise clock of a process
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


def write(at_s: str, window_s: str, windows: str) -> None:
    """Commit as often as possible, in windows: without, with, with, without, ...; say the commits in each."""
    connection.ensure_connection()
    case, counts = clock.new_id(), []
    for window in range(int(windows)):
        begin_s = float(at_s) + window * float(window_s)
        time.sleep(max(0.0, begin_s - time.time()))
        count = 0
        while time.time() < begin_s + float(window_s):
            if count % _CHANGES_A_CASE == 0:
                case = clock.new_id()
            _change(case if window % 4 in WITH_LEAVES else None)
            count += 1
        counts.append(count)
    json.dump(counts, sys.stdout)


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
    {"cost": cost, "write": write}[sys.argv[1]](*sys.argv[2:])
