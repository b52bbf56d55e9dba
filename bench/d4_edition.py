"""D4: a whole edition from all shipped figures, in processes of their own, from a cold start; and the same bytes twice.

The bar is wall time on two cores; CPU time stands beside it, because a shared machine stretches the wall. A study is
one command on 120 months of a made-up series with ten comparators, start of the process included. Pages are asked of
the service by Django's client (`honest_pages.py`), in CPU time: first before their drawings have been made (the first
of a process also loads what draws), then after.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.record import Measurement
from bench.service import Service

_RUNS = 2
_MONTHS = 120
_COMPARATORS = 10
_ASKED = ("--event", "2020-01-01", "--what", "an event", "--unit", "reports", "--source", "made up")


def measure() -> Measurement:
    found = Measurement()
    wall_s: list[float] = []
    cpu_s: list[float] = []
    made: list[dict[str, bytes]] = []
    for _ in range(_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            before, start_s = _cpu_s(), time.monotonic()
            subprocess.run(
                [sys.executable, "-m", "tutela", "assess", "build", "--out", folder, "--quiet"],
                check=True,
                env=os.environ | {"PYTHONHASHSEED": "random"},
                stdout=subprocess.DEVNULL,
            )
            wall_s.append(time.monotonic() - start_s)
            cpu_s.append(_cpu_s() - before)
            made.append(
                {str(each.relative_to(folder)): each.read_bytes() for each in Path(folder).rglob("*") if each.is_file()}
            )
    found.put("the whole edition", max(wall_s))
    found.put("the same, CPU", max(cpu_s))
    found.put("files that differ between two builds", sum(made[0][name] != made[1].get(name) for name in made[0]))
    found.put("files", len(made[0]))
    found.put("a study of 120 months with all pretences, the first of a process", _study_s())
    with Service() as service:
        told = service.ask("bench.honest_pages")
    first, again = list(told["first_ms"].values()), list(told["again_ms"].values())
    found.put("pages measured", len(again))
    found.put("the slowest page, once drawn", max(again))
    found.put("the slowest page, drawn for the first time", max(first))
    found.put("the page in the middle, drawn for the first time", statistics.median(first))
    return found


def _study_s() -> float:
    """CPU seconds of one study on the command line."""
    months = [f"{2014 + month // 12}-{month % 12 + 1:02}" for month in range(_MONTHS)]
    noise = np.random.default_rng(1).normal(0, 5, (_MONTHS, 1 + _COMPARATORS)) + 100
    header = ["period", "here", *(f"place {number}" for number in range(1, 1 + _COMPARATORS))]
    rows = [header, *([month, *(f"{value:.3f}" for value in row)] for month, row in zip(months, noise, strict=True))]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "study.csv"
        table.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        before = _cpu_s()
        subprocess.run(
            [sys.executable, "-m", "tutela", "assess", "impact", str(table), *_ASKED],
            check=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
        )
        return _cpu_s() - before


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
