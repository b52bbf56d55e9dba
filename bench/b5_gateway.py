"""B5: the gateway in two processes over ten million entries, asked by wrk on loopback.

Questions are random hashes, of which one in a hundred is a listed one with ten bits turned: most of what is uploaded
anywhere is not known. The key is told verdicts only, so that the watch for probing works, too. Half load is half of
what the same run reached: each connection waits between two questions.

wrk runs on the same cores as the gateway and takes its share of them. The list is made once and kept in `.peers`.
`TUTELA_BENCH_HASHES_MAX` and `TUTELA_BENCH_REQUESTS` make a run smaller.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.cpu import tree
from bench.memory import pss_mb
from bench.pdq_hashes import random_hashes, turned
from bench.peers import FOLDER
from bench.record import Measurement
from tutela.domain.lists import Entry, MatchPolicy
from tutela.engine.matching import ListStore
from tutela.engine.matching.live import Updater
from tutela.entry.gateway.keys import FileKeys, Scope

if TYPE_CHECKING:
    from collections.abc import Generator

_ENTRIES: Final = 10_000_000
_REQUESTS: Final = 1_000_000
_QUESTIONS: Final = 20_000
_PLANTED_EVERY: Final = 100
_BATCH: Final = 1000
_PROCESSES: Final = 2
_CONNECTIONS: Final = 32
_ROUND_S: Final = 10
_ROUNDS: Final = 3
_SCRIPT: Final = """
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer {key}"
wrk.headers["Content-Type"] = "application/json"
local bodies, at = {{}}, 0
for line in io.lines("{bodies}") do bodies[#bodies + 1] = line end
request = function()
  at = at % #bodies + 1
  return wrk.format(nil, "{path}", nil, bodies[at])
end
{delay}
"""
_GROUND: Final = '{"channel": "public", "jurisdiction": "NL", "kind": "pdq", '
_UNITS_MS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class _Load:
    """What wrk measured in one round."""

    per_s: float
    p50_ms: float
    p99_ms: float
    requests: int
    refused: int


def measure() -> Measurement:
    """Run every load against one gateway."""
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is not installed (Debian package wrk)")
    found = Measurement()
    entries = min(int(os.environ.get("TUTELA_BENCH_HASHES_MAX", str(_ENTRIES))), _ENTRIES)
    wanted = int(os.environ.get("TUTELA_BENCH_REQUESTS", str(_REQUESTS)))
    home, hashes = _home(entries), random_hashes(entries)
    with _running(home) as (pid, address), tempfile.TemporaryDirectory() as name:
        wrk = _Wrk(address, home, hashes, Path(name))
        wrk.single()  # what is asked first brings the index into memory
        singles = [wrk.single() for _ in range(_ROUNDS)]
        per_s = median(load.per_s for load in singles)
        half = [wrk.single(rate_per_s=per_s / 2) for _ in range(_ROUNDS)]
        many = [wrk.batches() for _ in range(_ROUNDS)]
        before_mb, asked = _memory_mb(pid), 0
        loads = [*singles, *half, *many]
        while asked < wanted:
            loads.append(wrk.single())
            asked += loads[-1].requests
        after_mb = _memory_mb(pid)
    found.put("entries", entries)
    found.put("single look-ups", per_s)
    found.put("hashes in batches of 1,000", median(load.per_s for load in many) * _BATCH)
    found.put("99th percentile of single look-ups at half load", median(load.p99_ms for load in half))
    found.put("memory of all processes", after_mb)
    found.put("requests while memory was watched", asked)
    found.put("growth of memory over them", after_mb - before_mb)
    found.put("answers other than 200", sum(load.refused for load in loads))
    rows = [
        (kind, round(load.per_s), load.p50_ms, load.p99_ms)
        for kind, several in (("single", singles), ("single, half load", half), ("batches of 1,000", many))
        for load in several
    ]
    found.table("Rounds of ten seconds", ("load", "requests/s", "median, ms", "99th percentile, ms"), rows)
    found.notes.append(
        f"{_PROCESSES} processes, wrk with {_CONNECTIONS} connections on the same {os.cpu_count()} cores; load average"
        f" at the end {os.getloadavg()[0]:.1f}."
    )
    return found


class _Wrk:
    """Asks one gateway."""

    def __init__(self, address: str, home: Path, hashes: np.ndarray, folder: Path) -> None:
        self._address, self._folder = address, folder
        self._key = FileKeys(home).add(
            "bench", days=1, requests_per_minute_max=1_000_000_000, scopes=[Scope.LOOKUP]
        ).shown  # fmt: skip
        time.sleep(3)  # until every process has seen the key
        asked = random_hashes(_QUESTIONS, seed=42)
        planted = np.arange(0, _QUESTIONS, _PLANTED_EVERY)
        asked[planted] = turned(hashes[planted], np.full(len(planted), 10))
        values = [each.tobytes().hex() for each in asked]
        (folder / "single").write_text("".join(f'{_GROUND}"value": "{value}"}}\n' for value in values))
        batches = ['", "'.join(values[at : at + _BATCH]) for at in range(0, _QUESTIONS, _BATCH)]
        (folder / "batch").write_text("".join(f'{_GROUND}"values": ["{batch}"]}}\n' for batch in batches))

    def single(self, rate_per_s: float = 0.0) -> _Load:
        """Ask one by one, as fast as answers come or at a rate."""
        pause_ms = max(1, round(1000 * _CONNECTIONS / rate_per_s)) if rate_per_s else 0
        return self._run("single", "/v1/match", _CONNECTIONS, pause_ms)

    def batches(self) -> _Load:
        """Ask a thousand at a time."""
        return self._run("batch", "/v1/match/batch", 2 * _PROCESSES, 0)

    def _run(self, bodies: str, path: str, connections: int, pause_ms: int) -> _Load:
        script = self._folder / "script.lua"
        delay = f"delay = function() return {pause_ms} end" if pause_ms else ""
        script.write_text(_SCRIPT.format(key=self._key, bodies=self._folder / bodies, path=path, delay=delay))
        said = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{_ROUND_S}s", "--latency", "-s", str(script), self._address],
            capture_output=True,
            text=True,
            check=True,
            timeout=_ROUND_S * 6,
        ).stdout
        return _Load(
            per_s=float(_found(r"Requests/sec:\s+([\d.]+)", said)[0]),
            p50_ms=_ms(*_found(r"50%\s+([\d.]+)(\w+)", said)),
            p99_ms=_ms(*_found(r"99%\s+([\d.]+)(\w+)", said)),
            requests=int(_found(r"(\d+) requests in", said)[0]),
            refused=int(refused[0]) if (refused := re.findall(r"Non-2xx or 3xx responses: (\d+)", said)) else 0,
        )


def _home(entries: int) -> Path:
    """Return an installation with so many random entries, indexed; made once."""
    home = FOLDER / f"gateway-{entries}"
    store = ListStore(home / "lists")
    if not (store.index_folder / "CURRENT").exists():
        hashes = random_hashes(entries)
        rows = (Entry(str(number), pdq=pdq_hash.tobytes()) for number, pdq_hash in enumerate(hashes))
        store.add("bench", "bench", "1", "none", MatchPolicy(), rows, imported_at="2026-01-01T00:00:00Z")
        Updater(store.index_folder).build([store.open("bench")])
    return home


@contextmanager
def _running(home: Path) -> Generator[tuple[int, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")} | {
        "TUTELA_HOME": str(home),
        "TUTELA_LOOKUPS": "public:NL",
        "TUTELA_GATEWAY_LISTEN": where,
        "TUTELA_GATEWAY_PROCESSES": str(_PROCESSES),
        "TUTELA_LOG_LEVEL": "error",
    }
    process = subprocess.Popen([sys.executable, "-m", "tutela", "gateway", "run"], env=environment)
    try:
        for _ in range(600):
            if _is_ready(f"http://{where}/readyz"):
                break
            time.sleep(0.1)
        yield process.pid, f"http://{where}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own gateway
            return answer.status == 200
    except OSError:
        return False


def _memory_mb(root: int) -> float:
    return sum(pss_mb(pid) for pid in tree(root))


def _found(pattern: str, said: str) -> tuple[str, ...]:
    match = re.search(pattern, said)
    if match is None:
        raise RuntimeError(f"wrk said something else: {said[-2000:]}")
    return match.groups()


def _ms(amount: str, unit: str) -> float:
    return float(amount) * _UNITS_MS[unit]
