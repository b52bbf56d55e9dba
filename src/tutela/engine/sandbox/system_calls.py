"""Numbers of the Linux system calls that confinement names, for each architecture we know; others are refused.

x86-64 has its own table (`asm/unistd_64.h`), arm64 uses the generic one (`asm-generic/unistd.h`). A test compares both
with the kernel's headers where they are installed. On x86-64 a second calling convention (x32) marks its numbers with
bit 30; a filter that forgets it checks the wrong table.

>>> architecture("x86_64").numbers["openat"], architecture("aarch64").numbers["openat"]
(257, 56)
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


MACHINE: Final = os.uname().machine  # asked once: behind the confinement even this call is gone


@dataclass(frozen=True, slots=True)
class Architecture:
    """What seccomp must know: the kernel's audit number, the calls by name, the first foreign (x32) number."""

    name: str
    audit: int
    numbers: Mapping[str, int]
    foreign_from: int | None = None


# fmt: off
_X86_64: Final = {
    "read": 0, "write": 1, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "readv": 19,
    "writev": 20, "close": 3, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39,
    "sendto": 44, "recvfrom": 45, "recvmsg": 47, "clone": 56, "exit": 60, "gettimeofday": 96, "sysinfo": 99,
    "capset": 126, "sigaltstack": 131, "prctl": 157, "gettid": 186, "time": 201, "futex": 202,
    "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_nanosleep": 230,
    "exit_group": 231, "tgkill": 234, "openat": 257, "newfstatat": 262, "set_robust_list": 273, "getcpu": 309,
    "seccomp": 317, "getrandom": 318, "membarrier": 324, "statx": 332, "rseq": 334, "clone3": 435,
    "landlock_create_ruleset": 444, "landlock_restrict_self": 446,
}
_AARCH64: Final = {
    "ioctl": 29, "openat": 56, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66,
    "pread64": 67, "newfstatat": 79, "fstat": 80, "capset": 91, "exit": 93, "exit_group": 94, "futex": 98,
    "set_robust_list": 99, "nanosleep": 101, "clock_gettime": 113, "clock_nanosleep": 115,
    "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128, "tgkill": 131, "sigaltstack": 132,
    "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "prctl": 167, "getcpu": 168,
    "gettimeofday": 169, "getpid": 172, "gettid": 178, "sysinfo": 179, "sendto": 206, "recvfrom": 207,
    "recvmsg": 212, "brk": 214, "munmap": 215, "mremap": 216, "clone": 220, "mmap": 222, "mprotect": 226,
    "madvise": 233, "seccomp": 277, "getrandom": 278, "membarrier": 283, "statx": 291, "rseq": 293, "clone3": 435,
    "landlock_create_ruleset": 444, "landlock_restrict_self": 446,
}
# fmt: on

_KNOWN: Final = {
    "x86_64": Architecture("x86_64", audit=0xC000003E, numbers=_X86_64, foreign_from=0x4000_0000),
    "aarch64": Architecture("aarch64", audit=0xC00000B7, numbers=_AARCH64),
}


def architecture(machine: str | None = None) -> Architecture | None:
    """Return the table for `machine` (default: this one), None where we have none."""
    name = machine or MACHINE
    return _KNOWN.get(name) if ctypes.sizeof(ctypes.c_void_p) == 8 else None


#### Calling the kernel ####

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long


def call(name: str, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make the system call `name`; `OSError` where the kernel refuses, ENOSYS where we lack its number."""
    table = architecture()
    number = -1 if table is None else table.numbers[name]
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    answer = int(_LIBC.syscall(ctypes.c_long(number), *converted))
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return answer


def prctl(option: int, value: int = 0) -> int:
    """Make the system call prctl; `OSError` where the kernel refuses."""
    answer = int(_LIBC.prctl(ctypes.c_int(option), *map(ctypes.c_ulong, (value, 0, 0, 0))))
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")
    return answer
