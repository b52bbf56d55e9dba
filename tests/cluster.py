"""A throw-away PostgreSQL: the system's own programs, an unprivileged user, one folder, no network, nothing left behind."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNPRIVILEGED = ("postgres", "nobody")
_START_S_MAX = 30
_PR_SET_PDEATHSIG = 1
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=", "max_connections=60")
DURABLE = ("synchronous_commit=on", "full_page_writes=on")  # what was acknowledged outlives the server's processes


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return max(found, key=lambda path: [int(part) for part in path.parts if part.isdigit()], default=None)


class Cluster:
    """Starts on construction; `url` is how to reach it; `stop` ends it and removes its folder.

    `folder`: an empty one of the caller's, for example on a disk of its own. `options`: after our own, which are for
    speed; a server that is to crash needs `DURABLE`.
    """

    def __init__(self, programs: Path, folder: Path | None = None, options: tuple[str, ...] = ()) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="tutela-pg-", dir="/tmp"))
        self._as_user = _as_unprivileged(self.folder)
        data = self.folder / "data"
        initdb = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "tutela",
            "--auth=trust",
            "--no-sync",
            "--wal-segsize=1",  # a small log: the cluster fits on a small disk
            "-E",
            "UTF8",
            "--locale=C",
        ]
        subprocess.run(initdb, check=True, capture_output=True, cwd="/", **self._as_user)
        self._programs, self._data = programs, data
        self._options = (*_FAST, *options, f"unix_socket_directories={self.folder}")
        self.serve()

    def serve(self) -> None:
        """Start, and wait until it answers."""
        options = [part for option in self._options for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call into libc, nothing that takes a lock
                **self._as_user,
            )
        self._wait(self._programs)

    @property
    def url(self) -> str:
        return f"postgresql://tutela@/postgres?host={self.folder}"

    def restart(self) -> None:
        """End every connection, stop, and start again."""
        self.halt()
        self.serve()

    def halt(self) -> None:
        """End every connection and stop."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Stop at once, as in a power cut: the next start replays the log."""
        self._end(signal.SIGQUIT)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Neither take nor refuse a connection inside the block."""
        self._server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)

    def is_there(self) -> bool:
        """Whether the server runs: it ends by itself where it cannot write its log."""
        return self._server.poll() is None

    def stop(self) -> None:
        if self.is_there():
            self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        self._server.send_signal(number)
        self._server.wait(timeout=_START_S_MAX)

    def _wait(self, programs: Path) -> None:
        end = time.monotonic() + _START_S_MAX
        ask = [programs / "pg_isready", "-q", "-h", self.folder]
        while subprocess.run(ask, check=False).returncode:
            if self._server.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)


def _as_unprivileged(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses root, and is right: then it runs as somebody without rights, who owns the folder."""
    if os.geteuid() != 0:
        return {}
    user = next(entry for name in _UNPRIVILEGED if (entry := _entry(name)))
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
