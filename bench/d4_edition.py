"""D4: a whole edition from all shipped figures, in processes of their own, from a cold start; and the same bytes twice.

The bar is wall time on two cores; CPU time stands beside it, because a shared machine stretches the wall.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.record import Measurement

_RUNS = 2


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
    return found


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
