"""Secrets that are shown once and kept as a digest: machines' keys and set-up codes. Pure but for the randomness.

A key is `tut_PREFIX_SECRET`: the prefix finds the row, the secret (256 bits) proves it; a plain SHA-256 is enough for a
random secret. A set-up code is 80 bits in four groups that can be read out over a telephone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
_KEY: Final = re.compile(r"tut_([2-9a-hjkmnp-z]{8})_([A-Za-z0-9_-]{43})")
_PREFIX_CHARACTERS: Final = 8
_CODE_CHARACTERS: Final = 16
_CODE_GROUP: Final = 4
_PSEUDONYM_CHARACTERS: Final = 6


@dataclass(frozen=True, slots=True)
class Secret:
    """A new secret: `shown` once to a person, `digest` kept, `prefix` its name (empty for set-up codes)."""

    shown: str
    digest: str
    prefix: str = ""


def new_key() -> Secret:
    """Return a new machine's key."""
    prefix, secret = _letters(_PREFIX_CHARACTERS), secrets.token_urlsafe(32)
    return Secret(f"tut_{prefix}_{secret}", _digest(secret), prefix)


def split_key(shown: str) -> tuple[str, str] | None:
    """Return the prefix and the secret's digest of a key that somebody presents; None where it is not a key."""
    match = _KEY.fullmatch(shown)
    return (match[1], _digest(match[2])) if match else None


def new_code() -> Secret:
    """Return a new set-up code, such as `7k3q-m2xw-…`."""
    letters = _letters(_CODE_CHARACTERS)
    groups = (letters[at : at + _CODE_GROUP] for at in range(0, _CODE_CHARACTERS, _CODE_GROUP))
    return Secret("-".join(groups), _digest(letters))


def code_digest(shown: str) -> str:
    """Return the digest of a code as a person types it: spaces, hyphens and case do not count."""
    return _digest(re.sub(r"[\s-]", "", shown).lower())


def new_pseudonym() -> str:
    """Return a new name for a person in exports and the ledger."""
    return f"p-{_letters(_PSEUDONYM_CHARACTERS)}"


def same(left: str, right: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))
