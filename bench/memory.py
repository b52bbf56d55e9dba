"""Peak memory of a process and everything below it, as the proportional set size (shared pages are counted once)."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from bench.cpu import tree

if TYPE_CHECKING:
    from types import TracebackType

_PSS: Final = re.compile(r"^Pss:\s*(\d+) kB", re.MULTILINE)
_EVERY_S: Final = 0.02


class PeakMemory:
    """Samples the tree under `root` while the block runs.

    `peak_mb` is in 10^6 bytes; `peak_parts_mb` tells how it was shared among the processes at that moment.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak_mb = 0.0
        self.peak_parts_mb: list[float] = []
        self.samples = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.is_set():
            parts = [pss_mb(pid) for pid in tree(self._root)]
            self.samples += 1
            if sum(parts) > self.peak_mb:
                self.peak_mb, self.peak_parts_mb = sum(parts), parts
            time.sleep(_EVERY_S)


def pss_mb(pid: int) -> float:
    """Proportional set size of one process; 0 where it has gone."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"))
    except OSError:
        return 0.0
    return int(found.group(1)) * 1024 / 1e6 if found else 0.0
