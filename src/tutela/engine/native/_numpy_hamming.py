"""Hamming search in NumPy: one query at a time over blocks of the table that fit the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_HASH_BYTES: Final = 32
_HASH_BITS: Final = 256
_BLOCK_ROWS: Final = 1 << 14
_ROWS_MAX: Final = 2**32 - 1


def distance(left: bytes, right: bytes, /) -> int:
    """Bits that differ."""
    if len(left) != _HASH_BYTES or len(right) != _HASH_BYTES:
        raise ValueError("a hash is 32 bytes")
    return (int.from_bytes(left) ^ int.from_bytes(right)).bit_count()


def search(
    queries: NDArray[np.uint8], table: NDArray[np.uint8], distance_max: int, hits_max: int, /
) -> tuple[bytes, bytes, bytes]:
    """Query uint32, row uint32 and distance uint16 of every pair within `distance_max`, ordered."""
    if not 0 <= distance_max <= _HASH_BITS or hits_max < 0:
        raise ValueError("a distance is 0 to 256 bits")
    query_at: list[NDArray[np.uint32]] = []
    row_at: list[NDArray[np.uint32]] = []
    bits_at: list[NDArray[np.uint16]] = []
    found = 0
    for query, first, bits in _distances(queries, table):
        rows = np.flatnonzero(bits <= distance_max)
        found += len(rows)
        if found > hits_max:
            raise OverflowError(f"more than {hits_max} pairs are within {distance_max} bits")
        query_at.append(np.full(len(rows), query, np.uint32))
        row_at.append((rows + first).astype(np.uint32))
        bits_at.append(bits[rows])
    if not found:
        return b"", b"", b""
    return np.concatenate(query_at).tobytes(), np.concatenate(row_at).tobytes(), np.concatenate(bits_at).tobytes()


def histogram(left: NDArray[np.uint8], right: NDArray[np.uint8], /) -> bytes:
    """257 counts, int64."""
    counts = np.zeros(_HASH_BITS + 1, np.int64)
    for _, _, bits in _distances(left, right):
        counts += np.bincount(bits, minlength=len(counts))
    return counts.tobytes()


def _distances(queries: NDArray[np.uint8], table: NDArray[np.uint8]) -> Iterator[tuple[int, int, NDArray[np.uint16]]]:
    """Every query's distances to every block of rows, as (query, first row, distances)."""
    words, rows = _words(queries), _words(table)
    for query, word in enumerate(words):
        for first in range(0, len(rows), _BLOCK_ROWS):
            differing = np.bitwise_count(rows[first : first + _BLOCK_ROWS] ^ word)
            yield query, first, differing.sum(axis=1, dtype=np.uint16)


def _words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The hashes as 64-bit words (N, 4)."""
    fits = isinstance(hashes, np.ndarray) and hashes.dtype == np.uint8 and hashes.ndim == 2  # pyright: ignore[reportUnnecessaryIsInstance]
    if not (fits and hashes.shape[1] == _HASH_BYTES and hashes.flags.c_contiguous and len(hashes) <= _ROWS_MAX):
        raise ValueError("hashes are a contiguous uint8 array of shape (N, 32), N below 2^32")
    return hashes.view(np.uint64)
