"""JPEG to hash on the shortest exact way: libjpeg-turbo's RGB, then PDQ.

Strict first. What strict decoding refuses is decoded leniently as any viewer would, hashed, and reported as `partial`.

The scaled way (`Task.scaled`, 4 megapixels and more) lets libjpeg give each 2x2, 4x4 or 8x8 block as one pixel and
sums the filter weights of the full picture over them. It is a few bits off, and more where a picture hardly has the low
frequencies that PDQ looks at. The guard sees those: coefficients that crowd around the median. They are decoded again
in full.

Two- and four-component files (CMYK, YCCK) go the general way (`still`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import simplejpeg  # pyright: ignore[reportMissingTypeStubs]

from tutela.domain.media import Reason
from tutela.domain.signals import View
from tutela.engine.sandbox import colour, views
from tutela.engine.sandbox.buffer import PIXELS
from tutela.engine.sandbox.work import DONE, Ending, StopError

if TYPE_CHECKING:
    from tutela.engine.sandbox.headers import Header
    from tutela.engine.sandbox.views import Pixels
    from tutela.engine.sandbox.work import Work

SCALED_PIXELS_MIN: Final = 4_000_000
SCALED_SIDE_PX_MIN: Final = 512  # of the reduced picture: below it, errors grow (docs/evidence/A2.json)
NEAR_MEDIAN_MAX: Final = 24  # coefficients within 0.5 of the median; the guard of the scaled way

_FACTORS: Final = (8, 4, 2)
_SAMPLE_BITS: Final = 8
_RGB: Final = 3
_COEFFICIENT_BYTES: Final = 2


def hash_jpeg(data: bytes, header: Header, work: Work) -> Ending:
    """Hash one JPEG of one or three components. `ValueError` where nothing can be decoded."""
    if header.precision_bits != _SAMPLE_BITS:
        return Ending(Reason.UNSUPPORTED)
    if work.task.scaled and _hash_scaled(data, header, work):
        return DONE
    pixels, reason = decode(data, header, work)
    _hash(pixels, header, work)
    return Ending(reason)


def _hash(pixels: Pixels, header: Header, work: Work, full_size: tuple[int, int] | None = None) -> bool:
    """Hash and report, unless the guard of the scaled way objects."""
    made = views.make(pixels, header.orientation, dihedral=work.task.dihedral, full_size=full_size)
    seen = made[0][1]
    if full_size and seen.near_median > NEAR_MEDIAN_MAX:
        return False
    views.say(work, made)
    if header.icc and (strange := colour.managed(header.icc, pixels, header.orientation)):
        views.say_other(work, View.COLOUR_MANAGED, strange.managed, strange.plain)
    return True


def decode(data: bytes, header: Header, work: Work) -> tuple[Pixels, Reason]:
    """Return RGB pixels and what is wrong with the file."""
    samples = header.width_px * header.height_px * _RGB
    work.reserve(samples * (1 + _COEFFICIENT_BYTES) if header.scans > 1 else samples)
    buffer = PIXELS.take(samples)
    try:
        return simplejpeg.decode_jpeg(data, "RGB", buffer=buffer), Reason.NONE
    except ValueError as error:
        reason = Reason.TRUNCATED if "Premature end of JPEG" in str(error) else Reason.CORRUPT
    if work.allowance.passed():
        raise StopError(Ending(Reason.OUT_OF_TIME))
    return simplejpeg.decode_jpeg(data, "RGB", buffer=buffer, strict=False), reason


def _hash_scaled(data: bytes, header: Header, work: Work) -> bool:
    """Try the scaled way; False where it does not apply, fails, or the guard objects."""
    size = (header.height_px, header.width_px)
    if size[0] * size[1] < SCALED_PIXELS_MIN:
        return False
    factor = next((factor for factor in _FACTORS if min(size) // factor >= SCALED_SIDE_PX_MIN), 0)
    if not factor:
        return False
    height, width = (-(-side // factor) for side in size)
    if header.scans > 1:
        work.reserve(size[0] * size[1] * _RGB * _COEFFICIENT_BYTES)
    try:
        pixels = simplejpeg.decode_jpeg(data, "RGB", min_width=width, min_height=height, min_factor=factor)
    except ValueError:
        return False
    return pixels.shape[:2] == (height, width) and _hash(pixels, header, work, size)
