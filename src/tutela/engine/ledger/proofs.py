"""Inclusion and consistency proofs: RFC 9162, sections 2.1.3 and 2.1.4.

An inclusion proof shows that an entry stands at a place in a tree; a consistency proof shows that a larger tree begins
with all of a smaller one, unchanged. A proof is a list of hashes, from the leaf upwards. Making one takes a `Nodes`;
checking one takes nothing but the hashes. A check returns nothing and raises `ProofError`, so that no caller can
overlook its answer. Sizes and places come from strangers, so they are bounded first, and the length of a proof must be
exactly what the sizes demand.

Worked example: in the tree of three leaves a, b, c, the proof for b (place 1) is [a, c]: node(node(a, b), c). That
three leaves continue two is proved by [c], since the old root node(a, b) is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.engine.ledger.errors import ProofError
from tutela.engine.ledger.tree import EMPTY_ROOT, HASH_BYTES, SIZE_MAX, node_hash, range_root, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.ledger.tree import Nodes


#### Making ####


def inclusion_proof(nodes: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """The path of the leaf at `index` to the root over the first `size` leaves."""
    _require(0 <= index < size <= SIZE_MAX, f"Leaf {index} is not in a tree of {size} leaves")
    begin, end = 0, size
    path: list[bytes] = []
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, begin, middle))
            begin = middle
    return tuple(reversed(path))


def consistency_proof(nodes: Nodes, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """The path showing that the first `new_size` leaves begin with the first `old_size`. Empty from 0 or to itself."""
    _require(0 <= old_size <= new_size <= SIZE_MAX, f"A tree of {new_size} leaves does not continue one of {old_size}")
    if old_size in (0, new_size):
        return ()
    begin, end = 0, new_size
    path: list[bytes] = []
    while end != old_size:
        middle = begin + split(end - begin)
        if old_size <= middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, begin, middle))
            begin = middle
    if begin:  # the old root is not itself a node of the new tree: name the last piece of it
        path.append(range_root(nodes, begin, end))
    return tuple(reversed(path))


#### Checking ####


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless `path` leads from `leaf` at `index` to the `root` over `size` leaves."""
    _require(0 <= index < size <= SIZE_MAX, f"Leaf {index} is not in a tree of {size} leaves")
    _require_hashes(leaf, root, *path)
    place, last, computed = index, size - 1, leaf
    for sibling in path:
        _require(last > 0, "The inclusion proof is longer than the tree is high")
        if place & 1 or place == last:
            computed = node_hash(sibling, computed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        place, last = place >> 1, last >> 1
    _require(last == 0, "The inclusion proof is shorter than the tree is high")
    _require(computed == root, f"The entry at place {index} does not lead to the root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise ProofError unless `path` shows that the new tree begins with the whole old tree."""
    _require(0 <= old_size <= new_size <= SIZE_MAX, f"A tree of {new_size} leaves does not continue one of {old_size}")
    _require_hashes(old_root, new_root, *path)
    if old_size == 0:
        _require(not path and old_root == EMPTY_ROOT, "The empty tree has one root and needs no proof")
        _require(new_size > 0 or new_root == EMPTY_ROOT, "The empty tree has one root and needs no proof")
        return
    if old_size == new_size:
        _require(not path and old_root == new_root, f"Two different trees of {new_size} leaves: the log was forked")
        return
    nodes = [old_root, *path] if old_size.bit_count() == 1 else list(path)
    _require(bool(path), "The consistency proof is empty")
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old, new = nodes[0], nodes[0]
    for node in nodes[1:]:
        _require(last > 0, "The consistency proof is longer than the tree is high")
        if place & 1 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    _require(last == 0, "The consistency proof is shorter than the tree is high")
    agree = old == old_root and new == new_root
    _require(
        agree, f"The tree of {new_size} leaves does not begin with that of {old_size}: the log was changed or forked"
    )


def _require(holds: bool, message: str) -> None:  # noqa: FBT001  - reads as a sentence at each call
    if not holds:
        raise ProofError(message)


def _require_hashes(*hashes: bytes) -> None:
    _require(all(len(value) == HASH_BYTES for value in hashes), f"A hash is {HASH_BYTES} bytes")
