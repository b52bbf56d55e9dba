"""Confinement of one worker process, in layers none of which needs privilege.

    rlimits .... memory, CPU, descriptors: the kernel's ceilings
    landlock ... no file, no TCP, no signal or abstract socket outward
    seccomp .... a short list of system calls, thread-only `clone`; anything else ends the process

No layer is enough alone (rlimits let UDP through, Landlock lets `fork` through, seccomp lets 4 GB through); together
they stopped every attack of tests/engine/sandbox/attacks.py. Where this host lacks one, decoding is refused with an
error that names the layer and the remedy, unless the caller allowed that very layer to be missing.

>>> probe().missing            # on a Linux 6.12 or later, x86-64 or arm64
frozenset()
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import SandboxLayerMissingError
from tutela.engine.sandbox import landlock, rlimits, seccomp, system_calls

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutela.domain.limits import DecodeLimits

WORKER_SOCKET_FD: Final = 3  # the one descriptor that a worker keeps, beside three on /dev/null

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_SIGKILL: Final = 9
_CAPABILITY_VERSION_3: Final = 0x2008_0522


class Layer(StrEnum):
    """One layer of confinement."""

    RLIMITS = "rlimits"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"


_REMEDY: Final = {
    Layer.RLIMITS: "Tutela's sandbox runs on Linux, on x86-64 and arm64.",
    Layer.LANDLOCK: "Use Linux 5.13 or later with 'landlock' in the kernel's lsm= list (see /sys/kernel/security/lsm); "
    "in a container, use a runtime whose seccomp profile lets landlock_* calls through.",
    Layer.SECCOMP: "Use Linux 4.14 or later with CONFIG_SECCOMP_FILTER, on x86-64 or arm64.",
}


@dataclass(frozen=True, slots=True)
class Confinement:
    """What this host offers, or what a worker has put in force. `landlock_abi` is 0 where there is none."""

    layers: frozenset[Layer]
    landlock_abi: int
    architecture: str

    @property
    def missing(self) -> frozenset[Layer]:
        """Layers that are not there."""
        return frozenset(Layer) - self.layers


def probe() -> Confinement:
    """Ask this host which layers it offers, changing nothing."""
    machine = system_calls.MACHINE
    if sys.platform != "linux":
        return Confinement(frozenset(), 0, machine)
    known = system_calls.architecture() is not None
    abi = landlock.abi_version()
    offered = {Layer.RLIMITS: True, Layer.LANDLOCK: abi > 0, Layer.SECCOMP: known and seccomp.available()}
    return Confinement(frozenset(layer for layer, there in offered.items() if there), abi, machine)


def require(found: Confinement, allow_missing: Collection[Layer]) -> None:
    """Raise `SandboxLayerMissingError` where a layer is missing that was not allowed to be."""
    lacking = sorted(found.missing - frozenset(allow_missing))
    if lacking:
        names = ", ".join(lacking)
        remedies = " ".join(_REMEDY[layer] for layer in lacking)
        raise SandboxLayerMissingError(
            f"This host lacks a layer of the sandbox: {names}. Nothing was decoded.",
            hint=f"{remedies} Or allow the layer to be missing, knowing what it stops (docs/guide/scan.md).",
        )


#### Inside the worker ####


def keep_only(socket_fd: int) -> None:
    """Close every descriptor but `socket_fd`, which moves to `WORKER_SOCKET_FD`; 0, 1 and 2 become /dev/null.

    Were they closed, the next file under examination would become standard output.
    """
    null_fd = os.open(os.devnull, os.O_RDWR)
    moved_fd = os.dup(socket_fd) if socket_fd <= WORKER_SOCKET_FD else socket_fd
    for standard_fd in range(WORKER_SOCKET_FD):
        os.dup2(null_fd, standard_fd)
    os.dup2(moved_fd, WORKER_SOCKET_FD, inheritable=False)
    os.closerange(WORKER_SOCKET_FD + 1, os.sysconf("SC_OPEN_MAX"))


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel end this process when its (single-threaded) parent ends."""
    system_calls.prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(0)  # it ended before we asked


def confine(limits: DecodeLimits, cpu_s: int, allow_missing: Collection[Layer]) -> Confinement:
    """Confine this single-threaded process for good and say what is in force. Descriptors are closed before.

    A layer that fails is raised as `OSError` unless it may be missing.
    """
    layers = {Layer.RLIMITS}
    abi = 0
    rlimits.lower(limits, cpu_s)
    system_calls.prctl(_PR_SET_DUMPABLE, 0)
    system_calls.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _drop_capabilities()
    try:
        abi = landlock.give_up_everything()
        layers.add(Layer.LANDLOCK)
    except OSError:
        if Layer.LANDLOCK not in allow_missing:
            raise
    try:
        seccomp.install(seccomp.rules(os.getpid(), WORKER_SOCKET_FD))
        layers.add(Layer.SECCOMP)
    except OSError:
        if Layer.SECCOMP not in allow_missing:
            raise
    return Confinement(frozenset(layers), abi, system_calls.MACHINE)


def _drop_capabilities() -> None:
    """Give up every capability: a worker started by root keeps none of root's powers."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    with contextlib.suppress(OSError):  # an architecture whose calls we cannot name, allowed to lack seccomp
        system_calls.call("capset", header, ctypes.create_string_buffer(bytes(24), 24))
