"""JPEG markers (ITU-T T.81 annex B) up to the first scan, and how many scans follow.

A segment is FF, marker, two bytes of length, content. Inside a scan FF is always followed by 00 or a restart marker,
so after the first SOS the two bytes FF DA can only be another scan (or lie in bytes that no decoder reads). Counting
them is one vectorised pass, and is needed only where a decoder would go through several scans: in progressive files and
in those whose first scan does not hold every component.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tutela.domain.media import Reason
from tutela.engine.sandbox.headers import exif
from tutela.engine.sandbox.headers.header import Header, HeaderError

_SEGMENTS_MAX: Final = 4096  # before the first scan; ordinary files have about ten
_ICC_BYTES_MAX: Final = 4 * 1024 * 1024

_SOS: Final = 0xDA
_APP1: Final = 0xE1
_APP2: Final = 0xE2
# Markers without a segment, and how far to step: a fill byte may be the FF of the marker after it.
_STANDALONE: Final = dict.fromkeys((0x00, 0x01, *range(0xD0, 0xDA)), 2) | {0xFF: 1}
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0.. without DHT, JPG and DAC
_SEQUENTIAL_FRAMES: Final = frozenset({0xC0, 0xC1})
_SOS_PAIR: Final = 0xDAFF  # FF DA read as a little-endian pair

_EXIF: Final = b"Exif\x00\x00"
_ICC: Final = b"ICC_PROFILE\x00"


def walk(data: bytes) -> Header:
    """Return what a JPEG claims."""
    frame: tuple[int, int, int, int, int] | None = None
    orientation = 1
    profile: dict[bytes, bytes] = {}
    at, body, marker = 2, 0, 0
    for _ in range(_SEGMENTS_MAX):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            raise HeaderError(Reason.TRUNCATED)
        marker = data[at + 1]
        if marker in _STANDALONE:
            at += _STANDALONE[marker]
            continue
        body = at + 4
        after = at + 2 + (data[at + 2] << 8 | data[at + 3])
        if marker in _FRAMES and frame is None:
            frame = _frame(marker, data[body:after])
        elif marker == _APP1 and data.startswith(_EXIF, body):
            orientation = exif.orientation(data[body + len(_EXIF) : after])
        elif marker == _APP2 and data.startswith(_ICC, body):
            number = data[body + len(_ICC) : body + len(_ICC) + 1]
            profile[number] = data[body + len(_ICC) + 2 : after]
        elif marker == _SOS:
            break
        at = max(after, body)
    if frame is None or marker != _SOS:
        raise HeaderError
    kind, precision, width, height, components = frame
    several = kind not in _SEQUENTIAL_FRAMES or data[body : body + 1] != bytes([components])
    return Header(
        width_px=width,
        height_px=height,
        scans=_scans(data, at) if several else 1,
        orientation=orientation,
        components=components,
        icc=_joined(profile),
        precision_bits=precision,
    )


def _frame(marker: int, body: bytes) -> tuple[int, int, int, int, int]:
    """Return (marker, precision, width, height, components) of a frame header."""
    if len(body) < 6:
        raise HeaderError(Reason.TRUNCATED)
    return marker, body[0], body[3] << 8 | body[4], body[1] << 8 | body[2], body[5]


def _scans(data: bytes, first: int) -> int:
    """Count FF DA from `first` on: as pairs at even and at odd places."""
    rest = np.frombuffer(data, np.uint8, offset=first)
    return sum(
        int(np.count_nonzero(shifted[: len(shifted) // 2 * 2].view("<u2") == _SOS_PAIR)) for shifted in (rest, rest[1:])
    )


def _joined(profile: dict[bytes, bytes]) -> bytes:
    """Put the numbered chunks of a colour profile together; nothing where it is too large to be one."""
    if not profile or sum(map(len, profile.values())) > _ICC_BYTES_MAX:
        return b""
    return b"".join(profile[number] for number in sorted(profile))
