"""PNG and GIF files that lie, expand, end early or never."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from tests import pictures
from tests.zoo.building import MIB, deflated_zeros, noise, patched, png, png_chunk, small
from tests.zoo.registry import specimen_of


@specimen_of
def png_30000x30000():
    return png(30000, 30000, png_chunk(b"IDAT", deflated_zeros(30000 * 30001)))


@specimen_of
def png_10900x10900_of_zeros():
    return png(10900, 10900, png_chunk(b"IDAT", deflated_zeros(10900 * 10901)))


@specimen_of
def png_rgba_10900x10900_of_zeros():
    return png(10900, 10900, png_chunk(b"IDAT", deflated_zeros(10900 * (10900 * 4 + 1))), colour=6)


@specimen_of
def png_interlaced_7000x7000():
    return png(7000, 7000, png_chunk(b"IDAT", deflated_zeros(7000 * 7000 + 14000)), interlace=1)


@specimen_of
def png_claims_more_than_it_holds():
    return png(8000, 8000, png_chunk(b"IDAT", deflated_zeros(1000)))


@specimen_of
def png_wrong_checksum():
    data = small("PNG")
    at = data.find(b"IDAT")
    return patched(data, at + 200, b"\0\0\0\0")


@specimen_of
def png_chunk_of_2_gib():
    return small("PNG")[:33] + struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + noise(1000)


@specimen_of
def png_text_of_256_mib():
    text = b"Comment\0\0" + deflated_zeros(256 * MIB)
    return png(96, 96, png_chunk(b"zTXt", text) + small("PNG")[33:-12])


@specimen_of
def png_colour_profile_of_256_mib():
    profile = b"icc\0\0" + deflated_zeros(256 * MIB)
    return png(96, 96, png_chunk(b"iCCP", profile) + small("PNG")[33:-12], colour=2)


@specimen_of
def png_hundred_thousand_texts():
    return png(96, 96, png_chunk(b"tEXt", b"a\0b") * 100_000 + small("PNG")[33:-12], colour=2)


@specimen_of
def png_of_no_size():
    return png(0, 0, png_chunk(b"IDAT", deflated_zeros(10)))


@specimen_of
def png_truncated():
    return small("PNG", 512)[: len(small("PNG", 512)) // 2]


@specimen_of
def apng_hundred_thousand_frames():
    control = png_chunk(b"acTL", struct.pack(">II", 100_000, 0))
    frame = struct.pack(">IIIIIHHBB", 0, 16, 16, 0, 0, 1, 10, 0, 0)
    body = zlib.compress(bytes(16 * 17))
    first = png_chunk(b"fcTL", frame) + png_chunk(b"IDAT", body)
    later = png_chunk(b"fcTL", frame) + png_chunk(b"fdAT", b"\0\0\0\1" + body)
    return png(16, 16, control + first + later * 99_999)


@specimen_of
def apng_frames_outside_the_canvas():
    control = png_chunk(b"acTL", struct.pack(">II", 2, 0))
    frame = struct.pack(">IIIIIHHBB", 0, 60_000, 60_000, 50_000, 50_000, 1, 10, 0, 0)
    body = zlib.compress(bytes(16 * 17))
    return png(
        16, 16, control + png_chunk(b"IDAT", body) + png_chunk(b"fcTL", frame) + png_chunk(b"fdAT", b"\0\0\0\1" + body)
    )


def _gif_frame(side: int = 8) -> bytes:
    return small("GIF", side)[13:-1]


@specimen_of
def gif_hundred_thousand_frames():
    data = pictures.encode(Image.new("P", (8, 8)), "GIF")
    at = data.index(b"\x2c")
    return data[:at] + data[at:-1] * 100_000 + b";"


@specimen_of
def gif_screen_of_65535():
    return patched(small("GIF"), 6, b"\xff\xff\xff\xff")


@specimen_of
def gif_screen_of_10000():
    return patched(small("GIF"), 6, struct.pack("<HH", 10000, 10000))


@specimen_of
def gif_frame_outside_the_screen():
    data = small("GIF")
    return patched(data, data.index(b"\x2c") + 1, struct.pack("<HH", 60_000, 60_000))


@specimen_of
def gif_garbage_codes():
    data = small("GIF", 256)
    return patched(data, len(data) // 2, noise(2000))


@specimen_of
def gif_truncated():
    return small("GIF", 256)[: len(small("GIF", 256)) // 2]


@specimen_of
def gif_sub_blocks_of_one_byte():
    return small("GIF")[:-1] + b"\x21\xfe" + b"\x01a" * 2_000_000 + b"\0;"
