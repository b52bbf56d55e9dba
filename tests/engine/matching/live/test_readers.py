"""Readers of a live index: they never wait, keep what they have open, and refuse what is damaged."""

from __future__ import annotations

import random
import threading

import numpy as np
import pytest

from tests.engine.matching.world import digests, full_entry, pdq, store_of
from tutela.domain.errors import IndexCorruptError, ListCorruptError, ListError, ListNotFoundError, TutelaError
from tutela.domain.lists import Entry
from tutela.engine.durable import locked
from tutela.engine.matching import LiveIndex, Updater
from tutela.engine.matching.live import Add, Correct, Remove
from tutela.engine.matching.live.folder import STATES_KEPT


@pytest.fixture
def store(tmp_path):
    made = store_of(tmp_path, [full_entry(n) for n in range(30)])
    Updater(made.index_folder).build([made.open("demo")])
    return made


def eager(store) -> LiveIndex:
    """A reader that looks whenever it is asked."""
    index = LiveIndex.open(store.index_folder)
    index._look_again_s = 0
    return index


def found(snapshot, n) -> list[str]:
    return [hit.entry_id for hit in snapshot.match_digests([digests(n)])[0]]


def test_an_open_state_stays_as_it_is_although_its_files_are_removed(store):
    index = eager(store)
    before = index.snapshot()
    updater = Updater(store.index_folder)
    updater.apply([Remove("demo", f"e-{n}") for n in range(10, 20)])  # so many that the file is packed anew
    for n in range(STATES_KEPT + 2):
        updater.apply([Remove("demo", f"e-{n}"), Add("demo", full_entry(100 + n))])
        updater.merge()
    assert not any((store.index_folder / name).exists() for name in before.state.files())
    index._look_again_s = 0
    after = index.snapshot()
    assert (found(before, 0), found(before, 100)) == (["e-0"], [])
    assert (found(after, 0), found(after, 100)) == ([], ["e-100"])
    assert len(before.match_many(np.frombuffer(pdq(0), np.uint8).reshape(1, 32))[0]) == 1
    before.verify()
    assert len(list(store.index_folder.glob("*.tutelastate"))) == STATES_KEPT


def test_a_reader_does_not_wait_for_a_writer(store):
    index = eager(store)
    with locked(store.index_folder / ".writer"):
        assert found(index.snapshot(), 1) == ["e-1"]


def test_a_thread_that_finds_another_looking_goes_on_with_what_there_is(store):
    index = eager(store)
    before = index.snapshot().version
    Updater(store.index_folder).apply([Remove("demo", "e-1")])
    index._look_again_s = 0
    with index._looking:
        assert index.snapshot().version == before
    assert index.snapshot().version != before


def test_threads_that_ask_while_a_writer_changes_see_each_update_whole(store):
    index, over, wrong = eager(store), threading.Event(), []

    def ask():
        while not over.is_set():
            index._look_again_s = 0
            snapshot = index.snapshot()
            seen = {bool(found(snapshot, 200 + n)) for n in range(5)}
            if len(seen) != 1:
                wrong.append(snapshot.version)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    updater = Updater(store.index_folder)
    for round_ in range(12):
        kind = Add if round_ % 2 == 0 else Remove
        updater.apply(
            [Add("demo", full_entry(200 + n)) if kind is Add else Remove("demo", f"e-{200 + n}") for n in range(5)]
        )
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert index.fault == ""


def test_changes_that_say_nothing_usable_change_nothing(store):
    updater, version = Updater(store.index_folder), eager(store).snapshot().version
    for changes, error in (
        ([Remove("demo", "")], ListError),
        ([Remove("demo", "e-1"), Add("other", full_entry(1))], ListNotFoundError),
        ([Remove("demo", "e-1"), Add("demo", Entry("x", md5=b"short"))], ListError),
    ):
        with pytest.raises(error):
            updater.apply(changes)
        assert eager(store).snapshot().version == version
    assert not list(store.index_folder.glob(".partial-*"))


def test_a_late_correction_does_not_bring_back_what_was_withdrawn(store):
    updater = Updater(store.index_folder)
    updater.apply([Remove("demo", "e-1"), Correct("demo", full_entry(1)), Correct("demo", full_entry(99))])
    snapshot = eager(store).snapshot()
    assert (found(snapshot, 1), found(snapshot, 99), snapshot.info.entries) == ([], [], 29)


def test_the_same_update_twice_is_as_once(store):
    changes = [Remove("demo", "e-1"), Add("demo", full_entry(50)), Correct("demo", full_entry(2, pdq=pdq("new")))]
    for _ in range(2):
        Updater(store.index_folder).apply(changes)
        assert eager(store).snapshot().info.entries == 30


def test_the_version_of_a_list_changes_with_its_entries_and_not_with_a_merge(store):
    def version():
        return eager(store).snapshot().info.lists[0].about.version

    imported = version()
    assert imported == store.info("demo").version
    Updater(store.index_folder).apply([Remove("demo", "e-1")])
    changed = version()
    Updater(store.index_folder).merge()
    assert version() == changed != imported


def test_damage_anywhere_is_refused_and_a_reader_goes_on_with_what_it_has(store):
    Updater(store.index_folder).apply([Remove("demo", "e-1"), Add("demo", full_entry(40))])
    index, rng, refused = eager(store), random.Random(4), 0
    good = index.snapshot()
    for name in sorted(good.state.files()):
        path = store.index_folder / name
        raw = path.read_bytes()
        for place in [0, 20, len(raw) - 1, *(rng.randrange(len(raw)) for _ in range(40))]:
            path.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << rng.randrange(8)]) + raw[place + 1 :])
            try:
                LiveIndex.open(store.index_folder).snapshot().verify()
            except (IndexCorruptError, ListCorruptError):
                refused += 1
        for keep in (0, 10, len(raw) // 2, len(raw) - 1):
            path.write_bytes(raw[:keep])
            with pytest.raises(TutelaError):
                LiveIndex.open(store.index_folder)
        path.write_bytes(raw)
    assert refused > 80
    (store.index_folder / "CURRENT").write_text("0" * 64)
    index._look_again_s = 0
    assert index.snapshot().version == good.version
    assert "leads to an index that is not there" in index.fault
    (store.index_folder / "CURRENT").write_text(good.version)
    index._look_again_s = 0
    index.snapshot()
    assert index.fault == ""
