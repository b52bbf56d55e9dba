"""A whole installation in processes of its own: what an operator has, with its commands and its addresses.

here = Installation(tmp_path / "home")                  # embedded SQLite
here.tutela("custody", "verify")                        # (exit code, output)
up = here.start("up"); here.wait_until_ready(); here.get("/readyz")
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

import psycopg

ROOT = Path(__file__).resolve().parents[2]
OWNER, SERVICE = "tutela_owner", "tutela_service"


class Answer(NamedTuple):
    status: int
    body: str
    retry_after: str | None


class Installation:
    """Its processes end with the test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")} | {
            "PYTHONPATH": ":".join(filter(None, [f"{ROOT / 'src'}", f"{ROOT}", os.environ.get("PYTHONPATH")])),
            "DJANGO_SETTINGS_MODULE": "tutela.entry.settings",
            "TUTELA_HOME": str(home),
            "TUTELA_LISTEN": f"127.0.0.1:{self.port}",
            "TUTELA_ORIGIN": f"http://127.0.0.1:{self.port}",
            "TUTELA_LOG_LEVEL": "error",
        }
        self._running: list[subprocess.Popen[str]] = []
        self._output = Path(tempfile.mkdtemp(prefix="tutela-said-"))

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start `tutela ...` and let it run."""
        return self._begin("tutela", *arguments)

    def tutela(self, *arguments: object) -> tuple[int, str]:
        """Run `tutela ...` to its end."""
        return self._ended(self._begin("tutela", *arguments))

    def said(self, process: subprocess.Popen[str]) -> str:
        """What a process has said so far. It goes to a file: nobody reads a pipe, and a full one stops who writes."""
        return (self._output / str(process.pid)).read_text()

    def act(self, part: str, *arguments: object) -> dict:
        """Do something as the service itself would: see `tests.service.actor`."""
        code, said = self._ended(self._begin("tests.service.actor", part, *arguments))
        assert code == 0, said
        return json.loads(said.splitlines()[-1])

    def get(self, path: str, key: str = "") -> Answer:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=60) as response:
                return Answer(response.status, response.read().decode(), response.headers["Retry-After"])
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), error.headers["Retry-After"])

    def wait_until_ready(self, s_max: float = 90) -> None:
        end = time.monotonic() + s_max
        while True:
            try:
                if self.get("/readyz").status == 200:
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            assert time.monotonic() < end, "it never answered"
            assert all(process.poll() is None for process in self._running), self.said(self._running[-1])
            time.sleep(0.2)

    def wait_until_alive(self, s_max: float = 90) -> None:
        """Wait for an answer of any kind: `/readyz` rightly says that a small disk is too small to work."""
        end = time.monotonic() + s_max
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                if self.get("/healthz").status == 200:
                    return
            assert time.monotonic() < end, "it never answered"
            assert all(process.poll() is None for process in self._running), self.said(self._running[-1])
            time.sleep(0.1)

    def stop(self, process: subprocess.Popen[str]) -> int:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        self._running.remove(process)
        return process.returncode

    def close(self) -> None:
        while self._running:
            process = self._running.pop()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self._output, ignore_errors=True)

    def _begin(self, module: str, *arguments: object) -> subprocess.Popen[str]:
        draft = self._output / "begun"
        with draft.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        draft.rename(self._output / str(process.pid))
        self._running.append(process)
        return process

    def _ended(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        process.wait(timeout=120)
        self._running.remove(process)
        return process.returncode, self.said(process)


class RolesApart(Installation):
    """On PostgreSQL: `tutela_owner` owns the tables, `tutela_service` works; each test has a database of its own."""

    def __init__(self, home: Path, server) -> None:
        super().__init__(home)
        self.server = server
        with psycopg.connect(server.url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
                connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        self.renew()
        self.environment["TUTELA_MIGRATION_URL"] = self.url(OWNER)
        code, said = self.tutela("database", "prepare")
        assert code == 0, said

    def renew(self) -> None:
        """Point at a new, empty database."""
        self.name = f"desk_{secrets.token_hex(6)}"
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.name} OWNER {OWNER}")
        self.environment["TUTELA_DATABASE_URL"] = self.url(SERVICE)
        self.environment["TUTELA_MIGRATION_URL"] = self.url(OWNER)

    @property
    def admin_url(self) -> str:
        """As the superuser, who sees every row."""
        return self.server.url.replace("/postgres?", f"/{self.name}?")

    def url(self, role: str) -> str:
        return f"postgresql://{role}@/{self.name}?host={self.server.folder}"


def children(parent: int) -> dict[str, int]:
    """Command word -> process id of the children of a process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _state, parent_id, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(parent_id) == parent:
                found[(folder / "cmdline").read_text().split("\0")[3]] = int(folder.name)
        except (OSError, IndexError):
            continue
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
