"""GIF blocks (GIF89a specification): screen, then images and extensions made of sub-blocks of at most 255 bytes.

A frame may reach outside the screen; decoders then grow the canvas, so the largest reach counts.
"""

from __future__ import annotations

from typing import Final

from tutela.engine.sandbox.headers.header import Header, HeaderError, uint

_SUB_BLOCKS_MAX: Final = 4_000_000  # of 255 bytes each these are 1 GB; only a file made to be slow has more
_IMAGE: Final = 0x2C
_EXTENSION: Final = 0x21
_COLOUR_TABLE: Final = 0x80


def walk(data: bytes) -> Header:
    """Return what a GIF claims. `frames` counts image blocks, the last one maybe cut short."""
    width, height = uint(data, 6, 2, "little"), uint(data, 8, 2, "little")
    flags = uint(data, 10, 1, "little")
    at = 13 + _table_bytes(flags)
    frames, budget = 0, _SUB_BLOCKS_MAX
    while at < len(data):
        kind = data[at]
        if kind == _EXTENSION:
            at += 2
        elif kind == _IMAGE and at + 10 <= len(data):
            width = max(width, uint(data, at + 1, 2, "little") + uint(data, at + 5, 2, "little"))
            height = max(height, uint(data, at + 3, 2, "little") + uint(data, at + 7, 2, "little"))
            at += 11 + _table_bytes(data[at + 9])
            frames += 1
        elif kind:  # trailer or rubbish: decoders stop at the first, step over the second
            break
        else:
            at += 1
            continue
        at, budget = _after_sub_blocks(data, at, budget)
    return Header(width, height, max(1, frames))


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & _COLOUR_TABLE else 0


def _after_sub_blocks(data: bytes, at: int, budget: int) -> tuple[int, int]:
    """Return the place after a chain of sub-blocks, and how many may still come."""
    end = len(data)
    while at < end and (size := data[at]):
        at += size + 1
        budget -= 1
        if budget <= 0:
            raise HeaderError
    return at + 1, budget
