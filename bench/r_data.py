"""Data frames out of files that R saved (`.rda`, `.RDS`), as far as the published examples need it.

Read is R's XDR serialisation, versions 2 and 3: vectors of numbers, truth values, texts and lists, with their names.
Anything else, a function among it, is refused: nothing in such a file is run. Missing is NaN or None.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_NIL, _SYMBOL, _PAIRS, _CHARS, _LOGICAL, _INTEGER, _REAL, _TEXT, _LIST = 254, 1, 2, 9, 10, 13, 14, 16, 19
_REFERENCE, _COMPACT = 255, 238
_HAS_ATTRIBUTES, _HAS_TAG = 0x200, 0x400
_MISSING: Final = -(2**31)


def frames(content: bytes) -> dict[str, Any]:
    """Return what a file holds, by name; data frames are dictionaries of columns."""
    plain = _unpacked(content)
    plain = plain.removeprefix(b"RDX2\n").removeprefix(b"RDX3\n")
    if not plain.startswith(b"X\n"):
        raise ValueError("not a file of R in XDR")
    reader = _Reader(plain[2:])
    version = reader.integer()
    reader.integer()  # the version of R that wrote it
    reader.integer()  # and the oldest that reads it
    if version == 3:
        reader.take(reader.integer())  # the name of an encoding
    return reader.item()


def _unpacked(content: bytes) -> bytes:
    packers: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
        (b"BZh", bz2.decompress),
        (b"\x1f\x8b", gzip.decompress),
        (b"\xfd7z", lzma.decompress),
    )
    return next((unpack(content) for magic, unpack in packers if content.startswith(magic)), content)


class _Reader:
    """Goes through the bytes once."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0
        self._symbols: list[str] = []

    def take(self, count: int) -> bytes:
        if count < 0 or self._at + count > len(self._content):
            raise ValueError("the file ends before it should")
        self._at += count
        return self._content[self._at - count : self._at]

    def integer(self) -> int:
        return struct.unpack(">i", self.take(4))[0]

    def item(self) -> Any:
        """Return the next value; a list with names becomes a dictionary."""
        flags = self.integer()
        kind = flags & 0xFF
        special: dict[int, Callable[[], Any]] = {
            _NIL: lambda: None,
            _SYMBOL: self._symbol,
            _REFERENCE: lambda: self._symbols[(flags >> 8) - 1],
            _CHARS: self._chars,
            _PAIRS: lambda: self._pairs(flags),
            _COMPACT: self._compact,
        }
        if kind in special:
            return special[kind]()
        value = self._vector(kind)
        named = self.item() if flags & _HAS_ATTRIBUTES else None
        return dict(zip(named["names"], value, strict=True)) if isinstance(named, dict) and "names" in named else value

    def _symbol(self) -> str:
        self._symbols.append(self.item())
        return self._symbols[-1]

    def _chars(self) -> str | None:
        length = self.integer()
        return None if length == -1 else self.take(length).decode("utf-8", "replace")

    def _pairs(self, flags: int) -> dict[str, Any]:
        """Return a list of pairs: attributes, or the objects of a file."""
        found: dict[str, Any] = {}
        while flags & 0xFF == _PAIRS:
            if flags & _HAS_ATTRIBUTES:
                self.item()
            tag = self.item() if flags & _HAS_TAG else str(len(found))
            found[tag] = self.item()
            flags = self.integer()
        if flags & 0xFF != _NIL:
            raise ValueError("a list of pairs ends in something else")
        return found

    def _vector(self, kind: int) -> list[Any]:
        if kind not in {_LOGICAL, _INTEGER, _REAL, _TEXT, _LIST}:
            raise ValueError(f"holds what is no data (type {kind})")
        length = self.integer()
        if kind in {_TEXT, _LIST}:
            return [self.item() for _ in range(length)]
        if kind == _REAL:
            return list(struct.unpack(f">{length}d", self.take(8 * length)))
        numbers = struct.unpack(f">{length}i", self.take(4 * length))
        return [None if number == _MISSING else number for number in numbers]

    def _compact(self) -> list[Any]:
        """Return a sequence of numbers that was saved as its beginning and length, or a wrapped vector."""
        class_, state = self.item(), self.item()
        self.item()  # attributes
        name = class_["0"] if isinstance(class_, dict) else ""
        if str(name).startswith("compact_intseq"):
            count, first, step = state
            return [int(first + step * place) for place in range(int(count))]
        if str(name).startswith("wrap_"):
            return state["0"] if isinstance(state, dict) else state[0]
        raise ValueError("holds a vector that is saved in a way of its own")
