from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.ledger.errors import ProofError
from tutela.engine.ledger.proofs import consistency_proof, inclusion_proof, verify_consistency, verify_inclusion
from tutela.engine.ledger.tree import EMPTY_ROOT, SIZE_MAX, Frontier, Tree, leaf_hash, root

ENTRIES = [b"entry %d" % number for number in range(70)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
TREE = Tree(LEAVES)

# The entries and roots that the reference implementations of Certificate Transparency publish.
PUBLISHED_ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


#### The definitions of RFC 9162, word for word, as reference ####


def mth(entries):
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = largest_power_below(len(entries))
    return sha256(b"\1" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m, entries):
    if len(entries) == 1:
        return []
    k = largest_power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, whole):
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = largest_power_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def largest_power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def sizes(least=0):
    return st.integers(least, len(ENTRIES))


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_come_out(size):
    leaves = [leaf_hash(entry) for entry in PUBLISHED_ENTRIES[:size]]
    frontier = Frontier()
    frontier.extend(leaves)
    assert frontier.root().hex() == Tree(leaves).root().hex() == PUBLISHED_ROOTS[size]


def test_every_small_tree_agrees_with_the_definition():
    frontier = Frontier()
    for size in range(len(ENTRIES) + 1):
        assert frontier.root() == TREE.root(size) == mth(ENTRIES[:size])
        if size < len(ENTRIES):
            frontier.append(LEAVES[size])


def test_a_frontier_goes_on_from_what_was_stored():
    for size in range(len(ENTRIES)):
        first = Frontier()
        first.extend(LEAVES[:size])
        second = Frontier(first.size, first.peaks)
        second.extend(LEAVES[size:])
        assert second.root() == TREE.root()


@pytest.mark.parametrize(
    ("size", "peaks"), [(-1, []), (1, []), (3, [b"x" * 32]), (1, [b"x"]), (SIZE_MAX + 1, [b"x" * 32])]
)
def test_a_frontier_that_cannot_be_is_refused(size, peaks):
    with pytest.raises(ProofError):
        Frontier(size, peaks)


def test_every_inclusion_proof_is_the_defined_one_and_holds():
    for size in range(1, 40):
        for index in range(size):
            proof = inclusion_proof(TREE, index, size)
            assert list(proof) == path(index, ENTRIES[:size])
            verify_inclusion(LEAVES[index], index, size, proof, TREE.root(size))


def test_every_consistency_proof_is_the_defined_one_and_holds():
    for new in range(40):
        for old in range(new + 1):
            proof = consistency_proof(TREE, old, new)
            assert list(proof) == (subproof(old, ENTRIES[:new], True) if old else [])
            verify_consistency(old, TREE.root(old), new, TREE.root(new), proof)


@given(st.data(), sizes(1))
def test_an_inclusion_proof_holds_for_nothing_else(data, size):
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(TREE, index, size))
    other = data.draw(st.integers(0, len(ENTRIES) - 1).filter(lambda other: other != index))
    forged = [
        (LEAVES[other], index, size, proof, TREE.root(size)),
        (LEAVES[index], index, size, [*proof, LEAVES[0]], TREE.root(size)),
        (LEAVES[index], index, size, proof, TREE.root(size - 1)),
        (LEAVES[index], size, size, proof, TREE.root(size)),
        (LEAVES[index], -1, size, proof, TREE.root(size)),
    ]
    if other < size:
        forged.append((LEAVES[index], other, size, proof, TREE.root(size)))
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        forged.append((LEAVES[index], index, size, proof[:at] + proof[at + 1 :], TREE.root(size)))
        forged.append(
            (LEAVES[index], index, size, [*proof[:at], leaf_hash(b"strange"), *proof[at + 1 :]], TREE.root(size))
        )
        forged.append((LEAVES[index], index, size, [*proof[:at], proof[at][:31], *proof[at + 1 :]], TREE.root(size)))
    for case in forged:
        with pytest.raises(ProofError):
            verify_inclusion(*case)


@given(st.data(), sizes(2))
def test_a_consistency_proof_holds_for_no_other_history(data, new):
    old = data.draw(st.integers(1, new - 1))
    proof = list(consistency_proof(TREE, old, new))
    at = data.draw(st.integers(0, len(proof) - 1))
    strange = leaf_hash(b"strange")
    forged = [
        (old, strange, new, TREE.root(new), proof),
        (old, TREE.root(old), new, strange, proof),
        (old, TREE.root(old), new, TREE.root(new), []),
        (old, TREE.root(old), new, TREE.root(new), [*proof, strange]),
        (old, TREE.root(old), new, TREE.root(new), proof[:at] + proof[at + 1 :]),
        (old, TREE.root(old), new, TREE.root(new), [*proof[:at], strange, *proof[at + 1 :]]),
        (old - 1, TREE.root(old), new, TREE.root(new), proof),
        (new + 1, TREE.root(old), new, TREE.root(new), proof),
    ]
    for case in forged:
        with pytest.raises(ProofError):
            verify_consistency(*case)


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "proof"),
    [
        (0, LEAVES[0], 1, LEAVES[0], []),
        (0, EMPTY_ROOT, 0, LEAVES[0], []),
        (0, EMPTY_ROOT, 1, LEAVES[0], [LEAVES[0]]),
        (1, LEAVES[0], 1, LEAVES[1], []),
        (1, LEAVES[0], 1, LEAVES[0], [LEAVES[0]]),
        (-1, EMPTY_ROOT, 1, LEAVES[0], []),
        (1, LEAVES[0], SIZE_MAX + 1, LEAVES[0], []),
    ],
)
def test_the_edges_of_consistency_are_strict(old, old_root, new, new_root, proof):
    with pytest.raises(ProofError):
        verify_consistency(old, old_root, new, new_root, proof)


def test_two_trees_of_one_size_and_different_roots_are_a_fork():
    with pytest.raises(ProofError, match="forked"):
        verify_consistency(3, TREE.root(3), 3, Tree(LEAVES[1:4]).root(), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (0, 71)])
def test_a_proof_for_what_is_not_there_is_refused(index, size):
    with pytest.raises(ProofError):
        inclusion_proof(TREE, index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3), (3, 71)])
def test_a_proof_between_trees_that_are_not_there_is_refused(old, new):
    with pytest.raises(ProofError):
        consistency_proof(TREE, old, new)


@pytest.mark.parametrize(("level", "index"), [(-1, 0), (0, -1), (0, 70), (6, 1), (60, 0)])
def test_a_node_that_is_not_there_is_refused(level, index):
    with pytest.raises(ProofError):
        TREE.node(level, index)


@pytest.mark.parametrize("size", [-1, SIZE_MAX + 1])
def test_a_root_over_an_impossible_size_is_refused(size):
    with pytest.raises(ProofError):
        root(TREE, size)


def test_the_largest_sizes_are_walked_without_recursion_trouble():
    with pytest.raises(ProofError, match="does not lead"):
        verify_inclusion(LEAVES[0], 0, SIZE_MAX, [LEAVES[1]] * 63, LEAVES[2])


def test_another_implementation_agrees():
    peer = pytest.importorskip("scitt_cose.merkle", reason="scitt-cose is not installed: no cross-check with a peer")
    texts = [entry.hex() for entry in ENTRIES]
    for size in (1, 2, 3, 7, 8, 31, 64, 70):
        assert peer.merkle_root(texts[:size]) == TREE.root(size).hex()
        for index in (0, size // 2, size - 1):
            ours = [node.hex() for node in inclusion_proof(TREE, index, size)]
            assert peer.inclusion_proof(texts[:size], index) == ours
            assert peer.verify_inclusion(texts[index], index, size, ours, TREE.root(size).hex())
        for old in (1, size // 2, size - 1, size):
            ours = [node.hex() for node in consistency_proof(TREE, old, size)]
            assert peer.consistency_proof(texts, old, size) == ours
            assert peer.verify_consistency(TREE.root(old).hex(), TREE.root(size).hex(), old, size, ours)
