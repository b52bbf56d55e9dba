"""What ties an entry to the world, and how that tie is cut.

    object digest = HMAC-SHA-256(salt, "tutela custody object v1" LF kind LF value)
    detail digest = HMAC-SHA-256(salt, "tutela custody detail v1" LF text)
    pseudonym     = kind "-" first 16 bytes of HMAC-SHA-256(key, "tutela custody actor v1" LF id), hexadecimal

The salt (32 random bytes, one a case or subject) is kept with the case, encrypted, never in the ledger. With it an
expert who is shown the salt and the value recomputes the digest; without it the digest says nothing, even to somebody
who guesses the value. Destroying the salt is therefore erasure, and every leaf, root and proof stays as it was. HMAC
and not a hash of salt and value: it is a keyed function by design, and the labels keep one use from being taken for
another.
"""

from __future__ import annotations

import hmac
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.ledger.errors import EntryError

if TYPE_CHECKING:
    from tutela.engine.ledger.words import ObjectKind

SALT_BYTES: Final = 32
PSEUDONYM_BYTES: Final = 16


class ActorKind(StrEnum):
    """Who can act."""

    PERSON = "person"
    MACHINE = "machine"
    SYSTEM = "system"


def object_digest(salt: bytes, kind: ObjectKind, value: bytes) -> str:
    """64 hex digits for the thing an entry is about: its id, or the digest of its bytes."""
    return _keyed(salt, b"object", kind.encode("ascii") + b"\n" + value).hex()


def detail_digest(salt: bytes, text: bytes) -> str:
    """64 hex digits for what a person wrote, as it was before encryption: keys may rotate, the words may not."""
    return _keyed(salt, b"detail", text).hex()


def pseudonym(key: bytes, kind: ActorKind, identity: bytes) -> str:
    """The name under which one person or machine appears in the record, stable under one key."""
    return f"{kind.value}-{_keyed(key, b'actor', identity)[:PSEUDONYM_BYTES].hex()}"


def _keyed(salt: bytes, label: bytes, value: bytes) -> bytes:
    if len(salt) != SALT_BYTES or salt.count(salt[0]) == SALT_BYTES:
        raise EntryError(f"A salt is {SALT_BYTES} random bytes", hint="Take it from the operating system's generator.")
    return hmac.digest(salt, b"tutela custody " + label + b" v1\n" + value, "sha256")
