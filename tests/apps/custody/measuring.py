"""What the record costs: figures for evidence, on a fresh PostgreSQL that syncs every commit (or on SQLite).

    python -m tests.apps.custody.measuring cost       CPU of a leaf inside a transaction
    python -m tests.apps.custody.measuring writers    8 writers with and without, side by side in one run
    python -m tests.apps.custody.measuring million    a million entries: verify all, export all, verify as a stranger

Nothing here is a test; loads are synthetic. `cost`, `writers` and `million` return their figures to a caller.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests import cluster

ROOT = Path(__file__).resolve().parents[3]
LEAVES_A_CASE = 8
DURABLE = ("listen_addresses=", "max_connections=60")


#### What a caller asks for ####


def cost(database="sqlite", transactions=2000):
    """CPU milliseconds (this process) a transaction without and with a leaf; the difference is the leaf's."""
    with _stage(database) as run:
        return run("measure-cost", transactions)


def writers(database="postgres", count=8, rounds=4, round_s=3.0):
    """Transactions a second of `count` writers without and with leaves, alternating; a sequencer runs all the time."""
    with _stage(database) as run:
        sequencer = run.start("sequence")
        crew = [run.start("write-as-told") for _ in range(count)]
        made = {"ready": [], "without": [], "with": []}
        for kind in ["ready", *["without", "with"] * rounds]:
            for each in crew:
                each.stdin.write(f"{kind} {round_s}\n")
                each.stdin.flush()
            made[kind].append(sum(int(each.stdout.readline()) for each in crew) / round_s)
        del made["ready"]
        for each in [*crew, sequencer]:
            each.kill()
            each.communicate()
        without, with_leaves = statistics.median(made["without"]), statistics.median(made["with"])
        return {"without_per_s": without, "with_per_s": with_leaves, "kept": with_leaves / without, "rounds": made}


def million(database="postgres", entries=1_000_000):
    """Seconds of CPU and of wall time to verify a log of so many entries, and to check its export."""
    with _stage(database) as run:
        return run("measure-million", entries)


#### Processes ####


@contextmanager
def _stage(database):
    folder = tempfile.TemporaryDirectory(prefix="tutela-measure-")
    server = None
    if database == "postgres":
        cluster._FAST = DURABLE
        server = cluster.Cluster(cluster.binaries())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")} | {
        "DJANGO_SETTINGS_MODULE": "tutela.entry.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "TUTELA_HOME": folder.name,
        "TUTELA_DATABASE_URL": server.url if server else "",
        "TUTELA_LOG_LEVEL": "error",
    }

    def start(*arguments):
        command = [sys.executable, "-m", __spec__.name, "--part", *map(str, arguments)]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(*arguments):
        process = start(*arguments)
        said = process.communicate()[0]
        if process.returncode:
            raise RuntimeError(arguments[0])
        return json.loads(said) if said.strip() else None

    run.start = start
    try:
        run("migrate")
        yield run
    finally:
        if server:
            server.stop()
        folder.cleanup()


def _change(number, leaf, case):
    """An ordinary state change: a row added, the row changed, a job asked for; with or without its leaf."""
    from django.db import transaction

    from tutela.apps.access.public import SYSTEM
    from tutela.apps.custody.models import Disposal
    from tutela.apps.custody.public import Action, ObjectKind, record
    from tutela.apps.jobs.public import enqueue

    with transaction.atomic():
        made = Disposal.objects.create(subject_id=case, kind="case", outcome="held")
        Disposal.objects.filter(id=made.id).update(outcome="erased")
        enqueue("measure.nothing", {"number": number})
        if leaf:
            record(Action.CASE_ASSIGNED, kind=ObjectKind.CASE, object_id=case, actor=SYSTEM)


def _prepare():
    from tutela.apps.jobs.public import job

    job("measure.nothing")(lambda number: None)


def _write_as_told():
    """Each line on standard input is a kind and how many seconds to write; the answer is how many were written."""
    from tutela.engine import clock

    _prepare()
    for line in sys.stdin:
        kind, seconds = line.split()
        done, case = 0, clock.new_id()
        end = time.perf_counter() + float(seconds)
        while kind != "ready" and time.perf_counter() < end:
            if done % LEAVES_A_CASE == 0:
                case = clock.new_id()
            _change(done, kind == "with", case)
            done += 1
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()


def _measure_cost(transactions):
    from tutela.engine import clock

    _prepare()

    def spent(leaf, fresh):
        case = clock.new_id()
        begun = time.process_time()
        for number in range(200):
            _change(number, leaf, clock.new_id() if fresh else case)
        return (time.process_time() - begun) / 200 * 1000

    spent(leaf=True, fresh=False)
    rounds = [(spent(False, False), spent(True, False), spent(True, True)) for _ in range(int(transactions) // 600)]
    without, in_case, new_case = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "without_ms": without,
        "leaf_in_a_known_case_ms": in_case - without,
        "leaf_of_a_new_case_ms": new_case - without,
    }


def _measure_million(entries):
    import io

    from tutela.apps.custody import exporting, keyring, verifying
    from tutela.engine import ledger

    _fill(int(entries))
    figures = {"entries": int(entries)}

    def timed(name, act):
        wall, cpu = time.perf_counter(), time.process_time()
        found = act()
        figures[f"{name}_wall_s"], figures[f"{name}_cpu_s"] = time.perf_counter() - wall, time.process_time() - cpu
        return found

    report = timed("verify", verifying.verify_log)
    assert report.holds, report.faults
    assert report.size == int(entries)
    data = timed("export", lambda: b"".join(exporting.log_lines()))
    timed("check_export", lambda: ledger.verify_export(io.BytesIO(data), keys=[keyring.log_key().verifier]))
    return figures


def _fill(entries, cases=1000):
    """Leaves as `record` writes them, many at once, then sequenced by the sequencer itself."""
    from tutela.apps.custody import recording, sequencer
    from tutela.apps.custody.models import Leaf
    from tutela.engine import clock, ledger

    salt, known = os.urandom(32), [clock.new_id() for _ in range(cases)]
    objects = [ledger.object_digest(salt, ledger.ObjectKind.CASE, case.bytes) for case in known]
    actor = "system-" + "ab" * 16
    begun = time.process_time()
    for start in range(0, entries, 5000):
        moment = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}Z"
        Leaf.objects.bulk_create(
            Leaf(
                chain_id=known[number % cases],
                object_id=known[number % cases],
                event=str(clock.new_id()),
                time=moment,
                actor=actor,
                action="case.assigned",
                kind="case",
                object=objects[number % cases],
                reason="routine",
                policy=recording.rules.POLICY,
            )
            for number in range(start, min(start + 5000, entries))
        )
    filled = time.process_time() - begun
    begun, wall = time.process_time(), time.perf_counter()
    while sequencer.sequence():
        pass
    cpu, wall = time.process_time() - begun, time.perf_counter() - wall
    sys.stderr.write(f"filled in {filled:.0f} s CPU; sequenced in {wall:.0f} s, {cpu:.0f} s CPU\n")


def _part(name, *arguments):
    import django

    django.setup()
    from django.core.management import call_command

    from tutela.apps.custody import sequencer

    parts = {
        "migrate": lambda: call_command("migrate", verbosity=0),
        "sequence": sequencer.run_sequencer,
        "write-as-told": _write_as_told,
        "measure-cost": _measure_cost,
        "measure-million": _measure_million,
    }
    found = parts[name](*arguments)
    if found is not None:
        json.dump(found, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1] == "--part":
        _part(*sys.argv[2:])
    else:
        asked = {"cost": cost, "writers": writers, "million": million}[sys.argv[1]]
        json.dump(asked(*sys.argv[2:3], *map(int, sys.argv[3:])), sys.stdout, indent=2)
        sys.stdout.write("\n")
