"""WebP, BMP, TIFF, HEIC and AVIF files that lie, loop or end early."""

from __future__ import annotations

import struct

from PIL import Image

from tests import pictures
from tests.zoo.building import deflated_zeros, noise, patched, riff, riff_chunk, small, small_heic
from tests.zoo.registry import specimen_of


def _webp_animation(side: int, frames: int) -> bytes:
    side24 = (side - 1).to_bytes(3, "little")
    still = pictures.encode(Image.new("RGB", (16, 16)), "WEBP", lossless=True)[12:]
    frame = bytes(6) + (15).to_bytes(3, "little") * 2 + (10).to_bytes(3, "little") + b"\0" + still
    header = riff_chunk(b"VP8X", b"\x02\0\0\0" + side24 * 2) + riff_chunk(b"ANIM", bytes(6))
    return riff(b"WEBP", header + riff_chunk(b"ANMF", frame) * frames)


@specimen_of
def webp_animation_on_16384x16384():
    return _webp_animation(16384, 3)


@specimen_of
def webp_animation_on_4000x4000():
    return _webp_animation(4000, 60)


@specimen_of
def webp_hundred_thousand_frames():
    return _webp_animation(16, 100_000)


@specimen_of
def webp_truncated():
    return small("WEBP", 512)[: len(small("WEBP", 512)) // 2]


@specimen_of
def webp_length_lies():
    return patched(small("WEBP"), 16, b"\xf0\xff\xff\xff")


@specimen_of
def bmp_claims_2_gigapixels():
    return patched(small("BMP"), 18, struct.pack("<ii", 60_000, 40_000))


@specimen_of
def bmp_run_length_bomb():
    head = struct.pack("<2sIHHI", b"BM", 1100, 0, 0, 1078) + struct.pack(
        "<IiiHHIIiiII", 40, 10_000, 10_000, 1, 8, 1, 0, 0, 0, 256, 0
    )
    return head + bytes(1024) + b"\xff\x01" * 100 + b"\0\1"


@specimen_of
def bmp_most_negative_height():
    return patched(small("BMP"), 22, b"\0\0\0\x80")


def _tiff(entries: list[tuple[int, int, int, int]], body: bytes = b"", following: int = 0) -> bytes:
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + directory + struct.pack("<I", following) + body


def _tiff_entries(width: int, height: int, at: int, size: int, compression: int = 1) -> list[tuple[int, int, int, int]]:
    return [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, 1, at),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, size),
    ]


_TIFF_BODY_AT = 8 + 2 + 9 * 12 + 4


@specimen_of
def tiff_directory_follows_itself():
    return _tiff(_tiff_entries(16, 16, _TIFF_BODY_AT, 256), bytes(256), following=8)


@specimen_of
def tiff_directories_in_a_ring():
    second_at = _TIFF_BODY_AT + 256
    first = _tiff(_tiff_entries(16, 16, _TIFF_BODY_AT, 256), bytes(256), following=second_at)
    second = _tiff(_tiff_entries(16, 16, _TIFF_BODY_AT, 256), following=8)
    return first + second[8:]


@specimen_of
def tiff_twenty_thousand_pages():
    one = 2 + 9 * 12 + 4
    pages = []
    for number in range(20_000):
        at = 8 + number * one
        entries = _tiff_entries(8, 8, 8, 64)
        directory = struct.pack("<H", 9) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
        pages.append(directory + struct.pack("<I", at + one))
    return b"II*\0\x08\0\0\0" + b"".join(pages)


@specimen_of
def tiff_claims_65000x65000():
    return _tiff(_tiff_entries(65_000, 65_000, _TIFF_BODY_AT, 256), bytes(256))


@specimen_of
def tiff_deflate_bomb():
    body = deflated_zeros(10_000 * 10_000)
    return _tiff(_tiff_entries(10_000, 10_000, _TIFF_BODY_AT, len(body), 8), body)


@specimen_of
def tiff_strips_outside_the_file():
    return _tiff(_tiff_entries(512, 512, 0xFFFFFF00, 0xFFFFFFF0))


@specimen_of
def tiff_65535_entries():
    return b"II*\0\x08\0\0\0\xff\xff" + bytes(1000)


@specimen_of
def tiff_lzw_garbage():
    body = noise(50_000)
    return _tiff(_tiff_entries(4000, 4000, _TIFF_BODY_AT, len(body), 5), body)


@specimen_of
def heic_claims_60000x60000():
    return pictures.heic(pictures.image(1, (96, 96)), claimed_size=(60_000, 60_000))


@specimen_of
def heic_claims_10000x10000():
    return pictures.heic(pictures.image(1, (96, 96)), claimed_size=(10_000, 10_000))


@specimen_of
def heic_box_of_4_gib():
    data = small_heic()
    return patched(data, data.index(b"meta") - 4, b"\xff\xff\xff\xff")


@specimen_of
def heic_box_of_no_size():
    data = small_heic()
    return patched(data, data.index(b"iprp") - 4, b"\0\0\0\1")


@specimen_of
def heic_hundred_thousand_boxes():
    box = pictures._box(b"ipco", b"")
    return small_heic()[:24] + pictures._box(b"meta", bytes(4) + pictures._box(b"iprp", box * 150_000))


@specimen_of
def heic_truncated():
    return small_heic()[: len(small_heic()) * 2 // 3]


@specimen_of
def heic_picture_data_corrupted():
    data = small_heic()
    return patched(data, len(data) - 200, noise(150))


@specimen_of
def avif_corrupted():
    data = small("AVIF", 256)
    return patched(data, len(data) // 2, noise(300))


@specimen_of
def avif_truncated():
    return small("AVIF", 256)[: len(small("AVIF", 256)) * 2 // 3]
