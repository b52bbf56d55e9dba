"""Tar as a stream: v7, ustar, GNU long names and pax records, in 512-byte blocks.

The standard library's reader is not used: it gathers every header in memory, and a pax header made for it keeps its
regular expression busy for minutes. Here each header is read once, in order, and a lying size only ends the archive.

Folders give no member. Links and devices give one that is not opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.domain.media import Reason
from tutela.engine.sandbox.member import CHUNK_BYTES, ArchiveError, Feed, Member
from tutela.engine.sandbox.sniff import tar_checksum

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = 512
_NOTE_BYTES_MAX: Final = 1 << 20  # a long name or a pax header beyond this is passed over
_PAX_RECORDS_MAX: Final = 1000

_FOLDER: Final = b"5"
_NOT_OPENED: Final = frozenset(b"12346")  # hard link, symbolic link, devices, fifo
_LONG_NAME: Final = b"L"
_LONG_LINK: Final = b"K"
_PAX: Final = b"x"
_PAX_GLOBAL: Final = b"g"
_BASE_256: Final = 0x80


def members(feed: Feed) -> Iterator[Member]:
    """Give the members of a tar archive. `ArchiveError` where it is broken or cut short."""
    name: bytes | None = None
    size_override: int | None = None
    while (block := _read(feed, _BLOCK)) and block.strip(b"\0"):
        _check(block)
        kind, size = block[156:157], _number(block[124:136])
        if kind in {_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL}:
            note = _note(feed, size)
            if kind == _LONG_NAME:
                name = note.rstrip(b"\0")
            elif kind == _PAX:
                records = _pax(note)
                name = records.get(b"path") or name
                size_override = _decimal(records.get(b"size"))
            continue
        path = _path(block) if name is None else name
        size = size if size_override is None else size_override
        name = size_override = None
        if kind == _FOLDER or (kind == b"\0" and path.endswith(b"/")):
            _skip(feed, _padded(size))
        elif kind and kind[0] in _NOT_OPENED:
            yield Member(path, iter(()), Reason.UNSUPPORTED)
        else:
            content = _Content(feed, size)
            yield Member(path, content.chunks(), expands=False)
            content.skip()


class _Content:
    """The bytes of one member: whatever the walker leaves unread must be passed over before the next header."""

    def __init__(self, feed: Feed, size: int) -> None:
        self._feed = feed
        self._left = size
        self._padding = _padded(size) - size

    def chunks(self) -> Iterator[bytes]:
        while self._left:
            piece = self._feed.read(min(self._left, CHUNK_BYTES))
            if not piece:
                raise ArchiveError(Reason.TRUNCATED)
            self._left -= len(piece)
            yield piece

    def skip(self) -> None:
        _skip(self._feed, self._left + self._padding)
        self._left = 0


def _read(feed: Feed, size: int) -> bytes:
    """Return exactly `size` bytes, or nothing at a clean end."""
    parts: list[bytes] = []
    missing = size
    while missing and (piece := feed.read(missing)):
        parts.append(piece)
        missing -= len(piece)
    if missing and parts:
        raise ArchiveError(Reason.TRUNCATED)
    return b"".join(parts)


def _skip(feed: Feed, size: int) -> None:
    while size > 0:
        piece = feed.read(min(size, CHUNK_BYTES))
        if not piece:
            raise ArchiveError(Reason.TRUNCATED)
        size -= len(piece)


def _note(feed: Feed, size: int) -> bytes:
    """Return the content of a long name or a pax header; nothing where it is absurdly long."""
    if size > _NOTE_BYTES_MAX:
        _skip(feed, _padded(size))
        return b""
    note = _read(feed, _padded(size))
    return note[:size]


def _check(block: bytes) -> None:
    digits = block[148:156].strip(b" \0")
    if not digits or digits.strip(b"01234567") or int(digits, 8) != tar_checksum(block):
        raise ArchiveError(Reason.CORRUPT)


def _number(field: bytes) -> int:
    """Read a size: octal digits, or base 256 where the first bit is set. `ArchiveError` where it is neither."""
    if field[0] & _BASE_256:
        value = int.from_bytes(field, "big") & ~(_BASE_256 << 8 * (len(field) - 1))
        if value >> 62:  # negative, or beyond any disk
            raise ArchiveError(Reason.CORRUPT)
        return value
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise ArchiveError(Reason.CORRUPT)
    return int(digits or b"0", 8)


def _path(block: bytes) -> bytes:
    name = block[:100].split(b"\0", 1)[0]
    prefix = block[345:500].split(b"\0", 1)[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _pax(note: bytes) -> dict[bytes, bytes]:
    """Read the records `length key=value`; what does not fit ends the reading."""
    records: dict[bytes, bytes] = {}
    at = 0
    for _ in range(_PAX_RECORDS_MAX):
        space = note.find(b" ", at, at + 20)
        length = _decimal(note[at:space]) if space > at else None
        if not length or at + length > len(note):
            break
        key, _, value = note[space + 1 : at + length - 1].partition(b"=")
        records[key] = value
        at += length
    return records


def _decimal(digits: bytes | None) -> int | None:
    if not digits or len(digits) > 18 or not digits.isdigit():
        return None
    return int(digits)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
