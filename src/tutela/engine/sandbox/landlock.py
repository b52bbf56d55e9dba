"""Landlock: give up every right over files, TCP, other processes' signals and abstract sockets.

The rule set handles every right that this kernel knows and grants none, so nothing is left once it is in force. It
takes no privilege and cannot be undone. What was open before stays usable: the worker keeps its one socket.

    ABI 1  (5.13) the thirteen file rights       ABI 4  (6.7)  TCP bind and connect
    ABI 2  (5.19) link and rename across         ABI 5  (6.10) ioctl on devices
    ABI 3  (6.2)  truncate                       ABI 6  (6.12) signals and abstract unix sockets, outward

Source: include/uapi/linux/landlock.h and Documentation/userspace-api/landlock.rst of Linux.

>>> Rights.of_abi(1) == Rights(files=0x1FFF, network=0, scoped=0)
True
"""

from __future__ import annotations

import ctypes
import os
import struct
from dataclasses import dataclass
from typing import Final

from tutela.engine.sandbox import system_calls

_CREATE_RULESET_VERSION: Final = 1
_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))  # (from ABI, number of file rights)
_NETWORK_RIGHTS: Final = 0b11  # bind TCP, connect TCP
_SCOPES: Final = 0b11  # abstract unix sockets, signals
_NETWORK_FROM_ABI: Final = 4
_SCOPES_FROM_ABI: Final = 6


@dataclass(frozen=True, slots=True)
class Rights:
    """Bit sets of the rights to give up."""

    files: int
    network: int
    scoped: int

    @classmethod
    def of_abi(cls, abi: int) -> Rights:
        """Every right that a kernel of this ABI version can take away."""
        count = max((rights for since, rights in _FILE_RIGHTS if abi >= since), default=0)
        return cls(
            files=(1 << count) - 1,
            network=_NETWORK_RIGHTS if abi >= _NETWORK_FROM_ABI else 0,
            scoped=_SCOPES if abi >= _SCOPES_FROM_ABI else 0,
        )

    def attributes(self, abi: int) -> bytes:
        """`struct landlock_ruleset_attr`, as long as this ABI knows it."""
        if abi >= _SCOPES_FROM_ABI:
            return struct.pack("=QQQ", self.files, self.network, self.scoped)
        if abi >= _NETWORK_FROM_ABI:
            return struct.pack("=QQ", self.files, self.network)
        return struct.pack("=Q", self.files)


def abi_version() -> int:
    """Landlock's ABI version on this host, 0 where the kernel has none or it is switched off or forbidden."""
    try:
        return system_calls.call("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def give_up_everything() -> int:
    """Confine this process and return the ABI in force. Needs no-new-privileges; `OSError` without Landlock."""
    abi = system_calls.call("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)
    attributes = Rights.of_abi(abi).attributes(abi)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset_fd = system_calls.call("landlock_create_ruleset", buffer, len(attributes), 0)
    try:
        system_calls.call("landlock_restrict_self", ruleset_fd, 0)
    finally:
        os.close(ruleset_fd)
    return abi
