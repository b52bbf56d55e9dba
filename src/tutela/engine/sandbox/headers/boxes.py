"""HEIC and AVIF boxes (ISO/IEC 14496-12, 23008-12): size, type, content, nested.

Every image item, tiles and grids alike, has its size in an `ispe` property; tracks (image sequences) have theirs in
`tkhd`. The largest of all claims counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.domain.media import Reason
from tutela.engine.sandbox.headers.header import Header, HeaderError, largest, uint

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOXES_MAX: Final = 100_000
_PARENTS: Final = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"moov": 0, b"trak": 0}  # and bytes before their children
_FIXED_POINT_BITS: Final = 16


def walk(data: bytes) -> Header:
    """Return what a HEIC or AVIF claims. Its frames are counted by the decoder."""
    cut_short = _end(data) > len(data)
    return Header(*largest(list(_sizes(data))), flaw=Reason.TRUNCATED if cut_short else Reason.NONE)


def _end(data: bytes) -> int:
    """Return where the last top-level box claims to end."""
    at = 0
    for _ in range(_BOXES_MAX):
        if at + 8 > len(data):
            break
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:
            break
        at += size
    return at


def _sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """Give every (width, height) that is claimed; nested boxes are kept on a list, not on the call stack."""
    open_ranges = [(0, len(data))]
    budget = _BOXES_MAX
    while open_ranges:
        at, end = open_ranges.pop()
        while at + 8 <= end:
            budget -= 1
            if budget <= 0:
                raise HeaderError
            size, kind, body = uint(data, at, 4, "big"), data[at + 4 : at + 8], at + 8
            if size == 1:
                size, body = uint(data, at + 8, 8, "big"), at + 16
            after = end if size == 0 else at + size
            if after < body:
                raise HeaderError
            if kind in _PARENTS:
                if after > len(data):
                    raise HeaderError(Reason.TRUNCATED)
                open_ranges.append((body + _PARENTS[kind], min(after, end)))
            elif kind == b"ispe":
                yield uint(data, body + 4, 4, "big"), uint(data, body + 8, 4, "big")
            elif kind == b"tkhd":
                yield _track_size(data, body)
            at = after


def _track_size(data: bytes, body: int) -> tuple[int, int]:
    """Return the size in a track header, which stands at its end as 16.16 fixed point numbers."""
    at = body + (88 if uint(data, body, 1, "big") == 1 else 76)
    return uint(data, at, 4, "big") >> _FIXED_POINT_BITS, uint(data, at + 4, 4, "big") >> _FIXED_POINT_BITS
