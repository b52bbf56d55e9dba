"""What a picture's own header claims, read by our own small walkers before any decoder is called.

Decoders trust headers: a file of 691 bytes may ask for 12 GiB, and a JPEG of 289 kB may keep any of them busy for ten
seconds with scans. So the claims are read here first (no pixel is touched, nothing claimed is allocated, every loop is
bounded) and checked against the limits.

    read(MediaType.JPEG, data) -> Header(width_px=640, height_px=480, ...)   or HeaderError
    refusal(header, limits)    -> None, or the outcome `refused` with what was found and what is allowed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.domain.media import MediaType, Reason, Verdict
from tutela.engine.sandbox.contract import Outcome
from tutela.engine.sandbox.headers import bmp, boxes, gif, jpeg, png, tiff, webp
from tutela.engine.sandbox.headers.header import Header, HeaderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.domain.limits import DecodeLimits

__all__ = ["SIDE_PX_MIN", "Header", "HeaderError", "read", "refusal"]

SIDE_PX_MIN: Final = 5  # PDQ is not defined below (the reference's own limit)

_WALKERS: Final[dict[MediaType, Callable[[bytes], Header]]] = {
    MediaType.JPEG: jpeg.walk,
    MediaType.PNG: png.walk,
    MediaType.GIF: gif.walk,
    MediaType.WEBP: webp.walk,
    MediaType.BMP: bmp.walk,
    MediaType.TIFF: tiff.walk,
    MediaType.HEIC: boxes.walk,
    MediaType.AVIF: boxes.walk,
}


def read(media_type: MediaType, data: bytes) -> Header:
    """Return what the header of a picture of `media_type` claims; `HeaderError` where it is cut short or absurd."""
    return _WALKERS[media_type](data)


def refusal(media_type: MediaType, header: Header, limits: DecodeLimits) -> Outcome | None:
    """Return the outcome `refused` if a claim is over its limit, else None."""
    width, height = header.width_px, header.height_px
    for reason, found, limit in (
        (Reason.TOO_MANY_PIXELS, max(width, height), limits.side_px_max),
        (Reason.TOO_MANY_PIXELS, width * height, limits.pixels_max),
        (Reason.TOO_MANY_SCANS, header.scans, _scans_max(width * height, limits)),
    ):
        if found > limit:
            return _refused(media_type, reason, header, found, limit)
    if min(width, height) < SIDE_PX_MIN:
        return _refused(media_type, Reason.TOO_SMALL, header, min(width, height), SIDE_PX_MIN)
    return None


def _scans_max(pixels: int, limits: DecodeLimits) -> int:
    """Return how many scans a JPEG of this many pixels may have: each one costs time for every pixel."""
    affordable = max(limits.jpeg_scans_always, limits.jpeg_pixel_scans_max // max(1, pixels))
    return min(limits.jpeg_scans_max, affordable)


def _refused(media_type: MediaType, reason: Reason, header: Header, found: int, limit: int) -> Outcome:
    return Outcome(media_type, Verdict.REFUSED, reason, header.width_px, header.height_px, found=found, limit=limit)
