"""Where and with what a figure was measured: nothing here names a host, a person or a folder."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
_LIBRARIES: Final = (
    "numpy",
    "pillow",
    "simplejpeg",
    "av",
    "pi-heif",
    "msgspec",
    "ijson",
    "django",
    "psycopg",
    "cryptography",
)


def surroundings(peer_versions: dict[str, str], took_s: float) -> dict[str, Any]:
    """The fields of a record that say where, with what, when and from which sources."""
    return {"machine": machine(took_s), "versions": versions() | peer_versions, "date": today(), "commit": commit()}


def machine(took_s: float) -> dict[str, Any]:
    """Processor, cores, kernel, memory, and the load while measuring: figures from a busy machine say so."""
    info = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")

    def first(key: str) -> str:
        found = re.search(rf"^{key}\s*:\s*(.+)$", info, re.MULTILINE)
        return found.group(1).strip() if found else ""

    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))
    kernel = re.match(r"[\d.]+", platform.release())
    return {
        "cpu": f"{first('model name') or platform.machine()} (family {first('cpu family')}, model {first('model')})",
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory.group(1)) / 2**20) if memory else None,
        "kernel": kernel.group(0) if kernel else "",
        "load_average": round(os.getloadavg()[1], 1),
        "took_s": round(took_s),
    }


def versions() -> dict[str, str]:
    """Python, ours, and the libraries that the measured paths run through."""
    from tutela import __version__  # noqa: PLC0415  - the records' tests need no installed project

    found = {"tutela": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def today() -> str:
    """The date, UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def commit() -> str:
    """The commit that the sources stand on, marked where they differ from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    head = git("rev-parse", "--short=12", "HEAD")
    if not head:
        return "none"
    return head + ("+changes" if git("status", "--porcelain", "--", "src", "bench") else "")
