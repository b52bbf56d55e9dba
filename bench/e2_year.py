"""E2: a year of reports, shaped like the public record, goes through intake, folding, look-ups and triage.

    python -m bench.e2_year --scale 0.001 --seed 7     the same, smaller or of another seed; prints, writes no record

At scale 1 the year has 10.2 million reports, as 2017 had; the default is a tenth. What is drawn stands in
`reports_year`. Two processes take it in, a thousand reports in a transaction, on a PostgreSQL that syncs; a worker asks
a list that knows a tenth of the files. Whatever interrupts it: the same command goes on where it stopped, and times are
then those since.

Views: who views everything looks at each file of each report; with exact folding once at each digest; with perceptual
grouping once at each group of what looks alike (PDQ, 31 bits, also through others).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.cpu import Meter
from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service

if TYPE_CHECKING:
    import subprocess

REPORTS: Final = 10_200_000
SCALE: Final = 0.1
_SEED: Final = 7
_PROCESSES: Final = 2
_MODULE: Final = "bench.year_load"
_LOOK_UP_S_MAX: Final = 3600


def measure() -> Measurement:
    """The year at its default scale."""
    return year_at(SCALE, _SEED)


def year_at(scale: float, seed: int) -> Measurement:
    """Take a year in, look at what became of it, and forget it."""
    reports = round(REPORTS * scale)
    folder = Path(tempfile.gettempdir()) / f"tutela-year-{reports}-{seed}"
    folder.mkdir(mode=0o755, exist_ok=True)
    with (
        Server(keep=folder / "postgres") as server,
        Service(server.url, keep=folder / "home", TUTELA_JURISDICTION="nl", TUTELA_LOOKUPS="public:NL") as service,
    ):
        service.run(_MODULE, "prepare", reports, seed)
        worker = service.start("tests.crash.actor", "work")
        start_s, meter = time.monotonic(), Meter(server.pid)
        takers = [_Taker(service.start(_MODULE, "take", reports, seed, part, _PROCESSES)) for part in range(_PROCESSES)]
        for taker in takers:
            taker.join()
        if not all(taker.told for taker in takers):
            raise RuntimeError("a process that takes reports in has failed; the same command goes on where it stopped")
        took_s, database_cpu_s = time.monotonic() - start_s, meter.spent_s()
        looked_up_s = _until_looked_up(service, start_s)
        service.kill(worker)
        told = _said(service.start(_MODULE, "figures", reports, seed))[-1]
    found = _published(told, [taker.told for taker in takers], took_s, database_cpu_s, looked_up_s)
    shutil.rmtree(folder)
    return found


class _Taker(threading.Thread):
    """A process that takes a part of the year in, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__()
        self._process = process
        self.told: dict[str, Any] = {}
        self.start()

    def run(self) -> None:
        self.told = _said(self._process)[-1]


def _said(process: subprocess.Popen[str]) -> list[Any]:
    """Return what a process says, once it has ended; pass on how far it came."""
    assert process.stdout is not None
    said: list[Any] = []
    for line in process.stdout:
        said.append(json.loads(line))
        if "at" in said[-1]:
            print(f"report {said[-1]['at']:,}", file=sys.stderr)
    if process.wait() or not said:
        assert process.stderr is not None
        raise RuntimeError(process.stderr.read()[-3000:])
    return said


def _until_looked_up(service: Service, start_s: float) -> float:
    end_s = time.monotonic() + _LOOK_UP_S_MAX
    while waiting := service.ask(_MODULE, "waiting"):
        if time.monotonic() > end_s:
            raise TimeoutError("look-ups are not done")
        print(f"look-ups that wait: {waiting:,}", file=sys.stderr)
        time.sleep(5)
    return time.monotonic() - start_s


def _published(
    told: dict[str, Any], taken: list[dict[str, Any]], took_s: float, database_cpu_s: float, looked_up_s: float
) -> Measurement:
    found = Measurement()
    files, fresh = taken[0]["files"], sum(each["taken"] for each in taken)
    cpu_s = sum(each["cpu_s"] for each in taken)
    found.put("reports", told["reports"])
    found.put("cases they fold into", told["cases"])
    found.put("reports that the cases do not count", told["reports"] - told["counted"])
    found.put("files reported", files)
    found.put("views, exact folding", told["items"], files)
    found.put("views, perceptual grouping", told["look_alikes"], files)
    found.put("views saved by exact folding", 100 * (1 - told["items"] / files))
    found.put("views saved by perceptual grouping", 100 * (1 - told["look_alikes"] / files))
    found.put("files known exactly to a list", told["known"])
    found.put("sightings of these, which nobody needs to view", told["known_sightings"])
    found.put("cases that wait", told["waiting"])
    queue = {share: (ours, theirs) for share, ours, theirs in told["queue"]}
    found.put("nine in ten of the urgent are found within", *queue[90])
    found.put("all of the urgent are found within", *queue[100])
    found.put("rate", fresh / took_s if fresh else None)
    found.put("time", took_s)
    found.put("batches sent again because another held a lock", sum(each["again"] for each in taken))
    found.put("CPU of intake a report", 1000 * cpu_s / fresh if fresh else None)
    found.put("CPU of the database a report", 1000 * database_cpu_s / fresh if fresh else None)
    found.put("all look-ups are done after", looked_up_s)
    found.put("database", told["database_bytes"] / 2**20)
    found.put("entries of the record", told["entries"])
    found.table("How often files were sighted", ("sightings", "items", "% of all sightings"), told["viral"])
    found.notes.append(
        f"The largest case has {told['largest_case']:,} reports. Shares that no public record has are ours, and stand "
        "in bench/reports_year.py; that a list knows a tenth of the files is one of them. CPU of the database is with "
        "the look-ups that were done meanwhile."
    )
    if fresh < told["reports"]:
        found.notes.append(f"It was interrupted: time, rate and CPU are of the last {fresh:,} reports.")
    return found


def main() -> None:
    """The command line of the module."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--scale", type=float, default=SCALE)
    words.add_argument("--seed", type=int, default=_SEED)
    given = words.parse_args()
    found = year_at(given.scale, given.seed)
    for name, value in found.values.items():
        beside = found.peer_values[name]
        print(f"{name}: {value:,.2f}" + (f"  (beside {beside:,.2f})" if beside is not None else ""))
    for table in found.tables:
        print(json.dumps(table))


if __name__ == "__main__":
    main()
