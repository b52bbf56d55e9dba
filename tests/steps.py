"""Killing a process at each thing that it does to the file system or says to another, by whatever library it does it.

killed_at(7, act)       # True: `act`, run in a fork, was ended just before its seventh such system call

The fork is traced (ptrace) and stopped at every system call of its main thread; those that make, change, rename, remove,
sync or lock a file, and those that send to or receive from a socket, count. For a process of one thread; Linux on
x86-64 and arm64.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TRACEME, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_SYSGOOD, _EXITKILL = 1, 1 << 20
_AT_SYSCALL = signal.SIGTRAP | 0x80
_ENTRY = 1
_INFO = struct.Struct("=B3xIQQQ6Q")  # operation, architecture, two registers; then number and arguments
_OPENING = {"x86_64": {257: 2, 2: 1}, "aarch64": {56: 2}}  # system call: which argument says how
_CHANGING = {
    # write pwrite64 writev flock fsync fdatasync truncate ftruncate rename mkdir rmdir creat link unlink symlink
    # mkdirat unlinkat renameat linkat symlinkat fallocate renameat2
    "x86_64": {
        *(1, 18, 20, 73, 74, 75, 76, 77, 82, 83, 84, 85, 86, 87, 88, 258, 263, 264, 265, 266, 285, 316),
        *(44, 45, 46, 47),  # sendto recvfrom sendmsg recvmsg
    },
    "aarch64": {64, 68, 66, 32, 82, 83, 45, 46, 34, 35, 38, 37, 36, 47, 276, *(206, 207, 211, 212)},
}
_HERE = platform.machine()
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Run `act` in a fork and end it before its `step`th change; tell whether it came so far. It must not fail."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _ptrace(_TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            act()
            code = 0
        finally:
            os._exit(code)
    try:
        return _followed(child, step)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def _followed(child: int, step: int) -> bool:
    _, status = os.waitpid(child, 0)
    _ptrace(_SETOPTIONS, child, 0, _SYSGOOD | _EXITKILL)
    passed_on = 0
    while os.WIFSTOPPED(status):
        if os.WSTOPSIG(status) == _AT_SYSCALL:
            passed_on = 0
            step -= _changes(child)
            if not step:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return True
        elif os.WSTOPSIG(status) != signal.SIGSTOP:
            passed_on = os.WSTOPSIG(status)
        _ptrace(_SYSCALL, child, 0, passed_on)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _changes(child: int) -> bool:
    """Tell whether a process that is stopped is about to change something."""
    raw = ctypes.create_string_buffer(_INFO.size)
    _ptrace(_GET_SYSCALL_INFO, child, len(raw), ctypes.addressof(raw))
    operation, _, _, _, number, *arguments = _INFO.unpack(raw.raw)
    if operation != _ENTRY:
        return False
    if number in _OPENING[_HERE]:
        return bool(arguments[_OPENING[_HERE][number]] & (os.O_CREAT | os.O_TRUNC))
    return number in _CHANGING[_HERE]


def _ptrace(request: int, child: int, address: int = 0, data: int = 0) -> None:
    if _libc.ptrace(request, child, address, data) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace: {os.strerror(number)}")
