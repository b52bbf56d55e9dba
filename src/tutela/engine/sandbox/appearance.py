"""What a person sees of a picture in any of Pillow's modes: RGB over a background, or grey.

    1, L ......... grey                     RGBA, LA, PA, P with transparency ... composed over the background
    P ............ its palette's colours    CMYK, YCbCr, HSV .................... RGB
    I;16, I, F ... grey, scaled to 0..255   LAB ................................. sRGB

Brightness scale hardly matters to PDQ (its bits do not change when a picture is stretched evenly), so numbers of
unknown range are simply stretched to what they span.

Pixels are laid into the worker's buffer a band of rows at a time: no second copy of a large picture is ever made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from PIL import Image

from tutela.engine.sandbox import colour
from tutela.engine.sandbox.buffer import PIXELS

if TYPE_CHECKING:
    from tutela.engine.sandbox.views import Pixels

Background = Literal["white", "black", "dropped"]

_BAND_PIXELS: Final = 1_000_000
_DEEP_MODES: Final = frozenset({"I;16", "I;16L", "I;16B", "I;16N", "I", "F"})
_ALPHA_MODES: Final = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
_OPAQUE: Final = 255
_BACKGROUNDS: Final = {"white": (255, 255, 255, _OPAQUE), "black": (0, 0, 0, _OPAQUE)}
_TIFF_PHOTOMETRIC: Final = 262
_WHITE_IS_ZERO: Final = 0


def is_transparent(image: Image.Image) -> bool:
    """Tell whether any pixel of a loaded image lets the background through."""
    if image.mode in {"RGBA", "LA", "RGBa", "La"}:
        alpha = image.getchannel(image.getbands()[-1])
        return alpha.histogram()[_OPAQUE] < image.width * image.height
    return image.mode == "PA" or "transparency" in image.info


def pixels_of(image: Image.Image, background: Background = "white") -> Pixels:
    """Return a loaded image as native.pdq takes it, in the worker's buffer: valid until the next call."""
    width, height = image.size
    if image.mode in _DEEP_MODES:
        return _deep(image)
    grey = image.mode in {"1", "L"} and "transparency" not in image.info
    shape = (height, width) if grey else (height, width, 3)
    pixels = PIXELS.take(int(np.prod(shape))).reshape(shape)
    band = max(1, _BAND_PIXELS // width)
    for top in range(0, height, band):
        rows = image.crop((0, top, width, min(top + band, height)))
        pixels[top : top + band] = np.asarray(rows.convert("L") if grey else _rgb(rows, background))
    return pixels


def _rgb(image: Image.Image, background: Background) -> Image.Image:
    if image.mode == "LAB":
        return colour.lab_to_rgb(image)
    if image.mode not in _ALPHA_MODES and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    if background != "dropped":
        layered = Image.alpha_composite(Image.new("RGBA", image.size, _BACKGROUNDS[background]), layered)
    return layered.convert("RGB")


def _deep(image: Image.Image) -> Pixels:
    """Return a grey picture of more than 8 bits as float32 of 0..255."""
    width, height = image.size
    pixels = PIXELS.take(width * height * 4).view(np.float32).reshape(height, width)
    band = max(1, _BAND_PIXELS // width)
    for top in range(0, height, band):
        pixels[top : top + band] = np.asarray(image.crop((0, top, width, min(top + band, height))))
    np.nan_to_num(pixels, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(pixels.min()), float(pixels.max())
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    elif low >= 0.0 and high <= 1.0:
        low, high = 0.0, 1.0
    elif low >= 0.0 and high <= 255.0:
        low, high = 0.0, 255.0
    pixels -= low
    pixels *= 255.0 / max(high - low, np.finfo(np.float32).tiny)
    if _is_white_zero(image):
        np.subtract(255.0, pixels, out=pixels)
    return pixels


def _is_white_zero(image: Image.Image) -> bool:
    """Tell of a TIFF that counts from white: Pillow turns those of 8 bits, not the deeper ones."""
    tags = getattr(image, "tag_v2", None)
    return tags is not None and tags.get(_TIFF_PHOTOMETRIC) == _WHITE_IS_ZERO
