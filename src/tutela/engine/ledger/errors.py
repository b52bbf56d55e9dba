"""What the ledger refuses. No message repeats the value of an entry: it may be the very thing that must not leak."""

from __future__ import annotations

from tutela.domain.errors import TutelaError


class LedgerError(TutelaError):
    """The record cannot be written, or what was shown as the record does not hold."""


class EntryError(LedgerError):
    """Not a custody entry: a field is outside its closed alphabet, or the bytes are not the canonical ones."""


class ProofError(LedgerError):
    """A Merkle proof does not lead to the root that it was meant for, or a tree was asked for what it does not hold."""


class NoteError(LedgerError):
    """A signed note or a key is malformed, or no known key signed it."""


class CheckpointError(LedgerError):
    """A checkpoint contradicts the log, another checkpoint, or its own form."""


class ExportError(LedgerError):
    """An export file is not in its one exact form, or says something else than its proofs."""
