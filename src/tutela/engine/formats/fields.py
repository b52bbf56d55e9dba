"""One field of a list's row, from the text that stands there to the value we keep.

Rules
-----
* A digest or PDQ is hexadecimal of exactly its length, in either case. Base64 of its length is read too, and for SHA-1
  the Base32 that Arachnid writes. Anything else rejects the row: a hash that is nearly right is no hash.
* What stands for "nothing here" (`NULL`, `n/a`, `-`, `0`, blank) is nothing.
* The digest of an empty file, and all zeros, reject the row: such an entry would match every empty file.
* Labels (id, classification, source) are kept as text and never interpreted (law 7). White space is one space;
  characters that do not print would reach a person's screen and become U+FFFD.
* A reason names the field and what is wrong with it. It never quotes the row.

>>> digest("D41D8CD98F00B204E9800998ECF8427F", SignalKind.MD5).hex()
'd41d8cd98f00b204e9800998ecf8427f'
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from tutela.domain.errors import RowError
from tutela.domain.signals import DIGEST_KINDS, SignalKind

_ABSENT: Final = frozenset({"", "-", "0", "null", "none", "nil", "n/a", "na"})
_BYTES: Final = {kind: kind.digest_bytes for kind in (*DIGEST_KINDS, SignalKind.PDQ)}
_MATCHES_EVERY_EMPTY_FILE: Final = frozenset(
    {hashlib.new(kind.value, b"", usedforsecurity=False).digest() for kind in DIGEST_KINDS}
    | {bytes(kind.digest_bytes) for kind in DIGEST_KINDS}
)
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(slots=True)
class Notes:
    """What a reader wants a person to know about a whole file, beside its rows.

    `encoding` is how the text was read. `scheme_hint` is the classification scheme that the file names itself.
    `columns_unread` names columns that mean nothing to us: they are kept out. `rows_latin1` counts rows with bytes that
    are not UTF-8 (read as Latin-1); `labels_mended` counts labels that held characters that do not print.
    """

    encoding: str = ""
    scheme_hint: str = ""
    columns_unread: tuple[str, ...] = ()
    rows_latin1: int = 0
    labels_mended: int = 0


def is_absent(text: str) -> bool:
    """Tell whether the field says that it has no value."""
    return text.strip().casefold() in _ABSENT


def digest(text: str, kind: SignalKind) -> bytes | None:
    """Read a digest or PDQ as raw bytes; None where the field is empty; `RowError` where it is anything else."""
    size = _BYTES[kind]
    if len(text) == 2 * size:
        try:
            value = bytes.fromhex(text)
        except ValueError:
            value = b""
        if len(value) == size:  # fromhex passes over white space, so "ab  cd" comes out short
            return value if value not in _MATCHES_EVERY_EMPTY_FILE else _meaningful(value, kind)
    stripped = text.strip()
    if stripped.casefold() in _ABSENT:
        return None
    if stripped != text:
        return digest(stripped, kind)
    decoded = _from_base64(text, size) or _from_base32(text, size)
    if decoded is None:
        raise RowError(_not_a_digest(text, kind, 2 * size))
    return _meaningful(decoded, kind)


def label(text: str, name: str, *, chars_max: int, notes: Notes) -> str:
    """Return an id, classification or source as one printable line; `RowError` where it is too long."""
    text = text.strip()
    if len(text) > chars_max:
        raise RowError(f"the {name} has {len(text)} characters, more than the {chars_max} that a label may have")
    if text.isprintable():
        return text
    return _printable(text, notes)


def opaque(text: str, name: str, *, chars_max: int) -> str:
    """Return a signal that is not ours to read, as the text the list gave; "" where the field is empty."""
    text = text.strip()
    if text.casefold() in _ABSENT:
        return ""
    if len(text) > chars_max:
        raise RowError(f"{name} has {len(text)} characters, more than the {chars_max} that a field may have")
    if not text.isascii() or not text.isprintable() or " " in text or "://" in text:
        raise RowError(f"{name} is no hash: a hash is plain characters without spaces")
    return text


def _meaningful(value: bytes, kind: SignalKind) -> bytes:
    if value in _MATCHES_EVERY_EMPTY_FILE and kind is not SignalKind.PDQ:
        raise RowError(f"{kind} is that of an empty file or all zeros, which would match every empty file")
    return value


def _from_base64(text: str, size: int) -> bytes | None:
    if len(text) != (size + 2) // 3 * 4:
        return None
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if len(value) == size else None


def _from_base32(text: str, size: int) -> bytes | None:
    """Read Base32, which only SHA-1 is written in: 20 bytes give 32 characters without padding."""
    if size != SignalKind.SHA1.digest_bytes or len(text) != 32 or text.strip("ABCDEFabcdef234567") == "":
        return None  # the last test keeps an MD5 in the wrong column from being read as Base32
    try:
        return base64.b32decode(text)
    except (binascii.Error, ValueError):
        return None


def _not_a_digest(text: str, kind: SignalKind, hex_chars: int) -> str:
    if len(text) == hex_chars:
        return f"{kind} holds characters that are not hexadecimal"
    return f"{kind} has {len(text)} characters, not {hex_chars} hexadecimal ones"


def _printable(text: str, notes: Notes) -> str:
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate out of a JSON escape: no byte stands behind it
        raw = b""
    else:
        if any("\udc80" <= char <= "\udcff" for char in text):
            notes.rows_latin1 += 1
            text = raw.decode("latin-1")
    text = " ".join(text.split())
    if text.isprintable():
        return text
    notes.labels_mended += 1
    return "".join(char if char.isprintable() else _REPLACEMENT for char in text)
