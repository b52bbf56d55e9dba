"""The index in NumPy: what mih.h tells, one query at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.engine.native._numpy_hamming import search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tutela.engine.native._variants import IndexColumns

_BITS: Final = 256
_FOLLOW_BITS: Final = 16
_CHUNKS_MAX: Final = 32
_WIDTH_MAX: Final = 32
_RADIUS_MAX: Final = 2
_PREFIX_BITS_MAX: Final = 24
_SEED: Final = 0x747574656C61
_WORD: Final = (1 << 64) - 1
_SWOLLEN: Final = 4  # times the table's rows: reading more than that is dearer than comparing every row


def lay(hashes: NDArray[np.uint8], /) -> bytes:
    """The hashes with their bits in the order of an index."""
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != _BITS // 8 or not hashes.flags.c_contiguous:
        raise ValueError("hashes are a contiguous uint8 array of shape (N, 32)")
    return np.packbits(np.unpackbits(hashes, axis=1, bitorder="little")[:, _ORDER], axis=1, bitorder="little").tobytes()


def index_fill(columns: IndexColumns, chunk: int, /) -> None:
    """Fill offset, follow and row, which are those of this chunk alone."""
    chunks = _chunks(columns.plan)
    if not 0 <= chunk < len(chunks):
        raise ValueError("the index has no such chunk")
    one = chunks[chunk]
    if (len(columns.offset), len(columns.follow), len(columns.row)) != (
        (1 << one.prefix_bits) + 1,
        len(columns.table),
        len(columns.table),
    ):
        raise ValueError("these columns of the index have other lengths")
    prefix = _bits_from(columns.table, one.first_bit, one.prefix_bits)
    order = np.argsort(prefix, kind="stable")
    columns.offset[0] = 0
    np.cumsum(np.bincount(prefix, minlength=1 << one.prefix_bits), out=columns.offset[1:], dtype=np.uint32)
    columns.row[:] = order
    columns.follow[:] = _bits_from(columns.table, one.follow_bit, _FOLLOW_BITS)[order]


def index_open(columns: IndexColumns, /) -> IndexColumns:
    """An index to search. ValueError where the columns are not as long as the plan says."""
    _check(columns, _chunks(columns.plan))
    return columns


def index_search(
    columns: IndexColumns, queries: NDArray[np.uint8], distance_max: int, hits_max: int, /
) -> tuple[bytes, bytes, bytes]:
    """As `search`, in what `index_open` gave. IndexError where the columns lead outside each other."""
    chunks = _chunks(columns.plan)
    reach = sum(one.radius + 1 for one in chunks) - 1
    if not 0 <= distance_max <= reach or hits_max < 0:
        raise ValueError(f"this index answers distances of 0 to {reach} bits")
    laid = np.frombuffer(lay(queries), np.uint8).reshape(-1, _BITS // 8)
    parts: list[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]] = []
    left = hits_max
    for at in range(len(queries)):
        rows, bits = _look_up(columns, chunks, laid[at : at + 1], distance_max)
        left -= len(rows)
        if left < 0:
            raise OverflowError(f"more than {hits_max} pairs are within {distance_max} bits")
        parts.append((np.full(len(rows), at, np.uint32), rows, bits))
    if not parts:
        return b"", b"", b""
    query, row, bits = (np.concatenate(column).tobytes() for column in zip(*parts, strict=True))
    return query, row, bits


@dataclass(frozen=True, slots=True)
class _Chunk:
    width: int
    radius: int
    prefix_bits: int
    first_bit: int

    @property
    def follow_bit(self) -> int:
        return (self.first_bit + self.prefix_bits) % _BITS


def _look_up(
    columns: IndexColumns, chunks: list[_Chunk], query: NDArray[np.uint8], distance_max: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """Rows and distances of one query. Every chunk hashes as far as its radius, whatever the distance."""
    found: list[NDArray[np.uint32]] = []
    offset_at, read = 0, 0
    for number, one in enumerate(chunks):
        offset = columns.offset[offset_at : offset_at + (1 << one.prefix_bits) + 1]
        offset_at += len(offset)
        prefix, follow = (
            int(_bits_from(query, first, width)[0])
            for first, width in ((one.first_bit, one.prefix_bits), (one.follow_bit, _FOLLOW_BITS))
        )
        bound = _bound(chunks, number)
        for weight in range(one.radius + 1):
            near = prefix ^ _masks(one.prefix_bits, weight)
            places = _places(offset[near].astype(np.int64), offset[near + 1].astype(np.int64), len(columns.table))
            read += len(places)
            if read > _SWOLLEN * len(columns.table):
                return _read_all(query, columns.table, distance_max)
            places += number * len(columns.table)
            close = np.bitwise_count(columns.follow[places] ^ np.uint16(follow)) <= bound - weight
            found.append(columns.row[places[close]])
    rows = np.unique(np.concatenate(found))
    if len(rows) and int(rows[-1]) >= len(columns.table):
        raise IndexError("the index leads outside its table: it is altered or damaged")
    bits = np.bitwise_count(columns.table[rows] ^ query).sum(axis=1, dtype=np.uint16)
    near = bits <= distance_max
    return rows[near].astype(np.uint32), bits[near]


def _read_all(
    query: NDArray[np.uint8], table: NDArray[np.uint8], distance_max: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    _, row, bits = search(query, table, distance_max, len(table))
    return np.frombuffer(row, np.uint32), np.frombuffer(bits, np.uint16)


def _places(start: NDArray[np.int64], end: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """Every place from each start to its end."""
    if bool((start > end).any()) or bool((end > rows).any()):
        raise IndexError("the index leads outside its table: it is altered or damaged")
    counts = end - start
    return np.arange(int(counts.sum())) + np.repeat(start - (np.cumsum(counts) - counts), counts)


def _bound(chunks: list[_Chunk], number: int) -> int:
    """What may differ in prefix and follow together: below the quotas of every chunk that they reach into."""
    bound, bits = -1, chunks[number].prefix_bits + _FOLLOW_BITS
    while bits > 0:
        bound += chunks[number].radius + 1
        bits -= chunks[number].width
        number = (number + 1) % len(chunks)
    return bound


def _masks(bits: int, weight: int) -> NDArray[np.int64]:
    return np.array([sum(1 << bit for bit in turned) for turned in combinations(range(bits), weight)], np.int64)


def _bits_from(hashes: NDArray[np.uint8], first: int, width: int) -> NDArray[np.uint32]:
    """`width` bits of each hash from bit `first`, going round."""
    places = (np.arange(first, first + width)) % _BITS
    taken = hashes[:, places // 8] >> (places % 8).astype(np.uint8) & 1
    return (taken.astype(np.uint32) << np.arange(width, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)


def _chunks(plan: bytes) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    first_bit = 0
    for width, radius, prefix_bits in zip(plan[::3], plan[1::3], plan[2::3], strict=False):
        fits = 1 <= prefix_bits <= min(width, _PREFIX_BITS_MAX) and width <= _WIDTH_MAX and radius <= _RADIUS_MAX
        if not fits:
            break
        chunks.append(_Chunk(width, radius, prefix_bits, first_bit))
        first_bit += width
    if len(plan) != 3 * len(chunks) or not 1 <= len(chunks) <= _CHUNKS_MAX or first_bit != _BITS:
        raise ValueError("no index can be laid out so")
    return chunks


def _check(columns: IndexColumns, chunks: list[_Chunk]) -> None:
    rows = len(columns.table) * len(chunks)
    offsets = sum((1 << one.prefix_bits) + 1 for one in chunks)
    if (len(columns.offset), len(columns.follow), len(columns.row)) != (offsets, rows, rows):
        raise ValueError("these columns of the index have other lengths")


def _shuffled() -> Iterator[int]:
    """The order of order.h."""
    state = _SEED
    order = list(range(_BITS))
    for k in range(_BITS - 1, 0, -1):
        state = (state + 0x9E3779B97F4A7C15) & _WORD
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _WORD
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _WORD
        other = (mixed ^ mixed >> 31) % (k + 1)
        order[k], order[other] = order[other], order[k]
    yield from order


_ORDER: Final = np.array(list(_shuffled()))
