"""Checkpoints (C2SP tlog-checkpoint): what the log said its tree was, signed, so that it can be held to it.

    origin                      the name of the log, which is also the name of its key
    size                        leaves, decimal
    base64(root)
    <empty line>
    — origin base64(...)        the log's signature
    — witness base64(...)       cosignatures of others who checked that the log only grew

A log must never sign two checkpoints of which one does not continue the other. So here a log begins by signing the
empty tree, and every later signature needs the one before and a consistency proof from it: there is no way to sign
without. A witness does the same from its side with `cosign`. Keep checkpoints where those who could change the log
cannot reach: whatever lies below one can then no longer be altered unnoticed.

Worked example: begin(key) -> empty checkpoint; advance(key, empty, Tip(3, root), ()) -> checkpoint of three leaves;
advance(key, that, Tip(5, root5), proof) -> of five, only if the proof holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.ledger.errors import CheckpointError, NoteError
from tutela.engine.ledger.note import Algorithm, Note, VerifierKey, decode_base64, encode_base64
from tutela.engine.ledger.proofs import verify_consistency
from tutela.engine.ledger.tree import EMPTY_ROOT, HASH_BYTES, SIZE_MAX

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tutela.engine.ledger.note import SigningKey

_SIZE_DIGITS_MAX: Final = len(str(SIZE_MAX))


@dataclass(frozen=True, slots=True)
class Tip:
    """A tree by its size in leaves and its root, 32 bytes."""

    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.size <= SIZE_MAX or len(self.root) != HASH_BYTES:
            raise CheckpointError(f"A tree has up to {SIZE_MAX} leaves and a root of {HASH_BYTES} bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointError("The empty tree has one root, and this is another")


EMPTY: Final = Tip(0, EMPTY_ROOT)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose signatures have been verified. `cosigners` maps each known witness to its time in seconds."""

    origin: str
    tip: Tip
    signers: tuple[VerifierKey, ...]
    cosigners: tuple[tuple[VerifierKey, int], ...]


def open_checkpoint(
    data: bytes, *, keys: Collection[VerifierKey], witnesses: Collection[VerifierKey] = ()
) -> Checkpoint:
    """Read a checkpoint and believe it: one of the log's `keys` signed it, and so did every one of the `witnesses`.

    A log key counts only for the origin that it is named after. Raises NoteError or CheckpointError.
    """
    if any(key.algorithm is not Algorithm.ED25519 for key in keys):
        raise NoteError("A log's key is of the plain Ed25519 kind")
    if any(key.algorithm is not Algorithm.COSIGNATURE for key in witnesses):
        raise NoteError("A witness's key is of the cosignature kind")
    note = Note.parse(data)
    signed = note.verify([*keys, *witnesses])
    origin, tip = _read(note.text)
    signers = tuple(key for key in keys if key in signed and key.name == origin)
    if not signers:
        raise NoteError("No known key of this log signed the checkpoint")
    absent = [key.name for key in witnesses if key not in signed]
    if absent:
        raise NoteError(f"The witness {absent[0]} did not sign the checkpoint")
    return Checkpoint(origin, tip, signers, tuple((key, signed[key].time_s) for key in witnesses))


def begin(key: SigningKey) -> bytes:
    """The first checkpoint of a new log: the empty tree, under the key's name."""
    return _sign(key, EMPTY)


def advance(key: SigningKey, last: bytes, tip: Tip, proof: Sequence[bytes]) -> bytes:
    """Sign the tree `tip`, which must continue `last`, the checkpoint that this key signed before.

    Raises NoteError when `last` is not this key's own, ProofError when `proof` does not lead from it to `tip`.
    """
    before = open_checkpoint(last, keys=(key.verifier,))
    verify_consistency(before.tip.size, before.tip.root, tip.size, tip.root, proof)
    return _sign(key, tip)


def cosign(
    key: SigningKey, checkpoint: bytes, *, log: VerifierKey, last: Tip, proof: Sequence[bytes], time_s: int
) -> bytes:
    """Add a witness's line to a checkpoint of `log` that continues `last`, the newest tree this witness has cosigned.

    A witness that never saw the log gives `EMPTY`. Raises NoteError, CheckpointError or ProofError.
    """
    seen = open_checkpoint(checkpoint, keys=(log,))
    verify_consistency(last.size, last.root, seen.tip.size, seen.tip.root, proof)
    note = Note.parse(checkpoint)
    return Note(note.text, (*note.signatures, key.sign(note.text, time_s=time_s))).encode()


def continues(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise unless both are of one log and `new` continues `old`. A failure is evidence against the log: keep both."""
    if old.origin != new.origin:
        raise CheckpointError("The two checkpoints are of different logs")
    verify_consistency(old.tip.size, old.tip.root, new.tip.size, new.tip.root, proof)


def _sign(key: SigningKey, tip: Tip) -> bytes:
    text = f"{key.name}\n{tip.size}\n{encode_base64(tip.root)}\n".encode()
    return Note(text, (key.sign(text),)).encode()


def _read(text: bytes) -> tuple[str, Tip]:
    lines = text.decode("utf-8").removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise CheckpointError("A checkpoint is at least three lines, none empty: origin, size, root")
    origin, digits, root = lines[:3]
    plain = digits.isascii() and digits.isdecimal() and len(digits) <= _SIZE_DIGITS_MAX
    if not plain or str(int(digits)) != digits:
        raise CheckpointError("A checkpoint's size is a plain decimal number")
    try:
        return origin, Tip(int(digits), decode_base64(root))
    except ValueError as broken:
        raise CheckpointError("A checkpoint's root is 32 bytes in base 64") from broken
