"""Proofs of many entries at once, for a statement that speaks about several chains: what was entered, and where.

Every entry is verified against the newest checkpoint before it is handed out. The reader can do the same: the hash of
an entry and its path lead to the root that the checkpoint signs (RFC 9162, 2.1.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutela.apps.custody import exporting, keyring, store
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.tree import stored_nodes
from tutela.engine import ledger

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Proved:
    """Entries that were found, by the id of what they are about; those that do not hold are among `faults`."""

    origin: str = ""
    key: str = ""
    checkpoint: str = ""
    entries: dict[UUID, dict[str, Any]] = field(default_factory=dict["UUID", "dict[str, Any]"])
    faults: tuple[str, ...] = ()


def prove_all(action: ledger.Action, object_ids: Collection[UUID], chain_ids: Collection[UUID]) -> Proved:
    """Prove the entries with this action about these objects in these chains, as far as they have a place."""
    try:
        newest = exporting.newest_checkpoint()
    except exporting.NothingToExportError:
        return Proved()
    key = keyring.log_key().verifier
    tip = ledger.open_checkpoint(newest.note.encode(), keys=(key,)).tip
    nodes, wanted = stored_nodes(newest.size), set(object_ids)
    rows = Leaf.objects.filter(chain_id__in=chain_ids, action=action, position__lt=newest.size)
    places = {
        position: object_id for position, object_id in rows.values_list("position", "object_id") if object_id in wanted
    }
    found: dict[UUID, dict[str, Any]] = {}
    faults: list[str] = []
    for chain_id in chain_ids:
        for position, entry in store.chain_entries(chain_id, newest.size):
            if position not in places:
                continue
            path = ledger.inclusion_proof(nodes, position, newest.size)
            try:
                ledger.verify_inclusion(ledger.leaf_hash(entry), position, newest.size, path, tip.root)
            except ledger.ProofError as error:
                faults.append(f"Entry {position}: {error}")
                continue
            found[places[position]] = {
                "place": position,
                "entry": entry.decode("ascii"),
                "proof": [each.hex() for each in path],
            }
    return Proved(newest.note.split("\n", 1)[0], str(key), newest.note, found, tuple(faults))
