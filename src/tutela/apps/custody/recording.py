"""Writing into the record: one leaf, in the transaction of the change that it proves.

A leaf says: this actor did this, to this, at this time, for this reason. It is complete but for its place, which the
sequencer gives within a second of the commit. Its `object` is a salted digest over the id and whatever digests the
caller adds, one a line; the salt belongs to the *case*, or to the object itself where it belongs to no case.

    019a4f3c-...            the id
    sha256=9f86d0...        each digest, sorted by name

A leaf about something that was erased is still written: its digest is under a salt that nobody keeps.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
from django.db import transaction

from tutela.apps.custody import keyring, rules, store, vault
from tutela.apps.custody.models import Leaf, Reason
from tutela.domain.errors import TutelaError
from tutela.domain.ids import LeafId
from tutela.engine import clock, ledger
from tutela.engine.ledger import Action, ActorKind, ObjectKind
from tutela.engine.ledger import Reason as ReasonCode
from tutela.engine.ledger.blinding import SALT_BYTES
from tutela.engine.ledger.leaf import VERSION, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from enum import StrEnum
    from pathlib import Path

    from tutela.domain.actors import Actor

NOTE_CHARACTERS_MAX: Final = 4000
NO_DIGESTS: Final[Mapping[str, bytes]] = MappingProxyType({})
_DIGEST_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_DIGEST_BYTES: Final = range(16, 65)


class NoTransactionError(TutelaError):
    """A state change was recorded outside a transaction, so that the two could part."""


@dataclass(frozen=True, slots=True)
class Change:
    """One state change, as `record` takes it, without a note."""

    action: Action
    kind: ObjectKind
    object_id: UUID
    case_id: UUID | None = None
    digests: Mapping[str, bytes] = field(default_factory=lambda: NO_DIGESTS)
    reason: ReasonCode | None = None

    @property
    def chain_id(self) -> UUID:
        """The chain of custody that it belongs to."""
        return self.case_id or self.object_id


def record(
    action: Action,
    *,
    kind: ObjectKind,
    object_id: UUID,
    actor: Actor,
    case_id: UUID | None = None,
    digests: Mapping[str, bytes] = NO_DIGESTS,
    reason: ReasonCode | None = None,
    note: str = "",
) -> LeafId:
    """Insert one leaf in the caller's transaction and return its id.

    `case_id` is the chain of custody and the key that `note` and `digests` are sealed under; by default the object is
    its own. Raises outside `transaction.atomic()`, and for a note about an erased case (`vault.ErasedError`).
    """
    change = Change(action, kind, object_id, case_id, digests, reason)
    _refuse_outside(action)
    leaf = _leaf(change, pseudonym_of(actor), vault.salt(change.chain_id), note)
    store.insert_leaves([leaf])
    return LeafId(UUID(leaf.fields["event"]))


def record_all(changes: Sequence[Change], actor: Actor) -> None:
    """Insert a leaf for each change, in their order, with a handful of statements for all of them. See `record`."""
    if not changes:
        return
    _refuse_outside(changes[0].action)
    name, salts = pseudonym_of(actor), vault.salts({change.chain_id for change in changes})
    store.insert_leaves([_leaf(change, name, salts[change.chain_id], "") for change in changes])


def canonical(fields: Mapping[str, str]) -> bytes:
    """Return the bytes of an entry. Raises `EntryError` where they are not one."""
    entry = msgspec.json.encode({**fields, "version": VERSION}, order="sorted")
    check(entry)
    return entry


def pseudonym_of(actor: Actor) -> str:
    """Return the name under which an actor stands in the record."""
    kind = ActorKind.SYSTEM if actor.is_system else ActorKind.MACHINE if actor.key_id else ActorKind.PERSON
    return _pseudonym(keyring.folder(), kind, actor.pseudonym)


def bound(object_id: UUID, digests: Mapping[str, bytes]) -> bytes:
    """Return what the salted digest of an entry is made over."""
    for name, digest in digests.items():
        if not _DIGEST_NAME.fullmatch(name) or len(digest) not in _DIGEST_BYTES:
            raise ledger.EntryError("A digest has a short name in small letters and 16 to 64 bytes")
    lines = [str(object_id), *(f"{name}={digests[name].hex()}" for name in sorted(digests))]
    return "\n".join(lines).encode("ascii")


def digests_of(leaf: Leaf) -> dict[str, bytes]:
    """Open the digests that a leaf was made over. Raises `vault.ErasedError` or `vault.SealError`."""
    if not leaf.sealed:
        return {}
    opened = vault.open_sealed(leaf.chain_id, bytes(leaf.sealed), _place(leaf.event))
    return {name: bytes.fromhex(digest) for name, digest in json.loads(opened).items()}


def note_of(leaf: Leaf) -> str:
    """Open what a person wrote with this leaf. Raises `vault.ErasedError` or `vault.SealError`."""
    if not leaf.detail:
        return ""
    kept = Reason.objects.get(id=leaf.detail)
    return vault.open_sealed(kept.subject_id, bytes(kept.sealed), _note_place(kept)).decode()


def _refuse_outside(action: Action) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise NoTransactionError(f"{action} was recorded outside a transaction")


def _leaf(change: Change, actor: str, kept_salt: bytes | None, note: str) -> store.NewLeaf:
    event, chain_id = str(clock.new_id()), change.chain_id
    salt = kept_salt or os.urandom(SALT_BYTES)
    detail, detail_digest = _keep(chain_id, salt, note) if note else ("", "")
    fields = {
        "action": _closed(change.action, Action),
        "actor": actor,
        "detail": detail,
        "detail_digest": detail_digest,
        "event": event,
        "kind": _closed(change.kind, ObjectKind),
        "object": ledger.object_digest(salt, change.kind, bound(change.object_id, change.digests)),
        "policy": rules.POLICY,
        "previous": "",
        "reason": _closed(change.reason or ReasonCode.ROUTINE, ReasonCode),
        "time": f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}Z",
    }
    canonical(fields)  # whatever could not stand in the log is refused here, before the change is committed
    sealed = _sealed_digests(chain_id, event, change.digests) if change.digests and kept_salt else b""
    return store.NewLeaf(fields, chain_id, change.object_id, sealed)


def _keep(chain_id: UUID, salt: bytes, note: str) -> tuple[str, str]:
    if len(note) > NOTE_CHARACTERS_MAX:
        raise TutelaError(f"A note has at most {NOTE_CHARACTERS_MAX} characters")
    kept = Reason(subject_id=chain_id)
    kept.sealed = vault.seal(chain_id, note.encode(), _note_place(kept))
    kept.save(force_insert=True)
    return str(kept.id), ledger.detail_digest(salt, note.encode())


def _sealed_digests(chain_id: UUID, event: str, digests: Mapping[str, bytes]) -> bytes:
    text = json.dumps({name: digest.hex() for name, digest in digests.items()}, sort_keys=True)
    return vault.seal(chain_id, text.encode("ascii"), _place(event))


def _closed(word: StrEnum, words: type[StrEnum]) -> str:
    if type(word) is not words:
        raise ledger.EntryError("The record is written in closed words only", hint="See engine.ledger.words.")
    return word.value


def _place(event: str) -> vault.Place:
    return vault.Place("custody_leaf", "sealed", event)


def _note_place(kept: Reason) -> vault.Place:
    return vault.Place("custody_reason", "sealed", str(kept.id))


@lru_cache(maxsize=4096)
def _pseudonym(_folder: Path, kind: ActorKind, identity: str) -> str:
    return ledger.pseudonym(keyring.pseudonym_key(), kind, identity.encode())
