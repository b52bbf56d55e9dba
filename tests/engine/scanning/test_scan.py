# Paths of evidence are bytes, and descriptors have no path:
# ruff: noqa: PTH116
from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import resource
import threading
from dataclasses import replace

import pytest

from tests.engine.scanning.world import (
    LIST,
    PlainFingerprinter,
    SetMatcher,
    by_name,
    header_for,
    read_rows,
    run_scan,
)
from tutela.domain.errors import ReportError, SandboxError
from tutela.domain.lists import MatchKind
from tutela.domain.media import Reason, Verdict
from tutela.domain.scan import FileTimes, RowKind, RowNote, ScanOptions
from tutela.engine.scanning.recovery import DonePaths


@pytest.fixture
def evidence(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    return folder


@pytest.fixture
def report(tmp_path):
    return tmp_path / "report.jsonl"


def write(folder, **contents):
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def test_every_file_and_member_is_one_row_and_the_summary_counts_them(evidence, report):
    write(evidence, picture=b"PICTURE 1", text=b"text", archive=b"ARCHIVE\nPICTURE 1\nPICTURE 2\nmore")
    (evidence / "link").symlink_to("text")
    exact = {hashlib.sha256(b"PICTURE 1").digest()}
    near = {hashlib.sha256(b"PICTURE 2").digest()}
    outcome = run_scan(evidence, report, matcher=SetMatcher(exact, near))
    rows, summary = read_rows(report)
    named = by_name(rows)
    assert outcome.finished
    assert outcome.summary == summary
    assert (summary.files, summary.members, summary.exact, summary.near) == (4, 3, 2, 1)
    assert summary.not_fully_examined == 0
    assert named[b"picture"].best.kind is MatchKind.EXACT
    assert named[b"archive!member-1"].best.distance == 7
    assert named[b"archive"].hits == ()
    assert named[b"link"].reason is Reason.SYMLINK


def test_members_stand_right_before_their_archive(evidence, report):
    write(evidence, **{f"archive{number}": b"ARCHIVE\na\nb\nc" for number in range(20)})
    run_scan(evidence, report, workers=4)
    rows, _ = read_rows(report)
    for start in range(0, len(rows), 4):
        block = rows[start : start + 4]
        assert len({row.path for row in block}) == 1
        assert [row.kind for row in block] == [RowKind.MEMBER] * 3 + [RowKind.FILE]


def test_nothing_but_the_report_is_written_and_no_time_of_the_evidence_moves(evidence, report):
    write(evidence, a=b"PICTURE 1", b=b"ARCHIVE\nx")
    (evidence / "folder").mkdir()
    write(evidence / "folder", c=b"c")
    paths = [evidence, *evidence.rglob("*")]
    for path in paths:
        os.utime(path, (10**9, 2 * 10**9))
    before = {path: os.stat(path) for path in paths}
    run_scan(evidence, report)
    for path, status in before.items():
        after = os.stat(path)
        assert (after.st_atime_ns, after.st_mtime_ns, after.st_ctime_ns) == (
            status.st_atime_ns,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )
    assert [evidence, *evidence.rglob("*")] == paths


def test_a_file_that_changes_once_is_read_twice(evidence, report):
    write(evidence, growing=b"short")
    appended = []

    def append_once(_fd):
        if not appended:
            appended.append(True)
            with (evidence / "growing").open("ab") as stream:
                stream.write(b" and longer")

    run_scan(evidence, report, fingerprinter=PlainFingerprinter(before_read=append_once))
    (row,), _ = read_rows(report)
    assert row.notes == (RowNote.READ_TWICE,)
    assert row.size_bytes == len(b"short and longer")
    assert row.digests.sha256 == hashlib.sha256(b"short and longer").digest()


def test_a_file_that_keeps_changing_says_so_and_keeps_its_hit(evidence, report):
    write(evidence, busy=b"PICTURE 1")
    turn = []

    def rewrite(_fd):
        turn.append(1)
        os.utime(evidence / "busy", ns=(0, len(turn) * 10**9))

    near = {hashlib.sha256(b"PICTURE 1").digest()}
    fingerprinter = PlainFingerprinter(before_read=rewrite)
    run_scan(evidence, report, fingerprinter=fingerprinter, matcher=SetMatcher(near=near))
    (row,), summary = read_rows(report)
    assert (row.verdict, row.reason) == (Verdict.PARTIAL, Reason.CHANGED_WHILE_READ)
    assert row.best.kind is MatchKind.NEAR
    assert summary.not_fully_examined == 1


def test_a_disk_that_fails_while_reading_is_a_row(evidence, report):
    write(evidence, bad=b"x", good=b"y")

    def fail(fd):
        if os.pread(fd, 1, 0) == b"x":
            raise OSError(errno.EIO, "Input/output error")

    run_scan(evidence, report, fingerprinter=PlainFingerprinter(before_read=fail))
    rows, summary = read_rows(report)
    assert by_name(rows)[b"bad"].reason is Reason.INPUT_OUTPUT
    assert by_name(rows)[b"good"].verdict is Verdict.DIGESTED
    assert summary.not_fully_examined == 1


def test_our_own_mistake_on_one_file_is_a_row_and_the_scan_goes_on(evidence, report):
    write(evidence, bad=b"x", good=b"y")

    def fail(fd):
        if os.pread(fd, 1, 0) == b"x":
            raise ZeroDivisionError

    run_scan(evidence, report, fingerprinter=PlainFingerprinter(before_read=fail))
    rows, _ = read_rows(report)
    assert by_name(rows)[b"bad"].detail.startswith("Tutela itself failed on this file (ZeroDivisionError)")
    assert by_name(rows)[b"good"].digests


def test_a_sandbox_that_cannot_go_on_stops_the_scan_and_what_was_reported_stays(evidence, report):
    write(evidence, a=b"a", b=b"b")

    def fail(fd):
        if os.pread(fd, 1, 0) == b"b":
            raise SandboxError("no worker starts")

    with pytest.raises(SandboxError):
        run_scan(evidence, report, workers=1, fingerprinter=PlainFingerprinter(before_read=fail))
    assert len(read_rows(report)[0]) == 1
    assert run_scan(evidence, report, resume=True).summary.files == 2


def test_a_report_that_is_there_is_not_overwritten(evidence, report):
    report.write_text("precious")
    with pytest.raises(ReportError, match="already there"):
        run_scan(evidence, report)
    assert report.read_text() == "precious"


@pytest.mark.parametrize("content", ["precious\n", "precious", '{"type":"file"}\n', '{"type":"header"}\n', "\n"])
def test_a_file_that_is_no_report_is_not_resumed_and_not_changed(evidence, report, content):
    report.write_text(content)
    with pytest.raises(ReportError, match="not a report"):
        run_scan(evidence, report, resume=True)
    assert report.read_text() == content


def test_a_report_that_is_not_there_cannot_be_resumed(evidence, report):
    with pytest.raises(ReportError, match="there is no report"):
        run_scan(evidence, report, resume=True)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"lists": (replace(LIST, version="cd" * 32),)}, "the lists"),
        ({"options": ScanOptions(dihedral=True)}, "the options"),
        ({"roots": (b"/elsewhere",)}, "the paths"),
    ],
)
def test_a_report_of_another_scan_is_refused_unchanged(evidence, report, changes, what):
    write(evidence, a=b"a")
    run_scan(evidence, report)
    before = report.read_bytes()
    with pytest.raises(ReportError, match=what):
        run_scan(evidence, report, resume=True, header=header_for(evidence, **changes))
    assert report.read_bytes() == before


def test_a_finished_report_has_nothing_to_resume(evidence, report):
    write(evidence, a=b"a")
    first = run_scan(evidence, report)
    before = report.read_bytes()
    again = run_scan(evidence, report, resume=True)
    assert again.nothing_to_do
    assert again.summary == first.summary
    assert report.read_bytes() == before


def test_cut_at_any_byte_a_resumed_report_has_every_file_exactly_once(evidence, report):
    write(evidence, a=b"a", b=b"ARCHIVE\nx\ny", c=b"PICTURE 1", d=b"d")
    (evidence / "link").symlink_to("a")
    run_scan(evidence, report)
    whole = report.read_bytes()
    expected = sorted((row.path, row.member) for row in read_rows(report)[0])
    end_of_rows = whole.rindex(b'{"type":"summary"')
    for cut in [*range(0, end_of_rows, 7), end_of_rows, end_of_rows + 9, len(whole) - 1]:
        report.write_bytes(whole[:cut])
        outcome = run_scan(evidence, report, resume=True)
        rows, summary = read_rows(report)
        assert sorted((row.path, row.member) for row in rows) == expected
        assert outcome.finished
        assert (summary.files, summary.members) == (5, 2)


def test_a_tail_of_zeros_or_garbage_after_a_power_cut_is_examined_again(evidence, report):
    write(evidence, a=b"a", b=b"b")
    run_scan(evidence, report)
    lines = report.read_bytes().splitlines(keepends=True)
    for tail in (b"\0" * 5000, b'{"type":"file","path":', b"\xff\xff\n" + lines[2], b"{}\n"):
        report.write_bytes(b"".join(lines[:2]) + tail)
        assert run_scan(evidence, report, resume=True).cut_bytes == len(tail)
        rows, summary = read_rows(report)
        assert len({row.path for row in rows}) == len(rows) == summary.files == 2
        assert summary.resumptions == 1


def test_two_scans_cannot_write_one_report(evidence, report, monkeypatch):
    monkeypatch.setattr("tutela.engine.scanning.journal._LOCK_PAUSE_S", 0.001)
    write(evidence, a=b"a")
    run_scan(evidence, report)
    with report.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ReportError, match="another scan"):
            run_scan(evidence, report, resume=True)


def test_the_report_inside_the_evidence_is_a_row_and_not_evidence(evidence):
    write(evidence, a=b"a")
    run_scan(evidence, evidence / "report.jsonl")
    rows, summary = read_rows(evidence / "report.jsonl")
    assert by_name(rows)[b"report.jsonl"].reason is Reason.OWN_REPORT
    assert summary.not_fully_examined == 0


def test_a_stopped_scan_has_no_summary_and_goes_on(evidence, report):
    write(evidence, **{f"f{number}": b"%d" % number for number in range(30)})
    stop = threading.Event()
    seen = []

    def count(_fd):
        seen.append(1)
        if len(seen) == 5:
            stop.set()

    outcome = run_scan(evidence, report, stop=stop, fingerprinter=PlainFingerprinter(before_read=count))
    assert not outcome.finished
    assert 0 < outcome.summary.files < 30
    assert read_rows(report)[1] is None
    resumed = run_scan(evidence, report, resume=True)
    assert resumed.finished
    assert resumed.files_kept == outcome.summary.files
    assert len({row.path for row in read_rows(report)[0]}) == resumed.summary.files == 30


def test_a_full_disk_is_a_clear_error_and_resuming_works_once_there_is_room(evidence, report):
    write(evidence, **{f"f{number:02}": b"ARCHIVE\n" + b"x\n" * 20 for number in range(20)})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(ReportError, match="cannot be written") as caught:
            run_scan(evidence, report)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert "--resume" in caught.value.hint
    assert report.read_bytes().endswith(b"\n")
    assert run_scan(evidence, report, resume=True).finished
    rows, summary = read_rows(report)
    assert len({(row.path, row.member) for row in rows}) == len(rows) == 20 * 21
    assert summary.files == 20


def test_progress_counts_up_to_the_end_and_names_no_file(evidence, report):
    write(evidence, **{f"secret{number}": b"x" for number in range(50)})
    told = []
    run_scan(evidence, report, on_progress=told.append)
    assert told[-1].files == 50
    assert told[-1].files_total == 50
    assert "secret" not in repr(told)


def test_who_stops_a_scan_at_once_is_still_told_how_far_it_came(evidence, report):
    """As whoever looks only now and then: however soon the threads end, there is a last look."""
    write(evidence, **{f"f{number}": b"x" for number in range(5)})
    stop, told = threading.Event(), []
    stop.set()
    outcome = run_scan(evidence, report, stop=stop, on_progress=told.append)
    assert not outcome.finished
    assert [each.files for each in told] == [outcome.summary.files]


def test_the_header_stands_first_and_tells_what_was_scanned_with_what(evidence, report):
    run_scan(evidence, report)
    first = json.loads(report.read_text().splitlines()[0])
    assert list(first)[:4] == ["type", "format", "format_version", "version"]
    assert first["lists"][0]["version"] == LIST.version
    assert first["roots"] == [{"path": str(evidence)}]


def test_times_that_no_64_bits_hold_are_cut_to_what_they_can(evidence):
    assert FileTimes.within_bounds(2**80, -(2**80), 5) == FileTimes(2**63 - 1, -(2**63), 5)


def test_done_paths_take_sixteen_bytes_each():
    done = DonePaths()
    paths = [b"/evidence/%d" % number for number in range(5000)]
    for path in paths[::2]:
        done.add(path)
    done.freeze()
    assert len(done) == 2500
    assert all(path in done for path in paths[::2])
    assert not any(path in done for path in paths[1::2])
    assert done._high.nbytes + done._low.nbytes == 16 * 2500
