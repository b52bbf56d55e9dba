"""Benign generated pictures and hashes, the same on every machine and with every version of NumPy."""

from __future__ import annotations

from functools import cache

import numpy as np

# What applying each EXIF orientation does to an array of pixels.
TURNS = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(stored, 2).swapaxes(0, 1),
    8: np.rot90,
}


def scrambled(count: int, seed: int) -> np.ndarray:
    """Return `count` bytes without pattern (a multiplying hash of their numbers)."""
    numbers = np.arange(count, dtype=np.uint64) + np.uint64(seed * 1_000_003)
    for shift in (30, 27):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(0xBF58476D1CE4E5B9)
    return (numbers >> np.uint64(56)).astype(np.uint8)


@cache
def textured(height: int, width: int, seed: int) -> np.ndarray:
    """Return an RGB picture of soft patches with a little grain, made of whole numbers only."""
    coarse = scrambled(9 * 9 * 3, seed).reshape(9, 9, 3).astype(np.int64) * 200 // 256
    down = np.arange(height)[:, None] * 2048 // height
    across = np.arange(width)[None, :] * 2048 // width
    i, j, u, v = down >> 8, across >> 8, (down & 255)[..., None], (across & 255)[..., None]
    top = coarse[i, j] * (256 - v) + coarse[i, j + 1] * v
    bottom = coarse[i + 1, j] * (256 - v) + coarse[i + 1, j + 1] * v
    grain = scrambled(height * width * 3, seed + 1).reshape(height, width, 3) % 40
    made = ((top * (256 - u) + bottom * u) // 65536 + grain).astype(np.uint8)
    made.flags.writeable = False
    return made


def hashes(count: int, seed: int) -> np.ndarray:
    """Return a table of `count` hashes without pattern."""
    return scrambled(count * 32, seed).reshape(count, 32)


def near(hash_: np.ndarray, bits: int, seed: int) -> np.ndarray:
    """Return a copy of a hash with exactly `bits` bits turned."""
    order = np.argsort(scrambled(256 * 2, seed).view(np.uint16), kind="stable")
    mask = np.zeros(256, np.uint8)
    mask[order[:bits]] = 1
    return hash_ ^ np.packbits(mask)
