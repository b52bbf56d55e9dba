"""One desk, one command: children are restarted, given up, and stopped together."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.service.installation import children
from tutela.entry.start import DeskError
from tutela.entry.up import Patience, Supervisor

QUICK = Patience(grace_s=5, wait_s_min=0.01, wait_s_max=0.02, deaths_max=3)
SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")
DIES = (sys.executable, "-c", "raise SystemExit(7)")


def alive(path):
    return [pid for pid in map(int, path.read_text().split()) if Path(f"/proc/{pid}").exists()]


def says_its_id(path, then):
    return (sys.executable, "-c", f"import os, sys, time; print(os.getpid(), file=open({str(path)!r}, 'a')); {then}")


def test_a_child_that_keeps_dying_is_given_up_and_the_others_are_stopped(tmp_path, capsys):
    other = says_its_id(tmp_path / "ids", "time.sleep(60)")
    with pytest.raises(DeskError, match="The worker ended 3 times, last with code 7"):
        Supervisor({"web process": other, "worker": DIES}, QUICK).run()
    assert capsys.readouterr().err.count("starts again") == 2
    assert alive(tmp_path / "ids") == []


def test_a_signal_stops_every_child(tmp_path):
    children = {name: says_its_id(tmp_path / "ids", "time.sleep(60)") for name in ("one", "two")}

    def ask_when_both_run():
        while not (tmp_path / "ids").exists() or len((tmp_path / "ids").read_text().split()) < 2:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    asking = threading.Thread(target=ask_when_both_run)
    asking.start()
    Supervisor(children, QUICK).run()
    asking.join()
    assert alive(tmp_path / "ids") == []


def test_a_child_that_does_not_listen_is_ended_by_force(tmp_path):
    deaf = says_its_id(tmp_path / "ids", "import signal; signal.signal(15, signal.SIG_IGN); time.sleep(60)")
    with pytest.raises(DeskError):
        Supervisor({"deaf": deaf, "worker": DIES}, Patience(0.3, 0.5, 0.5, deaths_max=3)).run()
    assert not (tmp_path / "ids").exists() or alive(tmp_path / "ids") == []


def test_up_runs_the_service_mends_a_killed_worker_and_leaves_nobody_behind(embedded):
    up = embedded.start("up")
    embedded.wait_until_ready()
    first = children(up.pid)
    assert sorted(first) == ["serve", "worker"]
    os.kill(first["worker"], signal.SIGKILL)
    again = wait_for(lambda: children(up.pid), lambda now: now.get("worker", first["worker"]) != first["worker"])
    assert again["serve"] == first["serve"]
    code, said = embedded.tutela("custody", "verify")
    assert (code, "The record holds." in said) == (0, True)
    assert embedded.stop(up) == 0
    assert [pid for pid in again.values() if Path(f"/proc/{pid}").exists()] == []


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(look, reached, s_max=60):
    end = time.monotonic() + s_max
    while not reached(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.1)
    return found
