"""The tiled layout of a log as static files (C2SP tlog-tiles), which other people's tools can read and verify.

    checkpoint                        the signed checkpoint
    tile/<L>/<N>[.p/<W>]              256 hashes: subtree roots at height 8 * L, from leaf N * 256 * 256**L on
    tile/entries/<N>[.p/<W>]          the entries under tile N of level 0, each after its length (2 bytes, big-endian)

A tile that is not full yet is named after its width W and never counted into the level above. The index N is written in
groups of three digits, all but the last with an x, so that no folder grows large.

Worked example: entry 70,000 - 1 of a log of 70,000 stands in tile/0/273.p/112; tile 1,234,067 is x001/x234/067.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tutela.engine.ledger.errors import ProofError
from tutela.engine.ledger.tree import HASH_BYTES, SIZE_MAX, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tutela.engine.ledger.tree import Nodes

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
ENTRY_BYTES_MAX: Final = 0xFFFF

_TILES_KEPT: Final = 256  # 2 MiB
_LENGTH_BYTES: Final = 2


def tile_path(level: int | None, index: int, width: int = TILE_WIDTH) -> str:
    """Where a tile stands below the log's folder. `level` None means the entries under a tile of level 0."""
    head, last = divmod(index, 1000)
    groups = [f"{last:03}"]
    while head:
        head, group = divmod(head, 1000)
        groups.insert(0, f"x{group:03}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{'/'.join(groups)}{partial}"


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of every tile of a tree of `size` leaves, the right-hand ones partial."""
    if not 0 <= size <= SIZE_MAX:
        raise ProofError(f"No tree has {size} leaves")
    level, hashes = 0, size
    while hashes:
        full, width = divmod(hashes, TILE_WIDTH)
        yield from ((level, index, TILE_WIDTH) for index in range(full))
        if width:
            yield level, full, width
        level, hashes = level + 1, full


def write_tile(nodes: Nodes, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
    """The bytes of one tile: `width` hashes."""
    begin = index * TILE_WIDTH
    return b"".join(nodes.node(level * TILE_HEIGHT, place) for place in range(begin, begin + width))


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """The bytes of one bundle of up to 256 entries."""
    if not 0 < len(entries) <= TILE_WIDTH or any(len(entry) > ENTRY_BYTES_MAX for entry in entries):
        raise ProofError(f"A bundle has 1 to {TILE_WIDTH} entries of up to {ENTRY_BYTES_MAX} bytes")
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def read_bundle(data: bytes) -> list[bytes]:
    """The entries of one bundle."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin > len(data) or at > len(data):
            raise ProofError("A bundle of entries ends in the middle of one")
        entries.append(data[begin:at])
    if not 0 < len(entries) <= TILE_WIDTH:
        raise ProofError(f"A bundle has 1 to {TILE_WIDTH} entries")
    return entries


class TiledNodes:
    """The nodes of a tree of `size` leaves out of stored tiles. `read` gives a tile's bytes for (level, index, width).

    What it reads is not believed: a wrong tile gives wrong nodes, from which no proof reaches the signed root.
    """

    def __init__(self, read: Callable[[int, int, int], bytes], size: int) -> None:
        self._read = read
        self._size = size
        self._tile = lru_cache(maxsize=_TILES_KEPT)(self._load)

    def node(self, level: int, index: int) -> bytes:
        """See `tree.Nodes`."""
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            raise ProofError(f"The tree has no full subtree {index} at level {level}")
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, place = divmod(index << height, TILE_WIDTH)
        begin, end = place * HASH_BYTES, (place + (1 << height)) * HASH_BYTES
        hashes = self._tile(tile_level, tile_index)[begin:end]
        row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    def _load(self, level: int, index: int) -> bytes:
        width = min(TILE_WIDTH, (self._size >> (level * TILE_HEIGHT)) - index * TILE_WIDTH)
        data = self._read(level, index, width)
        if len(data) != width * HASH_BYTES:
            raise ProofError(f"The tile {tile_path(level, index, width)} does not hold {width} hashes")
        return data
