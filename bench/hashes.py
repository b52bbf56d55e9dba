"""Small helpers over 256-bit hashes, independent of the code that is measured."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


def bits_off(left: bytes, right: bytes) -> int:
    """Hamming distance, by Python's own integers."""
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).bit_count()


def spread(distances: Sequence[int]) -> tuple[float, float, float, int]:
    """The 50th, 95th and 99th percentile (the nearest rank above) and the most."""
    if not distances:
        raise ValueError("no distances")
    ranks = np.percentile(distances, [50, 95, 99], method="higher")
    return float(ranks[0]), float(ranks[1]), float(ranks[2]), int(max(distances))


def middle(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))
