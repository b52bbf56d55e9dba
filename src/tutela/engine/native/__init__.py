r"""The kernels: PDQ of a picture, Hamming distance and exhaustive search over 256-bit hashes.

Written in C and laid out for several CPUs; the best variant that this CPU can run is chosen at import, and NumPy does
the same work where the extension was not built. All variants give the same answer in every bit: the tests prove it, and
pdq.h says why it can be so. Calls are thread-safe and release the interpreter lock while they work.

`TUTELA_NATIVE` forces a variant (avx512, avx2, popcnt, portable, numpy); a name this machine cannot run is an error.

>>> import numpy
>>> ramp = numpy.add.outer(numpy.arange(256), numpy.arange(256) // 2).astype(numpy.uint8)
>>> pdq(ramp).hash == pdq_views(ramp, [1])[0].hash
True
>>> distance(bytes(32), bytes(31) + b"\x07")
3
>>> table = numpy.zeros((4, 32), numpy.uint8)
>>> search(table[:1], table, 31).row.tolist()
[0, 1, 2, 3]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tutela.engine.native import _variants
from tutela.engine.native._variants import IndexColumns, use, variant, variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "HITS_MAX",
    "Hits",
    "Index",
    "IndexColumns",
    "Pdq",
    "distance",
    "distance_histogram",
    "index_fill",
    "lay",
    "pdq",
    "pdq_views",
    "search",
    "use",
    "variant",
    "variants",
]

HASH_BYTES: Final = 32
HASH_BITS: Final = 256
SIDE_PX_MAX: Final = 65_535
HITS_MAX: Final = 1 << 25  # pairs one search may return: 400 MB while it works. Ask again with fewer queries.


class Pdq(NamedTuple):
    """The PDQ of one picture: 32 bytes whose hex is the reference's, and the reference's quality, 0..100.

    `near_median` counts the coefficients (of 256) less than 0.5 from the median, the median itself included: bits that
    a little noise can turn. A picture hashed at reduced size is to be trusted only where they are few; a picture
    that has little but such bits is told from nothing, whatever its quality says.
    """

    hash: bytes
    quality: int
    near_median: int


class Hits(NamedTuple):
    """Pairs within a distance, ordered by query, then row: three read-only arrays of one length."""

    query: NDArray[np.uint32]
    row: NDArray[np.uint32]
    distance: NDArray[np.uint16]


_NO_HITS: Final = Hits(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint16))


#### PDQ ####


def pdq(picture: NDArray[np.generic], *, orientation: int = 1, full_size: tuple[int, int] | None = None) -> Pdq:
    """Hash one picture as it hashes after applying an EXIF `orientation` (1: as it is). See `pdq_views`."""
    return pdq_views(picture, (orientation,), full_size=full_size)[0]


def pdq_views(
    picture: NDArray[np.generic], orientations: Sequence[int], *, full_size: tuple[int, int] | None = None
) -> list[Pdq]:
    """Hash one picture as it hashes after each of up to 8 EXIF orientations (1..8), in one pass over its pixels.

    `picture` is uint8 RGB (H, W, 3), uint8 luma (H, W) or float32 luma (H, W) within 65536 of zero. Pixels of a row lie
    side by side; rows may be padded or backwards. `full_size` (H, W) says that the picture was decoded at 1/2, 1/4 or
    1/8 of that size, rounded up: each pixel then stands for a block of full-size pixels. Pictures with a side below
    5 (at full size) have the hash zero and quality zero. ValueError for anything else.
    """
    if not isinstance(picture, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]  - callers may be untyped
        raise TypeError("a picture is a NumPy array")
    full_height, full_width = full_size or (0, 0)
    if full_size and min(full_size) < 1:
        raise ValueError("a full size is at least one pixel a side")
    if any(not 1 <= number <= 8 for number in orientations) or len(orientations) > 8:
        raise ValueError("orientations are up to 8 numbers from 1 to 8")
    made = _variants.active().views(picture, bytes(orientations), full_height, full_width)
    return [Pdq(*one) for one in made]


#### Hamming ####


def distance(left: bytes, right: bytes) -> int:
    """Bits that differ between two hashes of 32 bytes."""
    return _variants.active().distance(left, right)


def search(
    queries: NDArray[np.uint8], table: NDArray[np.uint8], distance_max: int, *, hits_max: int = HITS_MAX
) -> Hits:
    """Find every pair of a query (Q, 32) and a row of the table (N, 32) that differ in at most `distance_max` bits.

    Exhaustive and exact. The table may be a read-only `numpy.memmap`. OverflowError beyond `hits_max` pairs. Fewer than
    four queries cost one reading of the table; from four on, queries share it and cost far less each.
    """
    query, row, bits = _variants.active().search(queries, table, distance_max, hits_max)
    return Hits(np.frombuffer(query, np.uint32), np.frombuffer(row, np.uint32), np.frombuffer(bits, np.uint16))


def distance_histogram(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count all pairs of `left` (Q, 32) and `right` (N, 32) by distance: 257 counts."""
    return np.frombuffer(_variants.active().histogram(left, right), np.int64)


#### The index ####


def lay(hashes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return hashes (N, 32) with their bits in the one fixed order of indexes (order.h). Distances stay the same."""
    return np.frombuffer(_variants.active().lay(hashes), np.uint8).reshape(-1, HASH_BYTES)


def index_fill(plan: bytes, table: NDArray[np.uint8], chunk: int) -> IndexColumns:
    """Lay out one chunk of an index of `table`, whose hashes are laid: `IndexColumns` of that chunk alone."""
    if not 0 <= chunk < len(plan) // 3:
        raise ValueError("the index has no such chunk")
    offsets = (1 << plan[3 * chunk + 2]) + 1
    made = IndexColumns(
        plan, table, np.empty(offsets, np.uint32), np.empty(len(table), np.uint16), np.empty(len(table), np.uint32)
    )
    _variants.active().index_fill(made, chunk)
    return made


class Index:
    """An index to search. Threads may share it.

    ValueError where the columns are not as long as the plan says. They may come from a file that nobody has checked.
    """

    __slots__ = ("_kernels", "_opened", "columns")

    def __init__(self, columns: IndexColumns) -> None:
        self.columns = columns
        self._kernels = _variants.active()
        self._opened = self._kernels.index_open(columns)

    def search(self, queries: NDArray[np.uint8], distance_max: int, *, hits_max: int = HITS_MAX) -> Hits:
        """Find what `search` finds in the table before it was laid out, reading little of it.

        Exact for distances below the sum of the plan's quotas (radius + 1 each); ValueError beyond. IndexError where
        the columns lead outside each other, and never a read out of bounds.
        """
        query, row, bits = self._kernels.index_search(self._opened, queries, distance_max, hits_max)
        if not query:  # by far the most frequent answer, and the only one that has to be quick
            return _NO_HITS
        return Hits(np.frombuffer(query, np.uint32), np.frombuffer(row, np.uint32), np.frombuffer(bits, np.uint16))
