"""A disk that is full or read-only: each change is refused clearly, nothing acknowledged is lost, and it recovers by itself."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess

import pytest

from tests.cluster import DURABLE, Cluster, binaries
from tests.crash.stage import Stage


def limit_files_to(size_bytes):
    """Writing any file beyond this size fails, as on a full disk (SQLite then says "disk I/O error" or "is full")."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    return limit


@pytest.fixture
def sqlite(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    made = Stage(home)
    yield made
    made.close()


def numbers(said):
    return {line for line in said.split("\n") if line.isdigit()}


def refusals(said):
    return {line for line in said.split("\n") if line.startswith("refused")}


def check(stage, acknowledged):
    state = stage.state("settled-state")
    assert acknowledged <= set(state["times"])
    assert set(state["times"].values()) == {1}
    assert state["positions"] == list(range(len(state["times"])))
    assert state["faults"] == []


def test_a_file_that_cannot_grow_refuses_and_loses_nothing(sqlite):
    database = sqlite.home / "tutela.sqlite3"
    sqlite.run("write", 20, 1000)
    limit = max(database.stat().st_size, 4096) + 128 * 1024
    said = sqlite.run("write", 60, preexec_fn=limit_files_to(limit))
    assert refusals(said) == {"refused OperationalError"}
    after = sqlite.run("write", 20, 2000)  # there is room again
    assert len(numbers(after)) == 20
    check(sqlite, numbers(said) | numbers(after))


def test_a_database_that_became_read_only_refuses_and_works_again(sqlite):
    if os.geteuid() == 0:
        pytest.skip("root may write what is read-only; the mounted disk below covers it")
    sqlite.run("write", 20)
    for path in sqlite.home.glob("tutela.sqlite3*"):
        path.chmod(0o400)
    said = sqlite.run("write", 3, 100)
    assert refusals(said) == {"refused OperationalError"}
    for path in sqlite.home.glob("tutela.sqlite3*"):
        path.chmod(0o600)
    check(sqlite, numbers(said) | numbers(sqlite.run("write", 20, 200)))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 32 MiB in memory, where this machine lets us mount one."""
    point = tmp_path / "disk"
    point.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("mounting a small disk needs root")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=32m", "tutela-test", point], check=False).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield point
    subprocess.run(["umount", "-l", point], check=True)


@pytest.fixture
def disk_stage(small_disk):
    home = small_disk / "home"
    home.mkdir(mode=0o700)
    made = Stage(home)
    yield made
    made.close()


def test_a_full_disk_refuses_and_goes_on_once_there_is_room(disk_stage, small_disk):
    before = disk_stage.run("write", 20, 1000)
    sequencer = disk_stage.start("sequence")
    disk_stage.wait_for(lambda state: not state["waiting"])
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(b"\0" * 4096)
    full = disk_stage.run("write", 40, 0)
    assert refusals(full) == {"refused OperationalError"}
    assert sequencer.poll() is None  # it waits, and has not died of it
    ballast.unlink()
    after = disk_stage.run("write", 20, 2000)
    assert len(numbers(after)) == 20
    disk_stage.wait_for(lambda state: not state["waiting"])
    disk_stage.kill(sequencer)
    check(disk_stage, numbers(before) | numbers(full) | numbers(after))


def test_a_read_only_disk_refuses_and_goes_on_once_it_can_be_written(disk_stage, small_disk):
    before = disk_stage.run("write", 20, 1000)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    said = disk_stage.run("write", 3)
    assert refusals(said) == {"refused OperationalError"}
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    check(disk_stage, numbers(before) | numbers(disk_stage.run("write", 20, 2000)))


def test_a_database_restarted_under_load_refuses_and_goes_on(crashing):
    stage, server = crashing
    writer, sequencer, worker = stage.start("write", 400), stage.start("sequence"), stage.start("work")
    Stage.hear(writer, "50")
    server.crash()
    Stage.hear(writer, "refused")
    server.serve()
    said = "".join(map("{}\n".format, range(51))) + writer.communicate(timeout=90)[0]
    assert len(numbers(said)) > 300
    stage.wait_for(lambda state: not state["waiting"])
    assert sequencer.poll() is None
    assert worker.poll() is None
    check(stage, numbers(said))


def test_what_starts_while_the_database_recovers_waits_for_it_and_goes_on(crashing):
    stage, server = crashing
    said = stage.run("write", 20)
    sequencer = stage.start("sequence")
    stage.wait_for(lambda state: not state["waiting"])  # from here on there is a published checkpoint to compare with
    stage.kill(sequencer)
    said += stage.run("write", 20, 100)
    stage.run("add", 5, 500)
    server.crash()
    sequencer, worker = stage.start("sequence"), stage.start("work")
    Stage.hear(sequencer, "sequencer-waits")
    Stage.hear(worker, "database-away")
    server.serve()
    stage.wait_for(lambda state: not (state["waiting"] or state["jobs"]))
    assert sequencer.poll() is None
    assert worker.poll() is None
    stage.kill(sequencer)
    check(stage, numbers(said))


@pytest.fixture
def crashing(tmp_path):
    """A stage on a PostgreSQL of its own."""
    programs = binaries()
    if programs is None:
        reason = "PostgreSQL's programs (initdb, postgres) are not on this machine"
        (pytest.fail if "postgres" in os.environ.get("TUTELA_REQUIRE", "") else pytest.skip)(reason)
    server = Cluster(programs, options=DURABLE)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    stage = Stage(home, server)
    yield stage, server
    stage.close()
    server.stop()
