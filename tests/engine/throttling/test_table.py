"""The shared table: what processes take adds up; crashes, forks, floods and broken files harm nobody."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import struct
import threading

import pytest

from tutela.engine.throttling import Rate, SharedTable, ThrottleError, name_of

NOW = 1_700_000_000_000_000_000
SLOTS = 64
RATE = Rate(tokens_max=1000, period_s=3600)
spawn = multiprocessing.get_context("spawn")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "keys.buckets"


@pytest.fixture
def table(path):
    made = SharedTable(path, SLOTS)
    yield made
    made.close()


def take_all(path, tries, tell, ready=None):
    table = SharedTable(path, SLOTS)
    if ready is not None:
        ready.wait()
    tell.put(sum(table.take(name_of(b"one key"), RATE, NOW) == 0 for _ in range(tries)))
    table.close()


def take_for_ever(path):
    table = SharedTable(path, SLOTS)
    while True:
        table.take(name_of(b"another key"), RATE, NOW)


def test_four_processes_get_together_what_the_rate_allows(path):
    tell, ready = spawn.Queue(), spawn.Barrier(4)
    processes = [spawn.Process(target=take_all, args=(path, 600, tell, ready)) for _ in range(4)]
    for process in processes:
        process.start()
    taken = [tell.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(timeout=60)
    assert sum(taken) == RATE.tokens_max


def test_a_full_disk_cannot_end_a_process_that_has_the_table(path):
    """A page of a file that was never written has no room of its own: where there is none left, touching it kills."""
    SharedTable(path, 65_536).close()
    assert path.stat().st_blocks * 512 >= path.stat().st_size


def test_threads_of_one_process_get_together_what_the_rate_allows(table):
    taken: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: taken.append(sum(table.take(name_of(b"k"), RATE, NOW) == 0 for _ in range(600)))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == RATE.tokens_max


def test_two_tables_over_one_file_in_one_process_share_the_buckets(path, table):
    other = SharedTable(path, SLOTS)
    waits = [each.take(name_of(b"k"), Rate(2, 60), NOW) for each in (table, other, table)]
    assert [wait > 0 for wait in waits] == [False, False, True]
    other.close()


def test_whoever_is_killed_in_the_middle_leaves_no_lock_behind(path, table):
    for _ in range(3):
        victim = spawn.Process(target=take_for_ever, args=(path,))
        victim.start()
        while table.take(name_of(b"another key"), RATE, NOW) == 0:
            pass  # until the two of them have emptied the bucket: the victim is at work
        os.kill(victim.pid, signal.SIGKILL)
        victim.join(timeout=60)
        assert table.take(name_of(b"another key"), RATE, NOW + 2 * RATE.token_ns) == 0
        table.take(name_of(b"another key"), Rate(1, 1), 0)


def test_names_have_buckets_of_their_own_until_there_are_too_many(table):
    once = Rate(1, 60)
    names = [name_of(bytes([number])) for number in range(8)]
    assert [table.take(name, once, NOW) for name in names] == [0] * 8
    assert all(table.take(name, once, NOW) > 0 for name in names)


def test_a_flood_of_names_does_not_grow_the_table_and_who_took_most_is_remembered(path, table):
    greedy, size = name_of(b"greedy"), path.stat().st_size
    while table.take(greedy, RATE, NOW) == 0:
        pass
    for number in range(20_000):
        table.take(name_of(number.to_bytes(4, "big")), RATE, NOW)
    assert table.take(greedy, RATE, NOW) > 0
    assert path.stat().st_size == size


@pytest.mark.parametrize("fault", ["empty", "torn", "other version", "other size", "noise"])
def test_a_broken_file_is_begun_anew(path, fault):
    SharedTable(path, SLOTS).close()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "torn": whole[:100],
            "other version": b"TUTELA\x00\x09" + whole[8:],
            "other size": whole[:8] + struct.pack("=Q", SLOTS * 2) + whole[16:],
            "noise": bytes(range(256)) * (len(whole) // 256) + whole[: len(whole) % 256],
        }[fault]
    )
    table = SharedTable(path, SLOTS)
    assert table.take(name_of(b"k"), Rate(1, 60), NOW) == 0
    assert table.take(name_of(b"k"), Rate(1, 60), NOW) > 0
    table.close()


def test_numbers_from_another_clock_lock_nobody_out(path, table):
    content = bytearray(path.read_bytes())
    name = name_of(b"k")
    table.take(name, Rate(1, 60), NOW + 10**18)  # thirty years ahead
    assert 0 < table.take(name, Rate(1, 60), NOW) <= 60 * 10**9
    assert table.take(name, Rate(1, 60), NOW + 60 * 10**9) == 0
    assert len(content) == path.stat().st_size


def test_a_fork_takes_from_the_same_buckets_under_locks_of_its_own(table):
    rate, (reading, writing) = Rate(200, 3600), os.pipe()
    child = os.fork()
    if child == 0:
        taken = sum(table.take(name_of(b"k"), rate, NOW) == 0 for _ in range(200))
        os.write(writing, bytes([taken]))
        os._exit(0)
    taken = sum(table.take(name_of(b"k"), rate, NOW) == 0 for _ in range(200))
    os.waitpid(child, 0)
    assert taken + os.read(reading, 1)[0] == 200
    os.close(reading)
    os.close(writing)


def test_an_address_has_another_name_every_day_and_stands_nowhere(path, table):
    other = SharedTable(path, SLOTS)
    today = table.name_today(b"192.0.2.7", day=20_000)
    assert other.name_today(b"192.0.2.7", day=20_000) == today
    assert table.name_today(b"192.0.2.8", day=20_000) != today
    table.take(today, RATE, NOW)
    assert b"192.0.2.7" not in path.read_bytes()
    tomorrow = other.name_today(b"192.0.2.7", day=20_001)
    assert tomorrow != today
    # and nobody can make yesterday's name again, even with the file and the day in hand
    assert table.name_today(b"192.0.2.7", day=20_000) not in {today, tomorrow}
    other.close()


def test_the_file_is_for_its_owner_alone(path, table):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "run").write_text("a file where a folder should be")
    with pytest.raises(ThrottleError, match="cannot be used"):
        SharedTable(tmp_path / "run" / "keys.buckets", SLOTS)


def test_slots_come_in_sets(path):
    with pytest.raises(ValueError, match="sets of 8"):
        SharedTable(path, 9)
