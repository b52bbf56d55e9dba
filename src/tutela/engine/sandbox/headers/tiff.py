"""TIFF directories (TIFF 6.0, BigTIFF): a chain of tables of 12- or 20-byte entries, one a page.

The chain is where a TIFF lies: it may loop, or run for ever. It is followed at most `_PAGES_MAX` tables far, and ends
where it comes back to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tutela.domain.media import Reason
from tutela.engine.sandbox.headers.header import Header, HeaderError, largest, uint

_PAGES_MAX: Final = 20_000
_ENTRIES_MAX: Final = 4096
_SHORT: Final = 3
_WIDTH: Final = 256
_HEIGHT: Final = 257
_ORIENTATION: Final = 274


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the two kinds of TIFF lay out a directory, in bytes."""

    order: Literal["little", "big"]
    offset: int  # size of an offset
    count: int  # size of the entry count
    entry: int  # size of an entry
    value: int  # where an entry keeps its value


def walk(data: bytes) -> Header:
    """Return what a TIFF claims. `frames` counts pages; width and height are those of the largest."""
    order: Literal["little", "big"] = "little" if data.startswith(b"I") else "big"
    if uint(data, 2, 2, order) == 43:
        layout, at = _Layout(order, 8, 8, 20, 12), uint(data, 8, 8, order)
    else:
        layout, at = _Layout(order, 4, 2, 12, 8), uint(data, 4, 4, order)
    seen: set[int] = set()
    sizes: list[tuple[int, int]] = []
    orientation, flaw = 1, Reason.NONE
    while at and at not in seen and len(seen) < _PAGES_MAX:
        seen.add(at)
        try:
            tags, at = _directory(data, at, layout)
        except HeaderError as error:
            if not sizes:
                raise
            flaw = error.reason
            break
        if not sizes:
            orientation = tags.get(_ORIENTATION, 1)
        sizes.append((tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0)))
    orientation = orientation if 1 <= orientation <= 8 else 1
    return Header(*largest(sizes), len(sizes), orientation=orientation, flaw=flaw)


def _directory(data: bytes, at: int, layout: _Layout) -> tuple[dict[int, int], int]:
    """Return the tags that matter and the place of the next directory."""
    count = uint(data, at, layout.count, layout.order)
    if count > _ENTRIES_MAX:
        raise HeaderError
    first = at + layout.count
    after = first + count * layout.entry
    if after > len(data):
        raise HeaderError(Reason.TRUNCATED)
    tags: dict[int, int] = {}
    for entry in range(first, after, layout.entry):
        tag = uint(data, entry, 2, layout.order)
        if tag in {_WIDTH, _HEIGHT, _ORIENTATION}:
            size = 2 if uint(data, entry + 2, 2, layout.order) == _SHORT else 4
            tags[tag] = uint(data, entry + layout.value, size, layout.order)
    following = data[after : after + layout.offset]
    return tags, int.from_bytes(following, layout.order) if len(following) == layout.offset else 0
