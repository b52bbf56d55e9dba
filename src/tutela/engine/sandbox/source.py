"""The bytes under examination: read-only, seekable, never longer than the parent said.

A source stands over a descriptor (a file of the scan) or over bytes in memory (a member of an archive). Decoders get
it whole (`whole`), in parts (`read_at`) or as a file (`open`). Only `pread` is used: it moves no shared offset, and
unlike a memory map it cannot end the worker when somebody shortens the file meanwhile.

>>> Source.of_bytes(b"abc").read_at(1, 8)
b'bc'
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_READ_BYTES_MAX: Final = 1 << 30  # one pread never returns more than 2 GiB; stay well below


class Source:
    """A run of `size_bytes` bytes."""

    __slots__ = ("_data", "_fd", "size_bytes")

    def __init__(self, fd: int, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self._fd = fd
        self._data: bytes | None = None

    @classmethod
    def of_bytes(cls, data: bytes) -> Source:
        """Make a source of bytes that are already in memory."""
        source = cls(-1, len(data))
        source._data = data
        return source

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from `offset`; fewer only where the bytes end. `OSError` when reading fails."""
        size = min(size, self.size_bytes - offset)
        if size <= 0 or offset < 0:
            return b""
        if self._data is not None:
            return self._data[offset : offset + size]
        part = os.pread(self._fd, min(size, _READ_BYTES_MAX), offset)
        if len(part) == size:
            return part
        parts = [part]
        while part and (done := sum(map(len, parts))) < size:
            part = os.pread(self._fd, min(size - done, _READ_BYTES_MAX), offset + done)
            parts.append(part)
        return b"".join(parts)

    def whole(self) -> bytes:
        """Return all bytes."""
        return self._data if self._data is not None else self.read_at(0, self.size_bytes)

    def open(self) -> io.RawIOBase:
        """Return a new read-only file over the bytes, with its own position."""
        return _SourceFile(self)


class _SourceFile(io.RawIOBase):
    """A file over a source, without a descriptor that a library could take for itself."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._source.size_bytes}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._source.size_bytes if size is None or size < 0 else size
        part = self._source.read_at(self._at, wanted)
        self._at += len(part)
        return part

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        part = self.read(len(view))
        view[: len(part)] = part
        return len(part)
