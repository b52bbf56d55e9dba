from __future__ import annotations

import pytest

from tutela.engine.ledger import ProofError, TiledNodes, Tree, consistency_proof, inclusion_proof, leaf_hash
from tutela.engine.ledger.tiles import read_bundle, tile_path, tiles, write_bundle, write_tile

SIZE = 66_000
TREE = Tree(leaf_hash(b"%d" % number) for number in range(SIZE))


def stored(size):
    return {tile_path(*tile): write_tile(TREE, *tile) for tile in tiles(size)}


def nodes(files, size):
    return TiledNodes(lambda level, index, width: files[tile_path(level, index, width)], size)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        ((0, 0), "tile/0/000"),
        ((1, 1_234_067), "tile/1/x001/x234/067"),
        ((0, 273, 112), "tile/0/273.p/112"),
        ((None, 1000), "tile/entries/x001/000"),
        ((None, 5, 1), "tile/entries/005.p/1"),
    ],
)
def test_tiles_stand_where_the_specification_puts_them(tile, path):
    assert tile_path(*tile) == path


@pytest.mark.parametrize(
    ("size", "full", "partial"),
    [
        (0, {}, []),
        (1, {}, [(0, 0, 1)]),
        (256, {0: 1}, [(1, 0, 1)]),
        (70_000, {0: 273, 1: 1}, [(0, 273, 112), (1, 1, 17), (2, 0, 1)]),
    ],
)
def test_the_examples_of_the_specification_come_out(size, full, partial):
    found = list(tiles(size))
    assert [tile for tile in found if tile[2] < 256] == partial
    assert {level: sum(1 for tile in found if tile[0] == level and tile[2] == 256) for level in full} == full
    assert len(found) == sum(full.values()) + len(partial)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700, 65_536, SIZE])
def test_proofs_from_stored_tiles_are_those_of_the_tree(size):
    tiled = nodes(stored(size), size)
    for index in {0, size // 3, size - 1}:
        assert inclusion_proof(tiled, index, size) == inclusion_proof(TREE, index, size)
    for old in {1, size // 2 + 1, size}:
        assert consistency_proof(tiled, old, size) == consistency_proof(TREE, old, size)


def test_a_short_tile_and_a_node_beyond_the_tree_are_refused():
    files = stored(300)
    files["tile/0/001.p/44"] = files["tile/0/001.p/44"][:-1]
    with pytest.raises(ProofError, match=r"tile/0/001\.p/44"):
        nodes(files, 300).node(0, 299)
    for level, index in ((0, 300), (9, 0), (-1, 0), (0, -1)):
        with pytest.raises(ProofError, match="no full subtree"):
            nodes(files, 300).node(level, index)


def test_a_log_of_impossible_size_has_no_tiles():
    with pytest.raises(ProofError):
        list(tiles(2**63))


def test_entries_travel_in_bundles():
    entries = [b"x" * number for number in range(256)]
    assert read_bundle(write_bundle(entries)) == entries


@pytest.mark.parametrize("entries", [[], [b""] * 257, [b"x" * 65_536]])
def test_a_bundle_beyond_its_bounds_is_refused(entries):
    with pytest.raises(ProofError):
        write_bundle(entries)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\2x", b"\0\1x\0", b"\0\0" * 257])
def test_a_broken_bundle_is_refused(data):
    with pytest.raises(ProofError):
        read_bundle(data)
