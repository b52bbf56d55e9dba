"""Exports for a stranger: the whole log, or one case, in the ledger's file format; and single proofs.

Only what a checkpoint was signed for is exported. The history holds the checkpoints that were asked for (those that the
reader has kept) and, for the rest, some at even distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from tutela.apps.custody import keyring, store
from tutela.apps.custody.models import Checkpoint, Leaf
from tutela.apps.custody.tree import stored_nodes
from tutela.domain.errors import TutelaError
from tutela.engine import ledger
from tutela.engine.ledger.export import HISTORY_MAX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

EVENLY_SPACED: Final = 16


class NothingToExportError(TutelaError):
    """The log, or the case, has no entry with a place yet."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Proof that one entry stands in the log."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def log_lines(*, including: Collection[int] = ()) -> Iterator[bytes]:
    """Yield the lines of the whole log's export. `including`: sizes of checkpoints that the reader holds."""
    with transaction.atomic():
        newest = newest_checkpoint()
        entries = (entry for _, entry in store.entries(newest.size))
        yield from ledger.write_log(
            entries,
            newest.note.encode(),
            size=newest.size,
            keys=[keyring.log_key().verifier],
            history=_history(newest, including),
        )


def case_lines(chain_id: UUID, *, including: Collection[int] = ()) -> Iterator[bytes]:
    """Yield the lines of one case's export. `including`: as for the log."""
    with transaction.atomic():
        newest = newest_checkpoint()
        entries = list(store.chain_entries(chain_id, newest.size))
        if not entries:
            raise NothingToExportError("This case has no entry with a place in the log yet")
        yield from ledger.write_case(
            entries,
            stored_nodes(newest.size),
            newest.note.encode(),
            count=len(entries),
            size=newest.size,
            keys=[keyring.log_key().verifier],
            history=_history(newest, including),
        )


def inclusion(event: UUID) -> Inclusion:
    """Prove one entry. Raises `NothingToExportError` while it has no place."""
    newest = newest_checkpoint()
    leaf = Leaf.objects.filter(event=str(event), position__lt=newest.size).first()
    if leaf is None or leaf.position is None:
        raise NothingToExportError("There is no such entry, or it has no place yet")
    entry = next(entry for at, entry in store.chain_entries(leaf.chain_id, newest.size) if at == leaf.position)
    path = ledger.inclusion_proof(stored_nodes(newest.size), leaf.position, newest.size)
    return Inclusion(entry, leaf.position, path, newest.note.encode())


def consistency(old_size: int, new_size: int | None = None) -> tuple[bytes, ...]:
    """Prove that the log at `new_size` (by default the newest) begins with the log at `old_size`."""
    newest = newest_checkpoint().size
    if new_size is not None and new_size > newest:
        raise ledger.ProofError(f"The log has {newest} entries")
    size = newest if new_size is None else new_size
    return ledger.consistency_proof(stored_nodes(size), old_size, size)


def newest_checkpoint() -> Checkpoint:
    """Return the newest checkpoint. Raises `NothingToExportError` while none was signed over an entry."""
    newest = Checkpoint.objects.first()
    if newest is None or not newest.size:
        raise NothingToExportError("The log has no entry with a place yet")
    return newest


def _history(newest: Checkpoint, including: Collection[int]) -> list[ledger.Earlier]:
    signed = list(Checkpoint.objects.filter(size__lt=newest.size).order_by("size").values_list("size", flat=True))
    step = max(1, len(signed) // EVENLY_SPACED)
    wanted = sorted({*signed[::step][:EVENLY_SPACED], *(set(including) & set(signed))})[-HISTORY_MAX:]
    nodes = stored_nodes(newest.size)
    return [
        ledger.Earlier(each.note.encode(), ledger.consistency_proof(nodes, each.size, newest.size))
        for each in Checkpoint.objects.filter(size__in=wanted).order_by("size")
    ]
