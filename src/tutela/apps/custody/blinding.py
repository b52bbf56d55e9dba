"""Blind indexes: find a sealed value again without keeping it.

An index is a keyed digest under the installation's key of pseudonyms, which is never rotated and is no part of a backup
of the database: equal values have equal indexes, and whoever has only the database can neither read nor guess them.
"""

from __future__ import annotations

import hmac

from tutela.apps.custody import keyring


def blind_index(purpose: str, value: str) -> str:
    """Return the index of a value, 64 hexadecimal digits. Another `purpose` gives another index."""
    message = f"tutela blind index v1\n{purpose}\n{value}".encode()
    return hmac.digest(keyring.pseudonym_key(), message, "sha256").hex()
