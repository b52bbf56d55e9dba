"""BMP: the size stands in the information header, whose length tells its version. A negative height means top-down."""

from __future__ import annotations

from typing import Final

from tutela.domain.media import Reason
from tutela.engine.sandbox.headers.header import Header, HeaderError, uint

_CORE_HEADER_BYTES: Final = 12


def walk(data: bytes) -> Header:
    """Return what a BMP claims."""
    if uint(data, 14, 4, "little") == _CORE_HEADER_BYTES:
        return Header(uint(data, 18, 2, "little"), uint(data, 20, 2, "little"))
    sides = data[18:26]
    if len(sides) < 8:
        raise HeaderError(Reason.TRUNCATED)
    return Header(
        abs(int.from_bytes(sides[:4], "little", signed=True)), abs(int.from_bytes(sides[4:], "little", signed=True))
    )
