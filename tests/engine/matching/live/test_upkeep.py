"""Merging beside others: nothing that came or went meanwhile is lost, and an index stays in order without being asked."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.matching.world import digests, full_entry, store_of
from tutela.domain.errors import IndexCorruptError, IndexMissingError
from tutela.engine.matching import LiveIndex, Updater
from tutela.engine.matching.live import Add, Correct, Remove, keep_up, keeper, upkeep
from tutela.engine.matching.live import due as rules
from tutela.engine.matching.live.due import Due, Why, due
from tutela.engine.matching.live.folder import LiveFolder
from tutela.engine.matching.live.ids import Ids, WantedIds, write_ids
from tutela.engine.matching.live.state import Part, Segment, State, decode, encode, version_of

MILLION = Part("national", "", 1_000_000)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A list of twenty entries with an index, two updates of it, and merges that are due early."""
    monkeypatch.setattr("tutela.engine.matching.live.merging.HASHES_MIN", 2)
    monkeypatch.setattr("tutela.engine.matching.live.pieces.IDS_MIN", 2)
    made = store_of(tmp_path, [full_entry(n) for n in range(20)])
    updater = Updater(made.index_folder)
    updater.build([made.open("demo")])
    for n in (0, 1):
        updater.apply([Remove("demo", f"e-{n}"), Add("demo", full_entry(30 + n))])
    return made


def ids(store) -> list[str]:
    snapshot = LiveIndex.open(store.index_folder).snapshot()
    snapshot.verify()
    found = snapshot.match_digests([digests(n) for n in range(60)])
    assert snapshot.info.entries == sum(map(len, found))
    return [hit.entry_id for hits in found for hit in hits]


def e(*numbers) -> list[str]:
    return [f"e-{n}" for n in numbers]


def segments(store):
    return LiveFolder(store.index_folder).current()[1].segments


def every(them):
    return Due(None, tuple(range(len(them))))


def tidied_while(store, *changes, choose=every):
    """Merge, and apply these changes in one update after it was prepared."""
    waiting = [changes]

    def meanwhile(_share):
        while waiting:
            Updater(store.index_folder).apply(waiting.pop())

    return Updater(store.index_folder).tidy(choose, meanwhile)


def test_what_goes_while_a_merge_is_prepared_is_gone_after_it(store):
    assert tidied_while(store, *(Remove("demo", one) for one in e(5, 19, 30, 31)))
    assert ids(store) == e(*range(2, 5), *range(6, 19))
    assert len(segments(store)) == 1


def test_what_comes_meanwhile_is_there_and_what_is_corrected_counts_once(store):
    assert tidied_while(store, Add("demo", full_entry(40)), Correct("demo", full_entry(7)), Add("demo", full_entry(0)))
    assert ids(store) == e(0, *range(2, 20), 30, 31, 40)
    assert len(segments(store)) == 2


def test_the_survivors_of_a_part_that_is_packed_anew_are_entombed_where_they_are_now(store):
    Updater(store.index_folder).apply([Remove("demo", one) for one in e(*range(2, 14, 2))])  # more than a quarter
    assert tidied_while(store, *(Remove("demo", one) for one in e(3, 19, 31)))
    assert ids(store) == e(5, 7, 9, 11, 13, *range(14, 19), 30)
    (part,) = segments(store)[0].parts
    assert (part.entries, part.gone_entries) == (14, 3)


def test_rules_that_came_meanwhile_are_in_force(store):
    waiting = [b"[list.demo]\ndistance = 3"]

    def meanwhile(_share):
        while waiting:
            Updater(store.index_folder).set_rules(waiting.pop())

    assert Updater(store.index_folder).tidy(every, meanwhile)
    assert LiveIndex.open(store.index_folder).snapshot().rules.lists["demo"].distance_max == 3


def test_a_merge_that_a_build_overtakes_changes_nothing_and_leaves_nothing(store):
    waiting = [1]

    def meanwhile(_share):
        while waiting:
            waiting.pop()
            Updater(store.index_folder).build([store.open("demo")])

    assert Updater(store.index_folder).tidy(every, meanwhile) is None
    assert ids(store) == e(*range(2, 20), 30, 31)
    assert not list(store.index_folder.glob(".partial-*"))


def test_a_merge_by_hand_comes_to_its_end_although_it_is_always_overtaken(store):
    tries = []

    def meanwhile(_share):
        tries.append(1)
        if len(tries) < 3:  # the third time the others wait
            Updater(store.index_folder).build([store.open("demo")])
            Updater(store.index_folder).apply([Add("demo", full_entry(40 + len(tries)))])

    Updater(store.index_folder).merge(meanwhile)
    assert len(segments(store)) == 1
    assert set(e(41, 42)) <= set(ids(store))


def test_an_entry_that_came_back_under_the_same_file_is_not_lost(store):
    """The same entries packed again are the same file: of two parts with one name only the right one may give way."""
    updater = Updater(store.index_folder)
    updater.apply([Add("demo", full_entry(50))])
    updater.apply([Remove("demo", "e-50")])
    assert tidied_while(store, Add("demo", full_entry(50)))
    assert ids(store).count("e-50") == 1
    assert tidied_while(store, Remove("demo", "e-50"), Add("demo", full_entry(50)))
    assert ids(store).count("e-50") == 1


def test_an_update_leaves_folding_to_upkeep_until_there_are_far_too_many(store, monkeypatch):
    monkeypatch.setattr("tutela.engine.matching.live.updater.SEGMENTS_HARD_MAX", 20)
    updater = Updater(store.index_folder)
    first = segments(store)[0]
    for n in range(17):
        updater.apply([Add("demo", full_entry(32 + n))])
    assert len(segments(store)) == 20
    updater.apply([Add("demo", full_entry(59))])
    assert len(segments(store)) == 17
    assert segments(store)[0] == first
    assert upkeep(store.index_folder)
    assert len(segments(store)) <= rules.SEGMENTS_MAX
    assert ids(store) == e(*range(2, 20), *range(30, 49), 59)


def test_what_is_due_comes_in_its_order_and_nothing_is_due_after_it():
    delta = Segment((replace(MILLION, entries=10_000),))
    base = Segment((MILLION,))
    assert due([]) is None
    assert due([base, *[delta] * 12]) is None
    assert due([base, *[delta] * 13]) == Due(Why.GROWN, tuple(range(14)))
    assert due([base, *[delta] * 16]) == Due(Why.FOLD, tuple(range(1, 13)))
    assert due([Segment((replace(MILLION, gone_entries=250_000),))]) is None
    removed = Segment((replace(MILLION, gone_entries=250_001),))
    assert due([removed]) == Due(Why.REMOVED, (0,))
    empty = Segment((replace(MILLION, gone_entries=1_000_000),))
    assert due([empty]) is None  # a list of which nothing counts keeps one part
    assert due([Segment((*empty.parts, *base.parts))]) == Due(Why.REMOVED, (0,))
    assert (
        due([Segment((replace(MILLION, entries=90, gone_entries=80),)), Segment((replace(MILLION, entries=80),))])
        is None
    )


def test_upkeep_does_what_is_due_and_then_nothing(store, monkeypatch):
    monkeypatch.setattr(rules, "ENTRIES_MIN", 2)
    monkeypatch.setattr(rules, "_GROWN", 0.1)
    before = ids(store)
    (grown,) = upkeep(store.index_folder) or ()
    assert (grown.why, grown.segments, grown.entries) == (Why.GROWN, 3, 20)
    assert upkeep(store.index_folder) == []
    assert ids(store) == before
    Updater(store.index_folder).apply([Remove("demo", one) for one in e(*range(2, 12))])
    assert [one.why for one in upkeep(store.index_folder)] == [Why.REMOVED]
    assert upkeep(store.index_folder) == []
    Updater(store.index_folder).apply([Remove("demo", one) for one in before])
    upkeep(store.index_folder)
    assert upkeep(store.index_folder) == []
    assert ids(store) == []


def test_one_process_keeps_an_index_at_a_time_and_writers_do_not_wait_for_it(store):
    with keeper._keeper(store.index_folder) as is_ours:
        assert is_ours
        assert upkeep(store.index_folder) is None
        Updater(store.index_folder).apply([Add("demo", full_entry(50))])
    assert upkeep(store.index_folder) == []


def test_upkeep_goes_on_over_what_is_not_there_or_damaged_and_says_a_fault_once(store, monkeypatch):
    monkeypatch.setattr(keeper, "LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(keeper, "_AGAIN_S", 0.001)
    monkeypatch.setattr(rules, "ENTRIES_MIN", 2)
    monkeypatch.setattr(rules, "_GROWN", 0.1)
    told, over, heard = [], threading.Event(), threading.Event()
    pointer = (store.index_folder / "CURRENT").read_bytes()

    def tell(one):
        told.append(one)
        heard.set()

    (store.index_folder / "CURRENT").unlink()
    with pytest.raises(IndexMissingError):
        upkeep(store.index_folder)
    running = threading.Thread(target=keep_up, args=(store.index_folder, tell, over))
    running.start()
    try:
        (store.index_folder / "CURRENT").write_bytes(b"0" * 64)
        assert heard.wait(30)
        heard.clear()
        (store.index_folder / "CURRENT").write_bytes(pointer)
        assert heard.wait(30)
    finally:
        over.set()
        running.join()
    assert [type(one).__name__ for one in told] == ["IndexCorruptError", "Tidied"]
    assert len(segments(store)) == 1


def test_drafts_of_the_dead_are_swept_by_whoever_changes_something_next(store):
    left = store.index_folder / ".partial-0123456789abcdef"
    left.write_bytes(b"half of something")
    Updater(store.index_folder).set_rules(b"")
    assert not left.exists()


def test_a_table_of_ids_stands_beside_a_large_part_and_finds_what_hashing_finds(store):
    (part,) = segments(store)[0].parts
    assert part.ids
    packed = store.open("demo")
    kept = Ids.open(LiveFolder(store.index_folder).file("ids", part.ids), packed)
    wanted = WantedIds(["e-3", "e-17", "not there", "e-0"])
    assert kept.rows(wanted).tolist() == Ids.of(packed).rows(wanted).tolist() == [0, 3, 17]
    Updater(store.index_folder).merge()
    files = {path.name for path in store.index_folder.glob("*.tutelaids")}
    assert {name for name in LiveFolder(store.index_folder).current()[1].files() if name.endswith("ids")} <= files


def test_a_table_of_ids_that_is_altered_cut_or_anothers_is_refused(store, tmp_path):
    (part,) = segments(store)[0].parts
    path = LiveFolder(store.index_folder).file("ids", part.ids)
    raw = path.read_bytes()
    for place in range(0, len(raw), 7):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :])
        try:
            LiveIndex.open(store.index_folder).snapshot().verify()
        except IndexCorruptError:
            continue
        assert not any(raw[place : place + 1])  # between the sections
    for keep in (0, 10, len(raw) - 1):
        path.write_bytes(raw[:keep])
        with pytest.raises(IndexCorruptError):
            LiveIndex.open(store.index_folder)
    other = store_of(tmp_path / "other", [full_entry(n) for n in range(1, 21)]).open("demo")
    with path.open("wb") as target:
        write_ids(target, other)
    with pytest.raises(IndexCorruptError, match="not that of its list"):
        LiveIndex.open(store.index_folder)


def test_a_state_from_before_there_were_tables_of_ids_is_read(store):
    raw = encode(State(1, "", (Segment((Part("demo", "a" * 64, 3),)),))).replace(b',"ids":""', b"")
    (part,) = decode(raw, version_of(raw)).parts()
    assert part == Part("demo", "a" * 64, 3)
    found = Ids(store.open("demo"), np.array([1], np.uint64), np.array([99], np.uint32))
    wanted = WantedIds(["x"])
    wanted.hashes = np.array([1], np.uint64)
    with pytest.raises(IndexCorruptError, match="leads outside"):
        found.rows(wanted)
