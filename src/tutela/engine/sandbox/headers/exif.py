r"""The one EXIF tag that changes what a person sees: orientation (1..8, EXIF 2.32 table 6).

>>> orientation(b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00")
6
"""

from __future__ import annotations

from typing import Final

_ORIENTATION_TAG: Final = 0x0112
_ENTRY_BYTES: Final = 12
_ENTRIES_MAX: Final = 1000
_UPRIGHT: Final = 1


def orientation(block: bytes) -> int:
    """Return the orientation that a TIFF-structured EXIF block names; 1 where it names none or an unknown one."""
    if block[:4] == b"II*\x00":
        order = "little"
    elif block[:4] == b"MM\x00*":
        order = "big"
    else:
        return _UPRIGHT
    at = int.from_bytes(block[4:8], order)
    count = min(int.from_bytes(block[at : at + 2], order), _ENTRIES_MAX)
    for entry in range(at + 2, at + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES):
        if int.from_bytes(block[entry : entry + 2], order) == _ORIENTATION_TAG:
            value = int.from_bytes(block[entry + 8 : entry + 10], order)
            return value if 1 <= value <= 8 else _UPRIGHT
    return _UPRIGHT
