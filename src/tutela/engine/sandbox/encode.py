"""A reduced picture as a PNG file, written here from its pixels: no browser is given bytes that a decoder wrote."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from tutela.engine.sandbox.contract import ReducedPicture


def png(picture: ReducedPicture) -> bytes:
    """Return the file. It holds the pixels and nothing else: no time, no place, no program."""
    mode = "L" if picture.channels == 1 else "RGB"
    image = Image.frombytes(mode, (picture.width_px, picture.height_px), picture.pixels)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()
