"""The Merkle tree of RFC 9162, section 2.1, append-only, over SHA-256.

    leaf   = SHA-256(0x00 || entry)              node = SHA-256(0x01 || left || right)
    empty  = SHA-256("")                         a tree of n > 1 leaves splits at the largest power of two below n

The prefixes keep a node from being passed off as an entry. Two shapes hold a tree here:

- `Frontier` keeps only the roots of the full subtrees from left to right ("compact range"), one for each 1-bit of the
  size: enough to append and to give the root, in O(log n) memory. The sequencer stores this.
- `Tree` keeps every full subtree, and so can prove. Anything else that can (stored tiles, a table) is a `Nodes`.

Worked example: three leaves a, b, c. The frontier holds two peaks, node(a, b) and c; the root is node(node(a, b), c).

>>> frontier = Frontier()
>>> frontier.extend(leaf_hash(entry) for entry in (b"a", b"b", b"c"))
>>> a, b, c = (leaf_hash(entry) for entry in (b"a", b"b", b"c"))
>>> frontier.root() == node_hash(node_hash(a, b), c)
True
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol

from tutela.engine.ledger.errors import ProofError

if TYPE_CHECKING:
    from collections.abc import Iterable

HASH_BYTES: Final = 32
SIZE_MAX: Final = 2**63 - 1  # leaves; what a checkpoint and every peer can carry
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry as a leaf, 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash over two subtrees, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


class Nodes(Protocol):
    """Whatever can give the hash of a full subtree."""

    def node(self, level: int, index: int) -> bytes:
        """Hash of the subtree over the leaves [index << level, (index + 1) << level). Raises ProofError if absent."""
        ...


class Frontier:
    """The right edge of a tree: append and root, nothing else. `peaks` run from the largest subtree to the smallest."""

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self._size = size
        self._peaks = list(peaks)
        if not 0 <= size <= SIZE_MAX or len(self._peaks) != size.bit_count():
            raise ProofError(f"A tree of {size} leaves has one peak for each 1-bit of its size")
        if any(len(peak) != HASH_BYTES for peak in self._peaks):
            raise ProofError(f"A peak is {HASH_BYTES} bytes")

    @property
    def size(self) -> int:
        """How many leaves."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of the full subtrees, largest first: with `size`, all that is needed to go on later."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash: amortised one node hash."""
        carry, below = leaf, self._size
        while below & 1:
            carry = node_hash(self._peaks.pop(), carry)
            below >>= 1
        self._peaks.append(carry)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The Merkle tree hash over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


class Tree:
    """A whole tree in memory, every full subtree at hand: 64 bytes a leaf."""

    __slots__ = ("_levels", "_size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray()]
        self._size = 0
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """How many leaves."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash and complete the subtrees that it fills."""
        carry, index, level = leaf, self._size, 0
        self._levels[0] += leaf
        while index & 1:
            carry = node_hash(self.node(level, index - 1), carry)
            index >>= 1
            level += 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += carry
        self._size += 1

    def node(self, level: int, index: int) -> bytes:
        """See `Nodes`."""
        if not 0 <= level < len(self._levels) or index < 0:
            raise ProofError(f"The tree has no full subtree {index} at level {level}")
        found = bytes(self._levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES])
        if not found:
            raise ProofError(f"The tree has no full subtree {index} at level {level}")
        return found

    def root(self, size: int | None = None) -> bytes:
        """The Merkle tree hash over the first `size` leaves, by default over all."""
        return root(self, self._size if size is None else size)


def root(nodes: Nodes, size: int) -> bytes:
    """The Merkle tree hash over the first `size` leaves."""
    if not 0 <= size <= SIZE_MAX:
        raise ProofError(f"No tree has {size} leaves")
    return range_root(nodes, 0, size) if size else EMPTY_ROOT


def range_root(nodes: Nodes, begin: int, end: int) -> bytes:
    """The Merkle tree hash over leaves [begin, end), a range that the recursive split of some tree produces."""
    width = end - begin
    if width.bit_count() == 1:
        level = width.bit_length() - 1
        return nodes.node(level, begin >> level)
    middle = begin + split(width)
    return node_hash(range_root(nodes, begin, middle), range_root(nodes, middle, end))


def split(width: int) -> int:
    """The largest power of two below `width` (> 1): how many leaves stand left of the root's middle."""
    return 1 << ((width - 1).bit_length() - 1)
