"""WebP chunks (RFC 9649): a RIFF list of VP8X (canvas), ANMF (frames), or one VP8 or VP8L bit stream."""

from __future__ import annotations

from typing import Final

from tutela.domain.media import Reason
from tutela.engine.sandbox.headers.header import Header, HeaderError, uint

_CHUNKS_MAX: Final = 200_000
_VP8_START_CODE: Final = b"\x9d\x01\x2a"
_VP8L_SIGNATURE: Final = 0x2F
_SIDE_MASK: Final = 0x3FFF


def walk(data: bytes) -> Header:
    """Return what a WebP claims. `frames` counts the ANMF chunks."""
    size: tuple[int, int] | None = None
    frames = 0
    at = 12
    for _ in range(_CHUNKS_MAX):
        kind, body = data[at : at + 4], at + 8
        if len(kind) < 4:
            break
        if size is None and (found := _size(data, kind, body)):
            size = found
        if kind == b"ANMF":
            frames += 1
        length = uint(data, at + 4, 4, "little")
        at = body + length + (length & 1)
    else:
        raise HeaderError
    if size is None:
        raise HeaderError
    cut_short = uint(data, 4, 4, "little") + 8 > len(data)
    return Header(*size, max(1, frames), flaw=Reason.TRUNCATED if cut_short else Reason.NONE)


def _size(data: bytes, kind: bytes, body: int) -> tuple[int, int] | None:
    """Return (width, height) where this chunk says it."""
    if kind == b"VP8X":
        return uint(data, body + 4, 3, "little") + 1, uint(data, body + 7, 3, "little") + 1
    if kind == b"VP8L" and uint(data, body, 1, "little") == _VP8L_SIGNATURE:
        bits = uint(data, body + 1, 4, "little")
        return (bits & _SIDE_MASK) + 1, (bits >> 14 & _SIDE_MASK) + 1
    if kind == b"VP8 " and data[body + 3 : body + 6] == _VP8_START_CODE:
        return uint(data, body + 6, 2, "little") & _SIDE_MASK, uint(data, body + 8, 2, "little") & _SIDE_MASK
    return None
