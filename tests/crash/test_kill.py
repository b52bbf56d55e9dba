"""A4: kill -9 of a scan, of its workers or of their parent at any moment, then --resume: every file exactly once.

The scans here are the real command line in a process of its own. Kills fall at random moments between the first byte
of the report and the last, over three kinds of victims.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import pictures
from tests.engine.scanning.world import read_rows
from tutela.entry.cli import run

pytestmark = pytest.mark.usefixtures("confinement")
ROOT = Path(__file__).parents[2]
KILLS = 30
FILES = 260


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A tree with pictures, texts, archives, links and hostile names; and a list with one of the pictures."""
    import io
    import zipfile

    home = tmp_path_factory.mktemp("crash")
    evidence = home / "evidence"
    stills = []
    for seed in range(4):
        out = io.BytesIO()
        pictures.image(seed, (160, 120)).save(out, "PNG")
        stills.append(out.getvalue())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(12):
            archive.writestr(f"{number}.png", stills[number % 4])
    for number in range(FILES):
        folder = evidence / f"folder{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        content = packed.getvalue() if number % 20 == 0 else stills[number % 4] if number % 3 else b"text %d" % number
        (folder / f"{number}").write_bytes(content)
    (evidence / "link").symlink_to("folder0")
    os.mkfifo(evidence / "pipe")
    (evidence / os.fsdecode(b"caf\xe9\n")).write_bytes(stills[0])
    import hashlib

    (home / "known.txt").write_text(hashlib.sha1(stills[1]).hexdigest() + "\n")
    return home


@pytest.fixture(autouse=True)
def installation(world, monkeypatch, capfd):
    monkeypatch.setenv("TUTELA_HOME", str(world / "home"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(world)
    assert run(["list", "import", "known.txt", "--name", "known"]) == 0
    (world / "report.jsonl").unlink(missing_ok=True)


def start(*more):
    command = [sys.executable, "-m", "tests.entry.slowly", "scan", "evidence", "--list", "known", "-q"]
    return subprocess.Popen(
        [*command, "--report", "report.jsonl", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def names(rows):
    return sorted((row.kind.value, row.path, row.member) for row in rows)


def children_of(pid):
    """Process ids below `pid`, its workers' parent first."""
    found = []
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for below in map(int, child.read_text().split()):
                found += [below, *children_of(below)]
    return found


def wait_for_lines(process, report, count):
    while not report.exists() or report.read_bytes().count(b"\n") < count:
        if process.poll() is not None:
            return
        time.sleep(0.002)


@pytest.fixture(scope="module")
def undisturbed(world):
    """What a scan that nobody kills reports."""
    os.environ["TUTELA_HOME"] = str(world / "home")
    before = Path.cwd()
    os.chdir(world)
    try:
        run(["list", "import", "known.txt", "--name", "known"])
        assert run(["scan", "evidence", "--list", "known", "--report", "undisturbed.jsonl", "-q"]) == 1
        return names(read_rows(world / "undisturbed.jsonl")[0])
    finally:
        os.chdir(before)
        del os.environ["TUTELA_HOME"]


def test_a_scan_killed_thirty_times_reports_every_file_exactly_once(world, undisturbed):
    chance = random.Random(7)
    report = world / "report.jsonl"
    kills = rounds = 0
    while kills < KILLS:
        report.unlink(missing_ok=True)
        rounds += 1
        more = ()
        while True:
            process = start(*more)
            lines = report.read_bytes().count(b"\n") if report.exists() else 0
            wait_for_lines(process, report, lines + chance.randrange(1, FILES // 6))
            time.sleep(chance.random() * 0.01)
            if process.poll() is None and kills < KILLS + 10:
                process.kill()
                kills += 1
            out, err = process.communicate(timeout=120)
            assert "Traceback" not in err
            if process.returncode != -signal.SIGKILL:
                break
            more = ("--resume",) if report.exists() else ()
        assert process.returncode == 1, (out, err)
        rows, summary = read_rows(report)
        assert names(rows) == undisturbed
        assert summary.files == FILES + 3
    assert kills >= KILLS


@pytest.mark.parametrize("victim", ["workers", "everything below"])
def test_killed_workers_cost_verdicts_at_most_and_no_row(world, undisturbed, victim):
    chance = random.Random(11)
    report = world / "report.jsonl"
    process = start()
    for _ in range(8):
        lines = report.read_bytes().count(b"\n") if report.exists() else 0
        wait_for_lines(process, report, lines + chance.randrange(4, 25))
        below = children_of(process.pid)
        for pid in below if victim == "everything below" else below[1:]:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    if process.returncode not in {0, 1, 4}:  # the sandbox may give up; what was reported stays
        assert process.returncode == 3, (out, err)
        process = start("--resume")
        out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    rows, summary = read_rows(report)
    assert {row[1] for row in names(rows)} == {row[1] for row in undisturbed}
    files = [row.path for row in rows if row.kind.value == "file"]
    assert len(files) == len(set(files)) == summary.files == FILES + 3


def test_no_process_outlives_a_killed_scan(world):
    process = start()
    wait_for_lines(process, world / "report.jsonl", 30)
    below = children_of(process.pid)
    assert below
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() and _alive(pid) for pid in below) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in below if _alive(pid)]


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
