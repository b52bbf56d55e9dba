"""The custody ledger: an append-only Merkle log that proves itself, and everything needed to check it. Pure.

No clock, database, network, file or random number is in here: time, keys, salts and stored nodes are arguments.

    entry --leaf--> canonical bytes --tree--> root --checkpoint--> signed, kept outside
                                        |
                                        +--proofs--> an entry stands in it; a tree continues another

- `words` what may be said; `leaf` one entry and its exact bytes; `blinding` salted digests and pseudonyms
- `tree`, `proofs` RFC 9162; `note`, `checkpoint` C2SP signed notes and checkpoints; `tiles` C2SP static files
- `audit` the whole log against checkpoints; `export` a file for a court; `verifier` the same check, stand-alone
"""

from __future__ import annotations

from tutela.engine.ledger.audit import Audit, audit
from tutela.engine.ledger.blinding import ActorKind, detail_digest, object_digest, pseudonym
from tutela.engine.ledger.checkpoint import EMPTY, Checkpoint, Tip, advance, begin, continues, cosign, open_checkpoint
from tutela.engine.ledger.errors import (
    CheckpointError,
    EntryError,
    ExportError,
    LedgerError,
    NoteError,
    ProofError,
)
from tutela.engine.ledger.export import Earlier, Scope, Verified, verify_export, write_case, write_log
from tutela.engine.ledger.leaf import Leaf
from tutela.engine.ledger.note import Algorithm, SigningKey, VerifierKey
from tutela.engine.ledger.proofs import consistency_proof, inclusion_proof, verify_consistency, verify_inclusion
from tutela.engine.ledger.tiles import TiledNodes
from tutela.engine.ledger.tree import Frontier, Nodes, Tree, leaf_hash
from tutela.engine.ledger.words import Action, ObjectKind, Reason

__all__ = [
    "EMPTY",
    "Action",
    "ActorKind",
    "Algorithm",
    "Audit",
    "Checkpoint",
    "CheckpointError",
    "Earlier",
    "EntryError",
    "ExportError",
    "Frontier",
    "Leaf",
    "LedgerError",
    "Nodes",
    "NoteError",
    "ObjectKind",
    "ProofError",
    "Reason",
    "Scope",
    "SigningKey",
    "TiledNodes",
    "Tip",
    "Tree",
    "Verified",
    "VerifierKey",
    "advance",
    "audit",
    "begin",
    "consistency_proof",
    "continues",
    "cosign",
    "detail_digest",
    "inclusion_proof",
    "leaf_hash",
    "object_digest",
    "open_checkpoint",
    "pseudonym",
    "verify_consistency",
    "verify_export",
    "verify_inclusion",
    "write_case",
    "write_log",
]
