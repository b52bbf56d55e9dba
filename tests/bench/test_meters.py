"""The meters that evidence stands on: they see what children do, and the helpers count bits rightly."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench import corpus, cpu, hashes, memory

BUSY = "import time\nwhile time.process_time() < 0.3: pass\n"


def test_cpu_of_a_child_that_has_ended_is_counted():
    meter = cpu.Meter()
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    assert 0.25 < meter.spent_s() < 5


def test_cpu_of_a_living_grandchild_is_counted():
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY + 'input()'!r}])"
    meter = cpu.Meter()
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as child:
        while meter.spent_s() < 0.3:
            assert child.poll() is None
        assert len(cpu.tree(child.pid)) == 2
        child.communicate(b"\n")


def test_memory_of_this_process_is_some_megabytes():
    assert 1 < memory.pss_mb(os.getpid()) < 10_000
    assert memory.pss_mb(2**22 + 1) == 0


def test_bits_and_percentiles():
    assert hashes.bits_off(b"\0" * 32, b"\xff" * 32) == 256
    assert hashes.spread(list(range(101))) == (50, 95, 99, 100)
    with pytest.raises(ValueError, match="no distances"):
        hashes.spread([])


def test_the_manifest_names_each_photograph_once_and_enough_of_them():
    rows = corpus.photographs()
    assert len({row.sha256 for row in rows}) == len(rows) == len({(row.package, row.path) for row in rows})
    pieces = sum(size.grid**2 if row.is_large else 1 for size in (corpus.VGA,) for row in rows)
    assert pieces >= 300
    assert all(len(row.sha256) == 64 and not row.path.startswith(("/", "..")) for row in rows)
