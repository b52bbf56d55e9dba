"""Reducing a picture to at most so many pixels a side, a band of rows at a time so that no second copy is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.engine.sandbox.views import Pixels

_BAND_PIXELS: Final = 2_000_000
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,  # Pillow counts anticlockwise
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Return the image after applying an EXIF orientation."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def reduce_pixels(pixels: Pixels, side_px_max: int) -> Image.Image:
    """Reduce pixels, (H, W) grey of 0..255 or (H, W, 3) uint8 RGB, by an integral factor (block means)."""
    height, width = pixels.shape[:2]
    mode = "L" if pixels.ndim == 2 else "RGB"

    def rows(top: int, bottom: int) -> Image.Image:
        return Image.fromarray(np.asarray(pixels[top:bottom], np.uint8))

    return _reduce(rows, mode, (width, height), side_px_max)


def reduce_image(image: Image.Image, side_px_max: int) -> Image.Image:
    """Reduce a loaded Pillow image of a mode whose samples may be averaged (L, RGB, CMYK, LAB)."""

    def rows(top: int, bottom: int) -> Image.Image:
        return image.crop((0, top, image.width, bottom))

    return _reduce(rows, image.mode, image.size, side_px_max)


def _reduce(rows: Callable[[int, int], Image.Image], mode: str, size: tuple[int, int], side_px_max: int) -> Image.Image:
    width, height = size
    factor = -(-max(size) // side_px_max)
    band = max(1, _BAND_PIXELS // (width * factor)) * factor
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, band):
        small.paste(rows(top, min(top + band, height)).reduce(factor), (0, top // factor))
    return small
