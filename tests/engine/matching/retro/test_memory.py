"""What is remembered: only where it may be, never at the cost of an answer, and no longer or more than was said."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from tests.engine.matching.retro.world import DAY_S, PRIVATE, PUBLIC, START_S, World
from tests.engine.matching.world import pdq
from tutela.engine.matching.retro.segment import blocks, rows_in


def values(world):
    """What is on the disk."""
    return [row["value"].tobytes() for path in world.files() for block in blocks(path) for row in block.rows]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_ground_that_is_not_enabled_leaves_nothing_on_the_disk(world):
    world.ask(pdq(1), ground=PRIVATE)
    world.flush()
    assert world.files() == []
    assert not world.folder.exists()


def test_what_is_known_is_not_remembered(world):
    assert not world.ask(pdq(1000))
    world.flush()
    assert world.files() == []


def test_the_same_question_is_remembered_once_and_other_references_for_themselves(world):
    for reference in ("one", "two", "one"):
        world.ask(pdq(1), reference=reference)
    world.ask(pdq(1), who="b", reference="one")
    world.flush()
    assert values(world) == [pdq(1)] * 3
    assert world.counts == [3, 0]


def test_two_processes_write_beside_each_other_and_both_are_joined(world):
    others = [world.process() for _ in range(3)]
    for number, memory in enumerate(others):
        world.ask(pdq(number), memory=memory)
        memory.flush(world.now_s)
        world.ask(pdq(number + 10), memory=memory)
        memory.flush(world.now_s)
    assert len(world.files()) == 3
    world.add(0, 1, 2, 10, 11, 12)
    world.join()
    assert sorted(value for value, _ in world.told()) == sorted(pdq(n).hex() for n in (0, 1, 2, 10, 11, 12))


def test_threads_may_keep_while_another_flushes(world):
    def keep(first):
        for seed in range(first, first + 20):
            world.ask(pdq(seed))

    threads = [threading.Thread(target=keep, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        world.flush()
    world.flush()
    assert len(set(values(world))) == len(values(world)) == 80


def test_a_queue_that_is_full_drops_what_comes_and_counts_it(tmp_path):
    world = World(tmp_path, waiting_rows_max=3)
    for seed in range(5):
        assert world.ask(pdq(seed))
    world.flush()
    assert (len(values(world)), world.counts) == (3, [3, 2])


def test_a_disk_that_cannot_be_written_costs_rows_and_no_answer(world):
    world.folder.mkdir()
    (world.folder / "asked").write_text("in the way")
    assert world.ask(pdq(1))
    with pytest.raises(OSError, match="asked"):
        world.flush()
    assert world.counts == [0, 1]
    (world.folder / "asked").unlink()
    assert world.ask(pdq(2))
    world.flush()
    assert (values(world), world.counts) == ([pdq(2)], [1, 1])


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.engine.matching.retro.world import World
from tests.engine.matching.world import pdq

world = World(Path(sys.argv[1]))
world.ask(pdq(1)); world.flush()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))     # the first block fits, of the second a part
for seed in range(2, 9):
    world.ask(pdq(seed))
try:
    world.flush()
except OSError as error:
    print(error.errno)
print(world.counts, [path.stat().st_size for path in world.files()])
"""


def test_of_a_block_that_does_not_fit_on_the_disk_nothing_stays(tmp_path):
    done = subprocess.run([sys.executable, "-c", _FULL_DISK, tmp_path], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == ["27", "[1, 7] [144]"], done.stderr


def test_a_segment_is_finished_after_an_hour_and_when_it_is_large(tmp_path):
    world = World(tmp_path, segment_bytes_max=200)
    for seed in range(3):
        world.ask(pdq(seed))
    world.flush()
    world.ask(pdq(4))
    world.flush()
    world.now_s += world.limits.segment_s_max
    world.flush()
    world.ask(pdq(5))
    world.flush()
    assert sorted(rows_in(path) for path in world.files()) == [1, 1, 3]


def test_a_clock_that_goes_back_begins_a_new_segment(world):
    world.ask(pdq(1))
    world.flush()
    world.now_s -= 10
    world.flush()
    world.ask(pdq(2))
    world.flush()
    assert len(world.files()) == 2


#### How long and how much ####


def test_nothing_is_remembered_beyond_its_days(world):
    world.ask(pdq(1))
    world.memory.close(world.now_s)
    world.now_s = START_S + world.limits.days * DAY_S - 1
    world.join()
    assert len(world.files()) == 1
    world.now_s += 1
    assert world.join().expired == 1
    assert world.files() == []
    world.add(1)
    assert world.join().found == 0


def test_what_comes_from_the_future_is_kept_no_longer_than_the_rest(world):
    world.now_s = START_S + 400 * DAY_S
    world.ask(pdq(1))
    world.memory.close(world.now_s)
    world.now_s = START_S
    world.join()
    assert len(world.files()) == 1
    world.now_s += world.limits.days * DAY_S
    world.join()
    assert world.files() == []


def test_finds_are_kept_for_their_days_and_numbers_are_never_given_again(world):
    world.ask(pdq(1))
    world.add(1)
    world.join()
    world.memory.close(world.now_s)
    world.now_s += world.limits.days * DAY_S
    world.join()
    assert world.told() == []
    assert list(world.folder.rglob("*.finds")) == []
    world.ask(pdq(2))
    world.add(2)
    world.join()
    assert [find.number for find in world.finds(after=1).finds] == [2]


def test_beyond_its_bytes_the_oldest_goes_first_and_is_counted(tmp_path):
    world = World(tmp_path, bytes_max=500, segment_bytes_max=144)
    for seed in range(6):
        world.now_s += 1
        world.ask(pdq(seed))
        world.flush()
    assert values(world) == [pdq(3), pdq(4), pdq(5)]
    assert world.counts == [6, 3]


def test_what_is_being_written_is_not_taken_from_its_writer(tmp_path):
    world = World(tmp_path, bytes_max=1)
    world.ask(pdq(1))
    assert world.join().dropped == 0
    assert values(world) == [pdq(1)]
    world.memory.close(world.now_s)
    assert world.join().dropped == 1
    assert world.files() == []


def test_a_ground_that_is_off_by_now_is_removed(tmp_path):
    world = World(tmp_path, grounds=(PUBLIC, PRIVATE))
    world.ask(pdq(1), ground=PUBLIC)
    world.ask(pdq(2), ground=PRIVATE)
    world.memory.close(world.now_s)
    world.grounds = (PRIVATE,)
    assert world.join().expired == 1
    assert values(world) == [pdq(2)]
    assert [path.name for path in (world.folder / "asked").iterdir()] == ["private-nl"]


def test_only_its_owner_may_read_it(world):
    world.ask(pdq(1))
    world.add(1)
    world.join()
    for path in [world.folder, *world.folder.rglob("*")]:
        assert oct(path.stat().st_mode & 0o777) == ("0o700" if path.is_dir() else "0o600"), os.fspath(path)


def test_what_is_no_segment_by_its_name_is_in_nobodys_way(world):
    world.ask(pdq(1))
    world.flush()
    (world.folder / "asked" / "notes").write_text("not ours")
    (world.files()[0].parent / "old.asked").write_text("not ours")
    world.add(1)
    assert world.join().found == 1


def test_a_writer_whose_file_was_swept_before_it_held_it_begins_another(world):
    """The sweep holds the lock of what it removes, and a writer looks whether its file still has a name."""
    stop = threading.Event()

    def sweep():
        while not stop.is_set():
            world.shelf().sweep(START_S + 400 * DAY_S)

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        for seed in range(60):
            world.ask(pdq(seed))
            world.flush()
            assert pdq(seed) in values(world)
            world.memory.close(world.now_s)
    finally:
        stop.set()
        sweeping.join()
