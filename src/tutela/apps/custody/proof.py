"""A proof as a person reads it: the steps from an entry up to the root, and the note that was signed over that root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutela.apps.custody import keyring
from tutela.engine import ledger
from tutela.engine.ledger.note import decode_base64

if TYPE_CHECKING:
    from datetime import datetime

    from tutela.apps.custody.exporting import Inclusion
    from tutela.apps.custody.models import Checkpoint


@dataclass(frozen=True, slots=True)
class Signed:
    """The newest checkpoint: how many entries it covers, their root, when it was signed."""

    size: int
    root: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """Entry `index` of `size`. `holds` is what checking it just now said; nothing here was taken on trust."""

    index: int
    size: int
    entry: str
    leaf: str
    path: tuple[str, ...]
    root: str
    checkpoint: str
    holds: bool


def signed(checkpoint: Checkpoint) -> Signed:
    """Read a stored checkpoint. Its signature is checked by whoever verifies, not here."""
    return Signed(checkpoint.size, _root_in(checkpoint.note), checkpoint.signed_at)


def of(inclusion: Inclusion) -> Proof:
    """Check a proof and lay it out."""
    leaf = ledger.leaf_hash(inclusion.entry)
    note = inclusion.checkpoint.decode()
    size = 0
    try:
        tip = ledger.open_checkpoint(inclusion.checkpoint, keys=(keyring.log_key().verifier,)).tip
        size = tip.size
        ledger.verify_inclusion(leaf, inclusion.index, size, inclusion.path, tip.root)
        holds = True
    except ledger.LedgerError:
        holds = False
    return Proof(
        index=inclusion.index,
        size=size,
        entry=inclusion.entry.decode("ascii"),
        leaf=leaf.hex(),
        path=tuple(each.hex() for each in inclusion.path),
        root=_root_in(note),
        checkpoint=note,
        holds=holds,
    )


def _root_in(note: str) -> str:
    """Return the root as a note states it; empty where it states none. Believing it is another matter."""
    try:
        return decode_base64(note.split("\n")[2]).hex()
    except (IndexError, ValueError):
        return ""
