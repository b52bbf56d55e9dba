"""The log's tree, kept in the table of tiles: what the sequencer extends and what proofs are made from.

Only the right-hand edge is read and written when leaves are added: one partial tile a level, some four rows for any log
that people will ever have. Nothing that is stored here is believed: wrong hashes lead to no signed root.
"""

from __future__ import annotations

from typing import Final

from tutela.apps.custody.models import Tile
from tutela.engine.ledger import TiledNodes
from tutela.engine.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, tile_path
from tutela.engine.ledger.tree import HASH_BYTES, node_hash, root

_LEVELS_MAX: Final = 8
_FULL_BYTES: Final = TILE_WIDTH * HASH_BYTES


class Edge:
    """The tree while leaves are being added, by one sequencer, in one transaction."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._tiles: dict[tuple[int, int], bytearray] = {}  # by level and index
        begun = {tile_path(*place): place for place in _edge(size)}
        for tile in Tile.objects.filter(path__in=begun):
            self._tiles[begun[tile.path]] = bytearray(tile.hashes)
        self._changed: set[tuple[int, int]] = set()

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        place, level, carry = self.size, 0, leaf
        while True:
            index, width = divmod(place, TILE_WIDTH)
            tile = self._tiles.setdefault((level, index), bytearray())
            del tile[width * HASH_BYTES :]  # what a rolled-back or foreign writer may have left
            tile += carry
            self._changed.add((level, index))
            if len(tile) < _FULL_BYTES:
                break
            carry = _tile_root(bytes(tile))
            place, level = index, level + 1
        self.size += 1

    def nodes(self) -> TiledNodes:
        """The tree as it is now, stored or not."""
        return TiledNodes(self._read, self.size)

    def save(self) -> None:
        """Write what changed."""
        changed = {tile_path(*place): bytes(self._tiles[place]) for place in self._changed}
        rows = [Tile(path=path, hashes=changed[path]) for path in sorted(changed)]
        Tile.objects.bulk_create(rows, update_conflicts=True, unique_fields=["path"], update_fields=["hashes"])
        self._changed.clear()

    def _read(self, level: int, index: int, width: int) -> bytes:
        tile = self._tiles.get((level, index))
        return bytes(tile[: width * HASH_BYTES]) if tile is not None else _stored(level, index, width)


def stored_nodes(size: int) -> TiledNodes:
    """The tree of the first `size` leaves, as stored."""
    return TiledNodes(_stored, size)


def stored_root(size: int) -> bytes:
    """The root over the first `size` leaves, as stored."""
    return root(stored_nodes(size), size)


def _stored(level: int, index: int, width: int) -> bytes:
    found = Tile.objects.filter(path=tile_path(level, index)).values_list("hashes", flat=True).first()
    return bytes(found or b"")[: width * HASH_BYTES]


def _edge(size: int) -> list[tuple[int, int]]:
    """Return level and index of each tile that has begun and is not full."""
    counts = [size >> (level * TILE_HEIGHT) for level in range(_LEVELS_MAX)]
    return [(level, count // TILE_WIDTH) for level, count in enumerate(counts) if count % TILE_WIDTH]


def _tile_root(hashes: bytes) -> bytes:
    row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]
