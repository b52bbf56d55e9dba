"""Signals: what is compared when media are matched without being seen.

Three families, told apart because the law of the house treats them apart ("exact is known, near is a question"):

* digests (MD5, SHA-1, SHA-256): equal bytes, compared exactly;
* PDQ: 256 bits of how a picture looks, compared by Hamming distance;
* opaque signals (PhotoDNA and others): licensed to others; kept and counted, never computed or matched here.

>>> SignalKind.PDQ.digest_bytes
32
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PDQ_BYTES: Final = 32
PDQ_BITS: Final = 256
PDQ_FLAT_BITS_OFF: Final = 64
"""A PDQ is cut at the median, so about 128 bits are set; 64 off that is eight deviations of chance: a flat picture."""


class SignalKind(StrEnum):
    """Every kind of signal that a list may carry."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    PDQ = "pdq"
    VPDQ = "vpdq"
    PHOTODNA = "photodna"
    OTHER = "other"

    @property
    def digest_bytes(self) -> int:
        """Length of one value in bytes; 0 where the length is not ours to know."""
        return _DIGEST_BYTES.get(self, 0)


_DIGEST_BYTES: Final = {
    SignalKind.MD5: 16,
    SignalKind.SHA1: 20,
    SignalKind.SHA256: 32,
    SignalKind.PDQ: PDQ_BYTES,
}

DIGEST_KINDS: Final = (SignalKind.MD5, SignalKind.SHA1, SignalKind.SHA256)


@dataclass(frozen=True, slots=True)
class Digests:
    """The three digests of one run of bytes, raw (16, 20 and 32 bytes)."""

    md5: bytes
    sha1: bytes
    sha256: bytes

    def of_kind(self, kind: SignalKind) -> bytes:
        """Return the digest of `kind`; `KeyError` for a kind that is no digest."""
        if kind is SignalKind.MD5:
            return self.md5
        if kind is SignalKind.SHA1:
            return self.sha1
        if kind is SignalKind.SHA256:
            return self.sha256
        raise KeyError(kind)


def is_degenerate(pdq: bytes) -> bool:
    r"""Tell a PDQ that says nothing about a picture (all zeros, nearly all ones): it is never matched near.

    >>> is_degenerate(bytes(32)), is_degenerate(bytes(16) + b"\xff" * 16)
    (True, False)
    """
    return abs(int.from_bytes(pdq).bit_count() - PDQ_BITS // 2) > PDQ_FLAT_BITS_OFF


class View(StrEnum):
    """Which reading of a picture a hash belongs to.

    `seen` is the picture as a person sees it: orientation applied, transparency over white, palette and CMYK resolved.
    The others are kept beside it only where they differ, because a list entry may have been made from any of them.
    """

    SEEN = "seen"
    STORED = "stored"  # pixels as stored: no orientation, transparency dropped (what most tools hash)
    ON_BLACK = "on-black"  # transparency over black
    COLOUR_MANAGED = "colour-managed"  # embedded ICC profile applied
    ROTATED_90 = "rotated-90"  # turned clockwise; this and the next six are made only on request
    ROTATED_180 = "rotated-180"
    ROTATED_270 = "rotated-270"
    MIRRORED = "mirrored"  # left and right exchanged
    FLIPPED = "flipped"  # top and bottom exchanged
    TRANSPOSED = "transposed"  # mirrored along the main diagonal
    TRANSVERSED = "transversed"  # mirrored along the other diagonal


@dataclass(frozen=True, slots=True)
class PictureHash:
    """The PDQ of one picture or one frame, 32 raw bytes in the reference's order, with where it came from.

    `quality` is the reference's 0..100. `frame` counts from 0; `time_ms` is set for video and animation only.
    """

    pdq: bytes
    quality: int
    view: View = View.SEEN
    frame: int = 0
    time_ms: int | None = None
