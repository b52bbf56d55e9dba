"""The sequencer: gives every committed leaf its place, and signs what the log then is.

Rules:

1. One at a time. On PostgreSQL a transaction-scoped advisory lock, on SQLite the one lock on writing; whoever does not
   get it does nothing. Any number may be running; when one dies, the next round of another goes on.
2. A batch is one transaction: places, the entries' predecessors, the tree, the signed checkpoint. Whatever is killed,
   whenever, all of it is there or none. A place is given once, without a gap.
3. The order is that of insertion (`serial`), never that of clocks: a clock that is set back shows in `time` alone.
4. A checkpoint leaves the process only after its commit, and is signed only as the provable continuation of the last.
5. A database that is older than what was already published (a restored backup) would fork the log: refused.
6. A database or disk that is away, full or read-only is waited for, from the first round on: a server that is still
   recovering is no reason to end.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, transaction

from tutela.apps.custody import keyring, publishing, recording, store
from tutela.apps.custody.models import Checkpoint, Leaf
from tutela.apps.custody.tree import Edge, stored_root
from tutela.domain.errors import TutelaError
from tutela.engine import ledger
from tutela.engine.ledger.proofs import consistency_proof
from tutela.engine.ledger.tree import root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BATCH_MAX: Final = 1000
INTERVAL_S: Final = 0.25
_AWAY_S_MAX: Final = 5.0
_SESSION_S_MAX: Final = 20.0  # a new one has everything to learn again, so it serves many rounds; but not for ever

log = structlog.get_logger(__name__)


class BehindError(TutelaError):
    """The database does not continue what this log has published."""


def sequence(*, batch_max: int = BATCH_MAX) -> int:
    """Place one batch of leaves and sign the result; return how many there were. Zero also if another is at it."""
    waiting = Leaf.objects.filter(position=None)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        if not store.lock():
            return 0
        last = _last_checkpoint()
        leaves = list(waiting.order_by("serial").values_list("serial", "chain_id", *store.FIELDS)[:batch_max])
        if not leaves:
            return 0
        edge = Edge(last.size)
        _place(leaves, edge)
        edge.save()
        _sign(last, edge)
    return len(leaves)


def run_sequencer(
    *, stop: threading.Event | None = None, interval_s: float = INTERVAL_S, folder: Path | None = None
) -> None:
    """Place and publish until `stop` is set. Raises `BehindError` in the first round that the database allows."""
    stop, folder = stop or threading.Event(), folder or keyring.folder()
    checked, away_s, begun_s = False, interval_s, time.monotonic()
    while not stop.is_set():
        if time.monotonic() - begun_s > _SESSION_S_MAX:
            close_old_connections()
            begun_s = time.monotonic()
        try:
            if not checked:
                check_published(folder)
                checked = True
            count = sequence()
            publish_newest(folder)
        except (DatabaseError, InterfaceError, OSError) as error:
            close_old_connections()
            log.warning("sequencer-waits", error=type(error).__qualname__)
            stop.wait(away_s)
            away_s = min(_AWAY_S_MAX, away_s * 2)
            continue
        away_s = interval_s
        if count < BATCH_MAX:
            stop.wait(interval_s)


def check_published(folder: Path) -> None:
    """Raise `BehindError` unless the database continues the checkpoint that was published last."""
    note = publishing.newest(folder)
    if note is None:
        return
    key = keyring.log_key().verifier
    tip = ledger.open_checkpoint(note, keys=(key,)).tip
    size = Checkpoint.objects.values_list("size", flat=True).first() or 0
    if size < tip.size or stored_root(tip.size) != tip.root:
        raise BehindError(
            f"The database holds {size} entries and does not continue the published checkpoint of {tip.size}",
            hint="Restore a newer backup. If entries are lost for good, keep the published file as evidence and begin a"
            " new log under a new name.",
        )


def publish_newest(folder: Path) -> bool:
    """Publish the newest checkpoint where it is not yet; return whether there was anything to do."""
    size = Checkpoint.objects.values_list("size", flat=True).first()
    if size is None or size <= publishing.newest_size(folder):
        return False
    missing = Checkpoint.objects.filter(size__gt=publishing.newest_size(folder)).order_by("size")
    publishing.publish(folder, [(each.size, each.note.encode()) for each in missing.iterator()])
    return True


def waiting_count() -> int:
    """Return how many leaves have no place yet."""
    return Leaf.objects.filter(position=None).count()


def _last_checkpoint() -> Checkpoint:
    last = Checkpoint.objects.first()
    if last is None:
        last = Checkpoint.objects.create(size=0, note=ledger.begin(keyring.log_key()).decode())
    return last


def _place(leaves: Sequence[tuple[Any, ...]], edge: Edge) -> None:
    newest = store.newest_of_chains(list({chain_id for _, chain_id, *_ in leaves}))
    rows: list[tuple[int, str, int]] = []
    for serial, chain_id, *values in leaves:
        fields = dict(zip(store.FIELDS, values, strict=True)) | {"previous": newest.get(chain_id, "")}
        newest[chain_id] = fields["event"]
        rows.append((edge.size, fields["previous"], serial))
        edge.append(ledger.leaf_hash(recording.canonical(fields)))
    store.place(rows)


def _sign(last: Checkpoint, edge: Edge) -> None:
    nodes = edge.nodes()
    tip = ledger.Tip(edge.size, root(nodes, edge.size))
    proof = consistency_proof(nodes, last.size, edge.size)
    note = ledger.advance(keyring.log_key(), last.note.encode(), tip, proof)
    Checkpoint.objects.create(size=tip.size, note=note.decode())
