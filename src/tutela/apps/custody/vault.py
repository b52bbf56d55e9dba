"""Encryption at rest, one key a subject, so that erasing a subject is destroying its key.

    master key --wraps--> data key of a subject (32 random bytes) --seals--> fields, reasons, digests
                                          └--HMAC--> salt of the subject's leaves

AES-256-GCM throughout, a random nonce each time. What is sealed is bound to its place by further data (table, column,
row), so a value moved to another row or column does not open. A subject is whatever is erased as one: a case, a person.

A transaction asks for a key once: what it read or made is known until it ends, and forgotten by whatever undoes it.

Destroying the data key makes every sealed value of the subject noise, in this database and in each backup whose master
key is gone too; it also destroys the salt, and with it the meaning of the digests in the ledger. The proofs stay whole.
"""

from __future__ import annotations

import hmac
import os
from collections import ChainMap
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from tutela.apps.custody import keyring, store
from tutela.apps.custody.models import DataKey
from tutela.domain.errors import TutelaError
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

SALT_AGE_S_MAX: Final = 60  # how long another process may still know the salt of an erased subject
_SALTS_MAX: Final = 10_000
_FORM: Final = b"\x01"
_NONCE_BYTES: Final = 12
_ROWS_AT_ONCE: Final = 500


class SealError(TutelaError):
    """A sealed value was altered, or moved from its place."""


class ErasedError(TutelaError):
    """The subject was erased: nothing about it can be read, and nothing more may be written."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands. It opens nowhere else."""

    table: str
    column: str
    row: str

    def encode(self) -> bytes:
        """The associated data."""
        return f"tutela sealed v1\n{self.table}\n{self.column}\n{self.row}".encode()


def seal(subject_id: UUID, plain: bytes, place: Place) -> bytes:
    """Encrypt under the subject's key, making it where there is none. Raises `ErasedError`."""
    return _encrypted(_data_key(subject_id, create=True), plain, place)


def seal_together(values: Sequence[tuple[UUID, bytes, Place]]) -> list[bytes]:
    """Encrypt many values, as `seal`: three statements for all their keys, however many there are."""
    keys = _keys({subject_id for subject_id, _plain, _place in values})
    return [_encrypted(keys[subject_id], plain, place) for subject_id, plain, place in values]


def open_sealed(subject_id: UUID, sealed: bytes, place: Place) -> bytes:
    """Decrypt. `ErasedError` when the key was destroyed, `SealError` when value and place do not belong together."""
    key = _data_key(subject_id, create=False)
    if key is None:
        raise ErasedError("The subject was erased: its data can no longer be read")
    return _decrypted(key, sealed, place)


def open_together(values: Sequence[tuple[UUID, bytes, Place]]) -> list[bytes | None]:
    """Decrypt many values, with one query for all their keys; None for each whose key was destroyed."""
    subject_ids = list({subject_id for subject_id, _sealed, _place in values})
    found = store.data_keys(subject_ids) if subject_ids else {}
    keys = {subject_id: _opened(subject_id, *row) for subject_id, row in found.items()}
    return [
        None if (key := keys.get(subject_id)) is None else _decrypted(key, sealed, place)
        for subject_id, sealed, place in values
    ]


def _encrypted(key: bytes | None, plain: bytes, place: Place) -> bytes:
    if key is None:
        raise ErasedError("The subject was erased: nothing more may be written about it")
    nonce = os.urandom(_NONCE_BYTES)
    return _FORM + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def _decrypted(key: bytes, sealed: bytes, place: Place) -> bytes:
    if sealed[:1] != _FORM:
        raise SealError("This is not a sealed value")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], place.encode())
    except InvalidTag:
        raise SealError(f"A sealed value of {place.table}.{place.column} was altered or moved") from None


def salt(subject_id: UUID) -> bytes | None:
    """Return the salt of a subject's leaves, 32 bytes; None when the subject was erased."""
    known = _salts.get(subject_id)
    moment = clock.now()
    if known is not None and abs((moment - known[1]).total_seconds()) < SALT_AGE_S_MAX:
        return known[0]
    key = _data_key(subject_id, create=True)
    if key is None:
        return None
    found = _salt_of(key)
    transaction.on_commit(partial(_remember, subject_id, found, moment))  # what was rolled back must not be known
    return found


def salts(subject_ids: Collection[UUID]) -> dict[UUID, bytes | None]:
    """Return the salts of many subjects, as `salt`: three statements for all their keys, however many there are."""
    moment = clock.now()
    made = {subject_id: None if key is None else _salt_of(key) for subject_id, key in _keys(subject_ids).items()}
    transaction.on_commit(partial(_remember_all, made, moment))
    return made


def existing_salt(subject_id: UUID) -> bytes | None:
    """Return the salt of a subject's leaves; None where there is none, or no longer."""
    key = _data_key(subject_id, create=False)
    return None if key is None else _salt_of(key)


def destroy(subject_id: UUID) -> bool:
    """Destroy a subject's key. False if there was none. The caller holds a transaction and has asked for holds."""
    row = DataKey.objects.select_for_update().filter(subject_id=subject_id, destroyed_at=None).first()
    if row is None:
        return False
    row.wrapped, row.master, row.destroyed_at = b"", "", clock.now()
    row.save(update_fields=["wrapped", "master", "destroyed_at"])
    _know({subject_id: None})
    transaction.on_commit(partial(_salts.pop, subject_id, None))
    return True


def is_erased(subject_id: UUID) -> bool:
    """Whether the subject's key was destroyed."""
    return DataKey.objects.filter(subject_id=subject_id).exclude(destroyed_at=None).exists()


def erased_among(subject_ids: Collection[UUID]) -> set[UUID]:
    """Return those whose key was destroyed. The keys of the others stay known to the transaction, and closed."""
    found = store.data_keys(list(subject_ids)) if subject_ids else {}
    erased = {subject_id for subject_id, (_wrapped, _master, is_destroyed) in found.items() if is_destroyed}
    _know({subject_id: None if subject_id in erased else _Closed(*row[:2]) for subject_id, row in found.items()})
    return erased


def rotate() -> int:
    """Wrap every data key anew by a new master key, and forget the old ones; return how many keys were wrapped anew.

    May be interrupted and run again. Sealed values need no touch: their own keys stay.
    """
    new = keyring.add_master()
    count = 0
    while rows := list(DataKey.objects.filter(destroyed_at=None).exclude(master=new.id)[:_ROWS_AT_ONCE]):
        count += _wrap_anew(row.subject_id for row in rows)
    keyring.drop_masters()
    return count


_salts: dict[UUID, tuple[bytes, datetime]] = {}


def _salt_of(key: bytes) -> bytes:
    return hmac.digest(key, b"tutela custody salt v1", "sha256")


def _remember(subject_id: UUID, found: bytes, moment: datetime) -> None:
    if len(_salts) >= _SALTS_MAX:
        _salts.clear()
    _salts[subject_id] = (found, moment)


def _remember_all(made: Mapping[UUID, bytes | None], moment: datetime) -> None:
    for subject_id, found in made.items():
        if found is not None:
            _remember(subject_id, found, moment)


@dataclass(frozen=True, slots=True)
class _Closed:
    """The data key of a subject, as it is kept."""

    wrapped: bytes
    master: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The data keys of some subjects, None for one that is destroyed, as this transaction knows them.

    It stands among what Django does after the commit, and does nothing there: Django drops it when the transaction is
    rolled back, wholly or to a savepoint before it, which is just how long the key may be believed.
    """

    keys: dict[UUID, bytes | _Closed | None] = field(repr=False)

    def __call__(self) -> None:
        """Nothing."""

    def key_of(self, subject_id: UUID) -> bytes | None:
        """Return a key, opened once."""
        key = self.keys[subject_id]
        if isinstance(key, _Closed):
            key = self.keys[subject_id] = _unwrap(subject_id, key.master, key.wrapped)
        return key


def _know(keys: Mapping[UUID, bytes | _Closed | None]) -> None:
    if keys and transaction.get_connection().in_atomic_block:
        transaction.on_commit(_Known(dict(keys)))


def _known(subject_id: UUID) -> _Known | None:
    return next((known for known in _all_known() if subject_id in known.keys), None)


def _all_known() -> Iterator[_Known]:
    """Yield what this transaction knows, the latest first."""
    for _, act, _ in reversed(transaction.get_connection().run_on_commit):
        if isinstance(act, _Known):
            yield act


def _data_key(subject_id: UUID, *, create: bool) -> bytes | None:
    known = _known(subject_id)
    if known is not None:
        return known.key_of(subject_id)
    found = store.data_key(subject_id)
    if found is None and not create:
        return None
    keys = {subject_id: _opened(subject_id, *found)} if found else _make([subject_id])
    _know(keys)
    return keys[subject_id]


def _keys(subject_ids: Collection[UUID]) -> dict[UUID, bytes | None]:
    """Return the keys of many subjects, made where there are none; None for each that is destroyed."""
    known = ChainMap(*(dict.fromkeys(each.keys, each) for each in _all_known()))
    keys = {subject_id: known[subject_id].key_of(subject_id) for subject_id in subject_ids if subject_id in known}
    if asked := [subject_id for subject_id in set(subject_ids) if subject_id not in keys]:
        found = _kept(asked)
        if missing := [subject_id for subject_id in asked if subject_id not in found]:
            found |= _make(missing)
        _know(found)
        keys |= found
    return keys


def _make(subject_ids: Sequence[UUID]) -> dict[UUID, bytes | None]:
    """Make keys for subjects that had none; where somebody else's came first, theirs."""
    made: dict[UUID, bytes | None] = {}
    rows: list[DataKey] = []
    for subject_id in subject_ids:
        key = made[subject_id] = os.urandom(keyring.KEY_BYTES)
        master, wrapped = _wrap(subject_id, key)
        rows.append(DataKey(subject_id=subject_id, master=master, wrapped=wrapped))
    if store.insert_data_keys(rows) < len(rows):
        made |= _kept(subject_ids)
    return made


def _kept(subject_ids: Sequence[UUID]) -> dict[UUID, bytes | None]:
    found = store.data_keys(subject_ids)
    return {subject_id: _opened(subject_id, *row) for subject_id, row in found.items()}


def _opened(subject_id: UUID, wrapped: bytes, master: str, destroyed: bool) -> bytes | None:  # noqa: FBT001 - a row
    return None if destroyed else _unwrap(subject_id, master, wrapped)


def _wrap(subject_id: UUID, key: bytes) -> tuple[str, bytes]:
    master = keyring.masters()[0]
    nonce = os.urandom(_NONCE_BYTES)
    return master.id, nonce + AESGCM(master.secret).encrypt(nonce, key, _wrapping(subject_id))


def _unwrap(subject_id: UUID, master_id: str, wrapped: bytes) -> bytes:
    for master in keyring.masters():
        if master.id == master_id:
            try:
                return AESGCM(master.secret).decrypt(
                    wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _wrapping(subject_id)
                )
            except InvalidTag:
                raise SealError("The key of a subject was altered or moved") from None
    raise keyring.KeyringError(
        f"The master key {master_id} is missing", hint="Restore master.keys from the backup of keys."
    )


def _wrapping(subject_id: UUID) -> bytes:
    return f"tutela data key v1\n{subject_id}".encode()


@transaction.atomic
def _wrap_anew(subject_ids: Iterable[UUID]) -> int:
    rows = list(DataKey.objects.select_for_update().filter(subject_id__in=list(subject_ids), destroyed_at=None))
    for row in rows:
        row.master, row.wrapped = _wrap(row.subject_id, _unwrap(row.subject_id, row.master, bytes(row.wrapped)))
    DataKey.objects.bulk_update(rows, ["master", "wrapped"])
    return len(rows)
