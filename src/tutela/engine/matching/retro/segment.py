"""A segment: what one process was asked on one ground within an hour or so, in a file that only grows.

The file is blocks, one for each time its process wrote and each state of the index that answered: magic, number of
rows, CRC-32, that state, then rows of 96 bytes. A block that is cut short or altered ends the file: what stands behind
it is not believed. Whoever writes holds a lock on the file, so one that can be locked is finished.

>>> row = packed(Asked(SignalKind.MD5, bytes(16), key=bytes(16), reference="post-7", asked_at_s=1_764_000_000))
>>> len(row), rows_of(row)["reference"]
(96, array([b'post-7'], dtype='|S40'))
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import struct
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

import numpy as np

from tutela.domain.limits import RetroLimits
from tutela.domain.signals import DIGEST_KINDS, SignalKind
from tutela.engine.durable import PRIVATE_FILE, private_folder, take_lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SUFFIX: Final = ".asked"
KINDS: Final = (*DIGEST_KINDS, SignalKind.PDQ)
_VALUE_BYTES: Final = 32
_REFERENCE_BYTES: Final = RetroLimits().reference_chars_max
_ROW: Final = struct.Struct(f"<IB3x16s{_VALUE_BYTES}s{_REFERENCE_BYTES}s")
ROW_BYTES: Final = _ROW.size
ROW: Final = np.dtype(
    [
        ("asked_at_s", "<u4"),
        ("kind", "u1"),
        ("unused", "V3"),
        ("key", "V16"),
        ("value", "u1", (_VALUE_BYTES,)),
        ("reference", f"S{_REFERENCE_BYTES}"),
    ]
)
_BLOCK: Final = struct.Struct("<4sIII32s")
_MAGIC: Final = b"TRb1"
_NAME: Final = re.compile(r"(\d{10})-[0-9a-f]{16}", re.ASCII)
_NUMBER: Final = {kind: number for number, kind in enumerate(KINDS)}


class Asked(NamedTuple):
    """One value that was asked and not known. `key` has 16 bytes; `reference` is what the platform calls it."""

    kind: SignalKind
    value: bytes
    key: bytes
    reference: str
    asked_at_s: int


class Block(NamedTuple):
    """Rows that were answered from one state of the index, and where they stand in their file."""

    start: int
    end: int
    version: str
    rows: NDArray[Any]

    @property
    def places(self) -> NDArray[np.int64]:
        """Where each row begins: by that it is known."""
        return self.start + _BLOCK.size + ROW_BYTES * np.arange(len(self.rows), dtype=np.int64)


class Segment:
    """A segment that is being written. One process and thread at a time."""

    def __init__(self, folder: Path, now_s: int) -> None:
        """Begin a file. `OSError` where that cannot be done."""
        self.began_at_s = now_s
        self.size_bytes = 0
        private_folder(folder)
        while True:
            path = folder / f"{now_s:010d}-{secrets.token_hex(8)}{SUFFIX}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._descriptor = os.open(path, flags, PRIVATE_FILE)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            if os.fstat(self._descriptor).st_nlink:
                return
            os.close(self._descriptor)  # swept between the two steps

    def append(self, version: str, rows: Sequence[bytes]) -> None:
        """Write a block, or nothing of it. `OSError` where it cannot be written; the segment is to be closed then."""
        payload = b"".join(rows)
        state = bytes.fromhex(version)
        raw = _BLOCK.pack(_MAGIC, len(rows), zlib.crc32(payload, zlib.crc32(state)), 0, state) + payload
        try:
            written = 0
            while written < len(raw):
                written += os.write(self._descriptor, raw[written:])
        except OSError:
            os.ftruncate(self._descriptor, self.size_bytes)
            raise
        self.size_bytes += len(raw)

    def close(self) -> None:
        """Finish the file, durably where the disk allows."""
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def packed(asked: Asked) -> bytes:
    """Return one row."""
    return _ROW.pack(asked.asked_at_s, _NUMBER[asked.kind], asked.key, asked.value, asked.reference.encode("ascii"))


def rows_of(raw: bytes) -> NDArray[Any]:
    """Read rows."""
    return np.frombuffer(raw, ROW)


def blocks(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Block]:
    """Yield whole blocks from a place on, up to the first that is not whole. A file that has gone has none."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(start)
        while (stop is None or start < stop) and (block := _next(file, start)) is not None:
            yield block
            start = block.end


def is_finished(path: Path) -> bool:
    """Tell whether nobody writes a segment any more."""
    try:
        with path.open("rb") as file:
            return take_lock(file.fileno())
    except FileNotFoundError:
        return True


def began_at_s(path: Path) -> int | None:
    """Read when a segment was begun from its name; None where it is no segment."""
    named = _NAME.fullmatch(path.stem)
    return int(named[1]) if named and path.suffix == SUFFIX else None


def rows_in(path: Path) -> int:
    """Count the rows of a segment, by the heads of its blocks."""
    rows = 0
    try:
        with path.open("rb") as file:
            while len(head := file.read(_BLOCK.size)) == _BLOCK.size and head.startswith(_MAGIC):
                own = _BLOCK.unpack(head)[1]
                file.seek(own * ROW_BYTES, os.SEEK_CUR)
                rows += own
    except FileNotFoundError:
        return 0
    return rows


def _next(file: BinaryIO, start: int) -> Block | None:
    head = file.read(_BLOCK.size)
    if len(head) < _BLOCK.size:
        return None
    magic, count, crc, _, state = _BLOCK.unpack(head)
    if magic != _MAGIC or not 0 < count <= RetroLimits().waiting_rows_max:
        return None
    payload = file.read(count * ROW_BYTES)
    if len(payload) < count * ROW_BYTES or zlib.crc32(payload, zlib.crc32(state)) != crc:
        return None
    rows = rows_of(payload)
    if int(rows["kind"].max()) >= len(KINDS):
        return None
    return Block(start, start + len(head) + len(payload), state.hex(), rows)
