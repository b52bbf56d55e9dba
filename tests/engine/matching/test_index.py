"""Lists answered by an index say what they say without one, and a damaged index is refused or tells no lie."""

from __future__ import annotations

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.matching.test_matcher_property import _ENTRIES, _HASHES, planted_list
from tests.engine.matching.world import altered, digests, frames, full_entry, pdq, picture, store_of
from tutela.domain.errors import IndexCorruptError, IndexMissingError
from tutela.domain.lists import Entry
from tutela.domain.media import MediaKind
from tutela.domain.signals import SignalKind
from tutela.engine import native
from tutela.engine.matching import ListStore, LiveIndex, Matcher, SignalIndex, Updater, in_force

VIDEO = MediaKind.VIDEO


@pytest.fixture(autouse=True)
def small_tables_too(monkeypatch):
    """Have the index answer for tables of any size."""
    monkeypatch.setattr("tutela.engine.matching.index.table._ROWS_MIN", 0)
    monkeypatch.setattr("tutela.engine.matching.live.merging.HASHES_MIN", 0)


class Indexed:
    """Lists that are there, opened with their index."""

    def __init__(self, folder):
        self.store = ListStore(folder)
        self.build()

    def build(self, **options):
        Updater(self.store.index_folder).build([self.store.open(name) for name in self.store.names()], **options)

    def open(self, name):
        (packed,) = in_force(self.store, [name])
        return packed

    @property
    def snapshot(self):
        return LiveIndex.open(self.store.index_folder).snapshot()

    @property
    def index(self):
        return self.snapshot._segments[0].index


def indexed(folder) -> Indexed:
    return Indexed(folder)


def index_file(folder):
    (path,) = folder.glob(".index/*.tutelaindex")
    return path


def rows(*hashes) -> np.ndarray:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)


def columns(found) -> list:
    return [column.tolist() for column in found]


#### The same answers ####


@pytest.mark.parametrize("variant", native.variants())
def test_a_matcher_with_an_index_says_what_one_without_says(tmp_path, variant):
    rng = random.Random(5)
    entries = planted_list(rng, 150)
    plain = Matcher(
        [store_of(tmp_path, entries, "one").open("one"), store_of(tmp_path, entries[::2], "two").open("two")]
    )
    with native.use(variant):
        store = indexed(tmp_path)
        opened = [store.open("one"), store.open("two")]
        assert all(one.index_version == store.snapshot.version for one in opened)
        found = 0
        for _ in range(40):
            n = rng.randrange(len(entries))
            hashes = [picture(altered(pdq(n), rng.randint(0, 40), rng.random()), rng.choice([49, 50, 100]))]
            hashes += [picture(altered(pdq(f"film {n} {f}"), rng.randint(25, 37)), frame=f) for f in range(4)]
            for distance_max in (None, 3, 31, 32, 60):
                bare = (
                    plain
                    if distance_max is None
                    else Matcher([one._packed for one in plain._lists], distance_max=distance_max)
                )
                answer = Matcher(opened, distance_max=distance_max).look_up(digests(n), hashes, VIDEO)
                assert answer == bare.look_up(digests(n), hashes, VIDEO)
                found += len(answer.hits)
    assert found > 100


@settings(deadline=None, max_examples=40)
@given(_ENTRIES, _HASHES, st.sampled_from([0, 10, 31]))
def test_any_list_and_file_are_matched_as_without_an_index(tmp_path_factory, entries, hashes, distance_max):
    folder = tmp_path_factory.mktemp("lists")
    plain = store_of(folder, entries, pdq_distance_max=distance_max).open("demo")
    opened = indexed(folder).open("demo")
    assert opened.index_version
    assert Matcher([opened]).look_up(None, hashes, VIDEO) == Matcher([plain]).look_up(None, hashes, VIDEO)


@pytest.mark.parametrize("variant", native.variants())
def test_every_distance_from_0_to_33_falls_on_the_right_side(tmp_path, variant):
    hashes = [pdq(n) for n in range(60)]
    entries = [Entry(f"{n}", pdq=pdq_hash) for n, pdq_hash in enumerate(hashes)]
    store_of(tmp_path, entries)
    with native.use(variant):
        index = indexed(tmp_path).index
        for bits in range(34):
            asked = rows(*(altered(pdq_hash, bits, n + bits) for n, pdq_hash in enumerate(hashes)))
            found = index.search(asked, 31)
            assert (found.query.tolist(), set(found.distance.tolist())) == (
                (list(range(60)), {bits}) if bits <= 31 else ([], set())
            )


def test_an_equal_hash_stands_once_whoever_has_it(tmp_path):
    film = Entry("film", frames=frames(pdq(1), pdq(2), pdq(3)))
    store_of(tmp_path, [full_entry(1), full_entry(1), film, Entry("b", pdq=pdq(9))], "a")
    store_of(tmp_path, [full_entry(2), Entry("c", pdq=pdq(1))], "b")
    index = indexed(tmp_path).index
    assert (index.info.hashes, index.info.owners) == (4, 8)
    found = index.search(rows(pdq(1)), 0)
    assert len(found.row) == 1
    owners = index.owners(found.row)
    assert [(one.name, one.pictures, one.frames) for one in index.info.lists] == [("a", 3, 3), ("b", 2, 0)]
    assert list(zip(owners.source.tolist(), owners.row.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0), (2, 1)]


def test_hashes_that_begin_alike_are_told_apart(tmp_path):
    """Sorting is by the first word as laid out: hashes that share it, mixed with equal ones, are the hard case."""
    places = np.flatnonzero(
        np.unpackbits(native.lay(np.packbits(np.eye(256, dtype=np.uint8), axis=1)), axis=1)[:, 64:].any(axis=1)
    )
    base = int.from_bytes(pdq(1))
    hashes = [(base ^ 1 << 255 - int(places[n % 5])).to_bytes(32) for n in range(40)]
    store_of(tmp_path, [Entry(str(n), pdq=pdq_hash) for n, pdq_hash in enumerate(hashes)])
    index = indexed(tmp_path).index
    assert index.info.hashes == 5
    for pdq_hash in hashes[:5]:
        found = index.search(rows(pdq_hash), 0)
        assert sorted(index.owners(found.row).row.tolist()) == [
            n for n, other in enumerate(hashes) if other == pdq_hash
        ]


def test_digests_of_all_lists_are_found_in_one_table(tmp_path):
    store_of(tmp_path, [full_entry(n) for n in range(50)], "a")
    store_of(tmp_path, [full_entry(n) for n in range(40, 60)], "b")
    index = indexed(tmp_path).index
    for kind in (SignalKind.MD5, SignalKind.SHA1, SignalKind.SHA256):
        table = index.digests[kind]
        assert len(table) == 70
        assert table.find(digests(45).of_kind(kind)).tolist() == [45, 1 << 32 | 5]
        assert table.find(digests(59).of_kind(kind)).tolist() == [1 << 32 | 19]
        assert table.find(digests("unknown").of_kind(kind)).tolist() == []
    assert index.info.digests == 210


def test_a_list_without_hashes_is_indexed_too(tmp_path):
    store_of(tmp_path, [Entry("x", md5=digests(1).md5)])
    index = indexed(tmp_path).index
    assert columns(index.search(rows(pdq(1)), 31)) == [[], [], []]
    index.verify()


def test_a_list_of_nothing_but_one_hash_does_not_fill_the_memory(tmp_path):
    entries = [Entry(str(n), pdq=pdq(1), frames=frames(pdq(1))) for n in range(500)]
    plain = store_of(tmp_path, entries).open("demo")
    table = indexed(tmp_path).open("demo").pictures
    for queries in (rows(pdq(1)), rows(*[pdq(1)] * 3)):
        assert columns(table.search(queries, 31, 1500)) == columns(plain.pictures.search(queries, 31, 1500))
    with pytest.raises(OverflowError):
        table.search(rows(pdq(1), pdq(1)), 31, 999)


#### The store ####


def test_only_the_import_that_was_indexed_is_answered_by_the_index(tmp_path):
    store_of(tmp_path, [full_entry(n) for n in range(20)])
    store = indexed(tmp_path)
    assert store.open("demo").index_version
    store_of(tmp_path, [full_entry(n) for n in range(21)])
    assert store.open("demo").index_version == ""
    before, version = store.index, store.snapshot.version
    store.build()
    assert store.open("demo").index_version == store.snapshot.version != version
    assert columns(before.search(rows(pdq(3)), 0))[0] == [0]  # a reader of before goes on


def test_the_same_lists_are_the_same_file(tmp_path):
    store_of(tmp_path, [full_entry(n, frames=frames(pdq(n))) for n in range(200)])
    lists = [ListStore(tmp_path).open("demo")]
    for name in ("x", "y"):
        Updater(tmp_path / name).build(lists)
    (first,), (second,) = ((tmp_path / name).glob("*.tutelaindex") for name in ("x", "y"))
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_a_build_that_fails_leaves_the_old_index_in_force(tmp_path):
    store = indexed_demo(tmp_path)
    version = store.snapshot.version

    def stop(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.build(progress=stop)
    assert store.snapshot.version == version
    assert not list(tmp_path.glob(".index/.partial-*"))


def test_progress_goes_from_nothing_to_all(tmp_path):
    store_of(tmp_path, [full_entry(1)])
    said = []
    indexed(tmp_path).build(progress=said.append)
    assert said == sorted(said)
    assert said[-1] == 1


def test_there_may_be_no_index(tmp_path):
    store = store_of(tmp_path, [full_entry(1)])
    with pytest.raises(IndexMissingError):
        LiveIndex.open(store.index_folder)
    assert in_force(store, ["demo"])[0].index_version == ""


#### Readers ####


def indexed_demo(folder, count=400) -> Indexed:
    store_of(folder, [full_entry(n, frames=frames(pdq(f"film {n}"))) for n in range(count)])
    return indexed(folder)


def test_threads_and_processes_may_share_an_index(tmp_path):
    index = indexed_demo(tmp_path).index
    queries = rows(*(altered(pdq(n), n % 33, n) for n in range(400)))
    expected = columns(index.search(queries, 31))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: columns(index.search(queries, 31)), range(12))) == [expected] * 12
    code = (
        "import sys, numpy as np; from pathlib import Path; from tutela.engine.matching import SignalIndex;"
        "index = SignalIndex.open(Path(sys.argv[1])); index.load();"
        "found = index.search(np.frombuffer(bytes.fromhex(sys.argv[2]), np.uint8).reshape(-1, 32), 31);"
        "print([column.tolist() for column in found])"
    )
    words = [sys.executable, "-c", code, str(index_file(tmp_path)), queries.tobytes().hex()]
    readers = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [reader.communicate()[0].strip() for reader in readers] == [str(expected)] * 2


#### Damage ####


def test_one_changed_byte_anywhere_is_refused_or_tells_no_lie(tmp_path):
    indexed_demo(tmp_path, 60)
    path = index_file(tmp_path)
    good = path.read_bytes()
    whole = SignalIndex.open(path)
    queries = rows(*(altered(pdq(n), n % 33, n) for n in range(60)))
    refused_at_open = refused_later = 0
    rng = random.Random(3)
    sections = whole._container.index.sections
    places = [rng.randrange(len(good)) for _ in range(400)]
    for section in sections.values():  # every section, and its ends
        size = max(section.rows * 4, 1)
        places += [section.offset, *(section.offset + rng.randrange(size) for _ in range(12))]
    used = _bytes_in_use(whole, len(good))
    for place in places:
        raw = bytearray(good)
        raw[place % len(raw)] ^= 1 << rng.randrange(8)
        path.write_bytes(raw)
        try:
            index = SignalIndex.open(path)
        except IndexCorruptError:
            refused_at_open += 1
            continue
        refused_later += _asked(index, queries)
        if place % len(raw) in used:
            with pytest.raises(IndexCorruptError, match="altered or damaged"):
                index.verify()
        else:
            index.verify()
    assert refused_at_open > 20
    assert refused_later > 10


def _asked(index, queries) -> bool:
    """Ask everything; nothing but a refusal may come of it, and no pair that the index itself contradicts."""
    try:
        found = index.search(queries, 31)
        laid = native.lay(queries)
        truth = np.bitwise_count(index._columns.table[found.row] ^ laid[found.query]).sum(axis=1)
        assert (truth == found.distance).all()
        index.owners(found.row)
        for kind in index.digests:
            index.digests[kind].find(digests(1).of_kind(kind))
    except IndexCorruptError:
        return True
    return False


def _bytes_in_use(index, size) -> set[int]:
    used: set[int] = set()
    for name, section in index._container.index.sections.items():
        used |= set(range(section.offset, section.offset + section.rows * index._container.form.row_bytes(name)))
    assert max(used) < size
    return used


@pytest.mark.parametrize("keep", [0, 1, 8, 63, 64, 1000, 100_000, -100_000, -64, -1])
def test_a_truncated_index_is_refused(tmp_path, keep):
    indexed_demo(tmp_path)
    path = index_file(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(IndexCorruptError, match=r"no index|truncated"):
        SignalIndex.open(path)
    with pytest.raises(IndexCorruptError):
        in_force(ListStore(tmp_path), ["demo"])


def test_a_pointer_that_is_damaged_or_leads_nowhere_is_refused(tmp_path):
    indexed_demo(tmp_path, 5)
    pointer = tmp_path / ".index" / "CURRENT"
    for content in (b"\xff", b"", b"../../etc\n", b"0" * 64):
        pointer.write_bytes(content)
        with pytest.raises(IndexCorruptError, match="pointer"):
            LiveIndex.open(tmp_path / ".index")


def test_a_list_is_no_index(tmp_path):
    store_of(tmp_path, [full_entry(1)])
    (path,) = tmp_path.glob("demo/*.tutelalist")
    with pytest.raises(IndexCorruptError, match="no index"):
        SignalIndex.open(path)
