"""C6: which queue survives its workers' death? Ours beside django-q2's ORM broker, on both databases, in one run.

The same for either: 800 pieces of work, each of which takes 30 ms and leaves one mark in one transaction; two workers;
`kill -9` of a worker at random moments while they are at it; then everything is worked off and the marks are counted.
Work whose mark is missing was lost, work that still waits is stuck, work with two marks was done twice with effect.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import peers
from bench.machine import ROOT
from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_PIECES: Final = 800
_KILLS: Final = 20
_SEED: Final = 20261122
_BETWEEN_S: Final = (0.5, 1.5)
_KILLS_A_LOOK: Final = 4
_KILLING_S_MAX: Final = 60.0
_DRAIN_S_MAX: Final = 90.0  # much longer than either takes for work whose worker died
_WORKERS: Final = 2


def measure() -> Measurement:
    """Both queues, both databases."""
    found, rows = Measurement(), []
    for kind in ("SQLite", "PostgreSQL"):
        rows += [("ours", kind, *_ours(kind)), ("django-q2", kind, *_peer(kind))]
    for place, name in enumerate(("kills", "pieces of work lost", "pieces stuck", "pieces done twice"), start=2):
        of = {side: sum(row[place] for row in rows if row[0] == side) for side in ("ours", "django-q2")}
        found.put(name, of["ours"], of["django-q2"])
    found.table(
        f"{_PIECES} pieces of work, two workers, killed at random",
        ("queue", "database", "kills", "lost", "stuck", "done twice", "s to the end"),
        rows,
    )
    return found


def _ours(kind: str) -> tuple[int, int, int, int, float]:
    with _database(kind) as (_, url), Service(url) as service:
        service.run("tests.crash.actor", "add", _PIECES)
        crew = [service.start("tests.crash.actor", "work") for _ in range(_WORKERS)]
        rng = random.Random(_SEED)

        def kill() -> bool:
            place = rng.randrange(_WORKERS)
            service.kill(crew[place])
            crew[place] = service.start("tests.crash.actor", "work")
            return True

        def state() -> tuple[int, dict[str, int]]:
            said = service.ask("tests.crash.actor", "state")
            return said["jobs"], said["times"]

        outcome = _play(kill, state, rng)
        for worker in crew:
            service.kill(worker)
        return outcome


def _peer(kind: str) -> tuple[int, int, int, int, float]:
    peers.ensure()
    with _database(kind) as (place, _), tempfile.TemporaryDirectory() as folder:
        worker = Path(folder) / "worker"
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "bench.queue_peer.settings",
            "PYTHONPATH": str(ROOT),
            "QUEUE_PEER_DATABASE": place or str(Path(folder) / "queue.sqlite3"),
            "QUEUE_PEER_KIND": kind,
            "QUEUE_PEER_WORKER": str(worker),
        }

        def ask(*words: object) -> str:
            command = [str(peers.PYTHON), "-m", "bench.queue_peer.work", *map(str, words)]
            return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

        ask("add", _PIECES)
        cluster = subprocess.Popen(
            [str(peers.PYTHON), "-m", "django", "qcluster"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

        def kill() -> bool:
            """Kill whoever said last that it is at work; the cluster starts another."""
            with suppress(FileNotFoundError, ProcessLookupError, ValueError):
                pid = int(worker.read_text(encoding="ascii"))
                if pid != cluster.pid and os.getpgid(pid) == cluster.pid:
                    os.kill(pid, signal.SIGKILL)
                    return True
            return False

        def state() -> tuple[int, dict[str, int]]:
            said = json.loads(ask("state"))
            return said["waiting"], said["times"]

        try:
            return _play(kill, state, random.Random(_SEED))
        finally:
            os.killpg(cluster.pid, signal.SIGKILL)
            cluster.wait()


def _play(
    kill: Callable[[], bool], state: Callable[[], tuple[int, dict[str, int]]], rng: random.Random
) -> tuple[int, int, int, int, float]:
    """Kill, wait until nothing waits, count: kills, lost, stuck, twice, seconds."""
    start_s, kills = time.monotonic(), 0
    time.sleep(2)
    while kills < _KILLS and time.monotonic() < start_s + _KILLING_S_MAX and state()[0]:
        for _ in range(_KILLS_A_LOOK):
            time.sleep(rng.uniform(*_BETWEEN_S))
            kills += kill()
    end_s = time.monotonic() + _DRAIN_S_MAX
    while state()[0] and time.monotonic() < end_s:
        time.sleep(0.5)
    time.sleep(1)
    waiting, times = state()
    lost = _PIECES - len(times) - waiting
    return kills, max(0, lost), waiting, sum(count > 1 for count in times.values()), time.monotonic() - start_s


@contextmanager
def _database(kind: str) -> Generator[tuple[str, str]]:
    """The folder of a PostgreSQL's socket and its address; two empty words for SQLite."""
    if kind == "SQLite":
        yield "", ""
        return
    with Server() as server:
        yield str(server.folder), server.url
