"""Decompressing a run of bytes piece by piece: no header decides how much memory is taken.

Python's three decompressors differ in how they are asked for a bounded amount; here they look alike.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.media import Reason
from tutela.engine.sandbox.member import CHUNK_BYTES, ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BROKEN: Final = (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError)
_DICTIONARY_BYTES_MAX: Final = 64 * 1024 * 1024
_LZMA_HEADER: Final = struct.Struct("<BBHBI")  # version, size of properties, packed lc/lp/pb, dictionary


def stored(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give bytes that are not compressed."""
    return pieces


def deflated(pieces: Iterator[bytes], window_bits: int = -zlib.MAX_WBITS) -> Iterator[bytes]:
    """Expand one raw deflate stream. `ArchiveError` where it is broken or ends early."""
    engine = zlib.decompressobj(window_bits)
    for piece in pieces:
        rest = piece
        while rest and not engine.eof:
            yield _step(engine.decompress, rest)
            rest = engine.unconsumed_tail
        if engine.eof:
            return
    raise ArchiveError(Reason.TRUNCATED)


def gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Expand gzip members one behind the other, as gunzip does; what follows the last is ignored."""
    engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    begun = False
    for piece in pieces:
        rest = piece
        while rest:
            if engine.eof:
                rest = rest.lstrip(b"\0")
                if not rest.startswith(b"\x1f\x8b"[: len(rest)]):
                    return
                engine, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
                continue
            yield _step(engine.decompress, rest)
            begun = True
            rest = engine.unused_data if engine.eof else engine.unconsumed_tail
    if begun and not engine.eof:
        raise ArchiveError(Reason.TRUNCATED)


def bunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Expand one bzip2 stream."""
    return _eager(bz2.BZ2Decompressor(), pieces)


def unlzmaed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Expand LZMA as zip stores it: nine bytes of properties, then a raw stream."""
    first = next(pieces, b"")
    if len(first) < _LZMA_HEADER.size:
        raise ArchiveError(Reason.TRUNCATED)
    _, _, size, packed, dictionary = struct.unpack("<BBHBI", first[: _LZMA_HEADER.size])
    if size != 5 or packed >= 225 or dictionary > _DICTIONARY_BYTES_MAX:
        raise ArchiveError(Reason.UNSUPPORTED)
    filters = [
        {
            "id": lzma.FILTER_LZMA1,
            "dict_size": max(dictionary, 4096),
            "lc": packed % 9,
            "lp": packed // 9 % 5,
            "pb": packed // 45,
        }
    ]
    try:
        engine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except (lzma.LZMAError, ValueError) as error:
        raise ArchiveError(Reason.CORRUPT) from error

    def rest() -> Iterator[bytes]:
        yield first[_LZMA_HEADER.size :]
        yield from pieces

    return _eager(engine, rest())


def _eager(engine: bz2.BZ2Decompressor | lzma.LZMADecompressor, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Drive a decompressor that keeps what it has not used yet."""
    for piece in pieces:
        yield _step(engine.decompress, piece)
        while not engine.eof and not engine.needs_input:
            yield _step(engine.decompress, b"")
        if engine.eof:
            return


def _step(decompress: Any, data: bytes) -> bytes:
    try:
        return decompress(data, CHUNK_BYTES)
    except _BROKEN as error:
        raise ArchiveError(Reason.CORRUPT) from error
