"""The whole log, recomputed from its entries and held against checkpoints: the check that finds any tampering.

Every entry must be canonical, its id new, and its `previous` the newest entry of a chain of custody that has begun; at
the size of every checkpoint the recomputed root must be the one that was signed; and there must be no fewer entries
than any checkpoint counts. The signatures have been verified before (`open_checkpoint`). With a checkpoint that was
kept outside, nothing below its size can have been altered, removed, added, swapped, repeated or written anew, not even
by whoever holds the log's key; above it the log's own word is all there is.

One pass, no entry is kept, only their ids: some 100 MB for a million entries.

Worked example: audit(entries, [ours.tip, outside.tip]) -> Audit(size=1000, root=..., ...), or ProofError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutela.engine.ledger.errors import EntryError, ProofError
from tutela.engine.ledger.leaf import check
from tutela.engine.ledger.tree import Frontier, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.engine.ledger.checkpoint import Tip


@dataclass(frozen=True, slots=True)
class Audit:
    """A log that holds. Times are the first and the last entry's own, empty for an empty log."""

    size: int
    root: bytes
    chains: int
    first_time: str
    last_time: str


class Chains:
    """The chains of custody seen so far: every id once, and every entry followed by at most one other."""

    __slots__ = ("_followed", "begun")

    def __init__(self) -> None:
        self._followed: dict[bytes, bool] = {}
        self.begun = 0

    def add(self, event: bytes, previous: bytes) -> None:
        """Take the next entry. Raises EntryError for a repeated id, an unknown predecessor or a forked chain."""
        followed = self._followed
        if event in followed:
            raise EntryError("An entry's id is repeated")
        if not previous:
            self.begun += 1
        elif followed.get(previous) is not False:
            raise EntryError("An entry does not follow the newest entry of any chain of custody")
        else:
            followed[previous] = True
        followed[event] = False


def audit(entries: Iterable[bytes], tips: Iterable[Tip]) -> Audit:
    """Verify all entries of a log, in order, against every given tree. Raises EntryError or ProofError."""
    ahead = sorted(tips, key=lambda tip: tip.size, reverse=True)
    frontier, chains = Frontier(), Chains()
    append = frontier.append
    first = last = b""
    _meet(frontier, ahead)
    following = ahead[-1].size if ahead else None
    for size, entry in enumerate(entries, start=1):  # a million turns: names are kept local
        try:
            found = check(entry)
            chains.add(found["event"], found["previous"])
        except EntryError as broken:
            raise EntryError(f"Entry {size - 1}: {broken}") from broken
        last = found["time"]
        first = first or last
        append(leaf_hash(entry))
        if size == following:
            _meet(frontier, ahead)
            following = ahead[-1].size if ahead else None
    if ahead:
        raise ProofError(
            f"The log has {frontier.size} entries, and a checkpoint counts {ahead[0].size}: its end is missing"
        )
    return Audit(frontier.size, frontier.root(), chains.begun, first.decode(), last.decode())


def _meet(frontier: Frontier, ahead: list[Tip]) -> None:
    while ahead and ahead[-1].size == frontier.size:
        if ahead.pop().root != frontier.root():
            raise ProofError(f"The first {frontier.size} entries are not those that the checkpoint was signed for")
