# Paths of evidence are bytes, and descriptors have no path:
# ruff: noqa: PTH108, PTH116, PTH118, PTH119, PTH123, PTH208
from __future__ import annotations

import os
import socket

import pytest

from tutela.domain.limits import ScanLimits
from tutela.domain.media import Reason
from tutela.domain.scan import RowKind, RowNote
from tutela.engine.scanning import Found, Walk, resolve_roots
from tutela.engine.scanning import walk as walk_module


def walked(*roots, **options):
    """Names and reasons, in order; every descriptor closed."""
    seen = []
    for met in Walk(resolve_roots(os.fsencode(root) for root in roots), **options):
        if isinstance(met, Found):
            os.close(met.opened.fd)
            seen.append((met.path, Reason.NONE))
        else:
            seen.append((met.path, met.reason))
    return seen


def relative(root, seen):
    return [(os.path.relpath(path, os.fsencode(root)), reason) for path, reason in seen]


@pytest.fixture(autouse=True)
def no_descriptor_is_left_open():
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


def test_files_come_in_the_order_of_their_bytes_folder_by_folder(tmp_path):
    for name in ("b/2", "b/10", "a", "c", "B"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [path for path, _ in relative(tmp_path, walked(tmp_path))] == [b"B", b"a", b"b/10", b"b/2", b"c"]


def test_symbolic_links_are_rows_and_never_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"x")
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "to-folder").symlink_to(outside)
    (evidence / "to-file").symlink_to(outside / "secret")
    (evidence / "loop").symlink_to(evidence)
    (evidence / "broken").symlink_to("nowhere")
    assert {reason for _, reason in walked(evidence)} == {Reason.SYMLINK}
    assert len(walked(evidence)) == 4


def test_a_root_that_is_a_link_is_not_followed_because_a_shell_pattern_may_have_named_it(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "x").write_bytes(b"")
    (tmp_path / "link").symlink_to("target")
    assert walked(tmp_path / "link") == [(os.fsencode(tmp_path / "link"), Reason.SYMLINK)]


def test_sockets_pipes_and_devices_are_rows_and_nobody_waits_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert {reason for _, reason in walked(tmp_path)} == {Reason.NOT_REGULAR}
    assert walked("/dev/null") == [(b"/dev/null", Reason.NOT_REGULAR)]


def test_names_that_are_not_utf8_or_hold_line_ends_come_as_their_bytes(tmp_path):
    names = [b"caf\xe9", b"new\nline", b"\xff\xfe", "\u202egpj".encode(), b" "]
    for name in names:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb"):
            pass
    assert sorted(path for path, _ in relative(tmp_path, walked(tmp_path))) == sorted(names)


def test_a_tree_deeper_than_the_limit_ends_in_a_row_and_deeper_than_any_path_does_not_fail(tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY)
    for _ in range(300):  # 300 x 100 bytes: no single path could name the end
        os.mkdir("d" * 100, dir_fd=fd)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(fd)
    by_depth = ScanLimits(directory_depth_max=50, path_bytes_max=10**6)
    (row,) = walked(tmp_path, limits=by_depth)
    assert row[1] is Reason.NESTED_TOO_DEEP
    assert relative(tmp_path, [row])[0][0].count(b"d" * 100) == 50
    (by_length,) = walked(tmp_path, limits=ScanLimits())
    assert by_length[1] is Reason.NESTED_TOO_DEEP
    assert len(by_length[0]) < 4096 + 256


def test_a_huge_file_is_a_row_and_not_read(tmp_path):
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 2**41)
    assert walked(tmp_path)[0][1] is Reason.TOO_LARGE


def test_our_own_report_inside_the_evidence_is_a_row(tmp_path):
    (tmp_path / "report.jsonl").write_bytes(b"")
    status = os.stat(tmp_path / "report.jsonl")
    assert walked(tmp_path, own=(status.st_dev, status.st_ino))[0][1] is Reason.OWN_REPORT


def test_overlapping_roots_meet_each_file_once(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x").write_bytes(b"")
    (tmp_path / "ab").write_bytes(b"")
    roots = (tmp_path, tmp_path / "a", tmp_path / "a" / "b" / "x", tmp_path / "a" / ".." / "a", tmp_path / "ab")
    assert len(walked(*roots)) == 2
    assert resolve_roots([b"/", b"/etc"]) == (b"/",)


def test_hard_links_are_files_of_their_own(tmp_path):
    (tmp_path / "one").write_bytes(b"x")
    os.link(tmp_path / "one", tmp_path / "two")
    assert len(walked(tmp_path)) == 2


def test_a_folder_larger_than_one_sorted_run_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(walk_module, "NAMES_SORTED_MAX", 16)
    for number in range(100):
        (tmp_path / f"{number:03}").write_bytes(b"")
    (tmp_path / "050x").mkdir()
    (tmp_path / "050x" / "inner").write_bytes(b"")
    assert len({path for path, _ in walked(tmp_path)}) == 101


def test_what_an_earlier_run_reported_is_not_met_again(tmp_path):
    for name in "abc":
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "link").symlink_to("a")
    done = {os.fsencode(tmp_path / "b"), os.fsencode(tmp_path / "link")}
    assert [path for path, _ in relative(tmp_path, walked(tmp_path, is_done=done.__contains__))] == [b"a", b"c"]


def test_a_file_that_vanishes_between_listing_and_opening_is_a_row(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(b"")
    walk = iter(Walk([os.fsencode(tmp_path)]))
    os.close(next(walk).opened.fd)
    os.unlink(tmp_path / "b")
    assert next(walk).reason is Reason.VANISHED
    walk.close()


def test_a_walk_that_is_given_up_closes_its_descriptors(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x").write_bytes(b"")
    walk = iter(Walk([os.fsencode(tmp_path)]))
    os.close(next(walk).opened.fd)
    walk.close()


def test_access_times_of_files_and_folders_stay(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").write_bytes(b"content")
    long_ago = (10**9, 2 * 10**9)
    for path in (tmp_path / "folder" / "x", tmp_path / "folder", tmp_path):
        os.utime(path, long_ago)
    for met in Walk([os.fsencode(tmp_path)]):
        assert met.opened.protected
        assert met.notes == ()
        os.read(met.opened.fd, 10)
        os.close(met.opened.fd)
    assert [os.stat(path).st_atime for path in (tmp_path / "folder" / "x", tmp_path / "folder")] == [10**9, 10**9]


#### As somebody who is not root ####

STRANGER = 65534


def as_stranger(check):
    """Run `check` in a child without privileges and return what it says."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        try:
            os.setgroups([])
            os.setresgid(STRANGER, STRANGER, STRANGER)
            os.setresuid(STRANGER, STRANGER, STRANGER)
            os.write(writing, repr(check()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return eval(said)


@pytest.fixture
def open_to_all(tmp_path_factory):
    """A folder that a stranger can reach."""
    root = tmp_path_factory.mktemp("open")
    folder = root
    while folder != folder.parent and folder.owner() == root.owner() and len(folder.parts) > 2:
        folder.chmod(0o755)
        folder = folder.parent
    return root


def test_files_and_folders_that_may_not_be_read_are_rows(open_to_all):
    (open_to_all / "closed-folder").mkdir(0o700)
    (open_to_all / "closed-folder" / "x").write_bytes(b"")
    (open_to_all / "closed-file").write_bytes(b"")
    (open_to_all / "closed-file").chmod(0o600)
    (open_to_all / "list-only").mkdir(0o744)
    (open_to_all / "list-only" / "y").write_bytes(b"")

    def check():
        found = Walk([os.fsencode(open_to_all)])
        return [(os.path.basename(met.path).decode(), met.kind.value, met.reason.value) for met in found]

    assert as_stranger(check) == [
        ("closed-file", RowKind.FILE.value, "permission"),
        ("closed-folder", RowKind.FOLDER.value, "permission"),
        ("y", RowKind.FILE.value, "permission"),
    ]


def test_where_access_times_cannot_be_protected_the_row_says_so(open_to_all):
    (open_to_all / "folder").mkdir(0o755)
    (open_to_all / "folder" / "x").write_bytes(b"content")
    (open_to_all / "folder" / "x").chmod(0o644)
    for path in (open_to_all / "folder" / "x", open_to_all / "folder"):
        os.utime(path, (10**9, 2 * 10**9))  # older than the last change, so relatime moves it

    def check():
        from tests.engine.scanning.world import PlainFingerprinter, SetMatcher
        from tutela.engine.scanning import examine

        (met,) = Walk([os.fsencode(open_to_all / "folder")])
        rows = examine(met, PlainFingerprinter(), SetMatcher())
        return [note.value for note in rows[-1].notes]

    moved = os.statvfs(open_to_all).f_flag & os.ST_NOATIME == 0
    file_note = RowNote.ACCESS_TIME_CHANGED if moved else RowNote.ACCESS_TIME_UNPROTECTED
    expected = [file_note.value, *([RowNote.FOLDER_ACCESS_TIME_CHANGED.value] if moved else [])]
    assert as_stranger(check) == expected
