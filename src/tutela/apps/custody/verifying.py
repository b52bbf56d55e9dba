"""Does the record hold? The whole log, or one case, read from the tables and recomputed.

The whole log: every entry is read in order, and the tree over them is held against every checkpoint that was signed,
against what was published and against those that somebody kept outside. Then what an audit of the entries alone cannot
see: rows filed under another case, stored tiles that differ, entries whose time goes backwards (told, not refused).

One case: its export is made and verified as a stranger would, and whatever its key still opens is opened: the digests
and reasons must be those that the entries were made over.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction

from tutela.apps.custody import exporting, keyring, recording, sequencer, store, vault
from tutela.apps.custody.models import Checkpoint, Leaf, Reason
from tutela.apps.custody.tree import stored_root
from tutela.engine import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

_NOT_ITS_PLACE: Final = "Entry {position} is where entry {expected} should be: one is missing or stands twice"


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying found. It holds if there are no `faults`; `remarks` are facts that a person should know."""

    size: int
    root: str
    checkpoints: int
    waiting: int
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    positions_back_in_time: tuple[int, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether nothing contradicts the record."""
        return not self.faults


@transaction.atomic
def verify_log(outside: Iterable[bytes] = ()) -> Report:
    """Verify everything that has a place. `outside`: checkpoints that were kept elsewhere, each signed by this log."""
    keys = (keyring.log_key().verifier,)
    faults: list[str] = []
    tips: list[ledger.Tip] = []
    for origin, note in _notes(outside):
        try:
            tips.append(ledger.open_checkpoint(note, keys=keys).tip)
        except ledger.LedgerError as error:
            faults.append(f"{origin}: {error}")
    size = Leaf.objects.exclude(position=None).count()
    found = ledger.Audit(0, ledger.EMPTY.root, 0, "", "")
    try:
        found = ledger.audit(_in_order(store.entries(2**62)), tips)
    except ledger.LedgerError as error:
        faults.append(str(error))
    faults += _against_the_entries(size, found)
    back = tuple(store.earlier_than_before())
    remarks = [f"{len(back)} entries are dated before the one ahead of them: a clock was set back"] if back else []
    return Report(
        size=size,
        root=found.root.hex(),
        checkpoints=len(tips),
        waiting=sequencer.waiting_count(),
        faults=tuple(faults),
        remarks=tuple(remarks),
        positions_back_in_time=back,
    )


@transaction.atomic
def verify_case(chain_id: UUID, outside: Iterable[bytes] = ()) -> Report:
    """Verify one chain of custody: its place in the log, its order, and what can still be opened of it."""
    outside = tuple(outside)
    keys = (keyring.log_key().verifier,)
    faults: list[str] = []
    size = 0
    try:
        sizes = [ledger.open_checkpoint(note, keys=keys).tip.size for note in outside]
        data = io.BytesIO(b"".join(exporting.case_lines(chain_id, including=sizes)))
        size = ledger.verify_export(data, keys=keys, outside=outside).entries
    except ledger.LedgerError as error:
        faults.append(str(error))
    leaves = Leaf.objects.filter(chain_id=chain_id).exclude(position=None).order_by("position")
    faults += [fault for leaf in leaves.iterator() for fault in _against_the_key(leaf)]
    erased = vault.is_erased(chain_id)
    remarks = ("This was erased: what the entries are about can no longer be learnt from them",) if erased else ()
    waiting = Leaf.objects.filter(chain_id=chain_id, position=None).count()
    newest = Checkpoint.objects.first()
    tip = ledger.open_checkpoint(newest.note.encode(), keys=keys).tip if newest and not faults else ledger.EMPTY
    return Report(size, tip.root.hex(), 1 + len(outside), waiting, tuple(faults), remarks)


def _notes(outside: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    for each in Checkpoint.objects.order_by("size").iterator():
        yield f"The checkpoint of {each.size}", each.note.encode()
    for note in outside:
        yield "A checkpoint from outside", note


def _in_order(entries: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
    for expected, (position, entry) in enumerate(entries):
        if position != expected:
            raise ledger.EntryError(_NOT_ITS_PLACE.format(position=position, expected=expected))
        yield entry


def _against_the_entries(size: int, found: ledger.Audit) -> Iterator[str]:
    """What the audit of the entries does not look at."""
    newest = Checkpoint.objects.first()
    signed = newest.size if newest else 0
    if signed != size:
        yield f"{size} entries have a place, but the newest checkpoint was signed for {signed}"
    elif found.size == size and size:
        try:
            agrees = stored_root(size) == found.root
        except ledger.LedgerError:
            agrees = False
        if not agrees:
            yield "The stored tree is not that of the entries"
    for position in store.misfiled():
        yield f"Entry {position} is filed under another case than it says"


def _against_the_key(leaf: Leaf) -> Iterator[str]:
    """Open what the key of the case still opens, and recompute what the entry says about it."""
    salt = vault.existing_salt(leaf.chain_id)
    if salt is None:
        return
    try:
        value = recording.bound(leaf.object_id, recording.digests_of(leaf))
        if ledger.object_digest(salt, ledger.ObjectKind(leaf.kind), value) != leaf.object:
            yield f"Entry {leaf.position} is not about what its row says"
        if leaf.detail and ledger.detail_digest(salt, recording.note_of(leaf).encode()) != leaf.detail_digest:
            yield f"The reason kept for entry {leaf.position} is not the one given then"
    except vault.SealError as error:
        yield f"Entry {leaf.position}: {error}"
    except Reason.DoesNotExist:
        yield f"The reason for entry {leaf.position} is missing"
