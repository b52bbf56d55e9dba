"""A taken-over decoder tries what it can, inside a real worker. Nothing works, and every attempt ends in a verdict."""

from __future__ import annotations

import os
import socket
from contextlib import closing

import pytest

from tests.engine.sandbox.attacks import NUMBERS
from tests.engine.sandbox.conftest import JPEG, ZIP, descriptor, examine
from tutela.domain.media import Reason, Verdict
from tutela.engine.sandbox import Examination, Form, ReducedPicture, Request

KILLED = (Verdict.UNDECODABLE, Reason.DECODER_MISBEHAVED)
DENIED = (Verdict.UNDECODABLE, Reason.UNSUPPORTED)
DIED = (Verdict.UNDECODABLE, Reason.DECODER_DIED)
LATE = (Verdict.REFUSED, Reason.OUT_OF_TIME)
NO_MEMORY = (Verdict.REFUSED, Reason.OUT_OF_MEMORY)
FINE = (Verdict.HASHED, Reason.NONE)

_NEEDS_ARGUMENTS = {"clone3", "prctl", "mprotect", "vfork", "clone", "newfstatat", "sendto"}
_ONLY_X86 = {"x32"}


def attack(sandbox, text: str):
    examination = examine(sandbox, JPEG + text.encode())
    assert isinstance(examination, Examination)
    return examination.verdict, examination.reason


def test_read_a_file(hostile_sandbox, tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(b"secret")
    assert attack(hostile_sandbox, f"read_file {path}") == KILLED


def test_write_a_file(hostile_sandbox, tmp_path):
    path = tmp_path / "new"
    assert attack(hostile_sandbox, f"write_file {path}") == KILLED
    assert not path.exists()


def test_connect_over_tcp(hostile_sandbox):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0)
        assert attack(hostile_sandbox, f"connect_tcp {server.getsockname()[1]}") == KILLED
        with pytest.raises(BlockingIOError):
            server.accept()


def test_send_over_udp(hostile_sandbox):
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0)
        assert attack(hostile_sandbox, f"send_udp {server.getsockname()[1]}") == KILLED
        with pytest.raises(BlockingIOError):
            server.recv(1)


@pytest.mark.parametrize("abstract", [False, True])
def test_connect_to_a_unix_socket(hostile_sandbox, tmp_path, abstract):
    name = f"\0tutela-test-{os.getpid()}" if abstract else str(tmp_path / "socket")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as server:
        server.bind(name)
        server.listen()
        server.settimeout(0)
        assert attack(hostile_sandbox, f"connect_unix {name}") == KILLED
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("name", ["signal_parent", "read_parent", "stop_another"])
def test_reach_the_parent(hostile_sandbox, name):
    assert attack(hostile_sandbox, f"{name} {os.getpid()}") == KILLED


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("execute", KILLED),
        ("spawn", KILLED),
        ("fork", KILLED),
        ("clone_process", KILLED),
        ("clone_namespace", KILLED),
        ("clone_sharing_memory_only", KILLED),
        ("clone3", DENIED),
        ("take_4_gb", NO_MEMORY),
        ("reopen_own_file", KILLED),
        ("write_to_own_file", DENIED),
        ("stat_a_file /etc/passwd", DENIED),
        ("executable_memory", KILLED),
        ("make_memory_executable", KILLED),
        ("pass_a_descriptor_back", KILLED),
        ("speak_on_another_descriptor", KILLED),
        ("kill_itself_hard", KILLED),
        ("ioctl", DENIED),
        ("prctl 4,1", KILLED),  # be dumpable again, so that another may trace it
        ("prctl 1,0", KILLED),  # outlive the zygote
        ("prctl 22,0", KILLED),  # change the filter
        ("prctl 26,1", KILLED),  # disable the time stamp counter
        pytest.param("x32", KILLED, marks=pytest.mark.skipif(os.uname().machine != "x86_64", reason="x86-64 only")),
    ],
)
def test_attack_fails(hostile_sandbox, name, ending):
    assert attack(hostile_sandbox, name) == ending


@pytest.mark.parametrize("name", sorted(set(NUMBERS) - _NEEDS_ARGUMENTS))
def test_forbidden_system_call_is_the_end(hostile_sandbox, name):
    assert attack(hostile_sandbox, f"any_call {name}") == KILLED


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("crash", DIED),
        ("abort", DIED),
        ("leave 0", DIED),
        ("leave 70", DIED),  # the code that says "could not confine myself" counts only before the first order
        ("leave_quietly", DIED),
        ("sleep", LATE),
        ("spin", LATE),
        ("raise_an_error", (Verdict.UNDECODABLE, Reason.CORRUPT)),
        ("start_a_thread", FINE),
    ],
)
def test_other_endings_are_told_apart(hostile_sandbox, name, ending):
    assert attack(hostile_sandbox, name) == ending


def test_a_library_may_print_a_warning_and_live(hostile_sandbox):
    assert attack(hostile_sandbox, "print_a_warning") == DENIED  # the call fails, the worker goes on


#### Lies ####


@pytest.mark.parametrize(
    "lie",
    [
        "magic", "version", "kind", "number", "count", "none", "short", "long", "huge", "record", "quality", "view",
        "padding", "member", "end", "hashless", "pixels", "picture", "twice", "reason", "reserve", "reserve_and_go_on",
        "without_end",
    ],
)  # fmt: skip
def test_lie_is_found_out(hostile_sandbox, lie):
    verdict, reason = attack(hostile_sandbox, f"lie_{lie}")
    assert reason is Reason.DECODER_MISBEHAVED
    assert verdict in (Verdict.UNDECODABLE, Verdict.PARTIAL)


def test_steady_talk_ends_with_its_time(hostile_sandbox):
    _, reason = attack(hostile_sandbox, "lie_drip")
    assert reason is Reason.OUT_OF_TIME


def test_asking_for_memory_without_end_is_found_out(hostile_sandbox):
    _, reason = attack(hostile_sandbox, "lie_reserve_for_ever")
    assert reason is Reason.DECODER_MISBEHAVED


@pytest.mark.parametrize("shape", ["too_wide", "two_channels", "empty", "too_many", "too_few"])
def test_reduced_picture_of_another_shape_is_refused(hostile_sandbox, shape):
    data = JPEG + shape.encode()
    with descriptor(data) as fd:
        answer = hostile_sandbox.reduce(fd, len(data), side_px_max=16)
    assert isinstance(answer, Examination)
    assert answer.reason is Reason.DECODER_MISBEHAVED


@pytest.mark.parametrize(
    ("shape", "form"), [("good", Form.GREY), ("good", Form.BLURRED), ("good", Form.LINES), ("shades", Form.LINES)]
)
def test_a_form_that_shows_more_than_it_may_is_refused(hostile_sandbox, shape, form):
    data = JPEG + shape.encode()
    with descriptor(data) as fd:
        answer = hostile_sandbox.reduce(fd, len(data), side_px_max=16, form=form)
        assert isinstance(hostile_sandbox.reduce(fd, len(data), side_px_max=16), ReducedPicture)
    assert isinstance(answer, Examination)
    assert answer.reason is Reason.DECODER_MISBEHAVED


@pytest.mark.parametrize(("form", "side_px"), [(Form.BLURRED, 64), (Form.LINES, 512)])
def test_a_form_of_more_pixels_than_it_has_is_refused(hostile_sandbox, form, side_px):
    data = JPEG + b"too_wide"
    with descriptor(data) as fd:
        answer = hostile_sandbox.reduce(fd, len(data), side_px_max=side_px, form=form)
    assert isinstance(answer, Examination)
    assert answer.reason is Reason.DECODER_MISBEHAVED


#### Archives: one bad member is one bad row ####


def test_archive_goes_on_behind_the_member_to_blame(hostile_sandbox):
    examination = examine(hostile_sandbox, ZIP + b"a=,b=crash,c=,d=fork,e=")
    assert examination.verdict is Verdict.PARTIAL
    assert examination.reason is Reason.DECODER_MISBEHAVED
    assert [(member.path, member.examination.reason) for member in examination.members] == [
        (b"a", Reason.NONE),
        (b"b", Reason.DECODER_DIED),
        (b"c", Reason.NONE),
        (b"d", Reason.DECODER_MISBEHAVED),
        (b"e", Reason.NONE),
    ]
    assert all(member.examination.hashes for member in examination.members if not member.examination.reason)


def test_archive_with_many_deadly_members_ends(hostile_sandbox):
    examination = examine(hostile_sandbox, ZIP + b",".join(b"%d=crash" % n for n in range(50)))
    assert examination.verdict is Verdict.PARTIAL
    assert len(examination.members) == 9  # eight restarts


def test_archive_with_a_sleeping_member_keeps_the_others(hostile_sandbox):
    examination = examine(hostile_sandbox, ZIP + b"a=,b=sleep,c=")
    assert [(member.path, member.examination.reason) for member in examination.members] == [
        (b"a", Reason.NONE),
        (b"b", Reason.OUT_OF_TIME),
        (b"c", Reason.NONE),
    ]


def test_hostile_file_does_not_spoil_the_next_one(hostile_sandbox):
    for name in ("crash", "fork", "lie_magic", "take_4_gb") * 3:
        attack(hostile_sandbox, name)
        assert attack(hostile_sandbox, "start_a_thread") == FINE


def test_request_for_no_media_starts_no_worker(hostile_sandbox):
    data = b"plain text"
    with descriptor(data) as fd:
        assert hostile_sandbox.examine(fd, Request(len(data))).verdict is Verdict.DIGESTED
