"""E1: reports come in quickly, durably, folded and weighed, and go on doing so when millions are stored.

    python -m bench.evidence E1             some minutes: grows to half a million stored reports
    python -m bench.evidence E1 --full      the claim: to two million; half an hour
    python -m bench.e1_intake quick         every part for seconds, printed: to see that it runs

Everything runs on one machine at once: PostgreSQL that syncs each commit, two web processes of the service, the
sequencer of the record, and whoever sends. Files are brought by `tutela intake import`, two at the same time; single
reports come over 16 connections, each of which waits for its answer before it goes on. Each part begins with a record
in which nothing waits for its place, and says how much does at its end: the sequencer shares the two cores. The peer is
what a naive intake does, on the same server: one table, an insert and a commit each, nothing folded or proved. At the
end every acknowledged report is looked for, with its leaf.
"""

from __future__ import annotations

import json
import socket
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bench.cpu import Meter
from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service

if TYPE_CHECKING:
    import subprocess

OPTIONS: Final = (
    "shared_buffers=1GB",
    "max_wal_size=8GB",
    "checkpoint_timeout=15min",
)  # as the guide of operators says
_TWO: Final = 2  # cores, and of each kind of process
_START_S_MAX: Final = 60
_PLACED_S_MAX: Final = 300
_FILL_S_MAX: Final = 3_600


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, and how much."""

    imported: int = 60_000
    window_s: float = 15.0
    batch: int = 500
    lines_of_batches: int = 4
    lines_of_singles: int = 16
    stored: tuple[int, ...] = (0, 125_000, 250_000, 500_000)
    open_cases: int = 1_000_000


FULL: Final = Plan(stored=(0, 250_000, 500_000, 1_000_000, 2_000_000))
QUICK: Final = Plan(imported=6_000, window_s=4.0, stored=(0, 5_000), open_cases=5_000)
_STORED: Final = FULL.stored[-1]


def measure(plan: Plan | None = None) -> Measurement:
    """Run every part."""
    plan = plan or (FULL if "--full" in sys.argv else Plan())
    found = Measurement()
    with Server(*OPTIONS) as server:
        port = _free_port()
        where = {"TUTELA_LISTEN": f"127.0.0.1:{port}", "TUTELA_ORIGIN": f"http://127.0.0.1:{port}"}
        with Service(server.url, **where) as service:
            sequencer = service.start("tests.crash.actor", "sequence")
            _rates(found, plan, service, port)
            service.kill(sequencer)
            _growth(found, plan, service)
    with Server(*OPTIONS) as server, Service(server.url) as service:
        said = json.loads(service.run("bench.rank_load", plan.open_cases, "pages").splitlines()[-1])
    found.put("first page of the queue of 1 million open cases", said["page_ms"])
    found.put("a page from its middle", said["deep_page_ms"])
    found.notes.append(f"Settings of PostgreSQL beside its defaults: {', '.join(OPTIONS)}; it syncs each commit.")
    found.notes.append("The leaves of the growth part wait for their place: no sequencer runs beside it.")
    return found


def _rates(found: Measurement, plan: Plan, service: Service, port: int) -> None:
    desk = service.ask("bench.intake_load", "desk")
    acknowledged, took_s, cpu_s = _imported(plan, service, desk["organisation"])
    rates, left = {"import": acknowledged / took_s}, {"import": service.ask("bench.intake_load", "waiting")}
    web = _web(service, port)
    for kind, lines, at_once in (("batches", plan.lines_of_batches, plan.batch), ("singles", plan.lines_of_singles, 1)):
        _until_placed(service)
        said = service.ask("bench.intake_load", "send", port, desk["key"], plan.window_s, lines, at_once)
        left[kind] = service.ask("bench.intake_load", "waiting")
        rates[kind] = said["acknowledged"] / said["seconds"]
        acknowledged += said["acknowledged"]
    service.kill(web)
    service.run("bench.intake_load", "table")
    peers = [service.start("bench.intake_load", "naive", plan.window_s) for _ in range(_TWO)]
    peer = sum(json.loads(service.finish(each)) for each in peers) / plan.window_s
    stored = service.ask("bench.intake_load", "stored", desk["organisation"])
    found.put("bulk import, two files at once", rates["import"], peer)
    found.put("CPU of a report that is imported, both sides and the sequencer", 1000 * cpu_s / plan.imported)
    found.put("through the API, in batches", rates["batches"], peer)
    found.put("through the API, singly", rates["singles"], peer)
    found.table(
        "Entries of the record that wait for their place at the end of a part",
        ("part", "entries"),
        list(left.items()),
    )
    found.put("reports acknowledged", acknowledged)
    found.put(
        "acknowledged reports that are not stored with their leaf",
        acknowledged - min(stored["reports"], stored["leaves"]),
    )
    found.put("cases they fold into", stored["cases"])


def _until_placed(service: Service) -> None:
    end_s = time.monotonic() + _PLACED_S_MAX
    while service.ask("bench.intake_load", "waiting"):
        if time.monotonic() > end_s:
            raise RuntimeError("the sequencer does not come to an end")
        time.sleep(1)


def _imported(plan: Plan, service: Service, organisation: str) -> tuple[int, float, float]:
    """Bring files by the command itself, so many at once; return how many reports, how long it took, and its CPU."""
    files = [service.home / f"reports-{number}.jsonl" for number in range(_TWO)]
    for number, file in enumerate(files):
        service.run("bench.intake_load", "write", file, plan.imported // _TWO, number + 1)
    start_s, meter = time.monotonic(), Meter()  # the server and the sequencer are below this process, too
    words = ("--organisation", organisation, "--sender", "load")
    runs = [service.start("tutela", "intake", "import", file, *words) for file in files]
    for run in runs:
        service.finish(run)
    return plan.imported, time.monotonic() - start_s, meter.spent_s()


def _web(service: Service, port: int) -> subprocess.Popen[str]:
    words = ("--host", "127.0.0.1", "--port", port, "--workers", _TWO, "--lifespan", "off", "--log-level", "critical")
    web = service.start("uvicorn", "tutela.entry.asgi:application", *words)
    end_s = time.monotonic() + _START_S_MAX
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/self", timeout=5)
        except urllib.error.HTTPError:
            return web  # it answers
        except OSError:
            if time.monotonic() > end_s:
                raise
            time.sleep(0.2)
        else:
            return web


def _growth(found: Measurement, plan: Plan, service: Service) -> None:
    """Store more and more in another desk, and see each time what one more report takes."""
    name = service.ask("bench.intake_load", "desk")["organisation"]
    service.ask("bench.intake_load", "new", name)  # what is cold at first is nobody's growth
    stored, points = 0, []
    for amount in plan.stored:
        fillers = [
            service.start("bench.intake_load", "fill", name, (amount - stored) // _TWO)
            for _ in range(_TWO * (amount > stored))
        ]
        start_s = time.monotonic()
        for filler in fillers:
            service.finish(filler, wait_s_max=_FILL_S_MAX)
        rate = (amount - stored) / (time.monotonic() - start_s) if fillers else None
        stored, said = amount, service.ask("bench.intake_load", "new", name)
        points.append((amount, said["one_ms"], said["one_cpu_ms"], said["batch_ms"], said["batch_cpu_ms"], rate))
    columns = ("stored", "one, ms", "one, CPU ms", "in a batch, ms", "in a batch, CPU ms", "filled reports/s")
    found.table("What one more report takes", columns, points)
    first, last = points[0], points[-1]
    is_whole = stored >= _STORED
    found.put("stored reports at the end of the curve", stored)
    found.put("a new one then slower than on an empty desk", _slower(first[1], last[1]) if is_whole else None)
    found.put("the same in a batch", _slower(first[3], last[3]) if is_whole else None)
    if not is_whole:
        found.notes.append(f"The curve ends at {stored:,} stored reports; `--full` goes on to {_STORED:,}.")


def _slower(before: float, after: float) -> float:
    return 100 * (after / before - 1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _quick() -> dict[str, Any]:
    found = measure(QUICK)
    return {"values": found.values, "peers": found.peer_values, "tables": found.tables}


if __name__ == "__main__":
    json.dump(_quick(), sys.stdout, indent=1)
