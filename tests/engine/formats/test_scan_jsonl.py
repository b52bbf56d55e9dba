from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.errors import ReportError
from tutela.domain.lists import Hit, MatchKind
from tutela.domain.media import MediaType, Reason, Verdict
from tutela.domain.paths import as_text, exact_base64, for_display, from_text
from tutela.domain.scan import (
    FileTimes,
    ListUse,
    Resumption,
    RowKind,
    RowNote,
    ScanHeader,
    ScanOptions,
    ScanRow,
    Tally,
)
from tutela.domain.signals import Digests, PictureHash, SignalKind, View
from tutela.engine.formats.scan_jsonl import decode, encode, open_report

NUMBERS = st.integers(0, 2**63 - 1)
TIMES = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PATHS = st.binary(max_size=30)
HASHES = st.builds(
    PictureHash,
    st.binary(min_size=32, max_size=32),
    st.integers(0, 100),
    st.sampled_from(View),
    st.integers(0, 20_000),
    st.none() | NUMBERS,
)
SHARES = st.none() | st.floats(0, 1)
HITS = st.builds(
    Hit,
    list_name=TEXTS,
    list_version=TEXTS,
    entry_id=TEXTS,
    classification=TEXTS,
    scheme=TEXTS,
    source=TEXTS,
    owner=TEXTS,
    kind=st.sampled_from(MatchKind),
    signal=st.sampled_from(SignalKind),
    distance=st.none() | st.integers(0, 256),
    threshold=st.none() | st.integers(0, 256),
    view=st.sampled_from(View),
    frame=st.integers(0, 1000),
    query_share=SHARES,
    entry_share=SHARES,
)
DIGESTS = st.builds(
    Digests,
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=20, max_size=20),
    st.binary(min_size=32, max_size=32),
)
ROWS = st.builds(
    ScanRow,
    kind=st.sampled_from(RowKind),
    path=PATHS,
    verdict=st.sampled_from(Verdict),
    reason=st.sampled_from(Reason),
    detail=TEXTS,
    member=PATHS,
    size_bytes=NUMBERS,
    media_type=st.sampled_from(MediaType),
    digests=st.none() | DIGESTS,
    width_px=NUMBERS,
    height_px=NUMBERS,
    duration_ms=st.none() | NUMBERS,
    hashes=st.lists(HASHES, max_size=3).map(tuple),
    hits=st.lists(HITS, max_size=3).map(tuple),
    hits_left_out=NUMBERS,
    times=st.none() | st.builds(FileTimes, TIMES, TIMES, TIMES),
    device=NUMBERS,
    inode=NUMBERS,
    links=NUMBERS,
    notes=st.lists(st.sampled_from(RowNote), max_size=2).map(tuple),
)
HEADER = ScanHeader(
    "0.1.0", "2026-11-22T12:00:00Z", (b"/e", b"/caf\xe9"), (ListUse("known", "ab" * 32),), ScanOptions(dihedral=True)
)


@given(ROWS)
def test_every_row_survives_the_round_trip_on_one_line(row):
    line = encode(row)
    assert line.count(b"\n") == 1
    assert decode(line) == row


@given(st.lists(ROWS, max_size=5))
def test_every_summary_survives_the_round_trip(rows):
    tally = Tally()
    for row in rows:
        tally.add(row)
    summary = tally.summary("2026-11-22T12:00:00Z", 1.5)
    assert decode(encode(summary)) == summary
    assert summary.files + summary.members + summary.folders_unread == len(rows)


def test_header_and_resumption_survive_the_round_trip():
    assert decode(encode(HEADER)) == HEADER
    resumption = Resumption("2026-11-22T12:00:00Z", "0.1.0", 12, 345)
    assert decode(encode(resumption)) == resumption


@given(PATHS)
def test_a_path_survives_as_text_with_its_exact_bytes_beside(path):
    assert from_text(as_text(path), exact_base64(path)) == path


@given(st.text())
def test_what_is_displayed_is_printable_and_stays_on_its_line(text):
    shown = for_display(text)
    assert len(shown.splitlines()) <= 1
    assert not set(shown) & set("\x00\x1b\x07\u202e\u2066\u200b\ufeff")


@given(st.binary(max_size=200))
def test_no_line_of_garbage_does_more_than_raise_value_error(line):
    try:
        value = decode(line)
    except ValueError:
        return
    assert encode(value)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b'{"type":"file"}',
        b'{"type":"other","path":"/a"}',
        b'{"type":"file","path":"/a","verdict":"wonderful"}',
        b'{"type":"file","path":"/a","verdict":"hashed","md5":"zz","sha1":"","sha256":"00"}',
        b'{"type":"file","path":"/a","verdict":"hashed","path_base64":"***"}',
        encode(HEADER).replace(b"tutela-scan", b"other-scan"),
    ],
)
def test_a_line_that_is_none_of_ours_is_refused(line):
    with pytest.raises(ValueError):  # noqa: PT011  - any is right
        decode(line)


def test_a_newer_format_is_refused_with_a_hint():
    line = encode(HEADER).replace(b'"format_version":1', b'"format_version":2')
    with pytest.raises(ReportError) as caught:
        decode(line)
    assert caught.value.hint


def test_fields_of_a_later_version_are_passed_over():
    row = ScanRow(RowKind.FILE, b"/a", Verdict.DIGESTED)
    assert decode(encode(row).replace(b"{", b'{"moon":"full",', 1)) == row


def report_of(tmp_path, *lines):
    path = tmp_path / "report.jsonl"
    path.write_bytes(b"".join(lines))
    return path


def test_a_reader_leaves_out_a_torn_block_and_says_so(tmp_path):
    file = ScanRow(RowKind.FILE, b"/a", Verdict.DIGESTED)
    member = ScanRow(RowKind.MEMBER, b"/z", Verdict.DIGESTED, member=b"x")
    path = report_of(tmp_path, encode(HEADER), encode(file), encode(member), encode(member)[:-5])
    with open_report(path) as report:
        assert list(report.rows()) == [file]
        assert report.summary is None
        assert report.ended_early


def test_a_reader_can_read_twice(tmp_path):
    file = ScanRow(RowKind.FILE, b"/a", Verdict.DIGESTED)
    other = replace(file, path=b"/b")
    summary = Tally().summary("2026-11-22T12:00:00Z", 0)
    path = report_of(tmp_path, encode(HEADER), encode(file), encode(other), encode(summary))
    with open_report(path) as report:
        assert list(report.rows()) == list(report.rows()) == [file, other]
        assert report.summary == summary
        assert not report.ended_early


def test_something_else_is_not_read_as_a_report(tmp_path):
    for content in (b"", b"hello\n", encode(ScanRow(RowKind.FILE, b"/a", Verdict.DIGESTED))):
        with pytest.raises(ReportError), open_report(report_of(tmp_path, content)):
            pass
    with pytest.raises(ReportError), open_report(tmp_path / "missing"):
        pass


def test_every_field_of_a_row_is_in_the_line():
    row = ScanRow(
        RowKind.MEMBER,
        b"/a\xff",
        Verdict.PARTIAL,
        Reason.TRUNCATED,
        member=b"b\xff",
        digests=Digests(bytes(16), bytes(20), bytes(32)),
        hashes=(PictureHash(os.urandom(32), 77),),
    )
    line = json.loads(encode(row))
    assert line["type"] == "member"
    assert line["path"] == "/a\\xff"
    assert line["path_base64"] == "L2H/"
    assert line["member_base64"] == "Yv8="
    assert line["hashes"] == [{"pdq": row.hashes[0].pdq.hex(), "quality": 77}]
