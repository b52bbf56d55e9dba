"""Killed at every step: what was written is found, once; what was half-written is told and in nobody's way."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.engine.matching.retro.world import World
from tests.engine.matching.world import pdq
from tutela.engine.matching.retro.segment import blocks

# Runs one round in a fork, and ends it at the k-th thing that it does to the file system.
_KILLED_AT_EVERY_STEP = """
import sys
from pathlib import Path
from tests.engine.matching.retro.world import World
from tests.engine.matching.world import pdq
from tests.steps import killed_at

for step in range(1, 1000):
    folder = Path(sys.argv[1]) / str(step)
    world = World(folder)
    others = [world.memory, world.process()]
    for seed in range(6):
        world.ask(pdq(seed), who="ab"[seed % 2], memory=others[seed // 3])
    for memory in others:
        memory.flush(world.now_s)
    world.join()
    world.add(*range(6))
    was_killed = killed_at(step, world.join)
    shown = {who: world.told(who) for who in "ab"}            # what a platform may have fetched by now
    world.join()
    for who in "ab":
        told = world.told(who)
        assert told[: len(shown[who])] == shown[who], step
        assert sorted(told) == sorted((pdq(n).hex(), [f"e-{n}"]) for n in range("ab".index(who), 6, 2)), (step, told)
        assert [find.number for find in world.finds(who).finds] == [1, 2, 3], step
    left = [path.name for path in world.folder.rglob(".*") if path.name != ".joiner"]
    assert not left, (step, left)
    if not was_killed:
        break
print(step)
"""


def test_killed_at_every_step_of_a_round(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_EVERY_STEP, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def written(world, blocks_of=(2, 3)):
    """A finished segment of some blocks."""
    seed = 0
    for rows in blocks_of:
        for _ in range(rows):
            world.ask(pdq(seed))
            seed += 1
        world.flush()
    world.memory.close(world.now_s)
    (path,) = world.files()
    return path


def test_a_write_that_was_cut_short_anywhere_loses_its_block_and_no_other(world):
    path = written(world)
    raw = path.read_bytes()
    first = next(blocks(path)).end
    for length in range(len(raw)):
        path.write_bytes(raw[:length])
        assert [len(block.rows) for block in blocks(path)] == [2] * (length >= first)
    path.write_bytes(raw)
    assert [len(block.rows) for block in blocks(path)] == [2, 3]


def test_an_altered_byte_ends_a_segment_where_it_stands(world):
    path = written(world)
    raw = bytearray(path.read_bytes())
    first = next(blocks(path)).end
    for place in range(0, len(raw), 7):
        raw[place] ^= 1
        path.write_bytes(raw)
        found = [len(block.rows) for block in blocks(path)]
        unused = 12 <= place < 16 or first + 12 <= place < first + 16
        assert found == ([2, 3] if unused else [2] if place >= first else [])
        raw[place] ^= 1


def test_what_was_cut_short_is_told_and_counted_once(world):
    path = written(world)
    path.write_bytes(path.read_bytes()[:-1])
    world.add(0, 3)
    for _ in range(2):
        tally = world.join()
        assert (tally.found, tally.torn_bytes, tally.remembered) == (1, 48 + 3 * 96 - 1, 2)
    assert world.told() == [(pdq(0).hex(), ["e-0"])]


def test_what_is_being_written_is_read_when_it_is_whole(world):
    world.ask(pdq(0))
    world.flush()
    (path,) = world.files()
    raw = path.read_bytes()
    with path.open("ab") as file:  # as a reader sees the next block half there
        file.write(raw[:100])
    world.add(0)
    assert (world.join().found, world.join().torn_bytes) == (1, 0)
    with path.open("ab") as file:
        file.write(raw[100:])
    tally = world.join()
    assert (tally.remembered, tally.found) == (2, 2)


def test_a_process_that_is_killed_loses_what_waited_and_nothing_that_was_written(world):
    script = (
        "import os, sys; from pathlib import Path\n"
        "from tests.engine.matching.retro.world import World\n"
        "from tests.engine.matching.world import pdq\n"
        "world = World(Path(sys.argv[1]), indexed=False)\n"
        "world.ask(pdq(1)); world.flush(); world.ask(pdq(2)); os._exit(9)\n"
    )
    folder = world.folder.parent
    assert subprocess.run([sys.executable, "-c", script, folder], check=False).returncode == 9
    world.add(1, 2)
    world.join()
    assert world.told() == [(pdq(1).hex(), ["e-1"])]
