r"""Paths of evidence are bytes; people and JSON need text.

`as_text` never fails and is readable; where it is not exact, `exact_base64` is. `for_display` also shows what would
move a cursor, break a line or turn the reading direction, so that a hostile name cannot pretend to be another.

>>> as_text(b"caf\xe9.jpg"), exact_base64(b"caf\xe9.jpg")
('caf\\xe9.jpg', 'Y2Fm6S5qcGc=')
>>> for_display("a\u202egpj.exe\n")
'a\\u202egpj.exe\\n'
"""

from __future__ import annotations

import base64
import unicodedata
from typing import Final

MEMBER_SEPARATOR: Final = "!/"  # between an archive and what is in it; the same inside nested archives
_ESCAPED_CATEGORIES: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, directions, line ends, unassigned
_KEPT: Final = {"\u200c", "\u200d"}  # joiners that Persian, Hindi and others need to be spelt right


def as_text(path: bytes) -> str:
    r"""Decode UTF-8; each byte that is not becomes `\xNN`."""
    return path.decode("utf-8", "backslashreplace")


def exact_base64(path: bytes) -> str:
    """Return the path in base64 where `as_text` does not say it exactly, else an empty string."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(path).decode("ascii")
    return ""


def from_text(text: str, exact: str) -> bytes:
    """Undo `as_text` and `exact_base64`; `ValueError` where `exact` is no base64."""
    return base64.b64decode(exact, validate=True) if exact else text.encode("utf-8", "surrogatepass")


def for_display(text: str) -> str:
    """Escape every character that is not seen as itself."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _ESCAPED_CATEGORIES:
        return character
    return character.encode("unicode_escape").decode("ascii")
