"""The zoo: files made to hurt whoever opens them. All benign in content (gradients and zeros), all hostile in form.

    specimens() -> {"png-30000x30000": b"...", ...}     the same bytes every time, in a few seconds

Each must end in a verdict within 10 seconds and 1 GiB of address space (evidence A5). The names say what is wrong, and the
media type is whatever the first bytes tell.
"""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tests import pictures

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1 << 20
_SPECIMENS: dict[str, Callable[[], bytes]] = {}


def specimens() -> dict[str, bytes]:
    """Make every specimen."""
    return {name: make() for name, make in _SPECIMENS.items()}


def names() -> list[str]:
    """Name every specimen without making it."""
    return list(_SPECIMENS)


def specimen(name: str) -> bytes:
    """Make one specimen."""
    return _SPECIMENS[name]()


def _specimen(make: Callable[[], bytes]) -> Callable[[], bytes]:
    _SPECIMENS[make.__name__.replace("_", "-")] = make
    return make


#### Building blocks ####


@lru_cache(maxsize=None)
def _file(kind: str, side: int = 96, **options) -> bytes:
    return pictures.encode(pictures.image(1, (side, side)), kind, **options)


@lru_cache(maxsize=None)
def _progressive(side: int) -> bytes:
    return pictures.encode(Image.new("RGB", (side, side), (90, 120, 150)), "JPEG", progressive=True)


@lru_cache(maxsize=None)
def _movie(container: str = "mp4", codec: str = "libx264") -> bytes:
    return pictures.video([pictures.picture(seed, (96, 96)) for seed in range(12)], container=container, codec=codec)


@lru_cache(maxsize=None)
def _heic() -> bytes:
    return pictures.heic(pictures.image(1, (96, 96)))


def _deflated_zeros(size: int) -> bytes:
    """Return a zlib stream of `size` zero bytes without compressing them all: one flushed block, repeated."""
    engine = zlib.compressobj(9, wbits=-15)
    block = engine.compress(bytes(MIB)) + engine.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, wbits=-15)
    tail = last.compress(bytes(size % MIB)) + last.flush()
    checksum = (size % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + block * (size // MIB) + tail + struct.pack(">I", checksum)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, body: bytes, *, depth: int = 8, colour: int = 0, interlace: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + body + _chunk(b"IEND", b"")


def _patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def _jpeg_sized(data: bytes, width: int, height: int) -> bytes:
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    return _patched(data, at + 5, struct.pack(">HH", height, width))


def _noise(size: int, seed: int = 5) -> bytes:
    return np.random.default_rng(seed).bytes(size)


#### JPEG ####


@_specimen
def jpeg_claims_65500x65500():
    return _jpeg_sized(_file("JPEG"), 65500, 65500)


@_specimen
def jpeg_claims_10000x10000():
    return _jpeg_sized(_file("JPEG"), 10000, 10000)


@_specimen
def jpeg_truncated_in_half():
    return _file("JPEG", 512)[: len(_file("JPEG", 512)) // 2]


@_specimen
def jpeg_truncated_in_header():
    return _file("JPEG")[:100]


@_specimen
def jpeg_200_bytes_corrupted():
    data = _file("JPEG", 512)
    return _patched(data, len(data) // 2, _noise(200))


def _more_scans(data: bytes, scans: int) -> bytes:
    at = data.rfind(b"\xff\xda")
    return data[:-2] + data[at:-2] * scans + b"\xff\xd9"


@_specimen
def jpeg_400_more_scans():
    return _more_scans(_progressive(4000), 400)


@_specimen
def jpeg_80_more_scans_of_64_megapixels():
    return _jpeg_sized(_more_scans(_progressive(4000), 80), 8000, 8000)


@_specimen
def jpeg_without_scan():
    return _file("JPEG")[: _file("JPEG").find(b"\xff\xda")] + b"\xff\xd9"


@_specimen
def jpeg_scan_before_frame():
    data = _file("JPEG")
    frame, scan = data.find(b"\xff\xc0"), data.find(b"\xff\xda")
    return data[:frame] + data[scan : scan + 300] + data[frame:]


@_specimen
def jpeg_million_empty_comments():
    return b"\xff\xd8" + b"\xff\xfe\x00\x02" * 1_000_000 + _file("JPEG")[2:]


@_specimen
def jpeg_five_mib_of_fill_bytes():
    return b"\xff\xd8" + b"\xff" * (5 * MIB) + _file("JPEG")[2:]


@_specimen
def jpeg_height_zero():
    return _jpeg_sized(_file("JPEG"), 96, 0)


@_specimen
def jpeg_of_one_pixel():
    return _file("JPEG", 1)


@_specimen
def jpeg_twelve_bits():
    data = _file("JPEG")
    return _patched(data, data.find(b"\xff\xc0") + 4, b"\x0c")


@_specimen
def jpeg_lossless_frame():
    data = _file("JPEG")
    return _patched(data, data.find(b"\xff\xc0") + 1, b"\xc3")


@_specimen
def jpeg_exif_directory_without_end():
    block = b"II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\x01\0\0\0\x09\0\0\0" * 5000
    segment = b"Exif\0\0" + block
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + _file("JPEG")[2:]


@_specimen
def jpeg_colour_profile_of_4_mib():
    part = _noise(65_000)
    segments = b"".join(
        b"\xff\xe2" + struct.pack(">H", 16 + len(part)) + b"ICC_PROFILE\0" + bytes([number, 64]) + part
        for number in range(1, 65)
    )
    return b"\xff\xd8" + segments + _file("JPEG")[2:]


@_specimen
def jpeg_with_zip_behind():
    return _file("JPEG") + zip_in_zip_six_deep()


#### PNG ####


@_specimen
def png_30000x30000():
    return _png(30000, 30000, _chunk(b"IDAT", _deflated_zeros(30000 * 30001)))


@_specimen
def png_10900x10900_of_zeros():
    return _png(10900, 10900, _chunk(b"IDAT", _deflated_zeros(10900 * 10901)))


@_specimen
def png_rgba_10900x10900_of_zeros():
    return _png(10900, 10900, _chunk(b"IDAT", _deflated_zeros(10900 * (10900 * 4 + 1))), colour=6)


@_specimen
def png_interlaced_7000x7000():
    return _png(7000, 7000, _chunk(b"IDAT", _deflated_zeros(7000 * 7000 + 14000)), interlace=1)


@_specimen
def png_claims_more_than_it_holds():
    return _png(8000, 8000, _chunk(b"IDAT", _deflated_zeros(1000)))


@_specimen
def png_wrong_checksum():
    data = _file("PNG")
    at = data.find(b"IDAT")
    return _patched(data, at + 200, b"\0\0\0\0")


@_specimen
def png_chunk_of_2_gib():
    return _file("PNG")[:33] + struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + _noise(1000)


@_specimen
def png_text_of_256_mib():
    text = b"Comment\0\0" + _deflated_zeros(256 * MIB)
    return _png(96, 96, _chunk(b"zTXt", text) + _file("PNG")[33:-12])


@_specimen
def png_colour_profile_of_256_mib():
    profile = b"icc\0\0" + _deflated_zeros(256 * MIB)
    return _png(96, 96, _chunk(b"iCCP", profile) + _file("PNG")[33:-12], colour=2)


@_specimen
def png_hundred_thousand_texts():
    return _png(96, 96, _chunk(b"tEXt", b"a\0b") * 100_000 + _file("PNG")[33:-12], colour=2)


@_specimen
def png_of_no_size():
    return _png(0, 0, _chunk(b"IDAT", _deflated_zeros(10)))


@_specimen
def png_truncated():
    return _file("PNG", 512)[: len(_file("PNG", 512)) // 2]


@_specimen
def apng_hundred_thousand_frames():
    control = _chunk(b"acTL", struct.pack(">II", 100_000, 0))
    frame = struct.pack(">IIIIIHHBB", 0, 16, 16, 0, 0, 1, 10, 0, 0)
    body = zlib.compress(bytes(16 * 17))
    first = _chunk(b"fcTL", frame) + _chunk(b"IDAT", body)
    later = _chunk(b"fcTL", frame) + _chunk(b"fdAT", b"\0\0\0\1" + body)
    return _png(16, 16, control + first + later * 99_999)


@_specimen
def apng_frames_outside_the_canvas():
    control = _chunk(b"acTL", struct.pack(">II", 2, 0))
    frame = struct.pack(">IIIIIHHBB", 0, 60_000, 60_000, 50_000, 50_000, 1, 10, 0, 0)
    body = zlib.compress(bytes(16 * 17))
    return _png(16, 16, control + _chunk(b"IDAT", body) + _chunk(b"fcTL", frame) + _chunk(b"fdAT", b"\0\0\0\1" + body))


#### GIF ####


def _gif_frame(side: int = 8) -> bytes:
    return _file("GIF", side)[13:-1]


@_specimen
def gif_hundred_thousand_frames():
    data = pictures.encode(Image.new("P", (8, 8)), "GIF")
    at = data.index(b"\x2c")
    return data[:at] + data[at:-1] * 100_000 + b";"


@_specimen
def gif_screen_of_65535():
    return _patched(_file("GIF"), 6, b"\xff\xff\xff\xff")


@_specimen
def gif_screen_of_10000():
    return _patched(_file("GIF"), 6, struct.pack("<HH", 10000, 10000))


@_specimen
def gif_frame_outside_the_screen():
    data = _file("GIF")
    return _patched(data, data.index(b"\x2c") + 1, struct.pack("<HH", 60_000, 60_000))


@_specimen
def gif_garbage_codes():
    data = _file("GIF", 256)
    return _patched(data, len(data) // 2, _noise(2000))


@_specimen
def gif_truncated():
    return _file("GIF", 256)[: len(_file("GIF", 256)) // 2]


@_specimen
def gif_sub_blocks_of_one_byte():
    return _file("GIF")[:-1] + b"\x21\xfe" + b"\x01a" * 2_000_000 + b"\0;"


#### WebP, BMP, TIFF ####


def _riff(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + kind + body


def _riff_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def _webp_animation(side: int, frames: int) -> bytes:
    side24 = (side - 1).to_bytes(3, "little")
    still = pictures.encode(Image.new("RGB", (16, 16)), "WEBP", lossless=True)[12:]
    frame = bytes(6) + (15).to_bytes(3, "little") * 2 + (10).to_bytes(3, "little") + b"\0" + still
    header = _riff_chunk(b"VP8X", b"\x02\0\0\0" + side24 * 2) + _riff_chunk(b"ANIM", bytes(6))
    return _riff(b"WEBP", header + _riff_chunk(b"ANMF", frame) * frames)


@_specimen
def webp_animation_on_16384x16384():
    return _webp_animation(16384, 3)


@_specimen
def webp_animation_on_4000x4000():
    return _webp_animation(4000, 200)


@_specimen
def webp_hundred_thousand_frames():
    return _webp_animation(16, 100_000)


@_specimen
def webp_truncated():
    return _file("WEBP", 512)[: len(_file("WEBP", 512)) // 2]


@_specimen
def webp_length_lies():
    return _patched(_file("WEBP"), 16, b"\xf0\xff\xff\xff")


@_specimen
def bmp_claims_2_gigapixels():
    return _patched(_file("BMP"), 18, struct.pack("<ii", 60_000, 40_000))


@_specimen
def bmp_run_length_bomb():
    head = struct.pack("<2sIHHI", b"BM", 1100, 0, 0, 1078) + struct.pack(
        "<IiiHHIIiiII", 40, 10_000, 10_000, 1, 8, 1, 0, 0, 0, 256, 0
    )
    return head + bytes(1024) + b"\xff\x01" * 100 + b"\0\1"


@_specimen
def bmp_most_negative_height():
    return _patched(_file("BMP"), 22, b"\0\0\0\x80")


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


@_specimen
def tiff_directory_follows_itself():
    return _tiff(_tiff_entries(16, 16, _TIFF_BODY_AT, 256), bytes(256), following=8)


@_specimen
def tiff_directories_in_a_ring():
    second_at = _TIFF_BODY_AT + 256
    first = _tiff(_tiff_entries(16, 16, _TIFF_BODY_AT, 256), bytes(256), following=second_at)
    second = _tiff(_tiff_entries(16, 16, _TIFF_BODY_AT, 256), following=8)
    return first + second[8:]


@_specimen
def tiff_twenty_thousand_pages():
    one = 2 + 9 * 12 + 4
    pages = []
    for number in range(20_000):
        at = 8 + number * one
        entries = _tiff_entries(8, 8, 8, 64)
        directory = struct.pack("<H", 9) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
        pages.append(directory + struct.pack("<I", at + one))
    return b"II*\0\x08\0\0\0" + b"".join(pages)


@_specimen
def tiff_claims_65000x65000():
    return _tiff(_tiff_entries(65_000, 65_000, _TIFF_BODY_AT, 256), bytes(256))


@_specimen
def tiff_deflate_bomb():
    body = _deflated_zeros(10_000 * 10_000)
    return _tiff(_tiff_entries(10_000, 10_000, _TIFF_BODY_AT, len(body), 8), body)


@_specimen
def tiff_strips_outside_the_file():
    return _tiff(_tiff_entries(512, 512, 0xFFFFFF00, 0xFFFFFFF0))


@_specimen
def tiff_65535_entries():
    return b"II*\0\x08\0\0\0\xff\xff" + bytes(1000)


@_specimen
def tiff_lzw_garbage():
    body = _noise(50_000)
    return _tiff(_tiff_entries(4000, 4000, _TIFF_BODY_AT, len(body), 5), body)


#### HEIC, AVIF ####


@_specimen
def heic_claims_60000x60000():
    return pictures.heic(pictures.image(1, (96, 96)), claimed_size=(60_000, 60_000))


@_specimen
def heic_claims_10000x10000():
    return pictures.heic(pictures.image(1, (96, 96)), claimed_size=(10_000, 10_000))


@_specimen
def heic_box_of_4_gib():
    data = _heic()
    return _patched(data, data.index(b"meta") - 4, b"\xff\xff\xff\xff")


@_specimen
def heic_box_of_no_size():
    data = _heic()
    return _patched(data, data.index(b"iprp") - 4, b"\0\0\0\1")


@_specimen
def heic_hundred_thousand_boxes():
    box = pictures._box(b"ipco", b"")
    return _heic()[:24] + pictures._box(b"meta", bytes(4) + pictures._box(b"iprp", box * 150_000))


@_specimen
def heic_truncated():
    return _heic()[: len(_heic()) * 2 // 3]


@_specimen
def heic_picture_data_corrupted():
    data = _heic()
    return _patched(data, len(data) - 200, _noise(150))


@_specimen
def avif_corrupted():
    data = _file("AVIF", 256)
    return _patched(data, len(data) // 2, _noise(300))


@_specimen
def avif_truncated():
    return _file("AVIF", 256)[: len(_file("AVIF", 256)) * 2 // 3]


#### Video ####


@_specimen
def mp4_truncated():
    data = _movie("mov")
    return data[: len(data) // 2]


@_specimen
def mp4_table_of_samples_lies():
    data = _movie()
    return _patched(data, data.index(b"stsz") + 8, b"\x7f\xff\xff\xff\x7f\xff\xff\xff")


@_specimen
def mp4_box_longer_than_the_file():
    data = _movie()
    return _patched(data, data.index(b"moov") - 4, b"\x7f\xff\xff\xff")


@_specimen
def mp4_claims_30000x30000():
    data = _movie("mp4", "mpeg4")
    at = data.index(b"mp4v", data.index(b"stsd"))
    return _patched(data, at + 28, struct.pack(">HH", 30_000, 30_000))


@_specimen
def mp4_picture_data_corrupted():
    data = _movie()
    return _patched(data, data.index(b"mdat") + 1500, _noise(800))


@_specimen
def mkv_sizes_lie():
    data = _movie("matroska")
    return _patched(data, data.index(b"\x1f\x43\xb6\x75") + 4, b"\x01\xff\xff\xff\xff\xff\xff\xfe")


@_specimen
def webm_truncated():
    data = _movie("webm", "libvpx")
    return data[: len(data) * 2 // 3]


def _avi(frame: bytes, frames: int, side: int, frame_us: int = 100_000) -> bytes:
    main = struct.pack("<14I", frame_us, 0, 0, 0, frames, 0, 1, 0, side, side, 0, 0, 0, 0)
    stream = b"vidsY800" + struct.pack("<IHHIIIIIIIIHHHH", 0, 0, 0, 0, 1, 1_000_000 // frame_us, 0, frames, 0, 0, 0, 0, 0, side, side)
    layout = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 0x30303859, side * side, 0, 0, 0, 0)
    stream_list = _riff_chunk(b"LIST", b"strl" + _riff_chunk(b"strh", stream) + _riff_chunk(b"strf", layout))
    header = _riff_chunk(b"LIST", b"hdrl" + _riff_chunk(b"avih", main) + stream_list)
    return _riff(b"AVI ", header + _riff_chunk(b"LIST", b"movi" + _riff_chunk(b"00db", frame) * frames))


@_specimen
def avi_hundred_thousand_frames():
    return _avi(bytes(range(64)), 100_000, 8)


@_specimen
def avi_claims_60000x60000():
    return _avi(bytes(64), 3, 60_000)


@_specimen
def avi_million_frames_a_second():
    return _avi(bytes(range(64)), 2_000, 8, frame_us=1)


@_specimen
def mp4_fragments_truncated():
    frames = [pictures.picture(seed, (96, 96)) for seed in range(12)]
    data = pictures.video(frames, options={"movflags": "frag_every_frame+empty_moov"})
    return data[: len(data) * 2 // 3]


@_specimen
def avi_header_only():
    return _avi(b"", 0, 64)


@_specimen
def mp4_of_nothing():
    return pictures._box(b"ftyp", b"isom" + bytes(4) + b"isom") + pictures._box(b"moov", b"")


@_specimen
def mp4_boxes_nested_deep():
    body = b""
    for _ in range(20_000):
        body = pictures._u32(len(body) + 8) + b"moov" + body if len(body) < MIB else body
    return pictures._box(b"ftyp", b"isom" + bytes(4) + b"isom") + body


#### Archives ####


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, method)
    return buffer.getvalue()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _tar(entries: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for entry, data in entries:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@_specimen
def gzip_of_1_gib_of_zeros():
    stream = _deflated_zeros(1024 * MIB)[2:-4]
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + stream + struct.pack("<II", 0xD1E2E1C2, 0)


@_specimen
def gzip_truncated():
    return _gzip(_file("PNG", 256))[:-5000]


@_specimen
def gzip_eight_deep():
    data = _file("PNG")
    for _ in range(8):
        data = _gzip(data)
    return data


@_specimen
def zip_in_zip_six_deep():
    data = _zip({"a.png": _file("PNG")})
    for _ in range(6):
        data = _zip({"inner.zip": data, "a.png": _file("PNG")})
    return data


@_specimen
def zip_of_sixteen_bombs():
    bomb = _zip({"zeros": bytes(32 * MIB)})
    return _zip({f"{number}.zip": bomb for number in range(16)}, zipfile.ZIP_STORED)


@_specimen
def zip_overlapping_entries():
    """One kernel of 8 MiB of zeros that 2000 directory entries all point to."""
    data = _zip({"a": bytes(8 * MIB)})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entries = 2000
    directory = data[at:end] * entries
    return data[:at] + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, entries, entries, len(directory), at, 0)


@_specimen
def zip_encrypted():
    data = bytearray(_zip({"a.png": _file("PNG")}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@_specimen
def zip_sizes_lie():
    data = bytearray(_zip({"a.png": _file("PNG")}))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<II", data, at + 20, 0xFFFFFFF0, 0xFFFFFFF0)
    return bytes(data)


@_specimen
def zip_names_that_climb():
    return _zip({"../../etc/passwd": _file("PNG"), "/absolute.png": _file("PNG"), "..\\up.png": _file("PNG")})


@_specimen
def zip_names_twice():
    return _zip({"a.png": _file("PNG")})[:-22] * 2 + _zip({"a.png": _file("PNG")})


@_specimen
def zip_hundred_thousand_entries():
    data = _zip({"a": b"text"})
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    directory = data[at:end] * 100_000
    return data[:at] + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), at, 0)


@_specimen
def zip_truncated():
    data = _zip({f"{seed}.png": _file("PNG", 64 + seed) for seed in range(5)})
    return data[: len(data) * 2 // 3]


@_specimen
def zip_directory_elsewhere():
    data = bytearray(_zip({"a.png": _file("PNG")}))
    struct.pack_into("<I", data, len(data) - 6, 0xFFFFFF00)
    struct.pack_into("<I", data, len(data) - 10, 0xFFFFFF00)
    return bytes(data)


@_specimen
def zip_lzma_dictionary_of_4_gib():
    data = bytearray(_zip({"a.png": _file("PNG")}, zipfile.ZIP_LZMA))
    at = 30 + len("a.png")
    struct.pack_into("<I", data, at + 5, 0xFFFFFFFF)
    return bytes(data)


@_specimen
def tar_size_lies():
    data = bytearray(_tar([(tarfile.TarInfo("a.png"), _file("PNG"))]))
    return bytes(_tar_resized(data, b"77777777777\0"))


@_specimen
def tar_size_negative():
    return bytes(_tar_resized(bytearray(_tar([(tarfile.TarInfo("a.png"), _file("PNG"))])), b"\xff" * 12))


def _tar_resized(data: bytearray, size: bytes) -> bytearray:
    data[124:136] = size
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return data


@_specimen
def tar_links_and_devices():
    entries = []
    for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("null", tarfile.CHRTYPE), ("p", tarfile.FIFOTYPE)):
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        entries.append((entry, b""))
    return _tar([*entries, (tarfile.TarInfo("a.png"), _file("PNG"))])


@_specimen
def tar_truncated():
    data = _tar([(tarfile.TarInfo(f"{seed}.png"), _file("PNG", 64 + seed)) for seed in range(5)])
    return data[: len(data) * 2 // 3]


@_specimen
def tar_pax_header_of_digits():
    entry = tarfile.TarInfo("pax")
    entry.type = tarfile.XHDTYPE
    return _tar([(entry, b"1" * 900_000), (tarfile.TarInfo("a.png"), _file("PNG"))])


@_specimen
def tar_long_name_of_100_mib_claimed():
    entry = tarfile.TarInfo("././@LongLink")
    entry.type = tarfile.GNUTYPE_LONGNAME
    data = bytearray(_tar([(entry, b"n" * 600), (tarfile.TarInfo("a.png"), _file("PNG"))]))
    return bytes(_tar_resized(data, b"00625000000\0"))


#### Neither ####


@_specimen
def empty():
    return b""


@_specimen
def one_byte():
    return b"\xff"


@_specimen
def noise():
    return _noise(65_536)


@_specimen
def playlist_named_like_a_video():
    return b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


@_specimen
def gif_and_script():
    return b"GIF89a/*" + b"\0" * 64 + b"*/=1;alert(1)"


for _name, _magic in (
    ("jpeg", b"\xff\xd8\xff\xe0"),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("gif", b"GIF89a"),
    ("webp", b"RIFF\xff\xff\xff\xffWEBP"),
    ("bmp", b"BM" + bytes(12) + b"\x28\0\0\0"),
    ("tiff", b"II*\0\xff\xff\xff\xff"),
    ("heic", b"\0\0\0\x18ftypheic"),
    ("avif", b"\0\0\0\x18ftypavif"),
    ("mp4", b"\0\0\0\x18ftypisom"),
    ("mkv", b"\x1a\x45\xdf\xa3"),
    ("avi", b"RIFF\xff\xff\xff\xffAVI "),
    ("zip", b"PK\x03\x04"),
    ("gzip", b"\x1f\x8b\x08"),
):
    _SPECIMENS[f"{_name}-magic-only"] = lambda magic=_magic: magic
    _SPECIMENS[f"{_name}-magic-then-noise"] = lambda magic=_magic: magic + _noise(20_000)
