"""A stage for crashes: a home, a database and real processes that can be killed at any moment.

stage = Stage(tmp_path, cluster=None)            # None: SQLite; a `Cluster`: PostgreSQL
worker = stage.start("work")
stage.kill(worker)                               # SIGKILL, to it and whatever it started
stage.state()["times"]
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Stage:
    """Processes on it die with the test."""

    def __init__(self, home: Path, cluster=None) -> None:
        self.home = home
        self._running: list[subprocess.Popen] = []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")}
        self._environment = kept | {
            "DJANGO_SETTINGS_MODULE": "tutela.entry.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "TUTELA_HOME": str(home),
            "TUTELA_DATABASE_URL": cluster.url if cluster else "",
            "TUTELA_LOG_LEVEL": "error",
        }
        if cluster:
            subprocess.run(
                ["psql", "-q", "-h", cluster.folder, "-U", "tutela", "postgres"],
                input="DROP SCHEMA public CASCADE; CREATE SCHEMA public;",
                text=True,
                check=True,
                capture_output=True,
            )
        self.run("migrate")

    def start(self, *arguments: object, preexec_fn=None) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.actor", *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=preexec_fn,  # noqa: PLW1509  - one thread
        )
        self._running.append(process)
        return process

    def run(self, *arguments: object, **more) -> str:
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    def state(self, part: str = "state") -> dict:
        return json.loads(self.run(part))

    @staticmethod
    def hear(process: subprocess.Popen, word: str) -> None:
        """Return as soon as the process says a line with that word in it."""
        assert process.stdout is not None
        for line in process.stdout:
            if word in line:
                return
        raise AssertionError(f"it ended without a word of {word}: {process.communicate()[1]}")

    def kill(self, process: subprocess.Popen) -> str:
        """End a process as a power cut would; return what it had said."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0]

    def wait_for(self, reached, s_max: float = 90) -> dict:
        end = time.monotonic() + s_max
        while not reached(state := self.state()):
            assert time.monotonic() < end, {
                name: state[name] for name in ("jobs", "dead", "waiting", "faults", "checkpoint")
            }
            time.sleep(0.3)
        return state

    def close(self) -> None:
        for process in self._running:
            self.kill(process)
