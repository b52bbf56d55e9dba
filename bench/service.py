"""A home, a database and processes of the service for a measurement, which end with it.

with Service(server.url) as service:
    service.run("bench.ledger_load", "cost", 200)
    worker = service.start("tests.crash.actor", "work")
    service.kill(worker)

With `keep`, the home is that folder, and is still there afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parent.parent
_WAIT_S_MAX: Final = 600


class Service:
    """An empty service on SQLite (`database_url` empty) or PostgreSQL, its tables made."""

    def __init__(self, database_url: str = "", *, keep: Path | None = None, **settings: str) -> None:
        self._is_kept = keep is not None
        self.home = keep or Path(tempfile.mkdtemp(prefix="tutela-bench-"))
        self.home.mkdir(mode=0o700, exist_ok=True)
        self.is_postgres = bool(database_url)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")}
        self._environment = kept | {
            "DJANGO_SETTINGS_MODULE": "tutela.entry.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "TUTELA_HOME": str(self.home),
            "TUTELA_DATABASE_URL": database_url,
            "TUTELA_LOG_LEVEL": "error",
            **settings,
        }
        self._running: list[subprocess.Popen[str]] = []
        self.run("django", "migrate", "--verbosity", 0)
        self.run("django", "createcachetable", "--verbosity", 0)

    def start(self, module: str, *words: object) -> subprocess.Popen[str]:
        """Start a module as a process of its own group."""
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, words)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def run(self, module: str, *words: object) -> str:
        """Run a module to its end; return what it said."""
        return self.finish(self.start(module, *words))

    def ask(self, module: str, *words: object, wait_s_max: int = _WAIT_S_MAX) -> Any:
        """Run a module to its end; return the JSON that it said last: before it, work may have said that it is done."""
        return json.loads(self.finish(self.start(module, *words), wait_s_max=wait_s_max).splitlines()[-1])

    def finish(self, process: subprocess.Popen[str], *, wait_s_max: int = _WAIT_S_MAX) -> str:
        """Wait for the end of a process; return what it said."""
        said, complaint = process.communicate(timeout=wait_s_max)
        self._running.remove(process)
        if process.returncode:
            raise RuntimeError(complaint[-3000:])
        return said

    def kill(self, process: subprocess.Popen[str]) -> str:
        """SIGKILL a process and what it started; return what it had said."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        self._running.remove(process)
        return process.communicate()[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in list(self._running):
            self.kill(process)
        if not self._is_kept:
            shutil.rmtree(self.home, ignore_errors=True)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
