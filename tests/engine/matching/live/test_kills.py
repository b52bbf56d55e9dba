"""A writer that is killed at every step it takes: the state in force is the one before or the one after, whole."""

from __future__ import annotations

import subprocess
import sys

import pytest

STEPS_MIN = {
    "apply": 30,
    "apply and fold": 60,
    "build": 30,
    "import": 30,
    "merge": 30,
    "upkeep": 30,
    "set rules": 10,
    "set apart": 3,
    "release": 3,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", STEPS_MIN)
def test_killed_at_every_step_of_every_change(tmp_path, kind):
    words = [sys.executable, "-m", "tests.engine.matching.live.killed", kind, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= STEPS_MIN[kind]
