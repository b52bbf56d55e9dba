"""What a taken-over decoder would try, as an `examine` that runs inside a real confined worker.

The file names its attack: a JPEG's first bytes, then `name` or `name argument`. An attack that works says one hash of
b"W" bytes; one that is refused by an error says `unsupported`; the deadly ones never come back.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import struct
import threading
import time

from tutela.domain.media import MediaType, Reason, Verdict
from tutela.domain.signals import PictureHash
from tutela.engine.sandbox import protocol
from tutela.engine.sandbox.confine import WORKER_SOCKET_FD
from tutela.engine.sandbox.contract import Outcome, ReducedPicture
from tutela.engine.sandbox.protocol import MessageKind, RecordKind

MAGIC = b"\xff\xd8\xff"
WORKED = PictureHash(b"W" * 32, 100)
X86 = os.uname().machine == "x86_64"
LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = {  # calls that the product has no business naming; (x86-64, arm64)
    "vfork": (58, None),
    "clone": (56, 220),
    "clone3": (435, 435),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "chroot": (161, 51),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "open_by_handle_at": (304, 265),
    "openat2": (437, 437),
    "execveat": (322, 281),
    "prlimit64": (302, 261),
    "setuid": (105, 146),
    "capset": (126, 91),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "kexec_load": (246, 104),
    "personality": (135, 92),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "dup": (32, 23),
    "ftruncate": (77, 46),
    "fchmod": (91, 52),
    "fcntl": (72, 25),
    "newfstatat": (262, 79),
    "getppid": (110, 173),
    "seccomp": (317, 277),
    "landlock_restrict_self": (446, 446),
    "prctl": (157, 167),
    "mprotect": (10, 226),
    "socket": (41, 198),
    "sendto": (44, 206),
    "setitimer": (38, 103),
    "shmget": (29, 194),
}


class RefusedError(Exception):
    pass


def call(name, *arguments):
    number = NUMBERS[name][0 if X86 else 1]
    if number is None:
        number = NUMBERS["clone"][1]
    return raw(number, *arguments)


def raw(number, *arguments):
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    answer = LIBC.syscall(ctypes.c_long(number), *given)
    if answer < 0:
        raise RefusedError(os.strerror(ctypes.get_errno()))
    return answer


def warm_up():
    ctypes.create_string_buffer(b"warm", 8)
    socket.SocketType(socket.AF_UNIX, socket.SOCK_STREAM).close()
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


#### The ten kinds of quality.md D.1 ####


def read_file(path):
    os.read(os.open(path, os.O_RDONLY), 1)


def write_file(path):
    os.write(os.open(path, os.O_WRONLY | os.O_CREAT), b"written")


def connect_tcp(port):
    socket.SocketType(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", int(port)))


def send_udp(port):
    socket.SocketType(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"leak", ("127.0.0.1", int(port)))


def connect_unix(path):
    socket.SocketType(socket.AF_UNIX, socket.SOCK_STREAM).connect(path)


def execute(_):
    os.execv("/bin/true", ["/bin/true"])


def fork(_):
    if os.fork() == 0:
        os._exit(0)


def signal_parent(pid):
    os.kill(int(pid), 0)


def read_parent(pid):
    os.read(os.open(f"/proc/{pid}/environ", os.O_RDONLY), 1)


def take_4_gb(_):
    bytearray(4 << 30)


#### More of the same ####


def spawn(_):
    os.posix_spawn("/bin/true", ["/bin/true"], {})


def reopen_own_file(_):
    os.open("/proc/self/fd/4", os.O_RDWR)


def write_to_own_file(_):
    for fd in range(16):
        try:
            os.write(fd, b"written")
        except OSError:
            continue
        return
    raise RefusedError


def executable_memory(_):
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def make_memory_executable(_):
    page = mmap.mmap(-1, 4096)
    call("mprotect", ctypes.addressof(ctypes.c_char.from_buffer(page)), 4096, 5)


def clone_process(_):
    if call("clone", 17, 0, 0, 0, 0) == 0:
        os._exit(0)


def clone_namespace(_):
    call("clone", 0x3D0F00 | 0x1000_0000, 0, 0, 0, 0)


def clone_sharing_memory_only(_):
    call("clone", 0x100, 0, 0, 0, 0)


def clone3(_):
    call("clone3", ctypes.create_string_buffer(struct.pack("=QQQQQQQQ", 0, 0, 0, 0, 17, 0, 0, 0), 64), 64)


def x32(_):
    raw(0x4000_0000 | 39)


def prctl(options):
    option, value = options.split(",")
    call("prctl", int(option), int(value), 0, 0, 0)


def pass_a_descriptor_back(_):
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, fileno=WORKER_SOCKET_FD)
    socket.send_fds(channel, [b"x"], [0])


def speak_on_another_descriptor(_):
    call("sendto", 1, b"x", 1, 0, 0, 0)


def stop_another(pid):
    call("tgkill", int(pid), int(pid), 6)


def kill_itself_hard(_):
    call("tgkill", os.getpid(), os.getpid(), 9)


def stat_a_file(path):
    os.stat(path)  # noqa: PTH116  - the bare call


def any_call(name):
    call(name, 0, 0, 0, 0, 0, 0)


def ioctl(_):
    number = 16 if X86 else 29
    raw(number, 0, 0x5412, b"x")  # TIOCSTI: type into the terminal


#### Dying, hanging ####


def crash(_):
    ctypes.string_at(0)


def abort(_):
    os.abort()


def leave(code):
    os._exit(int(code))


def leave_quietly(_):
    os.close(WORKER_SOCKET_FD)
    time.sleep(60)


def sleep(_):
    time.sleep(60)


def spin(_):
    while True:
        pass


def raise_an_error(_):
    raise RuntimeError("a decoder's own error")


def start_a_thread(_):
    """No attack: decoders may."""
    seen = []
    thread = threading.Thread(target=lambda: seen.append(1))
    thread.start()
    thread.join()
    if not seen:
        raise RefusedError


def print_a_warning(_):
    """No attack: C libraries do, and must not die of it."""
    os.write(2, b"warning\n")


def examine(source, task, sink, limits):
    if task.media_type is MediaType.ZIP:
        return archive(source, sink)
    name, _, argument = source.whole()[len(MAGIC) :].decode().partition(" ")
    if name.startswith("lie_"):
        lie(name, sink)
        return Outcome(task.media_type, Verdict.HASHED)
    try:
        globals()[name](argument)
    except (OSError, RefusedError, PermissionError):
        return Outcome(task.media_type, Verdict.UNDECODABLE, Reason.UNSUPPORTED)
    sink.hash(WORKED)
    return Outcome(task.media_type, Verdict.HASHED)


def reduce(source, task, sink, limits, side_px_max):
    name = source.whole()[len(MAGIC) :].decode()
    shape = {
        "too_wide": (side_px_max + 1, 1, 1),
        "two_channels": (1, 1, 2),
        "empty": (0, 1, 1),
        "good": (2, 1, 3),
        "too_many": (1, 1, 3),
        "too_few": (9, 9, 3),
        "shades": (6, 1, 1),
    }[name]
    return ReducedPicture(*shape, b"\x01" * 6)


#### Archives whose members do things: "PK\x03\x04" + "name=what,name=what" ####


def archive(source, sink):
    """Skips what an earlier worker has reported, as the contract says."""
    skip = TASK_SKIP[0]
    for number, member in enumerate(source.whole()[4:].decode().split(",")):
        name, _, what = member.partition("=")
        if number < skip:
            continue
        sink.member_begin(name.encode())
        sink.hash(PictureHash(name.encode().ljust(32, b"\0"), 90))
        if what in globals():
            globals()[what]("7")
        sink.member_end(3, None, Outcome(MediaType.JPEG, Verdict.HASHED))
    return Outcome(MediaType.ZIP, Verdict.HASHED)


TASK_SKIP = [0]


def examine_archives(source, task, sink, limits):
    TASK_SKIP[0] = task.skip_members
    return examine(source, task, sink, limits)


#### Lying to the parent ####


def lie(name, sink):
    good = protocol.hash_record(WORKED)
    end = protocol.outcome_record(Outcome(MediaType.JPEG, Verdict.HASHED))
    number = sink._number
    head = protocol.header(MessageKind.RECORDS, 1, number)
    messages = {
        "lie_magic": b"XXXX" + head[4:] + good,
        "lie_version": head[:4] + b"\x09" + head[5:] + good,
        "lie_kind": protocol.header(MessageKind.READY, 1, number) + good,
        "lie_number": protocol.header(MessageKind.RECORDS, 1, number + 1) + good,
        "lie_count": protocol.header(MessageKind.RECORDS, 2, number) + good,
        "lie_none": protocol.header(MessageKind.RECORDS, 0, number),
        "lie_short": b"x",
        "lie_long": head + good * 300,
        "lie_huge": head + bytes(60_000),
        "lie_record": head + b"\x63" + good[1:],
        "lie_quality": head + good[:33] + b"\xff" + good[34:],
        "lie_view": head + good[:34] + b"\xff" + good[35:],
        "lie_padding": head + good[:-1] + b"\x01",
        "lie_member": head + protocol.member_path_records(b"a")[0],
        "lie_end": head + protocol.member_end_record(1, None, Outcome(MediaType.JPEG, Verdict.HASHED)),
        "lie_hashless": head + end,
        "lie_pixels": protocol.header(MessageKind.PIXELS, 0, number) + bytes(9),
        "lie_picture": head + protocol.picture_record(3, 1, 1),
        "lie_twice": protocol.header(MessageKind.RECORDS, 3, number) + good + end + good,
        "lie_reason": head + end[:3] + b"\x77" + end[4:],
        "lie_reserve": head + bytes([RecordKind.RESERVE]) + bytes(127),
        "lie_reserve_and_go_on": protocol.header(MessageKind.RECORDS, 2, number) + protocol.reserve_record(1) + good,
    }
    if name == "lie_without_end":
        while True:
            sink._channel.send(protocol.header(MessageKind.RECORDS, 200, number) + good * 200)
    if name == "lie_drip":
        while True:
            time.sleep(0.01)
            sink._channel.send(head + good)
    if name == "lie_reserve_for_ever":
        while True:
            sink._channel.send(head + protocol.reserve_record(1))
    sink._channel.send(messages[name])
