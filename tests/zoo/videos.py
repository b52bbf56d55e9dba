"""Videos that lie, are endless, or end early."""

from __future__ import annotations

import struct

from tests import pictures
from tests.zoo.building import MIB, movie, noise, patched, riff, riff_chunk
from tests.zoo.registry import specimen_of


@specimen_of
def mp4_truncated():
    data = movie("mov")
    return data[: len(data) // 2]


@specimen_of
def mp4_table_of_samples_lies():
    data = movie()
    return patched(data, data.index(b"stsz") + 8, b"\x7f\xff\xff\xff\x7f\xff\xff\xff")


@specimen_of
def mp4_box_longer_than_the_file():
    data = movie()
    return patched(data, data.index(b"moov") - 4, b"\x7f\xff\xff\xff")


@specimen_of
def mp4_claims_30000x30000():
    data = movie("mp4", "mpeg4")
    at = data.index(b"mp4v", data.index(b"stsd"))
    return patched(data, at + 28, struct.pack(">HH", 30_000, 30_000))


@specimen_of
def mp4_picture_data_corrupted():
    data = movie()
    return patched(data, data.index(b"mdat") + 1500, noise(800))


@specimen_of
def mkv_sizes_lie():
    data = movie("matroska")
    return patched(data, data.index(b"\x1f\x43\xb6\x75") + 4, b"\x01\xff\xff\xff\xff\xff\xff\xfe")


@specimen_of
def webm_truncated():
    data = movie("webm", "libvpx")
    return data[: len(data) * 2 // 3]


def _avi(frame: bytes, frames: int, side: int, frame_us: int = 100_000) -> bytes:
    main = struct.pack("<14I", frame_us, 0, 0, 0, frames, 0, 1, 0, side, side, 0, 0, 0, 0)
    stream = b"vidsY800" + struct.pack(
        "<IHHIIIIIIIIHHHH", 0, 0, 0, 0, 1, 1_000_000 // frame_us, 0, frames, 0, 0, 0, 0, 0, side, side
    )
    layout = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 0x30303859, side * side, 0, 0, 0, 0)
    stream_list = riff_chunk(b"LIST", b"strl" + riff_chunk(b"strh", stream) + riff_chunk(b"strf", layout))
    header = riff_chunk(b"LIST", b"hdrl" + riff_chunk(b"avih", main) + stream_list)
    return riff(b"AVI ", header + riff_chunk(b"LIST", b"movi" + riff_chunk(b"00db", frame) * frames))


@specimen_of
def avi_hundred_thousand_frames():
    return _avi(bytes(range(64)), 100_000, 8)


@specimen_of
def avi_claims_60000x60000():
    return _avi(bytes(64), 3, 60_000)


@specimen_of
def avi_million_frames_a_second():
    return _avi(bytes(range(64)), 2_000, 8, frame_us=1)


@specimen_of
def mp4_fragments_truncated():
    frames = [pictures.picture(seed, (96, 96)) for seed in range(12)]
    data = pictures.video(frames, options={"movflags": "frag_every_frame+empty_moov"})
    return data[: len(data) * 2 // 3]


@specimen_of
def avi_header_only():
    return _avi(b"", 0, 64)


@specimen_of
def mp4_of_nothing():
    return pictures._box(b"ftyp", b"isom" + bytes(4) + b"isom") + pictures._box(b"moov", b"")


@specimen_of
def mp4_boxes_nested_deep():
    body = b""
    for _ in range(20_000):
        body = pictures._u32(len(body) + 8) + b"moov" + body if len(body) < MIB else body
    return pictures._box(b"ftyp", b"isom" + bytes(4) + b"isom") + body
