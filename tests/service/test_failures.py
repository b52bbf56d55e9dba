"""What fails around a running service: refused clearly (503, never 500), nothing half done, well again by itself.

One service, web process and worker, goes through all of it, one trouble after the other. After each trouble everything
that was confirmed is there exactly once, all work is done, and the record is whole, signed and published.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.cluster import DURABLE, Cluster, binaries
from tests.service.installation import Installation, RolesApart, children
from tests.service.load import Load
from tutela.apps.custody import publishing

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAIT_S_MAX = 90
_DISK_MB = {"sqlite": 32, "postgres": 160}


class Running:
    """A service at work, what it lives on, and how it is judged."""

    def __init__(self, here: Installation, disk: Path, server: Cluster | None) -> None:
        self.here = here
        self.disk = disk
        self.server = server
        self.door = here.act("open-up")
        self.up = here.start("up")
        here.wait_until_alive()

    def load(self) -> Load:
        return Load(self.here, self.door)

    def faults_after(self, load: Load) -> list[str]:
        """Return what is wrong once all work is done: lost or doubled, answered strangely, died, or not recorded."""
        self._wait_until_settled()
        found = [key for (key,) in self._ask("SELECT idempotency_key FROM intake_report")]
        teams = [name for (name,) in self._ask("SELECT name FROM access_team")]
        code, said = self.here.tutela("custody", "verify")
        is_wrong = {
            f"answered strangely: {load.strange[:3]}": load.strange,
            "nothing was confirmed": not (load.reports and load.teams),
            "a report is there twice": len(found) > len(set(found)),
            f"reports were lost: {set(load.reports) - set(found)}": set(load.reports) - set(found),
            f"teams were lost: {set(load.teams) - set(teams)}": set(load.teams) - set(teams),
            "work was given up": self._one("SELECT count(*) FROM jobs_deadjob"),
            "the service has ended": self.up.poll() is not None,
            f"the record does not hold: {said}": code or "The record holds." not in said,
        }
        return [words for words, wrong in is_wrong.items() if wrong]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody write inside the block, as somebody does who began and never ended."""
        with self._connected() as connection:
            if self.server is None:
                connection.execute("BEGIN IMMEDIATE")
            else:
                connection.execute("LOCK TABLE intake_report, access_team IN EXCLUSIVE MODE")
            yield
            connection.rollback()

    def _wait_until_settled(self) -> None:
        end = time.monotonic() + _WAIT_S_MAX
        while any(left := self._left()):
            assert time.monotonic() < end, f"jobs, leaves without a place, entries not published: {left}"
            time.sleep(0.2)

    def _left(self) -> tuple[int, int, int]:
        published = publishing.newest_size(self.here.home / "custody")
        return (
            self._one("SELECT count(*) FROM jobs_job WHERE run_at IS NULL OR attempts > 0"),
            self._one("SELECT count(*) FROM custody_leaf WHERE position IS NULL"),
            self._one("SELECT COALESCE(max(size), 0) FROM custody_checkpoint") - published,
        )

    def _one(self, statement: str) -> int:
        return self._ask(statement)[0][0]

    def _ask(self, statement: str) -> list[tuple]:
        with self._connected() as connection:
            return connection.execute(statement).fetchall()

    def _connected(self) -> contextlib.AbstractContextManager:
        """A connection beside the service, which sees every row."""
        if isinstance(self.here, RolesApart):
            return psycopg.connect(self.here.admin_url)
        return contextlib.closing(sqlite3.connect(self.here.home / "tutela.sqlite3", timeout=30))


@contextlib.contextmanager
def small_disk(point: Path, size_mb: int):
    """A file system of its own, where this machine lets us mount one; else a folder. Gives whether it is one."""
    point.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "tutela-test", str(point)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(words, check=False).returncode:
        yield
        return
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(point)], check=True)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def running(request, tmp_path_factory):
    """`tutela up`; the database has a small disk, where this machine lets us mount one."""
    programs = binaries()
    if request.param == "postgres" and programs is None:
        reason = "PostgreSQL's programs (initdb, postgres) are not on this machine"
        (pytest.fail if "postgres" in os.environ.get("TUTELA_REQUIRE", "") else pytest.skip)(reason)
    folder = tmp_path_factory.mktemp("failing", numbered=True)
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            disk, server = folder / "disk", None
            stack.enter_context(small_disk(disk, _DISK_MB["sqlite"]))
            here = Installation(disk / "home")
            _rate_limits_elsewhere(here.home, folder)
        else:
            disk = Path(f"/tmp/tutela-pg-{os.getpid()}")  # a socket's path is short
            stack.callback(shutil.rmtree, disk, ignore_errors=True)
            stack.enter_context(small_disk(disk, _DISK_MB["postgres"]))
            (disk / "pg").mkdir()
            server = Cluster(programs, disk / "pg", (*DURABLE, "max_wal_size=16MB", "min_wal_size=8MB"))
            stack.callback(server.stop)
            here = RolesApart(folder / "home", server)
            here.environment.pop("TUTELA_MIGRATION_URL")
        stack.callback(here.close)
        yield Running(here, disk, server)


def _rate_limits_elsewhere(home: Path, folder: Path) -> None:
    """Their table is open for writing all the while, and the kernel makes no such disk read-only when asked kindly."""
    (folder / "run").mkdir()
    home.mkdir(mode=0o700)
    (home / "run").symlink_to(folder / "run")


@pytest.fixture
def server(running):
    return running.server


ON_SQLITE = pytest.mark.parametrize("running", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("running", ["postgres"], indirect=True)


#### A server that goes away ####


@ON_POSTGRES
def test_a_database_restarted_under_load_is_answered_with_503_and_never_500(running, server):
    with running.load() as load:
        load.until_done(5)
        server.restart()
        load.until_done(5)
        server.crash()
        load.until_refused(1)
        server.serve()
        load.until_done(5)
    assert running.faults_after(load) == []


@ON_POSTGRES
def test_a_database_away_for_ten_seconds_is_answered_with_503_all_the_while(running, server):
    with running.load() as load:
        load.until_done(2)
        server.halt()
        time.sleep(10)
        load.until_refused(5)
        server.serve()
        load.until_done(5)
    assert running.faults_after(load) == []


@ON_POSTGRES
def test_a_database_that_stands_still_keeps_nobody_waiting(running, server):
    with running.load() as load:
        load.until_done(2)
        with server.standing_still():
            load.until_refused(1)
        load.until_done(5)
    assert running.faults_after(load) == []


def test_a_lock_that_is_held_for_ever_keeps_nobody_waiting_for_ever(running):
    with running.load() as load:
        load.until_done(2)
        with running.locked():
            load.until_refused(1)
        load.until_done(3)
    assert running.faults_after(load) == []


@ON_POSTGRES
def test_a_service_that_starts_before_its_database_waits_for_it(running, server):
    here = running.here
    assert here.stop(running.up) == 0
    server.halt()
    running.up = here.start("up")
    while "waiting up to 60 s" not in here.said(running.up):
        assert running.up.poll() is None, here.said(running.up)
        time.sleep(0.1)
    server.serve()
    here.wait_until_alive()
    with running.load() as load:
        load.until_done(2)
    assert running.faults_after(load) == []


#### A database or disk that takes nothing more ####


@ON_POSTGRES
def test_a_database_that_became_read_only_is_answered_with_503(running, server):
    def read_only(value):
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {running.here.name} SET default_transaction_read_only = {value}")

    with running.load() as load:
        load.until_done(2)
        read_only("on")
        load.until_refused(3)
        read_only("off")
        load.until_done(3)
    assert running.faults_after(load) == []


@ON_SQLITE  # PostgreSQL ends by itself on a read-only disk: a database that is away
def test_a_read_only_disk_is_answered_with_503(running):
    if not running.disk.is_mount():
        pytest.skip("a disk of its own can only be mounted by root")
    with running.load() as load:
        load.until_done(2)
        load.pause()
        with nobody_writing(running):
            remount(running.disk, "ro")
        load.go_on()
        load.until_refused(3)
        remount(running.disk, "rw")
        load.until_done(3)
    assert running.faults_after(load) == []


@contextlib.contextmanager
def nobody_writing(running):
    """The kernel lets no disk become read-only while a file on it is open for writing, as the worker's always is.

    So the worker is killed, and its supervisor starts another only after the block.
    """
    running.up.send_signal(signal.SIGSTOP)
    os.kill(children(running.up.pid)["worker"], signal.SIGKILL)
    try:
        yield
    finally:
        running.up.send_signal(signal.SIGCONT)


def remount(disk, how):
    end = time.monotonic() + _WAIT_S_MAX
    while subprocess.run(["mount", "-o", f"remount,{how}", disk], check=False, capture_output=True).returncode:
        assert time.monotonic() < end, "the disk was in use all the time"
        time.sleep(0.05)


def test_a_full_disk_is_answered_with_503_and_mends_itself_when_there_is_room(running):
    if not running.disk.is_mount():
        pytest.skip("a disk of its own can only be mounted by root")
    ballast = running.disk / "ballast"

    def fill_up():
        with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))

    with running.load() as load:
        load.until_done(2)
        load.until_refused(3, meanwhile=fill_up)
        ballast.unlink()
        if running.server is not None and not running.server.is_there():
            running.server.serve()  # it ends by itself where it cannot write its log
        load.until_done(3)
    assert running.faults_after(load) == []
