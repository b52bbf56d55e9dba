"""Machines' keys: where they come from, and the snapshot in memory against which each request is checked.

Rules:

1. A key has the form of the access app's (`tut_PREFIX_SECRET`); only a digest of the secret is kept.
2. There are two sources. `ServiceKeys` are those that administrators make in the service, as `publishing` copies them
   onto this machine; `FileKeys` are for a gateway without a service, in TUTELA_HOME/gateway/keys.json. Both are let in;
   a prefix that stands in both counts as the service says, so that a copied row does not outlive its revocation.
3. A source is asked again every `RELOAD_S` seconds. A key that was revoked is refused `REVOKED_S_MAX` seconds later at
   the latest, on every machine whose database answers.
4. Keys of the service that nobody could compare with the database for `GOOD_S` seconds are let in no longer: 503, until
   somebody can. So no revocation is ever later than that.
5. A source that cannot be read changes nothing, and the other is read all the same. It is logged, and the process says
   that it is not ready.

States of a key: in force -> revoked or past its end. It never comes back.
"""

from __future__ import annotations

import hashlib
import math
import os
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
REVOKED_S_MAX: Final = 5  # a look at the database every second, a look at the file every two, and some to spare
GOOD_S: Final = 300  # a database is restarted or fails over in less
_MINUTE_S: Final = 60
_BEARER: Final = "Bearer "


class Scope(StrEnum):
    """What a key may do here."""

    LOOKUP = Permission.LISTS_ENTRY_LOOKUP.value
    DETAIL = Permission.LISTS_ENTRY_READ.value  # distance, list and entry


class KeysError(TutelaError):
    """The keys cannot be read or changed."""


Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class KeyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key as it is stored. The service gives no name: it knows whose key it is, and here nobody asks."""

    id: UUID
    prefix: str
    digest: str
    scopes: tuple[Scope, ...]
    requests_per_minute_max: Annotated[int, msgspec.Meta(ge=1)]
    expires_at: Moment
    revoked_at: Moment | None = None
    name: str = ""


class Key:
    """One key, ready to be checked."""

    __slots__ = (
        *("bucket", "can_look_up", "digest", "ends_at_s", "prefix", "probing_bucket", "rate", "sees_details"),
        "source",
    )

    def __init__(self, row: KeyRow, source: KeySource) -> None:
        ends_at = row.expires_at if row.revoked_at is None else min(row.expires_at, row.revoked_at)
        self.prefix = row.prefix
        self.digest = row.digest
        self.ends_at_s = ends_at.timestamp()
        self.can_look_up = Scope.LOOKUP in row.scopes
        self.sees_details = Scope.DETAIL in row.scopes
        self.source = source
        self.bucket = name_of(row.id.bytes)  # the one that the service takes from, too
        self.probing_bucket = name_of(b"probing" + row.id.bytes)
        self.rate = Rate(row.requests_per_minute_max, _MINUTE_S)


class KeySource(Protocol):
    """Where keys come from. `good_until_s`: when what `version` last saw is too old to be believed (Unix time)."""

    good_until_s: float

    def version(self) -> object:
        """Return something that differs whenever the keys do; cheap."""
        ...

    def read(self) -> Sequence[KeyRow]:
        """Return every key. `KeysError` where they cannot be read."""
        ...


class Keyring:
    """The snapshot of one process. Of a prefix in several sources the last one's key counts."""

    def __init__(self, *sources: KeySource) -> None:
        self._parts = [_Part(source) for source in sources]
        self._keys: dict[str, Key] = {}
        self.sound = False

    def reload(self) -> None:
        """Take a new snapshot of what changed. `KeysError` where a source cannot be read: what it said before stays."""
        faults = [fault for part in self._parts if (fault := part.reload()) is not None]
        self._keys = {prefix: key for part in self._parts for prefix, key in part.keys.items()}
        self.sound = not faults
        for fault in faults:
            raise fault

    def key_of(self, authorization: bytes) -> Key:
        """Return the key that a header presents; a refusal where it is not one, or no longer one."""
        text = authorization.decode("latin-1")
        parts = credentials.split_key(text.removeprefix(_BEARER)) if text.startswith(_BEARER) else None
        if parts is None:
            raise refusal("no-valid-key")
        key = self._keys.get(parts[0])
        if key is None or not credentials.same(key.digest, parts[1]):
            raise refusal("no-valid-key")
        now_s = clock.now().timestamp()
        if key.ends_at_s <= now_s:
            raise refusal("expired-key")
        if key.source.good_until_s <= now_s:
            raise refusal("keys-stale", retry_after_s=REVOKED_S_MAX)
        return key


class _Part:
    """What one source said last."""

    def __init__(self, source: KeySource) -> None:
        self.keys: dict[str, Key] = {}
        self._source = source
        self._version: object = None

    def reload(self) -> OSError | KeysError | None:
        """Read the source where it changed. Return what is wrong with it."""
        try:
            version = self._source.version()
            if version != self._version:
                self.keys = {row.prefix: Key(row, self._source) for row in self._source.read()}
                self._version = version
        except (OSError, KeysError) as error:
            return error
        if self._source.good_until_s <= clock.now().timestamp():
            return KeysError("the keys of the service have not been looked at for too long", hint="Is its database up?")
        return None


class FileKeys:
    """Keys in one JSON file, which its owner alone may read. Safe between processes."""

    good_until_s: float = math.inf

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


class ServiceKeys:
    """What `publishing` knows of the keys that the service made: a digest of the rows in the first line, then the rows.

    The time of the file is when they were last compared with the database.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "run" / "service.keys"
        self.good_until_s = math.inf

    def version(self) -> object:
        """Return the digest of the rows; nothing where no service is known on this machine."""
        try:
            with self._path.open("rb") as file:
                self.good_until_s = os.fstat(file.fileno()).st_mtime + GOOD_S
                return file.readline()
        except FileNotFoundError:
            self.good_until_s = math.inf
            return b""

    def read(self) -> Sequence[KeyRow]:
        """Return every key; none where there is no file."""
        try:
            mark, _, rows = self._path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return ()
        if mark != _mark(rows):
            raise KeysError(f"{self._path} is damaged", hint="Remove it: it is written again within seconds.")
        return _decode(rows)

    def publish(self, rows: Sequence[KeyRow]) -> None:
        """Write what the database says now; where that is what stands there already, only the time."""
        raw = msgspec.json.encode(rows)
        content = _mark(raw) + b"\n" + raw
        if not self._path.exists() or self._path.read_bytes() != content:
            self._path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            replace_file(self._path, content)
        now_s = clock.now().timestamp()
        os.utime(self._path, (now_s, now_s))

    def withdraw(self) -> None:
        """Forget the keys of a service that is no longer there."""
        self._path.unlink(missing_ok=True)


def _mark(rows: bytes) -> bytes:
    return hashlib.sha256(rows).hexdigest().encode()


_decode: Final = msgspec.json.Decoder(tuple[KeyRow, ...]).decode
