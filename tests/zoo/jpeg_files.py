"""JPEG files that lie, loop, end early or never."""

from __future__ import annotations

import struct

from tests.zoo.archives import zip_in_zip_six_deep
from tests.zoo.building import MIB, jpeg_sized, noise, patched, progressive, small
from tests.zoo.registry import specimen_of


@specimen_of
def jpeg_claims_65500x65500():
    return jpeg_sized(small("JPEG"), 65500, 65500)


@specimen_of
def jpeg_claims_10000x10000():
    return jpeg_sized(small("JPEG"), 10000, 10000)


@specimen_of
def jpeg_truncated_in_half():
    return small("JPEG", 512)[: len(small("JPEG", 512)) // 2]


@specimen_of
def jpeg_truncated_in_header():
    return small("JPEG")[:100]


@specimen_of
def jpeg_200_bytes_corrupted():
    data = small("JPEG", 512)
    return patched(data, len(data) // 2, noise(200))


def _more_scans(data: bytes, scans: int) -> bytes:
    at = data.rfind(b"\xff\xda")
    return data[:-2] + data[at:-2] * scans + b"\xff\xd9"


@specimen_of
def jpeg_400_more_scans():
    return _more_scans(progressive(4000), 400)


@specimen_of
def jpeg_80_more_scans_of_64_megapixels():
    return jpeg_sized(_more_scans(progressive(4000), 80), 8000, 8000)


@specimen_of
def jpeg_without_scan():
    return small("JPEG")[: small("JPEG").find(b"\xff\xda")] + b"\xff\xd9"


@specimen_of
def jpeg_scan_before_frame():
    data = small("JPEG")
    frame, scan = data.find(b"\xff\xc0"), data.find(b"\xff\xda")
    return data[:frame] + data[scan : scan + 300] + data[frame:]


@specimen_of
def jpeg_million_empty_comments():
    return b"\xff\xd8" + b"\xff\xfe\x00\x02" * 1_000_000 + small("JPEG")[2:]


@specimen_of
def jpeg_five_mib_of_fill_bytes():
    return b"\xff\xd8" + b"\xff" * (5 * MIB) + small("JPEG")[2:]


@specimen_of
def jpeg_height_zero():
    return jpeg_sized(small("JPEG"), 96, 0)


@specimen_of
def jpeg_of_one_pixel():
    return small("JPEG", 1)


@specimen_of
def jpeg_twelve_bits():
    data = small("JPEG")
    return patched(data, data.find(b"\xff\xc0") + 4, b"\x0c")


@specimen_of
def jpeg_lossless_frame():
    data = small("JPEG")
    return patched(data, data.find(b"\xff\xc0") + 1, b"\xc3")


@specimen_of
def jpeg_exif_directory_without_end():
    block = b"II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\x01\0\0\0\x09\0\0\0" * 5000
    segment = b"Exif\0\0" + block
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + small("JPEG")[2:]


@specimen_of
def jpeg_colour_profile_of_4_mib():
    part = noise(65_000)
    segments = b"".join(
        b"\xff\xe2" + struct.pack(">H", 16 + len(part)) + b"ICC_PROFILE\0" + bytes([number, 64]) + part
        for number in range(1, 65)
    )
    return b"\xff\xd8" + segments + small("JPEG")[2:]


@specimen_of
def jpeg_with_zip_behind():
    return small("JPEG") + zip_in_zip_six_deep()
