"""The value that every walker returns, and the error that it raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutela.domain.media import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence


class HeaderError(Exception):
    """A header that is cut short, contradicts itself or repeats without end. Never leaves the sandbox."""

    def __init__(self, reason: Reason = Reason.CORRUPT) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Header:
    """Claims of one picture file.

    Width and height are in pixels as stored, the largest of all frames and pages. `frames` counts frames or pages that
    are there (1 for a still). `scans` counts JPEG scans. `orientation` is EXIF's 1..8. `components` is the number of
    JPEG components (0 elsewhere), `icc` an embedded colour profile as found in a JPEG. `flaw` says that the file ends
    early though decoders may not mind.
    """

    width_px: int
    height_px: int
    frames: int = 1
    scans: int = 1
    orientation: int = 1
    components: int = 0
    icc: bytes = b""
    precision_bits: int = 8
    flaw: Reason = Reason.NONE


def uint(data: bytes, at: int, size: int, order: str) -> int:
    """Return the unsigned integer of `size` bytes at `at`; `HeaderError` (truncated) where the bytes end before."""
    part = data[at : at + size]
    if len(part) < size:
        raise HeaderError(Reason.TRUNCATED)
    return int.from_bytes(part, "little" if order == "little" else "big")


def largest(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the size with the most pixels; `HeaderError` (corrupt) where there is none."""
    if not sizes:
        raise HeaderError
    return max(sizes, key=lambda size: size[0] * size[1])
