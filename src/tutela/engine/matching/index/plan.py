"""How the 256 bits are cut: sixteen chunks of 16 bits, each found within one bit.

Fewer and wider chunks need fewer candidates but more probes, each a wait for memory: at 1 and 10 million hashes they
took three to five times as long (ADR 9). What the size does decide is how much of a chunk is addressed: so much of it
that a run of rows fills about one line of the cache, and never so much that the offsets outweigh the rows.
"""

from __future__ import annotations

from typing import Final

_CHUNKS: Final = 16
_WIDTH: Final = 16
_RADIUS: Final = 1
_PREFIX_BITS_MIN: Final = 4
_RUN_BITS: Final = 4  # a run is of 8 to 16 rows, while the chunk is wide enough

REACH_BITS: Final = _CHUNKS * (_RADIUS + 1) - 1
"""The farthest distance that an index answers; beyond it every hash is compared."""


def plan_for(rows: int) -> bytes:
    r"""Return the plan for so many distinct hashes: width, radius and prefix bits of each chunk.

    >>> plan_for(1_000_000)[:3], plan_for(20_000)[:3]
    (b'\x10\x01\x10', b'\x10\x01\x0b')
    """
    prefix_bits = min(_WIDTH, max(_PREFIX_BITS_MIN, rows.bit_length() - _RUN_BITS))
    return bytes((_WIDTH, _RADIUS, prefix_bits)) * _CHUNKS
