"""Zip (PKWARE APPNOTE) by its central directory, read entry by entry; without one, by its local headers.

The standard library's reader is not used: it builds an object for each of millions of entries before the first is
looked at, and gives up on an archive that is cut short. Sizes in headers are never believed: content ends where its
compressed stream ends, or where the budget of the examination does, so overlapping entries only spend the budget.

Names are names, never paths to write to; they may repeat. Folders give no member; encrypted entries and symbolic links
give one that is not opened.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from tutela.domain.media import Reason
from tutela.engine.sandbox import expand
from tutela.engine.sandbox.member import CHUNK_BYTES, ArchiveError, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutela.engine.sandbox.source import Source

_LOCAL_MAGIC: Final = b"PK\x03\x04"
_ENTRY_MAGIC: Final = b"PK\x01\x02"
_END_MAGIC: Final = b"PK\x05\x06"
_END64_MAGIC: Final = b"PK\x06\x06"
_LOCATOR_MAGIC: Final = b"PK\x06\x07"

_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_ENTRY: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<4sHHHHIIH")
_END64: Final = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR: Final = struct.Struct("<4sIQI")
_COMMENT_BYTES_MAX: Final = 0xFFFF
_ZIP64_MARK: Final = 0xFFFFFFFF
_ZIP64_EXTRA: Final = 1
_EXTRAS_MAX: Final = 100

_ENCRYPTED: Final = 0x0001
_SIZES_FOLLOW: Final = 0x0008
_MASKED: Final = 0x2000
_UNIX: Final = 3
_FILE_TYPE: Final = 0o170000
_SYMLINK: Final = 0o120000

_METHODS: Final[dict[int, Callable[[Iterator[bytes]], Iterator[bytes]]]] = {
    0: expand.stored,
    8: expand.deflated,
    12: expand.bunzipped,
    14: expand.unlzmaed,
}


class _Entry(NamedTuple):
    """One file, as a header tells of it."""

    path: bytes
    flags: int
    method: int
    crc: int | None  # None: not known before the content ends
    stored_bytes: int
    local_at: int
    symlink: bool = False


def members(source: Source) -> Iterator[Member]:
    """Give the members of a zip archive. `ArchiveError` at the end where there was no directory, or a broken one."""
    directory = _directory(source)
    if directory is None:
        for entry, data_at in _salvaged(source):
            yield _member(source, entry, data_at)
        raise ArchiveError(Reason.TRUNCATED)
    at, end, shift = directory
    while at + _ENTRY.size <= end:
        entry, at = _entry(source, at, shift)
        if not entry.path.endswith(b"/"):
            yield _member(source, entry, _data_at(source, entry.local_at))


def _directory(source: Source) -> tuple[int, int, int] | None:
    """Return where the central directory begins and ends, and how far all offsets are shifted; None if there is none.

    An archive may stand behind other bytes (a program that unpacks itself): offsets then count from its own beginning.
    """
    tail_at = max(0, source.size_bytes - _END.size - _COMMENT_BYTES_MAX - _LOCATOR.size)
    tail = source.read_at(tail_at, source.size_bytes - tail_at)
    found = tail.rfind(_END_MAGIC)
    if found < 0 or found + _END.size > len(tail):
        return None
    _, _, _, _, _, size, offset, _ = _END.unpack_from(tail, found)
    end = tail_at + found
    locator_at = found - _LOCATOR.size
    if locator_at >= 0 and tail.startswith(_LOCATOR_MAGIC, locator_at):
        end64_at = _LOCATOR.unpack_from(tail, locator_at)[2]
        record = source.read_at(end64_at, _END64.size)
        if len(record) == _END64.size and record.startswith(_END64_MAGIC):
            size, offset = _END64.unpack(record)[-2:]
            end = end64_at
    if not size:
        return (end, end, 0) if found == 0 or not offset else None
    for begin in (end - size, offset):
        if begin >= 0 and source.read_at(begin, 4) == _ENTRY_MAGIC:
            return begin, end, begin - offset
    return None


def _entry(source: Source, at: int, shift: int) -> tuple[_Entry, int]:
    """Return one entry of the directory, and where the next begins."""
    fixed = source.read_at(at, _ENTRY.size)
    if len(fixed) < _ENTRY.size or not fixed.startswith(_ENTRY_MAGIC):
        raise ArchiveError(Reason.CORRUPT)
    fields = _ENTRY.unpack(fixed)
    made_by, flags, method, crc, stored_bytes, size = fields[1], *(fields[index] for index in (3, 4, 7, 8, 9))
    name_bytes, extra_bytes, comment_bytes = fields[10:13]
    rest = source.read_at(at + _ENTRY.size, name_bytes + extra_bytes)
    stored_bytes, local_at = _zip64(rest[name_bytes:], size, stored_bytes, fields[16])
    symlink = made_by >> 8 == _UNIX and fields[15] >> 16 & _FILE_TYPE == _SYMLINK
    entry = _Entry(rest[:name_bytes], flags, method, crc, stored_bytes, local_at + shift, symlink)
    return entry, at + _ENTRY.size + name_bytes + extra_bytes + comment_bytes


def _zip64(extra: bytes, size: int, stored_bytes: int, local_at: int) -> tuple[int, int]:
    """Return the stored size and the local offset, from the zip64 field where 32 bits did not hold them."""
    at = 0
    for _ in range(_EXTRAS_MAX):
        if at + 4 > len(extra):
            break
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == _ZIP64_EXTRA:
            field = extra[at + 4 : at + 4 + length]
            numbers = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
            if size == _ZIP64_MARK:
                next(numbers, 0)
            if stored_bytes == _ZIP64_MARK:
                stored_bytes = next(numbers, stored_bytes)
            if local_at == _ZIP64_MARK:
                local_at = next(numbers, local_at)
            break
        at += 4 + length
    return stored_bytes, local_at


def _data_at(source: Source, local_at: int) -> int | None:
    """Return where the content of an entry begins; None where its local header is not there."""
    local = source.read_at(local_at, _LOCAL.size)
    if len(local) < _LOCAL.size or not local.startswith(_LOCAL_MAGIC):
        return None
    name_bytes, extra_bytes = _LOCAL.unpack(local)[-2:]
    return local_at + _LOCAL.size + name_bytes + extra_bytes


def _salvaged(source: Source) -> Iterator[tuple[_Entry, int]]:
    """Find local headers from the beginning on, as far as the bytes go."""
    at = 0
    while (at := _find(source, _LOCAL_MAGIC, at)) >= 0:
        local = source.read_at(at, _LOCAL.size)
        if len(local) < _LOCAL.size:
            return
        _, _, flags, method, _, _, crc, stored_bytes, _, name_bytes, extra_bytes = _LOCAL.unpack(local)
        path = source.read_at(at + _LOCAL.size, name_bytes)
        data_at = at + _LOCAL.size + name_bytes + extra_bytes
        if flags & _SIZES_FOLLOW:
            yield _Entry(path, flags, method, None, source.size_bytes - data_at, at), data_at
            at = data_at
        else:
            if not path.endswith(b"/"):
                yield _Entry(path, flags, method, crc, stored_bytes, at), data_at
            at = data_at + stored_bytes


def _find(source: Source, magic: bytes, at: int) -> int:
    """Return the next place of `magic` from `at` on; -1 where there is none."""
    while at < source.size_bytes:
        block = source.read_at(at, CHUNK_BYTES)
        found = block.find(magic)
        if found >= 0:
            return at + found
        at += max(1, len(block) - len(magic) + 1)
    return -1


def _member(source: Source, entry: _Entry, data_at: int | None) -> Member:
    if entry.flags & (_ENCRYPTED | _MASKED):
        return Member(entry.path, iter(()), Reason.ENCRYPTED)
    if entry.symlink or entry.method not in _METHODS:
        return Member(entry.path, iter(()), Reason.UNSUPPORTED)
    if data_at is None:
        return Member(entry.path, iter(()), Reason.CORRUPT)
    return Member(entry.path, _content(source, entry, data_at))


def _content(source: Source, entry: _Entry, data_at: int) -> Iterator[bytes]:
    """Give the expanded content; `ArchiveError` at its end where it is cut short or its CRC is not the one promised."""
    crc = 0
    for chunk in _METHODS[entry.method](_pieces(source, data_at, entry.stored_bytes)):
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if entry.crc is not None and crc != entry.crc:
        raise ArchiveError(Reason.CORRUPT)


def _pieces(source: Source, at: int, size: int) -> Iterator[bytes]:
    end = at + size
    while at < end:
        piece = source.read_at(at, min(CHUNK_BYTES, end - at))
        if not piece:
            raise ArchiveError(Reason.TRUNCATED)
        yield piece
        at += len(piece)
