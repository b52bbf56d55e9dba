"""Embedded colour profiles, where they change what a person sees.

Nearly every profile says "sRGB, or close to it", and its picture looks the same with or without it: those are told
once by running a cube of colours through the profile, and skipped from then on. A profile that moves brightness (CMYK,
a grey of odd gamma, exchanged channels) is applied to a picture reduced to 512 pixels a side, and both versions of
that small picture are hashed: what differs between them is the profile, not the reduction.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np
from PIL import Image, ImageCms

from tutela.engine import native
from tutela.engine.sandbox.reduce import reduce_image, reduce_pixels

if TYPE_CHECKING:
    from tutela.engine.native import Pdq
    from tutela.engine.sandbox.views import Pixels

_create_profile: Final = cast("Any", ImageCms).createProfile  # its types are incomplete

_SIDE_PX_MAX: Final = 512
_PROFILE_BYTES_MAX: Final = 4 * 1024 * 1024
_PROFILES_KEPT: Final = 16
_SHIFT_MIN: Final = 24  # of 255: a profile that moves no colour's brightness by more is taken for sRGB
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
_CHANNELS: Final = {"L": 1, "RGB": 3, "CMYK": 4}
_BANDS: Final = {2: "L", 3: "RGB"}  # mode of an array of so many dimensions
_MODE_OF: Final = {"RGBX": "RGB"}  # the fourth byte is padding


class Managed(NamedTuple):
    """The hashes of one reduced picture, without and with its profile."""

    plain: Pdq
    managed: Pdq


def managed(profile: bytes, picture: Pixels | Image.Image, orientation: int) -> Managed | None:
    """Hash `picture` (pixels or a loaded image) with its profile; None where that is broken or changes little."""
    mode = _MODE_OF.get(picture.mode, picture.mode) if isinstance(picture, Image.Image) else _BANDS[picture.ndim]
    if mode not in _CHANNELS or len(profile) > _PROFILE_BYTES_MAX:
        return None
    transform = _transform(profile, mode)
    if transform is None:
        return None
    reduce = reduce_image if isinstance(picture, Image.Image) else reduce_pixels
    small = reduce(picture, _SIDE_PX_MAX).convert(mode)  # pyright: ignore[reportArgumentType]  - the mode above tells which
    shown = ImageCms.applyTransform(small, transform)
    if shown is None:
        return None
    plain, changed = (native.pdq(np.asarray(image.convert("RGB")), orientation=orientation) for image in (small, shown))
    return Managed(plain, changed)


def lab_to_rgb(image: Image.Image) -> Image.Image:
    """Return an image of mode LAB as sRGB."""
    shown = ImageCms.applyTransform(image, _lab_transform())
    if shown is None:
        raise ValueError
    return shown


def warm_up() -> None:
    """Build and use one transform of each kind: the colour engine loads its tables on first use."""
    lab_to_rgb(Image.new("LAB", (1, 1)))
    managed(_srgb().tobytes(), np.zeros((8, 8, 3), np.uint8), 1)


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(_create_profile("sRGB"))


@lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(_create_profile("LAB"), _srgb(), "LAB", "RGB")


@lru_cache(maxsize=_PROFILES_KEPT)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform of `profile` to sRGB; None where it is broken, of another mode, or close to sRGB."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, _srgb(), mode, "RGB")
        if mode == "CMYK":
            return transform
        probe = _probe(mode)
        shown = ImageCms.applyTransform(probe, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if shown is None:
        return None
    shift = np.abs(_luma(probe) - _luma(shown)).max()
    return transform if shift > _SHIFT_MIN else None


def _probe(mode: str) -> Image.Image:
    """Return all greys, or a cube of colours, as an image of `mode`."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    return Image.fromarray(np.ascontiguousarray(cube.reshape(1, -1, 3)))


def _luma(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(image.convert("RGB"), np.float32) @ _LUMA
