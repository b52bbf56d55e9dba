"""CPU time of a process and everything below it, read from outside.

Workers live on between files, so waiting for them to end would measure nothing. Linux gives every process a CPU clock
that others may read (nanoseconds, all its threads); children that have ended are in their parent's `cutime` (ticks of
10 ms). The sum over the tree is what a file really costs: parent, zygote and workers.

>>> meter = Meter(os.getpid())
>>> meter.spent_s() >= 0
True
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Final

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_CPUCLOCK_SCHED: Final = 2  # of linux/posix-timers: the precise clock of a process


class Meter:
    """Counts from its making."""

    def __init__(self, root: int | None = None) -> None:
        self._root = os.getpid() if root is None else root
        self._start_s = tree_cpu_s(self._root)

    def spent_s(self) -> float:
        """Seconds of CPU that the tree has taken since."""
        return tree_cpu_s(self._root) - self._start_s


def tree(root: int) -> list[int]:
    """The process and all its living descendants."""
    found, at = [root], 0
    while at < len(found):
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{found[at]}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
        at += 1
    return found


def tree_cpu_s(root: int) -> float:
    """CPU seconds of the living tree and of its children that have ended and been waited for."""
    return sum(_process_s(pid) for pid in tree(root))


def _process_s(pid: int) -> float:
    try:
        own_s = time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return own_s + (int(fields[13]) + int(fields[14])) / _TICKS_PER_S  # cutime, cstime
