"""Blind indexes: find a sealed value again without keeping it.

An index is a keyed digest under the installation's key of pseudonyms, which is never rotated and is no part of a backup
of the database: equal values have equal indexes, and whoever has only the database can neither read nor guess them.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from tutela.apps.custody import keyring

if TYPE_CHECKING:
    from collections.abc import Iterable


def blind_index(purpose: str, value: str) -> str:
    """Return the index of a value, 64 hexadecimal digits. Another `purpose` gives another index."""
    return blind_indexes([(purpose, value)])[0]


def blind_indexes(values: Iterable[tuple[str, str]]) -> list[str]:
    """Return the index of each purpose and value, with one look at the key."""
    key = keyring.pseudonym_key()
    messages = (f"tutela blind index v1\n{purpose}\n{value}".encode() for purpose, value in values)
    return [hmac.digest(key, message, "sha256").hex() for message in messages]
