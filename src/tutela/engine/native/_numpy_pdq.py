"""PDQ in NumPy. The arithmetic is told in pdq.h and axis.h; sums are exact, so this gives the same bits as C does.

Float pictures alone are added up over columns in another order than in C, in doubles: a sample could differ in the last
bit of its float where the sum is not exact (more than 53 bits between the smallest part and the whole).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLES: Final = 64
_FREQUENCIES: Final = 16
_COEFFICIENTS: Final = 256
_MEDIAN_RANK: Final = 127
_NEAR: Final = 0.5
_SIDE_PX_MIN: Final = 5
_SIDE_PX_MAX: Final = 65_535
_LUMA_MAX: Final = 65_536.0
_LUMA_RGB: Final = (299, 587, 114)
_LUMA_DIVISOR: Final = 1000
_AXES_KEPT: Final = 64  # of 10 kB each for a side of 1000 pixels
# How each EXIF orientation reads the stored picture: rows backwards, columns backwards, rows and columns exchanged.
_READING: Final = {
    1: (False, False, False),
    2: (False, True, False),
    3: (True, True, False),
    4: (True, False, False),
    5: (False, False, True),
    6: (True, False, True),
    7: (True, True, True),
    8: (False, True, True),
}


@dataclass(frozen=True, slots=True)
class _Tap:
    """Whole weights of neighbouring pixels that make (part of) a sample, and their divisor."""

    sample: int
    first: int
    divisor: int
    weights: NDArray[np.float64]


def views(
    picture: NDArray[np.generic], orientations: bytes, full_height: int, full_width: int, /
) -> list[tuple[bytes, int, int]]:
    """Hash, quality and near-median count for each orientation. A full size of 0 x 0 is the picture's own."""
    full_height, full_width, scale = _sizes(picture, full_height, full_width)
    if min(full_height, full_width) < _SIDE_PX_MIN:
        return [(bytes(32), 0, _COEFFICIENTS) for _ in orientations]
    grids: dict[tuple[bool, bool], NDArray[np.float64]] = {}
    made: list[tuple[bytes, int, int]] = []
    for orientation in orientations:
        rows_backwards, columns_backwards, turned = _READING[orientation]
        ways = (rows_backwards, columns_backwards)
        if ways not in grids:
            rows = _axis(full_height, scale, backwards=rows_backwards)
            columns = _axis(full_width, scale, backwards=columns_backwards)
            grids[ways] = _sample(picture, rows, columns)
        made.append(_hash(grids[ways].T if turned else grids[ways]))
    return made


def _sizes(picture: NDArray[np.generic], full_height: int, full_width: int) -> tuple[int, int, int]:
    """Check the picture; return its full size and how many full-size pixels a side each of its pixels stands for."""
    rgb = picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
    luma = (picture.dtype == np.uint8 or picture.dtype == np.float32) and picture.ndim == 2  # noqa: PLR1714  - dtypes compare with types by == only
    if not (rgb or luma):
        raise ValueError("a picture is uint8 (H, W, 3) or uint8 or float32 (H, W)")
    height, width = picture.shape[:2]
    if not (1 <= height <= _SIDE_PX_MAX and 1 <= width <= _SIDE_PX_MAX):
        raise ValueError(f"sides of a picture are 1 to {_SIDE_PX_MAX} pixels, not {height} x {width}")
    if not picture[:1].flags.c_contiguous:
        raise ValueError("the pixels of a row must lie side by side (numpy.ascontiguousarray)")
    full_height, full_width = full_height or height, full_width or width
    for scale in (1, 2, 4, 8):
        if (-(-full_height // scale), -(-full_width // scale)) == (height, width) and (
            max(full_height, full_width) <= _SIDE_PX_MAX
        ):
            return full_height, full_width, scale
    raise ValueError(f"a full size of {full_height} x {full_width} does not give {height} x {width} at 1/2, 1/4 or 1/8")


#### Samples ####


@lru_cache(maxsize=_AXES_KEPT)
def _axis(side: int, scale: int, *, backwards: bool) -> tuple[_Tap, ...]:
    """The taps of all 64 samples of a side."""
    width = -(-side // (2 * _SAMPLES))
    before, after = (width - 1) // 2, width // 2

    def box(at: int) -> range:
        return range(max(0, at - before), min(side, at + after + 1))

    taps: list[_Tap] = []
    for sample in range(_SAMPLES):
        outer = box(int((sample + 0.5) * side / _SAMPLES))
        for size in sorted({len(box(at)) for at in outer}, reverse=True):
            boxes = [box(at) for at in outer if len(box(at)) == size]
            first, stop = boxes[0].start, boxes[-1].stop
            begun = np.bincount([one.start - first for one in boxes], minlength=stop - first)
            ended = np.bincount([one.stop - first for one in boxes], minlength=stop - first)
            weights = np.cumsum(begun - ended[: stop - first])
            if backwards:
                first, weights = side - stop, weights[::-1]
            decoded = np.arange(first, first + len(weights)) // scale
            summed = np.bincount(decoded - decoded[0], weights).astype(np.float64)
            taps.append(_Tap(sample, first // scale, len(outer) * size, summed))
    return tuple(taps)


def _sample(picture: NDArray[np.generic], rows: tuple[_Tap, ...], columns: tuple[_Tap, ...]) -> NDArray[np.float64]:
    """Weigh the picture into 64 x 64 samples. All sums are of whole numbers below 2^53, hence exact in any order."""
    height, width = picture.shape[:2]
    lines = picture.reshape(height, -1)
    channels = lines.shape[1] // width
    luma = _LUMA_RGB if channels == len(_LUMA_RGB) else (1,)
    divisor = _LUMA_DIVISOR if channels == len(_LUMA_RGB) else 1
    # No matrix products: BLAS would start threads that cost more than they save.
    summed = np.zeros((len(rows), lines.shape[1]))
    for at, row in enumerate(rows):
        for weight, line in zip(row.weights, lines[row.first :], strict=False):
            summed[at] += weight * line
    grid = np.zeros((_SAMPLES, _SAMPLES))
    row_samples, row_divisors = [row.sample for row in rows], np.array([float(row.divisor) for row in rows])
    for column in columns:
        weights = np.outer(column.weights, luma).ravel()
        first = column.first * channels
        totals = (summed[:, first : first + len(weights)] * weights).sum(axis=1)
        np.add.at(grid[:, column.sample], row_samples, totals / (row_divisors * divisor * column.divisor))
    return grid


#### Bits ####


def _cosines() -> NDArray[np.float32]:
    """The rows 1..16 of the 64-point cosine transform, rounded where the reference rounds."""
    scale = float(np.float32(math.sqrt(2.0 / _SAMPLES)))
    return np.array(
        [
            [scale * math.cos((math.pi / 2.0 / _SAMPLES) * (i + 1) * (2 * j + 1)) for j in range(_SAMPLES)]
            for i in range(_FREQUENCIES)
        ],
        np.float32,
    )


_COSINES: Final = _cosines()


def _hash(grid: NDArray[np.float64]) -> tuple[bytes, int, int]:
    samples = grid.astype(np.float32)
    if not (np.abs(samples) <= _LUMA_MAX).all():
        raise ValueError("luma must be numbers within 65536 of zero")
    coefficients = _transform(samples).ravel()
    median = np.partition(coefficients, _MEDIAN_RANK)[_MEDIAN_RANK]
    bits = np.packbits((coefficients > median)[::-1])
    near = np.count_nonzero(np.abs(coefficients - median) < _NEAR)
    return bits.tobytes(), _quality(samples), int(near)


def _transform(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine transform, adding in the reference's order (a matrix product would choose its own)."""
    half = np.zeros((_FREQUENCIES, _SAMPLES), np.float32)
    for k in range(_SAMPLES):
        half += _COSINES[:, k, None] * samples[k]
    whole = np.zeros((_FREQUENCIES, _FREQUENCIES), np.float32)
    for k in range(_SAMPLES):
        whole += half[:, k, None] * _COSINES[:, k]
    return whole


def _quality(samples: NDArray[np.float32]) -> int:
    """The reference's gradient measure, 0..100."""
    down = (samples[:-1] - samples[1:]) * np.float32(100) / np.float32(255)
    across = (samples[:, :-1] - samples[:, 1:]) * np.float32(100) / np.float32(255)
    gradients = np.abs(np.trunc(down)).sum(dtype=np.int64) + np.abs(np.trunc(across)).sum(dtype=np.int64)
    return min(int(gradients) // 90, 100)
