"""A4: kill -9 at random moments; afterwards every file stands in the report exactly once.

Chains: start a scan, kill it after a random time, resume it, kill it again, ... and let the last one finish. Then
scans in which a worker or the zygote is killed again and again while the scan goes on. Each report is compared with
that of an undisturbed scan, row by row: digests, hashes, verdicts.
"""

from __future__ import annotations

import os
import random
import signal
import time
import zipfile
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bench import corpus
from bench.cpu import tree
from bench.record import Measurement
from bench.scans import Bench, substance

if TYPE_CHECKING:
    import subprocess

    from tutela.domain.scan import ScanRow

_FILES: Final = 240
_FOLDERS: Final = 8
_ARCHIVES: Final = 3
_ARCHIVE_MEMBERS: Final = 20
_KILLS: Final = 36
_KILLS_A_CHAIN: Final = 6
_WORKER_KILLS_A_SCAN: Final = 8
_ZYGOTE_SHARE: Final = 0.25
_GAVE_UP: Final = 3  # exit code
_WAIT_S: Final = 120.0
_SEED: Final = 4


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    bench = Bench.made("kills")
    _fill(bench)
    start_s = time.perf_counter()
    wanted = bench.scan()
    whole_s = time.perf_counter() - start_s
    chance = random.Random(_SEED)
    outcome = _Outcome(wanted)
    scan_kills = _kill_scans(bench, chance, whole_s, outcome)
    differing_scan = outcome.differing
    worker_kills = _kill_workers(bench, chance, whole_s, outcome)
    bench.close()
    found.put("kills of the scan", scan_kills)
    found.put("kills of a worker", worker_kills["worker"])
    found.put("kills of the zygote", worker_kills["zygote"])
    found.put("files missing or reported twice", outcome.missing + outcome.twice)
    found.put("rows that differ after kills of the scan", differing_scan)
    found.put("rows that differ after kills of workers", outcome.differing - differing_scan)
    found.table(
        "Reports after kills, against an undisturbed scan",
        ("rows in each", "reports", "missing", "twice", "differing", "whole scan, s"),
        [(len(wanted), outcome.reports, outcome.missing, outcome.twice, outcome.differing, whole_s)],
    )
    words = ", ".join(f"{count} {word}" for word, count in outcome.reasons.items())
    found.notes.append(f"rows that differ, by the verdict they have: {words or 'none'}")
    counted = f"a worker {worker_kills['worker']} times, the zygote {worker_kills['zygote']} times"
    found.notes.append(f"killed: the scan {scan_kills} times, {counted}; seed {_SEED}")
    found.notes.append(
        f"scans that gave up after five zygotes killed at birth, and were resumed: {worker_kills['scan resumed']}"
    )
    return found


class _Outcome:
    """Compares reports with the undisturbed one."""

    def __init__(self, wanted: list[ScanRow]) -> None:
        self._wanted = substance(wanted)
        self.reports = self.missing = self.twice = self.differing = 0
        self.reasons: Counter[str] = Counter()

    def add(self, rows: list[ScanRow]) -> None:
        """Count what is wrong with one report."""
        counts = Counter((row.path, row.member) for row in rows)
        self.reports += 1
        self.missing += len(self._wanted.keys() - counts.keys())
        self.twice += sum(count - 1 for count in counts.values())
        for row in rows:
            if substance([row])[row.path, row.member] != self._wanted.get((row.path, row.member)):
                self.differing += 1
                self.reasons[f"{row.verdict} ({row.reason})"] += 1


def _fill(bench: Bench) -> None:
    paths = corpus.files(corpus.HD, _FILES)
    for number, path in enumerate(paths):
        folder = bench.evidence / f"folder-{number % _FOLDERS}"
        folder.mkdir(exist_ok=True)
        os.link(path, folder / path.name)
    small = corpus.files(corpus.VGA, _ARCHIVES * _ARCHIVE_MEMBERS)
    for number in range(_ARCHIVES):
        with zipfile.ZipFile(bench.evidence / f"archive-{number}.zip", "w") as archive:
            for path in small[number::_ARCHIVES]:
                archive.write(path, path.name)


def _kill_scans(bench: Bench, chance: random.Random, whole_s: float, outcome: _Outcome) -> int:
    kills = 0
    while kills < _KILLS:
        bench.report.unlink(missing_ok=True)
        for _ in range(_KILLS_A_CHAIN):
            with bench.begin(*_again(bench)) as process:
                time.sleep(chance.uniform(0.0, whole_s * 0.6))
                kills += _kill(process)
        with bench.begin(*_again(bench)) as process:
            process.wait(timeout=_WAIT_S)
        outcome.add(bench.rows())
    return kills


def _again(bench: Bench) -> tuple[str, ...]:
    """As a person would: resume where there is a report, begin where there is none yet."""
    return ("--resume",) if bench.report.exists() else ()


def _kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill the scan; False where it had already ended."""
    if process.poll() is not None:
        return False
    process.kill()
    process.wait()
    return True


def _kill_workers(bench: Bench, chance: random.Random, whole_s: float, outcome: _Outcome) -> Counter[str]:
    """Kill below the scan while it goes on; where it gives up, resume it, as a person would."""
    kills: Counter[str] = Counter()
    while kills["worker"] < _KILLS:
        bench.report.unlink(missing_ok=True)
        with bench.begin() as process:
            for _ in range(_WORKER_KILLS_A_SCAN):
                time.sleep(chance.uniform(0.02, whole_s / _WORKER_KILLS_A_SCAN))
                kills[_kill_below(process.pid, chance)] += 1
            process.wait(timeout=_WAIT_S)
        if process.returncode == _GAVE_UP:
            kills["scan resumed"] += 1
            with bench.begin(*_again(bench)) as process:
                process.wait(timeout=_WAIT_S)
        outcome.add(bench.rows())
    return kills


def _kill_below(scan: int, chance: random.Random) -> str:
    """Kill one process below the scan, mostly a worker: the zygote is its child, the workers are the zygote's."""
    below = tree(scan)[1:]
    if not below:
        return "nothing"
    if chance.random() < _ZYGOTE_SHARE:
        victim = below[0]
    elif below[1:]:
        victim = chance.choice(below[1:])
    else:
        return "nothing"
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
        return "zygote" if victim == below[0] else "worker"
    return "nothing"
