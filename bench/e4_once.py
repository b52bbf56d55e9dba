"""E4: the same report sent five times is one report with one receipt, whatever crashes meanwhile.

Everything happens over HTTP, on SQLite and on PostgreSQL, and what is there in the end is looked at row by row:

1. Each report five times, one after the other, and five at once by as many connections to several processes.
2. Killed before every single step: each system call of the server by which a file is changed or locked, or something is
   sent or received (to the database, to the sender). Then it is sent again until there are five answers.
3. Random kills of web processes, and of PostgreSQL itself, while senders hand in single reports and batches. Each sends
   again, under the same key, until it is answered. What was answered must be there, once, with the same receipt.

What comes by other doors, and that no reporter reads another's thread, are tests (`tests/apps/intake/test_doors.py`).
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service, free_port
from bench.tested import not_passed, run

if TYPE_CHECKING:
    import subprocess

REPEATED: Final = 100  # reports, one after the other; as many at once
KILLS: Final = {"PostgreSQL": 120, "SQLite": 80}
_SENDS: Final = 5
_SENDERS: Final = 4
_PROCESSES: Final = 3
_DATABASE_KILLS: Final = 0.2  # of those on PostgreSQL
_ROWS_A_BATCH: Final = 5
_SEED: Final = 4
_MODULE: Final = "bench.once_load"
_CREATED: Final = (200, 201)
_ANSWER_S_MAX: Final = 20.0
_PROGRESS_S_MAX: Final = 120.0
_PAUSE_S_MAX: Final = 0.3
_DOORS: Final = "tests/apps/intake/test_doors.py"
_LOST: Final = (
    "acknowledged reports lost",
    "reports that are there twice or otherwise",
    "senders with unequal answers",
)


def measure() -> Measurement:
    """Both databases, then the doors."""
    found = Measurement()
    with Server() as server:
        told = [_Play(server).outcome(), _Play(None).outcome()]
    doors = run(_DOORS)
    for name in (
        *("reports sent five times, one after the other", "reports sent five times at once"),
        *("crashes, each before another step", "random kills under load", "reports acknowledged under load"),
        *_LOST,
        *("rows that are half there", "faults of the record"),
    ):
        found.put(name, sum(each[name] for each in told))
    found.put("tests of the other doors", len(doors))
    found.put("tests that do not pass", not_passed(doors))
    found.notes += [note for each in told for note in each.pop("notes")]
    columns = list(told[0])
    found.table("By database", columns, [[each[name] for name in columns] for each in told])
    found.notes.append(
        f"random moments from seed {_SEED}; {_PROCESSES} web processes on one socket, {_SENDERS} senders"
    )
    return found


@dataclass
class _Answers:
    """What senders heard: under each key the receipts, as they were given."""

    receipts: dict[str, set[str]] = field(default_factory=dict)
    heard: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key: str, receipt: str) -> None:
        with self.lock:
            self.receipts.setdefault(key, set()).add(receipt)
            self.heard += 1


class _Play:
    """One database: everything that is sent and killed there."""

    def __init__(self, server: Server | None) -> None:
        self._server = server
        self._name = "PostgreSQL" if server else "SQLite"
        self._port = free_port()
        self._answers = _Answers()
        self._over = threading.Event()
        self._secret = ""
        self._refused: list[str] = []

    def outcome(self) -> dict[str, Any]:
        """Play it; return the figures."""
        with Service(self._server.url if self._server else "") as service:
            self._secret = service.run(_MODULE, "desk").strip()
            steps = service.ask(_MODULE, "steps", self._secret, 1)
            _say(f"{self._name}: killed before {steps['killed']} steps")
            web = service.start(_MODULE, "serve", self._port, _PROCESSES)
            living = _Living(web)
            self._repeat()
            _say(f"{self._name}: the same again, one after the other and at once")
            kills = self._kill(living)
            service.kill(web)
            state = service.ask(_MODULE, "state")
        if self._refused:
            raise RuntimeError(f"a sound report was refused: {self._refused[0]}")
        return self._judged(state, steps, kills)

    def _repeat(self) -> None:
        for number in range(REPEATED):
            for _ in range(_SENDS):
                self._hand_in(f"in-turn-{number:05}")
            threads = [threading.Thread(target=self._hand_in, args=(f"at-once-{number:05}",)) for _ in range(_SENDS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _kill(self, living: _Living) -> Counter[str]:
        senders = [threading.Thread(target=self._keep_sending, args=(number,)) for number in range(_SENDERS)]
        for sender in senders:
            sender.start()
        chance, kills = random.Random(_SEED), Counter[str]()
        try:
            while sum(kills.values()) < KILLS[self._name]:
                self._wait_for_progress()
                time.sleep(chance.uniform(0, _PAUSE_S_MAX))
                if self._server and chance.random() < _DATABASE_KILLS:
                    self._server.kill()
                    self._server.start()
                    kills["database"] += 1
                else:
                    kills["web"] += living.kill_one(chance)
                if sum(kills.values()) % 20 == 0:
                    _say(f"{self._name}: {sum(kills.values())} kills, {self._answers.heard} answers")
        finally:
            self._over.set()
            for sender in senders:
                sender.join()
        return kills

    def _wait_for_progress(self) -> None:
        before, end_s = self._answers.heard, time.monotonic() + _PROGRESS_S_MAX
        while self._answers.heard < before + _SENDERS:
            if time.monotonic() > end_s:
                raise TimeoutError("the service did not recover by itself")
            time.sleep(0.005)

    def _keep_sending(self, sender: int) -> None:
        """Single reports and batches in turn, each until it is answered; every third is sent once more."""
        for number in count():
            if self._over.is_set():
                return
            name = f"load-{sender}-{number:06}"
            sending = self._hand_in_batch if number % 2 else self._hand_in
            for _ in range(1 + (number % 3 == 0)):
                sending(name)

    def _hand_in(self, key: str) -> None:
        told = self._answered("/api/v1/reports", key, _report(key))
        self._answers.add(key, json.dumps(told, sort_keys=True))

    def _hand_in_batch(self, name: str) -> None:
        rows = [{"key": f"{name}-{row}", "report": _report(f"{name}-{row}")} for row in range(_ROWS_A_BATCH)]
        told = self._answered("/api/v1/reports/batch", name, {"reports": rows})
        for given, row in zip(rows, told["rows"], strict=True):
            self._answers.add(given["key"], json.dumps(row["receipt"], sort_keys=True))

    def _answered(self, path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send until there is an answer that says it was taken in."""
        headers = {
            "Authorization": f"Bearer {self._secret}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        end_s = time.monotonic() + _PROGRESS_S_MAX
        while time.monotonic() < end_s:
            link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S_MAX)
            with suppress(OSError, http.client.HTTPException):
                link.request("POST", path, json.dumps(body), headers)
                response = link.getresponse()
                said = response.read()
                if response.status in _CREATED:
                    return json.loads(said)
                if response.status < 500:
                    self._refused.append(said.decode())
                    raise AssertionError(said)
            link.close()
            time.sleep(0.02)
        raise TimeoutError("nobody answers")

    def _judged(self, state: dict[str, Any], steps: dict[str, int], kills: Counter[str]) -> dict[str, Any]:
        there, answers = state["report ids"], self._answers.receipts
        given = {key: {json.loads(receipt)["report_id"] for receipt in receipts} for key, receipts in answers.items()}
        others = sum(key in there and ids != {there[key]} for key, ids in given.items())
        twice = state["reports"] - len(there)
        return {
            "database": self._name,
            "notes": [f"{self._name}, {key}: {sorted(said)}" for key, said in answers.items() if len(said) > 1][:5],
            "reports sent five times, one after the other": REPEATED,
            "reports sent five times at once": REPEATED,
            "crashes, each before another step": steps["killed"],
            "of these after the answer": steps["acknowledged before the kill"],
            "random kills under load": sum(kills.values()),
            "of these of the database": kills["database"],
            "reports acknowledged under load": sum(key.startswith("load-") for key in given),
            _LOST[0]: len(given.keys() - there.keys()),
            _LOST[1]: others + twice + steps["without exactly one report"],
            _LOST[2]: sum(len(receipts) != 1 for receipts in answers.values()) + steps["without five equal answers"],
            "rows that are half there": sum(state["half"].values()),
            "faults of the record": len(state["faults"]),
            "entries of the record": state["entries"],
        }


class _Living(threading.Thread):
    """The web processes that there are, as the one that starts them says."""

    def __init__(self, web: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        assert web.stdout is not None
        self._stream = web.stdout
        self._there: list[int] = []
        self.start()
        while len(self._there) < _PROCESSES:
            if web.poll() is not None:
                raise RuntimeError(web.communicate()[1][-2000:])
            time.sleep(0.01)

    def run(self) -> None:
        with suppress(ValueError, OSError):  # the stream is closed when the process is ended
            for line in self._stream:
                self._there.append(int(line))

    def kill_one(self, chance: random.Random) -> bool:
        """Kill one that began before the others were killed; tell whether it was there."""
        pid = self._there.pop(chance.randrange(len(self._there)))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False


def _report(name: str) -> dict[str, Any]:
    """A page of its own; a file and an account that others report, too."""
    number = sum(name.encode())
    return {
        "addresses": [f"https://files.example/{name}"],
        "media": [{"md5": f"{number % 400:032x}"}],
        "accounts": [{"platform": "platform", "name": f"user-{number % 150}"}],
    }


def _say(words: str) -> None:
    print(words, file=sys.stderr)
