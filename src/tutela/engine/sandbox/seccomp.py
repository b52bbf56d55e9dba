"""Seccomp: the list of system calls that a worker may make. Everything else ends the whole process at once (SIGSYS).

The list is what decoding needs: memory, its threads, reading the descriptors it was given, answering on its one
socket, and ending. No call in it opens, creates, connects, executes, forks, traces or signals another. Some answers
say "no" instead of killing, because honest C libraries ask:

    clone3 ............ ENOSYS, so that the C library falls back to `clone`, whose flags a filter can see
    write, writev ..... EBADF: a library prints a warning; nothing may be written, and nothing dies of it
    newfstatat, statx . EPERM: one call serves `fstat` and `stat`, and a filter cannot see the path
    ioctl ............. ENOTTY: "is this a terminal?"

Arguments that matter are checked: `clone` starts threads only, no page is ever executable, the socket is the only one
spoken to, and the only signal is the C library's abort() of itself.

Source: Documentation/userspace-api/seccomp_filter.rst of Linux. The filter is classic BPF over `struct seccomp_data`
(call number at 0, architecture at 4, six 64-bit arguments from 16).
"""

from __future__ import annotations

import ctypes
import errno
import signal
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.sandbox import system_calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutela.engine.sandbox.system_calls import Architecture

_SET_MODE_FILTER: Final = 1
_GET_ACTION_AVAIL: Final = 2
_KILL_PROCESS: Final = 0x8000_0000
_ERRNO: Final = 0x0005_0000
_ALLOW: Final = 0x7FFF_0000

_PROT_EXEC: Final = 0x4
_PR_SET_NAME: Final = 15
# What the C library passes to start a thread: memory, files, handlers and thread group shared. CLONE_DETACHED, which
# another C library adds, has meant nothing for twenty years.
_THREAD_FLAGS: Final = 0x3D_0F00
_CLONE_DETACHED: Final = 0x40_0000
_WHOLE: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Need:
    """The low half of argument `index`, under `mask`, must equal `value`."""

    index: int
    value: int
    mask: int = _WHOLE


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to one call: it passes where every need holds, answers `error`, or (a need unmet) kills."""

    call: str
    needs: tuple[Need, ...] = ()
    error: int = 0


def rules(pid: int, socket_fd: int) -> tuple[Rule, ...]:
    """Return the list for the worker `pid` that answers on `socket_fd`, the most frequent calls first."""
    no_exec = (Need(2, 0, _PROT_EXEC),)
    on_socket = (Need(0, socket_fd),)
    passes = (
        "pread64 read lseek futex munmap brk madvise mremap readv fstat close "
        "getpid gettid sched_yield sched_getaffinity getcpu sysinfo membarrier getrandom "
        "clock_gettime clock_nanosleep nanosleep gettimeofday time "
        "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack set_robust_list rseq restart_syscall exit exit_group"
    )
    return (
        Rule("mmap", no_exec),
        Rule("mprotect", no_exec),
        Rule("sendto", on_socket),
        Rule("recvmsg", on_socket),
        Rule("recvfrom", on_socket),
        *(Rule(name) for name in passes.split()),
        Rule("clone", (Need(0, _THREAD_FLAGS, _WHOLE & ~_CLONE_DETACHED),)),
        Rule("tgkill", (Need(0, pid), Need(2, signal.SIGABRT))),
        Rule("prctl", (Need(0, _PR_SET_NAME),)),
        Rule("clone3", error=errno.ENOSYS),
        Rule("write", error=errno.EBADF),
        Rule("writev", error=errno.EBADF),
        Rule("newfstatat", error=errno.EPERM),
        Rule("statx", error=errno.EPERM),
        Rule("ioctl", error=errno.ENOTTY),
    )


#### Compiling to BPF ####

_Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


def _load(offset: int) -> _Instruction:
    return (0x20, 0, 0, offset)


def _and(mask: int) -> _Instruction:
    return (0x54, 0, 0, mask)


def _unless_equal_skip(value: int, count: int) -> _Instruction:
    return (0x15, 0, count, value)


def _if_equal_skip_one(value: int) -> _Instruction:
    return (0x15, 1, 0, value)


def _if_below_skip_one(value: int) -> _Instruction:
    return (0x35, 0, 1, value)


def _return(action: int) -> _Instruction:
    return (0x06, 0, 0, action)


def _body(rule: Rule) -> Iterator[_Instruction]:
    for need in rule.needs:
        yield _load(16 + 8 * need.index)
        yield _and(need.mask)
        yield _if_equal_skip_one(need.value)
        yield _return(_KILL_PROCESS)
    yield _return(_ERRNO | rule.error if rule.error else _ALLOW)


def compile_program(listed: Iterable[Rule], table: Architecture) -> bytes:
    """Return the BPF program, 8 bytes an instruction. Calls that this architecture lacks (`time`) are left out."""
    program: list[_Instruction] = [_load(4), _if_equal_skip_one(table.audit), _return(_KILL_PROCESS), _load(0)]
    if table.foreign_from is not None:
        program += [_if_below_skip_one(table.foreign_from), _return(_KILL_PROCESS)]
    for rule in listed:
        number = table.numbers.get(rule.call)
        if number is not None:
            body = list(_body(rule))
            program += [_unless_equal_skip(number, len(body)), *body]
    program.append(_return(_KILL_PROCESS))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


#### Asking and installing ####


def available() -> bool:
    """Whether this kernel can end a process that leaves the list (4.14 and later)."""
    action = ctypes.create_string_buffer(struct.pack("=I", _KILL_PROCESS), 4)
    try:
        return system_calls.call("seccomp", _GET_ACTION_AVAIL, 0, action) == 0
    except OSError:
        return False


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(listed: Iterable[Rule]) -> None:
    """Put the list in force for this process, for good. Needs no-new-privileges; `OSError` where it is refused."""
    table = system_calls.architecture()
    if table is None:
        raise OSError(errno.ENOSYS, "no table of system calls for this architecture")
    program = compile_program(listed, table)
    instructions = ctypes.create_string_buffer(program, len(program))
    packed = bytes(_Program(len(program) // 8, ctypes.addressof(instructions)))
    system_calls.call("seccomp", _SET_MODE_FILTER, 0, ctypes.create_string_buffer(packed, len(packed)))
