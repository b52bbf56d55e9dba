"""JSON-lines lists."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.domain.lists import Entry, RejectedRow
from tutela.engine.formats import Notes, hash_jsonl

MD5 = "0123456789abcdef0123456789abcdef"
PDQ = "fedcba9876543210" * 4


def read(*items, **options):
    lines = [item if isinstance(item, str) else json.dumps(item) for item in items]
    return list(hash_jsonl.read(io.BytesIO("\n".join(lines).encode()), **options))


def test_keys_are_named_as_columns_are():
    (entry,) = read({"ID": 17, "MD5": MD5, "pdq": PDQ, "Classification": "A2", "source": "agency", "path": "/x"})
    assert entry == Entry("17", "A2", "agency", md5=bytes.fromhex(MD5), pdq=bytes.fromhex(PDQ))


@pytest.mark.parametrize(
    "item",
    [
        {"signals": {"pdq": PDQ, "video_md5": MD5}},
        {"hashes": [{"type": "PDQ", "value": PDQ}, {"type": "MD5", "value": MD5}]},
        {"fingerprints": {"md5": MD5, "url": "https://example.org"}, "pdq": PDQ},
    ],
)
def test_signals_may_stand_together(item):
    (entry,) = read(item)
    assert (entry.md5.hex(), entry.pdq.hex(), entry.opaque) == (MD5, PDQ, {})


@pytest.mark.parametrize(
    "frames",
    [
        [f"{PDQ},90,1.5"],
        {"0": {"hash": PDQ, "quality": 90, "timestamp": 1.5}},
        [{"pdq": PDQ, "quality": 90, "time_ms": 1500}],
        json.dumps([f"{PDQ},90,1.5"]),
    ],
)
def test_every_shape_of_frames_is_read(frames):
    (entry,) = read({"vpdq": frames})
    assert entry.frames == ((bytes.fromhex(PDQ), 90, 1500),)


@pytest.mark.parametrize(
    "frames",
    [
        "[",
        "[" * 10**5,
        7,
        [7],
        ["a,b"],
        [f"{PDQ},90"],
        [f"{PDQ},101,0"],
        [f"{PDQ},90,-1"],
        [f"{PDQ},nan,0"],
        [f"{PDQ[:-1]},90,0"],
        [{"hash": 7}],
        [{"hash": PDQ, "quality": True}],
        [{"hash": PDQ, "timestamp": 1e300}],
    ],
)
def test_malformed_frames_reject_the_entry(frames):
    (rejected,) = read({"vpdq": frames, "md5": MD5})
    assert "vpdq" in rejected.reason or "pdq" in rejected.reason


def test_more_frames_than_the_limit_reject_the_entry():
    from tutela.domain.limits import ImportLimits

    (rejected,) = read({"vpdq": [f"{PDQ},90,0"] * 6}, limits=ImportLimits(frames_max=5))
    assert rejected.reason == "vpdq has 6 frames, more than the 5 that an entry may have"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"md5": "a", "md5": "b"}', "names a key twice"),
        (f'{{"md5": "{MD5}", "MD5": "{MD5[::-1]}"}}', "gives md5 twice, and differently"),
        ('{"md5": NaN}', "holds a number that is none (NaN or Infinity)"),
        ('{"md5": ' + "[" * 1_000_000, "is nested too deeply"),
        ('{"id": ' + "9" * 100_000 + "}", "is not valid JSON"),
        ('["md5"]', "is JSON, and not an object"),
        ("{", "is not valid JSON"),
        ('{"md5": 7.5}', "has a list, an object or a fraction where text should stand"),
        ('{"md5": 12345}', "md5 has 5 characters, not 32 hexadecimal ones"),
        ('{"id": "x"}', "holds no signal"),
        ('{"signals": 7}', "has signals that are neither an object nor a list"),
        (f'{{"md5": "{MD5}", "deleted": true}}', "was withdrawn by those who listed it"),
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_ends_nothing(line, reason):
    rows = read({"md5": MD5}, line, {"md5": MD5})
    assert rows[1] == RejectedRow(2, reason)
    assert [rows[0].entry_id, rows[2].entry_id] == ["1", "3"]


def test_a_lone_surrogate_does_not_pass():
    notes = Notes()
    (entry,) = read('{"md5": "%s", "source": "a\\ud800b"}'.replace("%s", MD5), notes=notes)
    assert entry.source == "a\ufffdb"
    assert notes.labels_mended == 1


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    for row in read(text):
        assert isinstance(row, Entry | RejectedRow)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["md5", "pdq", "vpdq", "signals", "hash", "type", "id", "bank", "deleted"]), _JSON)
)
def test_no_values_break_the_reader(item):
    for row in read(item):
        assert isinstance(row, Entry | RejectedRow)
