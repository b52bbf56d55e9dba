"""The store: names, versions, readers and writers side by side."""

from __future__ import annotations

import threading

import pytest

from tests.engine.matching.world import NOW, digests, full_entry, store_of
from tutela.domain.errors import ListCorruptError, ListError, ListNotFoundError
from tutela.domain.lists import MatchPolicy, RejectedRow
from tutela.domain.media import MediaKind
from tutela.engine.matching import ListStore, Matcher


def add(store, entries, name="demo", label="v1", **more):
    return store.add(name, "owner", label, "scheme", MatchPolicy(), entries, imported_at=NOW, **more)


def test_lists_are_added_shown_and_removed(tmp_path):
    store = ListStore(tmp_path / "home" / "lists")
    assert store.names() == []
    info = add(store, [full_entry(1)], "b-list")
    add(store, [full_entry(2)], "a.list_2")
    assert store.names() == ["a.list_2", "b-list"]
    assert store.info("b-list") == info == store.open("b-list").info
    store.remove("b-list")
    assert store.names() == ["a.list_2"]
    assert not (tmp_path / "home" / "lists" / "b-list").exists()


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden", "../x", "a/b", "/etc", "A", "a b", "ä", "a\n", "a\0b", "x" * 65, "a\\b", "~", "CURRENT"],
)
def test_a_name_that_could_be_a_path_is_refused(tmp_path, name):
    store = ListStore(tmp_path / "lists")
    for use in (lambda: add(store, [full_entry(1)], name), lambda: store.open(name), lambda: store.remove(name)):
        with pytest.raises(ListError, match="no name for a list"):
            use()
    assert not (tmp_path / "lists").exists()


def test_what_is_not_there_is_said(tmp_path):
    store = ListStore(tmp_path)
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for name in ("none", "file", "empty"):
        for use in (store.open, store.info, store.remove):
            with pytest.raises(ListNotFoundError, match=f"no list named {name}"):
                use(name)
    assert store.names() == []


def test_a_new_version_replaces_the_old_and_open_readers_keep_theirs(tmp_path):
    store = ListStore(tmp_path)
    old = add(store, [full_entry(1)])
    reader = Matcher([store.open("demo")])
    new = add(store, [full_entry(2)], label="v2")
    assert old.version != new.version
    assert store.info("demo").label == "v2"
    assert len(list(tmp_path.glob("demo/*.tutelalist"))) == 1
    store.remove("demo")
    assert [hit.list_version for hit in reader.match(digests(1), (), MediaKind.OTHER)] == [old.version]


def test_a_failed_import_leaves_the_old_version_and_no_rubbish(tmp_path):
    store = ListStore(tmp_path)
    old = add(store, [full_entry(1)])

    def breaks():
        yield full_entry(2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(store, breaks())
    with pytest.raises(ListError):
        add(store, [RejectedRow(1, "is bad")])
    with pytest.raises(ListError, match="distance"):
        store.add("demo", "o", "l", "s", MatchPolicy(pdq_distance_max=256), [full_entry(1)], imported_at=NOW)
    assert store.info("demo") == old
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "demo"]


def test_progress_is_told(tmp_path):
    told = []
    rows = [full_entry(1)] * 10_000 + [RejectedRow(1, "is bad")] * 10_000
    add(ListStore(tmp_path), rows, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 20_000
    assert len(told) > 2


@pytest.mark.parametrize("content", [b"", b"../../etc/passwd", b"\xff\xfe", b"a" * 64])
def test_a_damaged_pointer_is_said(tmp_path, content):
    store = store_of(tmp_path, [full_entry(1)])
    (tmp_path / "demo" / "CURRENT").write_bytes(content)
    with pytest.raises(ListCorruptError, match=r"pointer|points"):
        store.open("demo")


def test_files_are_private(tmp_path):
    store_of(tmp_path / "lists", [full_entry(1)])
    for path in (tmp_path / "lists").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_readers_and_writers_side_by_side(tmp_path):
    store = ListStore(tmp_path)
    versions = {add(store, [full_entry(n)]).version for n in (1, 2)}
    failures, done = [], threading.Event()

    def read():
        while not done.is_set():
            try:
                assert store.open("demo").info.version in versions
            except Exception as error:  # noqa: BLE001  - handed to the test
                failures.append(error)
                return

    def write(seed):
        for _ in range(15):
            add(store, [full_entry(seed)])

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(seed,)) for seed in (1, 2)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert failures == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "demo"]
    assert len(list(tmp_path.glob("demo/*.tutelalist"))) == 1
