"""A PostgreSQL as in production (it syncs), in a throw-away folder, that can be killed and started again.

with Server("shared_buffers=1GB") as server:
    server.url
    server.kill()      # SIGKILL to every process of it, as a power cut would
    server.start()     # recovers by itself

With `keep`, the cluster is in that folder, and is still there afterwards.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from tests.cluster import binaries

_START_S_MAX: Final = 60
_OPTIONS: Final = ("listen_addresses=", "max_connections=80")
_USERS: Final = ("postgres", "nobody")


class Server:
    """One cluster, reached over a socket in its own folder. `options` are settings of it, `name=value`."""

    def __init__(self, *options: str, keep: Path | None = None) -> None:
        self._options = (*_OPTIONS, *options)
        programs = binaries()
        if programs is None:
            raise FileNotFoundError("PostgreSQL's programs (initdb, postgres) are not on this machine")
        self._programs = programs
        self._is_kept = keep is not None
        self.folder = keep or Path(tempfile.mkdtemp(prefix="tutela-bench-pg-", dir="/tmp"))  # a socket's path is short
        self.folder.mkdir(parents=True, exist_ok=True)
        self._as_user = _unprivileged(self.folder)
        words = [programs / "initdb", "-D", self._data, "-U", "tutela", "--auth=trust", "-E", "UTF8", "--locale=C"]
        if not self._data.exists():
            subprocess.run(words, check=True, capture_output=True, cwd="/", **self._as_user)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """How to reach it."""
        return f"postgresql://tutela@/postgres?host={self.folder}"

    @property
    def pid(self) -> int:
        """The process above all others of it."""
        assert self._process is not None
        return self._process.pid

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = [
            part for option in (*self._options, f"unix_socket_directories={self.folder}") for part in ("-c", option)
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **self._as_user,
            )
        end_s = time.monotonic() + _START_S_MAX
        ask = [self._programs / "pg_isready", "-q", "-h", self.folder]
        while subprocess.run(ask, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > end_s:
                raise RuntimeError((self.folder / "log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """End every process of the server at once, without a word to it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)  # it must bear no child while they are counted
        family = _family(self._process.pid)
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        while any(_is_alive(pid) for pid in family):  # until then they hold the shared memory
            time.sleep(0.01)

    def wipe(self) -> None:
        """Remove every table."""
        words = [self._programs / "psql", "-q", "-h", self.folder, "-U", "tutela", "-d", "postgres"]
        statement = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
        subprocess.run([*words, "-c", statement], check=True, capture_output=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=_START_S_MAX)
        if not self._is_kept:
            shutil.rmtree(self.folder, ignore_errors=True)


def _family(pid: int) -> list[int]:
    """The process and its children: backends lead sessions of their own, so a process group would not reach them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *map(int, children)]


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses root, and is right: then it runs as somebody without rights, who owns the folder."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = next(known[name] for name in _USERS if name in known)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
