"""HEIC through libheif, which applies the file's own rotation and mirroring: what it gives is what a person sees.

EXIF orientation is ignored, as ISO/IEC 23008-12 says: phones write both, and doing both turns the picture twice. There
is no `stored` view either, because no tool hashes a HEIC without its rotation.

Further top-level images (bursts, derived versions) are hashed as frames after the primary one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pi_heif  # pyright: ignore[reportMissingTypeStubs]
from pi_heif import options  # pyright: ignore[reportMissingTypeStubs]

from tutela.domain.media import Reason
from tutela.domain.signals import View
from tutela.engine import native
from tutela.engine.sandbox import colour, views
from tutela.engine.sandbox.appearance import is_transparent, pixels_of
from tutela.engine.sandbox.work import Ending

if TYPE_CHECKING:
    from PIL import Image

    from tutela.engine.sandbox.headers import Header
    from tutela.engine.sandbox.views import Pixels
    from tutela.engine.sandbox.work import Work

options.DECODE_THREADS = 1
options.THUMBNAILS = False
options.DEPTH_IMAGES = False
options.AUX_IMAGES = False

_open: Final[Any] = pi_heif.open_heif  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

_BYTES_PER_PIXEL: Final = 10  # libheif's planes and its RGB, the bytes of pi_heif, and the reference pictures of HEVC


def hash_heic(data: bytes, header: Header, work: Work) -> Ending:
    """Hash every top-level image. Raises whatever libheif's binding raises where the first cannot be decoded."""
    work.reserve(header.width_px * header.height_px * _BYTES_PER_PIXEL + len(data))
    container = _open(data, convert_hdr_to_8bit=True)
    images: list[Any] = list(container)
    images.insert(0, images.pop(container.primary_index))
    last = b""
    for number, image in enumerate(images[: work.limits.frames_max]):
        if number and work.allowance.passed():
            return Ending(Reason.OUT_OF_TIME, number, len(images))
        try:
            seen = _hash(image, number, work, last)
        except (EOFError, ValueError, RuntimeError, OSError):
            if not number:
                raise
            return Ending(Reason.CORRUPT, number, len(images))
        last = seen
    if len(images) > work.limits.frames_max:
        return Ending(Reason.TOO_MANY_FRAMES, len(images), work.limits.frames_max)
    return Ending(header.flaw)


def decode(data: bytes, header: Header, work: Work) -> Pixels:
    """Return the primary image as a person sees it. Raises as libheif's binding does."""
    work.reserve(header.width_px * header.height_px * _BYTES_PER_PIXEL + len(data))
    container = _open(data, convert_hdr_to_8bit=True)
    return _pixels(_picture(container[container.primary_index]))


def _picture(image: Any) -> Pixels | Image.Image:
    """Return plain pixels where libheif gives them, a Pillow image where there is transparency to resolve."""
    return np.asarray(image)[:, : image.size[0]] if image.mode in {"RGB", "L"} else image.to_pillow()


def _pixels(picture: Pixels | Image.Image) -> Pixels:
    return picture if isinstance(picture, np.ndarray) else pixels_of(picture)


def _hash(image: Any, number: int, work: Work, last: bytes) -> bytes:
    """Hash one image, report it where it differs from the `last` one, and return its hash."""
    picture = _picture(image)
    made = views.make(_pixels(picture), views.UPRIGHT, dihedral=work.task.dihedral)
    seen = made[0][1]
    if seen.hash == last:
        return last
    views.say(work, made, frame=number)
    if number:
        return seen.hash
    if not isinstance(picture, np.ndarray) and is_transparent(picture):
        views.say_other(work, View.ON_BLACK, native.pdq(pixels_of(picture, "black")), seen)
        views.say_other(work, View.STORED, native.pdq(pixels_of(picture, "dropped")), seen)
    profile = bytes(image.info.get("icc_profile") or b"")
    if profile and (strange := colour.managed(profile, picture, views.UPRIGHT)):
        views.say_other(work, View.COLOUR_MANAGED, strange.managed, strange.plain)
    return seen.hash
