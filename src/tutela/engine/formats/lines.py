"""Lines of a list file as text, numbered from 1 and bounded, whatever the file is encoded in.

UTF-8 with or without a byte order mark, and UTF-16, told by their first bytes. Bytes that are not UTF-8 pass through as
surrogates, so that one bad name spoils no hash; `fields.label` reads them as Latin-1 and counts them. A line longer
than the limit is given as a `RejectedRow` and passed over without being held.
"""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO, Final

from tutela.domain.lists import RejectedRow

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF16_BY_NULS: Final = ((1, "utf-16-le"), (0, "utf-16-be"))  # which byte of an ASCII character's two is zero


def encoding_of(head: bytes) -> str:
    """Return the encoding that the first bytes of a file speak for."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    pairs = head[:64]
    for offset, name in _UTF16_BY_NULS:
        if len(pairs) > 2 and not any(pairs[offset::2]) and all(pairs[1 - offset :: 2]):
            return name
    return "utf-8"


def lines(stream: BinaryIO, encoding: str, *, chars_max: int) -> Iterator[tuple[int, str | RejectedRow]]:
    """Yield (number, line with its end), or (number, rejection) for a line that is too long."""
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline=None)
    number = 0
    try:
        while line := text.readline(chars_max + 1):
            number += 1
            if len(line) <= chars_max:
                yield number, line
                continue
            while line and not line.endswith("\n"):
                line = text.readline(chars_max)
            yield number, RejectedRow(number, f"is longer than the {chars_max} characters that a line may have")
    finally:
        if not text.closed:  # the caller may have closed the stream already; it is not ours to close
            text.detach()
