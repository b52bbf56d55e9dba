"""PNG chunks (ISO/IEC 15948, APNG 1.0): length, type, data, CRC, repeated.

Frames of an animation lie inside the canvas that IHDR names, so its size bounds all of them.
"""

from __future__ import annotations

from typing import Final

from tutela.domain.media import Reason
from tutela.engine.sandbox.headers.header import Header, HeaderError, uint

_CHUNKS_MAX: Final = 1_000_000
_CHUNK_BYTES_MAX: Final = 0x7FFFFFFF
_SIGNATURE_BYTES: Final = 8
_FRAMING_BYTES: Final = 12


def walk(data: bytes) -> Header:
    """Return what a PNG claims. `frames` counts the animation frames that are really there."""
    if data[12:16] != b"IHDR":
        raise HeaderError(Reason.TRUNCATED if len(data) < 16 else Reason.CORRUPT)
    width, height = uint(data, 16, 4, "big"), uint(data, 20, 4, "big")
    animated, frames = False, 0
    at = _SIGNATURE_BYTES
    for _ in range(_CHUNKS_MAX):
        head = data[at : at + 8]
        if len(head) < 8:  # no end chunk
            return Header(width, height, max(1, frames if animated else 1), flaw=Reason.TRUNCATED)
        kind = head[4:]
        size = int.from_bytes(head[:4], "big")
        if size > _CHUNK_BYTES_MAX:
            raise HeaderError
        if kind == b"acTL":
            animated = True
        elif kind == b"fcTL":
            frames += 1
        elif kind == b"IEND":
            return Header(width, height, max(1, frames if animated else 1))
        at += _FRAMING_BYTES + size
    raise HeaderError
