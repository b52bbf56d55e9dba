"""What specimens are made of: small honest files, streams of zeros that nobody had to compress, chunks and patches."""

from __future__ import annotations

import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image

from tests import pictures

MIB = 1 << 20


@cache
def small(kind: str, side: int = 96, **options) -> bytes:
    return pictures.encode(pictures.image(1, (side, side)), kind, **options)


@cache
def progressive(side: int) -> bytes:
    return pictures.encode(Image.new("RGB", (side, side), (90, 120, 150)), "JPEG", progressive=True)


@cache
def movie(container: str = "mp4", codec: str = "libx264") -> bytes:
    return pictures.video([pictures.picture(seed, (96, 96)) for seed in range(12)], container=container, codec=codec)


@cache
def small_heic() -> bytes:
    return pictures.heic(pictures.image(1, (96, 96)))


def deflated_zeros(size: int) -> bytes:
    """Return a zlib stream of `size` zero bytes without compressing them all: one flushed block, repeated."""
    engine = zlib.compressobj(9, wbits=-15)
    block = engine.compress(bytes(MIB)) + engine.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, wbits=-15)
    tail = last.compress(bytes(size % MIB)) + last.flush()
    checksum = (size % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + block * (size // MIB) + tail + struct.pack(">I", checksum)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, body: bytes, *, depth: int = 8, colour: int = 0, interlace: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + body + png_chunk(b"IEND", b"")


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def jpeg_sized(data: bytes, width: int, height: int) -> bytes:
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    return patched(data, at + 5, struct.pack(">HH", height, width))


def noise(size: int, seed: int = 5) -> bytes:
    return np.random.default_rng(seed).bytes(size)


def riff(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + kind + body


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)
