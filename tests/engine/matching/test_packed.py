"""Packed files: what goes in comes out, and a damaged file is refused with its reason."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.matching.world import NOW, altered, digests, frames, full_entry, packed, pdq, store_of
from tutela.domain.errors import ListCorruptError, ListError
from tutela.domain.limits import ImportLimits
from tutela.domain.lists import Entry, ListInfo, MatchPolicy, RejectedRow
from tutela.domain.signals import SignalKind
from tutela.engine.matching import PackedList, read_info
from tutela.engine.matching.container import HEADER
from tutela.engine.matching.pack import pack

LIMITS = ImportLimits()
BLANK = ListInfo("demo", "owner", "v1", "scheme", "", 0, {}, 0, 0, 0, NOW, MatchPolicy())


def pack_to(path, rows, limits=LIMITS, **changes):
    from dataclasses import replace

    with path.open("w+b") as target:
        return pack(rows, target, replace(BLANK, **changes), folder=path.parent, limits=limits)


def file_of(folder):
    (path,) = folder.glob("demo/*.tutelalist")
    return path


def test_what_goes_in_comes_out(tmp_path):
    entries = [
        full_entry(1),
        Entry("only-opaque", opaque={"photodna": "QUJD", "tmk": "REVG"}),
        Entry("flat", pdq=bytes(32)),
        Entry("video", "A1", frames=frames(pdq(5), pdq(6), pdq(5), bytes(32))),
        Entry("", "", "", md5=digests(1).md5),
        Entry("käse \N{SNOWMAN}", sha256=digests(9).sha256, opaque={"photodna": "R0hJ"}),
    ]
    opened = packed(tmp_path, entries)
    assert list(opened.entries()) == entries


_BYTES = {size: st.none() | st.binary(min_size=size, max_size=size) for size in (16, 20, 32)}
_ENTRY = st.builds(
    Entry,
    entry_id=st.text(max_size=8),
    classification=st.sampled_from(["", "A1", "B2"]),
    source=st.text(max_size=3),
    md5=_BYTES[16],
    sha1=_BYTES[20],
    sha256=_BYTES[32],
    pdq=_BYTES[32],
    opaque=st.dictionaries(st.sampled_from(["photodna", "tmk"]), st.text("ABC=", min_size=1)),
)


@settings(deadline=None)
@given(st.lists(_ENTRY, min_size=1, max_size=12))
def test_any_entries_come_out_as_they_went_in(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("packed") / "list"
    info = pack_to(path, entries)
    opened = PackedList.open(path)
    assert opened.info == info == read_info(path)
    assert list(opened.entries()) == entries


def test_counts_are_honest(tmp_path):
    rows = [
        full_entry(1),
        Entry("p1", opaque={"photodna": "QUJD"}),
        RejectedRow(4, "holds no signal"),
        Entry("p2", opaque={"photodna": "QUJE"}, md5=digests(2).md5),
        Entry("flat", pdq=b"\xff" * 32),
        Entry("v", frames=frames(pdq(1))),
        RejectedRow(9, "holds no signal"),
    ]
    store = store_of(tmp_path, rows)
    info = store.info("demo")
    assert info.entries == 5
    assert info.counts == {"md5": 2, "sha1": 1, "sha256": 1, "pdq": 2, "photodna": 2, "vpdq": 1}
    assert (info.unmatchable, info.degenerate_pdq, info.rows_rejected) == (1, 1, 2)
    assert list(store.open("demo").rejected()) == [rows[2], rows[6]]


def test_all_rejected_rows_are_counted_and_some_are_kept(tmp_path):
    limits = ImportLimits(rejected_rows_kept_max=3)
    info = pack_to(tmp_path / "list", [full_entry(1), *(RejectedRow(n, "is bad") for n in range(10))], limits)
    assert info.rows_rejected == 10
    assert len(list(PackedList.open(tmp_path / "list").rejected())) == 3


def test_the_same_content_is_the_same_version_whenever_it_is_imported(tmp_path):
    entries = [full_entry(n) for n in range(50)]
    first = pack_to(tmp_path / "a", entries)
    later = pack_to(tmp_path / "b", [*entries, RejectedRow(60, "is bad")], imported_at="2027-01-01T00:00:00Z")
    assert first.version == later.version
    assert (first.imported_at, later.imported_at) == (NOW, "2027-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "changes",
    [
        {"scheme": "other"},
        {"label": "v2"},
        {"owner": "x"},
        {"policy": MatchPolicy(pdq_distance_max=30)},
    ],
)
def test_other_meaning_is_another_version(tmp_path, changes):
    entries = [full_entry(1)]
    assert pack_to(tmp_path / "a", entries).version != pack_to(tmp_path / "b", entries, **changes).version


def test_another_bit_is_another_version(tmp_path):
    one = pack_to(tmp_path / "a", [full_entry(1)])
    other = pack_to(tmp_path / "b", [full_entry(1, pdq=altered(pdq(1), 1))])
    assert one.version != other.version


@pytest.mark.parametrize("changes", [{"md5": b"short"}, {"pdq": bytes(31)}, {"frames": ((bytes(31), 1, 1),)}])
def test_a_malformed_entry_is_refused(tmp_path, changes):
    with pytest.raises(ListError, match="entry 1"):
        pack_to(tmp_path / "list", [Entry("x", **changes)])


def test_a_list_of_nothing_is_refused_with_the_first_reason(tmp_path):
    with pytest.raises(ListError, match="none of the 2 rows") as caught:
        pack_to(tmp_path / "list", [RejectedRow(7, "holds no signal"), RejectedRow(8, "other")])
    assert "row 7 holds no signal" in caught.value.hint
    with pytest.raises(ListError, match="more than 2 entries"):
        pack_to(tmp_path / "list", [full_entry(n) for n in range(3)], ImportLimits(entries_max=2))


def test_one_flipped_bit_anywhere_is_found(tmp_path):
    store_of(tmp_path, [full_entry(n, frames=frames(pdq(n))) for n in range(20)])
    path = file_of(tmp_path)
    good = path.read_bytes()
    used = _bytes_in_use(good)
    for place in range(0, len(good), 37):
        raw = bytearray(good)
        raw[place] ^= 0x10
        path.write_bytes(raw)
        if place in used:
            with pytest.raises(ListCorruptError):
                PackedList.open(path)
        else:
            PackedList.open(path)  # padding between sections says nothing


def _bytes_in_use(raw: bytes) -> set[int]:
    import json

    from tutela.engine.matching.layout import LIST

    *_, offset, length, _ = HEADER.unpack(raw[: HEADER.size])
    used = set(range(HEADER.size)) - set(range(12, 16)) | set(range(offset, offset + length))
    for name, (start, rows, _) in json.loads(raw[offset : offset + length])["sections"].items():
        used |= set(range(start, start + rows * LIST.row_bytes(name)))
    return used


@pytest.mark.parametrize("keep", [0, 1, 8, 63, 64, 65, 1000, -1000, -64, -1])
def test_a_truncated_file_is_refused(tmp_path, keep):
    store_of(tmp_path, [full_entry(n) for n in range(20)])
    path = file_of(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ListCorruptError, match=r"no packed hash list|truncated"):
        PackedList.open(path)


def test_a_file_with_something_behind_it_or_of_another_version_is_refused(tmp_path):
    store_of(tmp_path, [full_entry(1)])
    path = file_of(tmp_path)
    good = path.read_bytes()
    path.write_bytes(good + b"\0")
    with pytest.raises(ListCorruptError, match="truncated or altered"):
        PackedList.open(path)
    path.write_bytes(good[:8] + struct.pack("<I", 2) + good[12:])
    with pytest.raises(ListCorruptError, match="format version 2"):
        PackedList.open(path)


def test_a_consistent_file_with_rows_that_lead_astray_is_refused(tmp_path, monkeypatch):
    from tutela.engine.matching import sections

    def astray(name, keys, entries):
        yield from (
            (part, [values + 1000 if part.endswith("entry") else values for values in columns])
            for part, columns in sections.sorted_table(name, keys, entries)
        )

    monkeypatch.setattr("tutela.engine.matching.pack.sorted_table", astray)
    pack_to(tmp_path / "list", [full_entry(1)])
    with pytest.raises(ListCorruptError, match="do not fit together"):
        PackedList.open(tmp_path / "list")


def test_equal_digests_and_equal_beginnings_are_all_told_apart(tmp_path):
    made = digests(1)
    same_beginning = made.md5[:8] + b"\x01" * 8
    entries = [Entry("a", md5=made.md5), Entry("b", md5=same_beginning), Entry("c", md5=made.md5)]
    table = packed(tmp_path, entries).digests[SignalKind.MD5]
    assert table.find(made.md5).tolist() == [0, 2]
    assert table.find(same_beginning).tolist() == [1]
    assert table.find(made.md5[:8] + bytes(8)).tolist() == []
    assert table.find(b"\xff" * 16).tolist() == []
    queries = np.frombuffer(same_beginning + bytes(16) + made.md5 + made.md5, np.uint8).reshape(-1, 16)
    found = table.find_many(queries)
    assert [array.tolist() for array in found] == [[0, 2, 2, 3, 3], [1, 0, 2, 0, 2]]


def test_digests_full_of_zeros_are_found(tmp_path):
    digest = b"\x01" + bytes(15)  # NumPy's byte strings would strip these zeros
    table = packed(tmp_path, [Entry("z", md5=digest)]).digests[SignalKind.MD5]
    assert table.find(digest).tolist() == [0]
    assert table.find(b"\x01\x01" + bytes(14)).tolist() == []


def test_an_open_list_does_not_hold_a_descriptor_for_ever(tmp_path):
    store = store_of(tmp_path, [full_entry(1)])
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        store.open("demo")
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2


def test_more_rows_than_a_batch_and_more_texts_than_are_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr("tutela.engine.matching.texts._INTERNED_MAX", 10)
    monkeypatch.setattr("tutela.engine.matching.spool.SPILL_BYTES", 64)
    entries = [
        Entry(f"e{n}", f"class {n % 7}", f"source {n % 23}", md5=digests(n).md5, opaque={"photodna": f"QUJD{n}"})
        for n in range(20_000)
    ]
    assert list(packed(tmp_path, entries).entries()) == entries
