"""What people do to copies of a picture. Each takes and gives (height, width, 3) bytes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.entry.demo.draw import Picture

_CROP: Final = 0.01  # of each side
_BRIGHTER: Final = 1.25
_BORDER_PX: Final = 24
_BAR_PX: Final = 56
_LETTERS: Final = {  # five columns a letter, the top row in the lowest bit
    "S": (0x26, 0x49, 0x49, 0x49, 0x32),
    "A": (0x7E, 0x11, 0x11, 0x11, 0x7E),
    "M": (0x7F, 0x02, 0x0C, 0x02, 0x7F),
    "P": (0x7F, 0x09, 0x09, 0x09, 0x06),
    "L": (0x7F, 0x40, 0x40, 0x40, 0x40),
    "E": (0x7F, 0x49, 0x49, 0x49, 0x41),
}


class Alteration(StrEnum):
    """In the order in which the demo shows them."""

    COPIED = "copied, byte for byte"
    REENCODED = "saved again, low quality"
    RESIZED = "resized to a third"
    BRIGHTENED = "brightened"
    LABELLED = "text laid over"
    CROPPED = "cropped by 1 % a side"
    BORDERED = "screenshot with borders"
    MIRRORED = "mirrored"


def altered(picture: Picture, how: Alteration) -> Picture:
    """Alter a picture; a copy or one saved again keeps its pixels."""
    return _ALTER.get(how, np.ascontiguousarray)(picture)


def resized(picture: Picture, width: int, height: int) -> Picture:
    """Shrink by averaging, as any viewer does."""
    rows = np.linspace(0, picture.shape[0], height + 1).astype(int)
    columns = np.linspace(0, picture.shape[1], width + 1).astype(int)
    summed = np.add.reduceat(np.add.reduceat(picture.astype(np.uint32), rows[:-1], 0), columns[:-1], 1)
    area = (np.diff(rows)[:, None] * np.diff(columns)[None, :])[..., None]
    return (summed // area).astype(np.uint8)


def _resize(picture: Picture) -> Picture:
    return resized(picture, picture.shape[1] // 3, picture.shape[0] // 3)


def _brighten(picture: Picture) -> Picture:
    return np.clip(picture * _BRIGHTER + 8, 0, 255).astype(np.uint8)


def _crop(picture: Picture) -> Picture:
    rows, columns = int(picture.shape[0] * _CROP), int(picture.shape[1] * _CROP)
    return np.ascontiguousarray(picture[rows:-rows, columns:-columns])


def _mirror(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def _label(picture: Picture) -> Picture:
    """Write SAMPLE along the bottom, white on a dark plate."""
    bits = np.array(
        [[column >> row & 1 for letter in "SAMPLE" for column in (*_LETTERS[letter], 0)] for row in range(7)]
    )
    dot = max(2, picture.shape[1] // 110)
    text = np.kron(bits, np.ones((dot, dot), int)).astype(bool)
    plate = np.pad(text, dot * 2)
    top, left = picture.shape[0] - plate.shape[0] - 2 * dot, 2 * dot
    out = picture.copy()
    area = out[top : top + plate.shape[0], left : left + plate.shape[1]]
    area[:] = np.where(plate[..., None], 255, area // 3)
    return out


def _border(picture: Picture) -> Picture:
    """Put the picture on a window with a bar on top, as a screenshot has it."""
    height, width = picture.shape[:2]
    out = np.full((height + _BORDER_PX + _BAR_PX, width + 2 * _BORDER_PX, 3), 236, np.uint8)
    out[:_BAR_PX] = 52
    out[_BAR_PX : _BAR_PX + height, _BORDER_PX : _BORDER_PX + width] = picture
    return out


_ALTER: Final[dict[Alteration, Callable[[Picture], Picture]]] = {
    Alteration.RESIZED: _resize,
    Alteration.BRIGHTENED: _brighten,
    Alteration.LABELLED: _label,
    Alteration.CROPPED: _crop,
    Alteration.BORDERED: _border,
    Alteration.MIRRORED: _mirror,
}
