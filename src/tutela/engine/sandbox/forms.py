"""Forms of a picture that show less than it does, made where it is decoded.

    lines ...... black on white: where it changes most, a tenth of it at most
    blurred .... grey, of few pixels, blurred over two of them: shapes, no faces
    grey ....... the picture without its colours
    colour ..... the picture

What a form leaves out is not in its pixels: no browser can bring it back, however it is asked. How many pixels a side
a form has at most, `contract` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageFilter

from tutela.engine.sandbox.contract import Form

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMOOTH_PX: Final = 1.5  # so that noise and grain draw no lines
_BLUR_PX: Final = 2.0
_DRAWN_SHARE: Final = 0.1
_STEP_MIN: Final = 12.0  # of 255 over two pixels: less is shade, not a line


def formed(image: Image.Image, form: Form) -> Image.Image:
    """Return an upright, small picture of mode L or RGB in one form."""
    match form:
        case Form.COLOUR:
            return image
        case Form.GREY:
            return image.convert("L")
        case Form.BLURRED:
            return image.convert("L").filter(ImageFilter.GaussianBlur(_BLUR_PX))
        case Form.LINES:
            return _lines(image.convert("L").filter(ImageFilter.GaussianBlur(_SMOOTH_PX)))


def _lines(grey: Image.Image) -> Image.Image:
    """Draw where grey changes most from pixel to pixel."""
    levels = np.pad(np.asarray(grey, np.float32), 1, mode="edge")
    across: NDArray[np.float32] = levels[1:-1, 2:] - levels[1:-1, :-2]
    down: NDArray[np.float32] = levels[2:, 1:-1] - levels[:-2, 1:-1]
    steps = np.hypot(across, down)
    enough = max(float(np.quantile(steps, 1 - _DRAWN_SHARE)), _STEP_MIN)
    return Image.fromarray(np.where(steps > enough, np.uint8(0), np.uint8(255)))
