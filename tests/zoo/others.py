"""Files that are nothing, or nothing but a promise."""

from __future__ import annotations

from tests.zoo.building import noise
from tests.zoo.registry import SPECIMENS, specimen_of


@specimen_of
def empty():
    return b""


@specimen_of
def one_byte():
    return b"\xff"


@specimen_of
def noise_of_64_kib():
    return noise(65_536)


@specimen_of
def playlist_named_like_a_video():
    return b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


@specimen_of
def gif_and_script():
    return b"GIF89a/*" + b"\0" * 64 + b"*/=1;alert(1)"


for name_, magic_ in (
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
    SPECIMENS[f"{name_}-magic-only"] = lambda magic=magic_: magic
    SPECIMENS[f"{name_}-magic-then-noise"] = lambda magic=magic_: magic + noise(20_000)
