"""Machines' keys: where they come from, and the snapshot in memory against which each request is checked.

Rules:

1. A key has the form of the access app's (`tut_PREFIX_SECRET`); only a digest of the secret is kept.
2. A source is asked again every `RELOAD_S` seconds: so long after a key was revoked it may still be let in.
3. A source that cannot be read changes nothing, is logged, and makes the process say that it is not ready.
4. `FileKeys` keeps them in TUTELA_HOME/gateway/keys.json. Another source need only have `version` and `read`.

States of a key: in force -> revoked or past its end. It never comes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Protocol
from uuid import UUID  # noqa: TC003  - msgspec reads the types at run time

import msgspec

from tutela.apps.access import credentials
from tutela.domain.actors import Permission
from tutela.domain.errors import TutelaError
from tutela.engine import clock
from tutela.engine.durable import PRIVATE_FOLDER, locked, replace_file
from tutela.engine.throttling import Rate, name_of
from tutela.entry.gateway.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

RELOAD_S: Final = 2.0
_MINUTE_S: Final = 60
_BEARER: Final = "Bearer "


class Scope(StrEnum):
    """What a key may do here."""

    LOOKUP = Permission.LISTS_ENTRY_LOOKUP.value
    DETAIL = "lists:entry:read"  # distance, list and entry


class KeysError(TutelaError):
    """The keys cannot be read or changed."""


Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class KeyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key as it is stored."""

    id: UUID
    name: str
    prefix: str
    digest: str
    scopes: tuple[Scope, ...]
    requests_per_minute_max: Annotated[int, msgspec.Meta(ge=1)]
    expires_at: Moment
    revoked_at: Moment | None = None


class Key:
    """One key, ready to be checked."""

    __slots__ = ("bucket", "can_look_up", "digest", "ends_at_s", "prefix", "probing_bucket", "rate", "sees_details")

    def __init__(self, row: KeyRow) -> None:
        ends_at = row.expires_at if row.revoked_at is None else min(row.expires_at, row.revoked_at)
        self.prefix = row.prefix
        self.digest = row.digest
        self.ends_at_s = ends_at.timestamp()
        self.can_look_up = Scope.LOOKUP in row.scopes
        self.sees_details = Scope.DETAIL in row.scopes
        self.bucket = name_of(row.id.bytes)
        self.probing_bucket = name_of(b"probing" + row.id.bytes)
        self.rate = Rate(row.requests_per_minute_max, _MINUTE_S)


class KeySource(Protocol):
    """Where keys come from. The access app will be one."""

    def version(self) -> object:
        """Return something that differs whenever the keys do; cheap."""
        ...

    def read(self) -> Sequence[KeyRow]:
        """Return every key. `KeysError` where they cannot be read."""
        ...


class Keyring:
    """The snapshot of one process."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._version: object = None
        self._keys: dict[str, Key] = {}
        self.sound = False

    def reload(self) -> None:
        """Take a new snapshot where the source changed. `KeysError` where it cannot; the old one stays."""
        try:
            version = self._source.version()
            if version != self._version:
                self._keys = {row.prefix: Key(row) for row in self._source.read()}
                self._version = version
        except BaseException:
            self.sound = False
            raise
        self.sound = True

    def key_of(self, authorization: bytes) -> Key:
        """Return the key that a header presents; a refusal where it is not one, or no longer one."""
        text = authorization.decode("latin-1")
        parts = credentials.split_key(text.removeprefix(_BEARER)) if text.startswith(_BEARER) else None
        if parts is None:
            raise refusal("no-valid-key")
        key = self._keys.get(parts[0])
        if key is None or not credentials.same(key.digest, parts[1]):
            raise refusal("no-valid-key")
        if key.ends_at_s <= clock.now().timestamp():
            raise refusal("expired-key")
        return key


class FileKeys:
    """Keys in one JSON file, which its owner alone may read. Safe between processes."""

    def __init__(self, home: Path) -> None:
        self._path = home / "gateway" / "keys.json"

    def version(self) -> object:
        """Return what tells one state of the file from another."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def read(self) -> Sequence[KeyRow]:
        """Return every key; none where there is no file yet."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        try:
            return _decode(raw)
        except msgspec.DecodeError as error:
            raise KeysError(f"{self._path} is not a file of keys", hint="Restore it from a backup.") from error

    def add(
        self, name: str, *, days: int, requests_per_minute_max: int, scopes: Collection[Scope]
    ) -> credentials.Secret:
        """Add a key. Its secret is in the answer and nowhere else."""
        secret = credentials.new_key()
        row = KeyRow(
            id=clock.new_id(),
            name=name,
            prefix=secret.prefix,
            digest=secret.digest,
            scopes=tuple(sorted(scopes)),
            requests_per_minute_max=requests_per_minute_max,
            expires_at=clock.now() + timedelta(days=days),
        )
        with self._writing():
            self._write([*self.read(), row])
        return secret

    def revoke(self, prefix: str) -> None:
        """End a key. `KeysError` where there is none of that prefix in force."""
        with self._writing():
            rows = list(self.read())
            at = next((at for at, row in enumerate(rows) if row.prefix == prefix and row.revoked_at is None), None)
            if at is None:
                raise KeysError(f"there is no key {prefix} in force", hint="The prefix is what follows `tut_`.")
            rows[at] = msgspec.structs.replace(rows[at], revoked_at=clock.now())
            self._write(rows)

    def _writing(self):  # noqa: ANN202 - a context manager of `durable`
        self._path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        return locked(self._path.with_name(".lock"))

    def _write(self, rows: Sequence[KeyRow]) -> None:
        replace_file(self._path, msgspec.json.format(msgspec.json.encode(rows), indent=1))


_decode: Final = msgspec.json.Decoder(tuple[KeyRow, ...]).decode
