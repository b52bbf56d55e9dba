"""C3: kill -9 of the web process, of workers and of the database at random moments under load.

The record holds 100,000 entries before anything begins. A signed-in administrator adds teams over HTTP; each answer
that says so is written down. A second stream enqueues jobs, whose effect is an entry of the ledger. Before each kill
both streams must have moved on since the one before, so that every kill meets work. Then the load ends, what is left
is worked off, and everything acknowledged is looked for. Then a backup is taken, everything but the keys is wiped,
the backup is restored, and all of it is compared again: the rows of every table, the root of the record, each team,
entry and job. On SQLite the database lives in the processes that are killed; on PostgreSQL (fsync on) its server is
killed too.
"""

from __future__ import annotations

import http.client
import json
import random
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service, free_port

if TYPE_CHECKING:
    import subprocess

LEAVES: Final = 100_000
KILLS_POSTGRES: Final = 110
KILLS_SQLITE: Final = 30
_SEED: Final = 3
_TOKEN: Final = "a" * 32  # of the form that the CSRF cookie has; cookie and field agree, as a browser's would
_ANSWER_S_MAX: Final = 10.0
_PROGRESS_S_MAX: Final = 120.0
_SETTLE_S_MAX: Final = 240.0
_ADDED: Final = 302


def measure() -> Measurement:
    """Both databases."""
    found = Measurement()
    with Server() as server:
        outcomes = [_Play(server, KILLS_POSTGRES).outcome(), _Play(None, KILLS_SQLITE).outcome()]
    publish(found, outcomes)
    return found


def publish(found: Measurement, outcomes: list[dict[str, Any]]) -> None:
    """Put what was found into the record."""
    kills = sum((each["kills"] for each in outcomes), Counter())
    for kind in ("web", "worker", "sequencer", "database"):
        found.put(f"kills of the {kind}", kills[kind])
    found.put("kills", sum(kills.values()))
    for name in (
        "acknowledged changes lost", "changes without exactly one leaf", "ledger gaps", "ledger faults", "jobs lost",
        "jobs stuck", "jobs run twice with effect", "leaves left without a place", "processes that ended by themselves",
    ):  # fmt: skip
        found.put(name, sum(each[name] for each in outcomes))
    found.put("kills under load on PostgreSQL", sum(outcomes[0]["kills"].values()))
    found.put("restored databases that differ or do not verify", sum(each["restored differs"] for each in outcomes))
    found.put("entries restored, the smaller database", min(each["entries"] for each in outcomes))
    columns = ("database", "kills", "changes acknowledged", "jobs acknowledged", "entries", "seconds")
    rows = [(each["database"], sum(each["kills"].values()), *(each[name] for name in columns[2:])) for each in outcomes]
    found.table("Under load", columns, rows)
    found.notes.append(f"random moments from seed {_SEED}; web: uvicorn with the service's own ASGI application")


class _Play:
    """One database, its processes, the load and the kills."""

    def __init__(self, server: Server | None, kills: int) -> None:
        self._server = server
        self._kills = kills
        self._port = free_port()
        self._teams: list[str] = []
        self._over = threading.Event()
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._counts: Counter[str] = Counter()
        self._ended_by_themselves = 0

    def outcome(self) -> dict[str, Any]:
        """Play to the end; say what was lost."""
        start_s = time.monotonic()
        url = self._server.url if self._server else ""
        with Service(
            url, TUTELA_LISTEN=f"127.0.0.1:{self._port}", TUTELA_ORIGIN=f"http://127.0.0.1:{self._port}"
        ) as service:
            service.run("bench.kill_load", "fill", LEAVES)
            session = service.run("bench.kill_load", "session").strip()
            for name in self._parts():
                self._begin(service, name)
            stream = service.start("bench.kill_load", "enqueue")
            jobs = _Lines(stream)
            load = threading.Thread(target=self._add_teams, args=(session,), daemon=True)
            load.start()
            self._kill_all(service, jobs)
            self._over.set()
            load.join()
            service.kill(stream)
            jobs.join()
            state = self._settled(service)
            for process in self._processes.values():
                service.kill(process)
            differs = _restored_differs(service, self._server)
        return _compared(state, self._teams, jobs.lines) | {
            "database": "PostgreSQL" if self._server else "SQLite",
            "kills": self._counts,
            "seconds": time.monotonic() - start_s,
            "restored differs": differs,
            "processes that ended by themselves": self._ended_by_themselves,
        }

    def _parts(self) -> tuple[str, ...]:
        return ("web", "worker-1", "worker-2", "sequencer")

    def _begin(self, service: Service, name: str) -> None:
        if name == "web":
            words = ("--host", "127.0.0.1", "--port", self._port, "--lifespan", "off", "--log-level", "critical")
            self._processes[name] = service.start("uvicorn", "tutela.entry.asgi:application", *words)
        else:
            part = "sequence" if name == "sequencer" else "work"
            self._processes[name] = service.start("tests.crash.actor", part)

    def _kill_all(self, service: Service, jobs: _Lines) -> None:
        chance = random.Random(_SEED)
        kinds = ["web", "worker-1", "worker-2", "sequencer"] + ["database", "database", "web"] * bool(self._server)
        for _ in range(self._kills):
            self._wait_for_progress(service, jobs)
            time.sleep(chance.uniform(0.0, 0.6))
            kind = chance.choice(kinds)
            if kind == "database":
                assert self._server is not None
                self._server.kill()
                self._server.start()
            else:
                service.kill(self._processes[kind])
                self._begin(service, kind)
            self._counts[kind.partition("-")[0]] += 1

    def _wait_for_progress(self, service: Service, jobs: _Lines) -> None:
        teams, lines, end_s = len(self._teams), len(jobs.lines), time.monotonic() + _PROGRESS_S_MAX
        while len(self._teams) == teams or len(jobs.lines) == lines:
            self._supervise(service)
            if time.monotonic() > end_s:
                raise TimeoutError("the service did not recover by itself")
            time.sleep(0.02)

    def _supervise(self, service: Service) -> None:
        """Start again what ended by itself, as `tutela up` does; how often is told."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                self._ended_by_themselves += 1
                service.kill(process)
                self._begin(service, name)

    def _add_teams(self, session: str) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            name = f"Team {number}"
            with suppress(OSError, http.client.HTTPException):
                if self._post(session, name) == _ADDED:
                    self._teams.append(name)
                    continue
            time.sleep(0.05)

    def _post(self, session: str, name: str) -> int:
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S_MAX)
        try:
            body = urlencode({"name": name, "csrfmiddlewaretoken": _TOKEN})
            cookies = f"session={session}; csrf={_TOKEN}"
            kind = "application/x-www-form-urlencoded"
            link.request("POST", "/teams/new/", body, {"Cookie": cookies, "Content-Type": kind})
            response = link.getresponse()
            moved_to = response.getheader("Location") or ""
            return response.status if moved_to.endswith("/teams/") else 0
        finally:
            link.close()

    def _settled(self, service: Service) -> dict[str, Any]:
        """Wait until nothing is left to do, or no longer."""
        end_s = time.monotonic() + _SETTLE_S_MAX
        while True:
            self._supervise(service)
            state = service.ask("bench.kill_load", "state")
            if not (state["jobs left"] or state["waiting"]) or time.monotonic() > end_s:
                return state
            time.sleep(1)


class _Lines(threading.Thread):
    """What a process has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        assert process.stdout is not None
        self._stream = process.stdout
        self.lines: list[str] = []
        self.start()

    def run(self) -> None:
        with suppress(ValueError, OSError):  # the stream is closed when the process is ended
            for line in self._stream:
                if line.endswith("\n"):
                    self.lines.append(line.strip())


def _restored_differs(service: Service, server: Server | None) -> bool:
    """Back up, wipe all but the keys, restore; whether anything is not as it was."""
    before = service.ask("bench.kill_load", "state")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        service.run("tutela", "backup", copy)
        keys = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))["keys"]
        for path in sorted(service.home.rglob("*"), reverse=True):
            if path.is_file() and str(path.relative_to(service.home)) not in keys:
                path.unlink()
        if server:
            server.wipe()
        service.run("tutela", "restore", copy)
    after = service.ask("bench.kill_load", "state")
    return bool(after["faults"]) or before != after


def _compared(state: dict[str, Any], teams: list[str], jobs: list[str]) -> dict[str, Any]:
    there = {name for name, _ in state["teams"]}
    effects = state["effects"]
    return {
        "changes acknowledged": len(teams),
        "jobs acknowledged": len(jobs),
        "entries": state["entries"],
        "acknowledged changes lost": len(set(teams) - there),
        "changes without exactly one leaf": sum(leaves != 1 for _, leaves in state["teams"])
        + state["leaves without a team"],
        "ledger gaps": state["gaps"] + abs(state["signed"] - state["entries"]),
        "ledger faults": len(state["faults"]),
        "jobs lost": sum(number not in effects for number in jobs) + state["dead"],
        "jobs stuck": state["jobs left"],
        "leaves left without a place": state["waiting"],
        "jobs run twice with effect": sum(times > 1 for times in effects.values()),
    }
