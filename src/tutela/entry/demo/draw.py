"""Pictures of shapes over soft colours, each by its seed, varied enough that no two look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]  # (height, width, 3)
    Plane = NDArray[np.float32]

_SIZES: Final = ((480, 360), (360, 480), (560, 420), (440, 440), (600, 340))
_SHAPES: Final = 7
_CLOUD_CELLS: Final = 13
_SPANS: Final = ((0.05, 0.95), (0.05, 0.95), (0.06, 0.3), (0, 3.14), (0, 0.8))  # x, y, size, turn, proportion
_CLIP_SIZE: Final = (320, 240)


def picture(seed: int) -> Picture:
    """Draw one picture; the same for the same seed."""
    chance = np.random.default_rng(seed)
    width, height = _SIZES[int(chance.integers(len(_SIZES)))]
    canvas = _background(chance, height, width)
    across, down = _grid(height, width)
    for _ in range(_SHAPES):
        _paint(canvas, _shape(chance, across, down), chance.uniform(0, 255, 3), float(chance.uniform(0.6, 1)))
    canvas += 3 * chance.standard_normal((height, width, 1), np.float32)  # the grain of a camera
    return np.clip(canvas, 0, 255).astype(np.uint8)


def clip(seed: int, frames: int) -> list[Picture]:
    """Draw a short film: shapes that drift over a picture."""
    chance = np.random.default_rng(seed)
    width, height = _CLIP_SIZE
    scenes = [_background(chance, height, width) for _ in range(3)]
    across, down = _grid(height, width)
    drift = chance.uniform(-0.6, 0.6, (5, 2))
    starts = chance.uniform(0.2, 0.8, (5, 2))
    colours = chance.uniform(0, 255, (5, 3))
    shown: list[Picture] = []
    for number in range(frames):
        at = number / max(1, frames - 1)
        canvas = scenes[min(len(scenes) - 1, int(at * len(scenes)))].copy()
        for (x, y), (dx, dy), colour in zip(starts, drift, colours, strict=True):
            inside = (across - x - dx * at) ** 2 + (down - y - dy * at) ** 2 < 0.015
            _paint(canvas, inside, colour, 0.9)
        shown.append(np.clip(canvas, 0, 255).astype(np.uint8))
    return shown


def _grid(height: int, width: int) -> tuple[Plane, Plane]:
    """Places across and down, 0..1, so that shapes fit any size."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    return across / width, down / height


def _background(chance: np.random.Generator, height: int, width: int) -> Plane:
    """Clouds of colour, from coarse to fine, summed on a small grid and enlarged once."""
    grid = np.zeros((_CLOUD_CELLS, _CLOUD_CELLS, 3), np.float32)
    for cells, strength in ((3, 110), (6, 70), (_CLOUD_CELLS, 45)):
        small = chance.uniform(-strength, strength, (cells, cells, 3)).astype(np.float32)
        grid += _enlarged(small, _CLOUD_CELLS, _CLOUD_CELLS)
    return _enlarged(grid + np.float32(chance.uniform(90, 165)), height, width)


def _enlarged(small: Plane, height: int, width: int) -> Plane:
    """Enlarge by straight lines between the points."""
    wide = np.einsum("wc,rcx->rwx", _weights(small.shape[1], width), small)
    return np.tensordot(_weights(small.shape[0], height), wide, 1)


def _weights(points: int, length: int) -> Plane:
    """How much each of `points` says at each of `length` places."""
    at = np.linspace(0, points - 1, length, dtype=np.float32)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(points, dtype=np.float32)))


def _shape(chance: np.random.Generator, across: Plane, down: Plane) -> NDArray[np.bool_]:
    x, y, size, turn, other = (np.float32(chance.uniform(*span)) for span in _SPANS)
    along = (across - x) * np.cos(turn) + (down - y) * np.sin(turn)
    aside = (down - y) * np.cos(turn) - (across - x) * np.sin(turn)
    match int(chance.integers(5)):
        case 0:  # an ellipse
            return along**2 + (aside * (1 + 2 * other)) ** 2 < size**2
        case 1:  # a rectangle
            return (np.abs(along) < size) & (np.abs(aside) < size * (0.2 + other))
        case 2:  # a ring
            return np.abs(along**2 + aside**2 - size**2) < size**2 * 0.4
        case 3:  # a striped disc
            return (along**2 + aside**2 < 2 * size**2) & (along * 6 / size % 2 < 1)
        case _:  # a triangle
            return (aside > -size / 2) & (aside < size - 2 * np.abs(along))


def _paint(canvas: Plane, inside: NDArray[np.bool_], colour: NDArray[np.float64], cover: float) -> None:
    canvas[inside] = canvas[inside] * (1 - cover) + colour.astype(np.float32) * cover
