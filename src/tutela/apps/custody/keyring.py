"""The secrets of the record, in `TUTELA_HOME/custody`, each file for its owner alone.

    master.keys      one line a key, the newest first: id, base 64. They wrap the keys of cases; rotation adds a line.
    pseudonym.key    base 64. Makes the stable pseudonyms of people and machines in the record.
    log.key          the log's name and the seed of its signing key. Only the sequencer needs it.

A missing file is made on first use, and only while the database holds nothing that needs the old one: then the right
file is lost or elsewhere, and a new one would make things worse. Copy the folder to each machine that shares a
database; back it up apart from the database, or erasure means nothing.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from django.conf import settings

from tutela.apps.custody.models import Checkpoint, DataKey, Leaf
from tutela.domain.errors import TutelaError
from tutela.engine.durable import PRIVATE_FOLDER, create_file, replace_file
from tutela.engine.ledger import SigningKey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEY_BYTES: Final = 32
_FOLDER: Final = "custody"
_MASTER, _PSEUDONYM, _LOG = "master.keys", "pseudonym.key", "log.key"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyringError(TutelaError):
    """A secret of the record is missing, malformed or not secret."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One key that wraps keys. `id` is the start of its digest."""

    id: str
    secret: bytes = field(repr=False)


def folder() -> Path:
    """Return the folder of the secrets and of the published checkpoints."""
    return _folder(settings.TUTELA.home)


def masters() -> tuple[MasterKey, ...]:
    """Return all master keys, the one in use first."""
    path = _file(folder(), _MASTER)
    try:
        changed = path.stat().st_mtime_ns  # the one thing that is asked each time: reports have many keys, and clues
    except FileNotFoundError:
        _refuse_if(DataKey.objects.exclude(master="").exists(), path)
        _create(path, _line(_master(secrets.token_bytes(KEY_BYTES))))
        changed = path.stat().st_mtime_ns
    return _masters(path, changed)


def add_master() -> MasterKey:
    """Put a new master key first; the others stay until nothing is wrapped by them (`drop_masters`)."""
    made = _master(secrets.token_bytes(KEY_BYTES))
    _rewrite((made, *masters()))
    return made


def drop_masters() -> int:
    """Forget the master keys that wrap nothing any more, and return how many were forgotten."""
    first, *older = masters()
    used = set(DataKey.objects.filter(master__in=[key.id for key in older]).values_list("master", flat=True))
    kept = [first, *(key for key in older if key.id in used)]
    _rewrite(kept)
    return 1 + len(older) - len(kept)


def pseudonym_key() -> bytes:
    """Return the key of pseudonyms."""
    path = _file(folder(), _PSEUDONYM)
    try:
        changed = path.stat().st_mtime_ns  # as above
    except FileNotFoundError:
        _refuse_if(Leaf.objects.exists(), path)
        _create(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
        changed = path.stat().st_mtime_ns
    return _pseudonym_key(path, changed)


def log_key() -> SigningKey:
    """Return the key that signs checkpoints. Its name is the log's, for ever."""
    path = folder() / _LOG
    if not path.exists():
        _refuse_if(Checkpoint.objects.exists(), path)
        seed = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        _create(path, f"{settings.TUTELA.host}/custody {seed}\n")
    return _log_key(path, path.stat().st_mtime_ns)


#### Files ####


@lru_cache(maxsize=8)
def _folder(home: Path) -> Path:
    return home / _FOLDER


@lru_cache(maxsize=8)
def _file(of: Path, name: str) -> Path:
    return of / name


@lru_cache(maxsize=8)
def _masters(path: Path, _changed: int) -> tuple[MasterKey, ...]:
    keys = tuple(_master(_decode(path, line.partition(" ")[2])) for line in _read(path).splitlines())
    if not keys or len({key.id for key in keys}) != len(keys):
        raise _malformed(path)
    return keys


@lru_cache(maxsize=8)
def _pseudonym_key(path: Path, _changed: int) -> bytes:
    return _decode(path, _read(path).strip())


@lru_cache(maxsize=8)
def _log_key(path: Path, _changed: int) -> SigningKey:
    name, _, seed = _read(path).strip().partition(" ")
    return SigningKey(name, _decode(path, seed))


def _master(secret: bytes) -> MasterKey:
    return MasterKey(sha256(b"tutela master key id\n" + secret).hexdigest()[:16], secret)


def _line(key: MasterKey) -> str:
    return f"{key.id} {base64.b64encode(key.secret).decode()}\n"


def _read(path: Path) -> str:
    if path.stat().st_mode & _OTHERS:
        raise KeyringError(
            f"Others than its owner may read {path}", hint="It may have been copied: rotate it, chmod 600."
        )
    return path.read_text(encoding="ascii")


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    create_file(path, text.encode("ascii"))


def _rewrite(kept: Iterable[MasterKey]) -> None:
    replace_file(folder() / _MASTER, "".join(_line(key) for key in kept).encode("ascii"))


def _decode(path: Path, text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise _malformed(path)
    return secret


def _refuse_if(needed: bool, path: Path) -> None:  # noqa: FBT001 - reads as a sentence at each call
    if needed and not path.exists():  # another may have made it, and used it, since we looked
        raise KeyringError(
            f"{path} is missing, and the database holds what was made with it",
            hint="Restore it from the backup of keys, or copy it from the machine that shares this database.",
        )


def _malformed(path: Path) -> KeyringError:
    return KeyringError(f"{path} is not in its form", hint="Restore it from the backup of keys.")
