from __future__ import annotations

import io
import tarfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import pictures, zoo
from tutela.domain.media import MediaType
from tutela.engine.sandbox.sniff import HEAD_BYTES, sniff


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("JPEG", MediaType.JPEG),
        ("PNG", MediaType.PNG),
        ("GIF", MediaType.GIF),
        ("WEBP", MediaType.WEBP),
        ("BMP", MediaType.BMP),
        ("TIFF", MediaType.TIFF),
        ("AVIF", MediaType.AVIF),
        ("ICO", MediaType.OTHER),
        ("PPM", MediaType.OTHER),
        ("JPEG2000", MediaType.OTHER),
    ],
)
def test_pictures_are_told_by_content(kind, expected):
    assert sniff(pictures.encode(pictures.image(1, (16, 16)), kind)[:HEAD_BYTES]) is expected


@pytest.mark.parametrize(
    ("container", "codec", "expected"),
    [
        ("mp4", "mpeg4", MediaType.MP4),
        ("mov", "mpeg4", MediaType.QUICKTIME),
        ("matroska", "mpeg4", MediaType.MATROSKA),
        ("webm", "libvpx", MediaType.WEBM),
        ("avi", "mpeg4", MediaType.AVI),
    ],
)
def test_videos_are_told_by_content(container, codec, expected):
    data = pictures.video([np.zeros((16, 16, 3), np.uint8)] * 2, container=container, codec=codec)
    assert sniff(data[:HEAD_BYTES]) is expected


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        (b"heic\0\0\0\0mif1heic", MediaType.HEIC),
        (b"heix\0\0\0\0", MediaType.HEIC),
        (b"mif1\0\0\0\0mif1heic", MediaType.HEIC),
        (b"mif1\0\0\0\0mif1avif", MediaType.AVIF),
        (b"avif\0\0\0\0mif1", MediaType.AVIF),
        (b"avis\0\0\0\0", MediaType.AVIF),
        (b"qt  \0\0\0\0", MediaType.QUICKTIME),
        (b"isom\0\0\0\0isommp42", MediaType.MP4),
        (b"3gp4\0\0\0\0", MediaType.MP4),
        (b"wxyz\0\0\0\0", MediaType.MP4),
        (b"crx \0\0\0\0", MediaType.OTHER),
    ],
)
def test_brands_decide(brands, expected):
    assert sniff((len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands) is expected


def test_brands_outside_the_box_do_not_count():
    assert sniff(b"\0\0\0\x10ftypmif1\0\0\0\0" + b"avif" * 8) is MediaType.HEIC


@pytest.mark.parametrize("layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_of_every_layout(layout):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    assert sniff(buffer.getvalue()[:HEAD_BYTES]) is MediaType.TAR


def test_tar_without_a_magic_is_told_by_its_checksum():
    block = bytearray(512)
    block[:5] = b"a.jpg"
    block[124:136] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    assert sniff(bytes(block)) is MediaType.TAR
    block[0] ^= 1
    assert sniff(bytes(block)) is MediaType.OTHER


def test_text_zeros_and_nothing_are_no_media():
    for head in (b"", b"\0" * 4096, b"BM, she wrote, was short", b"RIFF\0\0\0\0WAVE", b"PK", b"<html>"):
        assert sniff(head) is MediaType.OTHER


@given(st.binary(max_size=700))
def test_any_bytes_have_a_type(head):
    assert isinstance(sniff(head), MediaType)


@pytest.mark.parametrize("name", [name for name in zoo.names() if name.endswith("magic-only")])
def test_heads_cut_at_every_byte_have_a_type(name):
    head = zoo.specimen(name)
    for size in range(len(head)):
        assert isinstance(sniff(head[:size]), MediaType)
