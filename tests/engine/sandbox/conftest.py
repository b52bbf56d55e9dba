from __future__ import annotations

import os
from contextlib import contextmanager

import pytest

from tutela.domain.limits import DecodeLimits
from tutela.engine.sandbox import Decoders, Request, Sandbox
from tutela.engine.sandbox.sniff import sniff

HERE = "tests.engine.sandbox"
NOTHING = Decoders(
    examine=f"{HERE}.nothing:examine", reduce=f"{HERE}.nothing:reduce", warm_up=f"{HERE}.nothing:warm_up"
)
ATTACKS = Decoders(
    examine=f"{HERE}.attacks:examine_archives", reduce=f"{HERE}.attacks:reduce", warm_up=f"{HERE}.attacks:warm_up"
)
JPEG = b"\xff\xd8\xff"
ZIP = b"PK\x03\x04"


@contextmanager
def descriptor(data: bytes):
    """Read-only, over bytes."""
    writable = os.memfd_create("test")
    try:
        os.write(writable, data)
        fd = os.open(f"/proc/self/fd/{writable}", os.O_RDONLY)
    finally:
        os.close(writable)
    try:
        yield fd
    finally:
        os.close(fd)


def examine(sandbox: Sandbox, data: bytes):
    with descriptor(data) as fd:
        return sandbox.examine(fd, Request(len(data), sniff_or_zip(data)))


def sniff_or_zip(data: bytes):
    from tutela.domain.media import MediaType

    return MediaType.ZIP if data.startswith(ZIP) else sniff(data)


@pytest.fixture(scope="module")
def hostile_sandbox():
    """Two workers that do what the file says."""
    limits = DecodeLimits(wall_s_max=2.0, wall_s_max_per_mib=0.0, frames_max=100, video_frames_max=100)
    with Sandbox(limits, workers=2, decoders=ATTACKS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def quiet_sandbox():
    """Two workers that hash the first bytes."""
    with Sandbox(workers=2, decoders=NOTHING) as sandbox:
        yield sandbox
