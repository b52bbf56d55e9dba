"""Entries that flood: counted by all processes together, set apart for all, until a person releases them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.engine.matching.world import digests, full_entry, pdq, store_of
from tutela.engine import clock
from tutela.engine.matching import LiveIndex, Updater
from tutela.engine.matching.policy import Quarantine, Quarantined, ReleaseReason, Why
from tutela.engine.matching.policy import quarantine as module
from tutela.entry.gateway.looking import FloodCounts

START = datetime(2026, 5, 1, tzinfo=UTC)
APART = Quarantined("national", "e-1", START, 3, 60.0)


class World:
    """An index whose rules let an entry be hit three times a minute, and processes that answer from it."""

    def __init__(self, home):
        self.home = home
        self.store = store_of(home / "lists", [full_entry(n) for n in range(5)], "national")
        self.folder = self.store.index_folder
        Updater(self.folder).build([self.store.open("national")])
        self.rule(b"[flood]\nhits = 3\nseconds = 60")

    def rule(self, raw):
        Updater(self.folder).set_rules(raw)

    def process(self):
        return LiveIndex.open(self.folder, FloodCounts(self.home))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def ask(index, n=1, after_s=0):
    """What is said of an upload that hits entry n: its hits, and why others are withheld."""
    with clock.use(lambda: START + timedelta(seconds=after_s)):
        (judged,) = index.snapshot().judge_digests([digests(n)])
    return [hit.entry_id for hit in judged.hits], [one.why for one in judged.withheld]


REPORTED, WITHHELD = (["e-1"], []), ([], [Why.QUARANTINED])


def test_two_processes_count_together_and_both_leave_out_what_floods(world):
    one, two = world.process(), world.process()
    assert [ask(each) for each in (one, two, one, two)] == [REPORTED] * 4
    assert [ask(each) for each in (two, one)] == [WITHHELD] * 2
    assert ask(one, 2) == (["e-2"], [])
    (apart,) = two.gate.quarantine.apart().values()
    assert apart == APART
    hashes = np.frombuffer(pdq(1), np.uint8).reshape(1, 32)
    assert one.snapshot().match_many(hashes) == [()]
    assert one.snapshot().set_apart == 1


def test_what_was_set_apart_stays_so_over_a_restart_a_build_and_rules_that_are_gone(world):
    for _ in range(4):
        ask(world.process())
    Updater(world.folder).build([world.store.open("national")])
    assert ask(world.process()) == WITHHELD
    world.rule(b"")
    assert ask(world.process(), after_s=1e6) == WITHHELD


def test_a_restart_does_not_begin_to_count_anew(world):
    assert [ask(world.process()) for _ in range(4)] == [REPORTED] * 4
    assert ask(world.process()) == WITHHELD


def test_a_person_releases_an_entry_for_every_process_and_it_is_counted_from_nothing(world):
    one, two = world.process(), world.process()
    for _ in range(4):
        ask(one)
    released = Quarantine(world.folder).release("national", "e-1", ReleaseReason.CHECKED, by=7, now=START)
    assert released
    assert not Quarantine(world.folder).release("national", "e-1", ReleaseReason.CHECKED, by=7, now=START)
    assert [ask(each) for each in (one, two, two, one)] == [REPORTED] * 4
    assert ask(two) == WITHHELD
    lines = (world.folder / Quarantine.FILE).read_text().splitlines()
    assert ['"released": "entry-checked", "by": 7' in line for line in lines] == [False, True, False]
    assert (world.folder / Quarantine.FILE).stat().st_mode & 0o777 == 0o600


def test_slow_traffic_is_no_flood(world):
    index = world.process()
    assert [ask(index, after_s=20 * n) for n in range(100)] == [REPORTED] * 100


def test_a_person_who_asks_is_told_the_same_and_makes_nothing_flood(world):
    person = LiveIndex.open(world.folder)
    assert [ask(person) for _ in range(20)] == [REPORTED] * 20
    for _ in range(4):
        ask(world.process())
    assert ask(person) == WITHHELD


def test_a_line_that_was_torn_is_not_read_and_the_next_writer_takes_it_off(world):
    path = world.folder / Quarantine.FILE
    assert Quarantine(world.folder).set_apart(APART)
    whole = path.read_bytes()
    reader = Quarantine(world.folder)
    path.write_bytes(whole + whole.replace(b"e-1", b"e-2")[:-1])
    assert [one.entry_id for one in reader.apart().values()] == ["e-1"]
    assert Quarantine(world.folder).set_apart(Quarantined("national", "e-3", START, 3, 60.0))
    assert [one.entry_id for one in reader.apart().values()] == ["e-1", "e-3"]
    assert path.read_bytes().count(b"\n") == 2


def test_a_line_that_is_no_line_is_passed_over_and_counted(world):
    path = world.folder / Quarantine.FILE
    Quarantine(world.folder).set_apart(APART)
    path.write_bytes(b'nothing\n[]\n{"at": 3}\n{"at": "x", "list": "a", "entry": "b", "hits": 1}\n' + path.read_bytes())
    quarantine = Quarantine(world.folder)
    assert list(quarantine.apart()) == [("national", "e-1")]
    assert quarantine.unreadable == 4


def test_a_file_that_was_taken_away_is_read_anew(world):
    quarantine = Quarantine(world.folder)
    quarantine.set_apart(APART)
    assert quarantine.apart()
    (world.folder / Quarantine.FILE).unlink()
    assert not quarantine.apart()
    assert quarantine.set_apart(APART)


def test_no_more_are_set_apart_than_there_is_room_for(world, monkeypatch):
    monkeypatch.setattr(module, "QUARANTINED_MAX", 1)
    quarantine = Quarantine(world.folder)
    assert quarantine.set_apart(APART)
    assert not quarantine.set_apart(Quarantined("national", "e-2", START, 3, 60.0))


def test_where_it_cannot_be_kept_the_process_that_saw_it_leaves_it_out(world, monkeypatch):
    index = world.process()
    (world.folder / Quarantine.FILE).mkdir()
    assert [ask(index) for _ in range(4)] == [REPORTED] * 4
    assert ask(index) == WITHHELD
