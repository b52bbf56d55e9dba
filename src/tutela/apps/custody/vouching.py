"""Signing a text that leaves the house, with the key that signs checkpoints.

A checkpoint begins with the name of the log; a text that does is refused here, so that nobody gets one signed by
calling it something else.
"""

from __future__ import annotations

from tutela.apps.custody import keyring
from tutela.engine.ledger.errors import NoteError
from tutela.engine.ledger.note import Note


def signed_note(text: bytes) -> bytes:
    """Return a text as a signed note. It is UTF-8 and ends with a line feed."""
    key = keyring.log_key()
    if text.splitlines()[:1] == [key.name.encode()]:
        raise NoteError("What begins with the name of the log is a checkpoint")
    return Note(text, (key.sign(text),)).encode()
