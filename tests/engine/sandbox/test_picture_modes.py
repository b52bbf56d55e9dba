"""The same picture, however it is stored, hashes like its RGB original (the peers are 132 to 256 bits off)."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from tests import pictures
from tests.engine.sandbox.recorder import examined
from tests.zoo.building import png, png_chunk
from tutela.domain.media import Verdict
from tutela.domain.signals import View
from tutela.engine import native

SEED = 11
SIZE = (256, 192)
MATCH_BITS = 31


def _original() -> Image.Image:
    return pictures.image(SEED, SIZE)


def _bits(recorder, reference: Image.Image | None = None) -> int:
    wanted = native.pdq(np.asarray((reference or _original()).convert("RGB")))
    assert recorder.outcome.verdict is Verdict.HASHED, recorder.outcome
    return native.distance(recorder.seen.pdq, wanted.hash)


def _lab(image: Image.Image) -> Image.Image:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.applyTransform(image, ImageCms.buildTransform(srgb, lab, "RGB", "LAB"))


def _deep_grey(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)


def _opaque(image: Image.Image) -> Image.Image:
    return image.convert("RGBA")


STORED_AS = {
    "png": lambda image: pictures.encode(image, "PNG"),
    "png-palette": lambda image: pictures.encode(image.quantize(256), "PNG"),
    "png-grey": lambda image: pictures.encode(image.convert("L"), "PNG"),
    "png-grey-alpha": lambda image: pictures.encode(image.convert("LA"), "PNG"),
    "png-grey-16": lambda image: pictures.encode(_deep_grey(image), "PNG"),
    "png-rgba": lambda image: pictures.encode(_opaque(image), "PNG"),
    "gif": lambda image: pictures.encode(image.quantize(256), "GIF"),
    "webp": lambda image: pictures.encode(image, "WEBP", quality=80),
    "webp-lossless": lambda image: pictures.encode(image, "WEBP", lossless=True),
    "bmp": lambda image: pictures.encode(image, "BMP"),
    "bmp-palette": lambda image: pictures.encode(image.quantize(256), "BMP"),
    "tiff": lambda image: pictures.encode(image, "TIFF"),
    "tiff-lzw": lambda image: pictures.encode(image, "TIFF", compression="tiff_lzw"),
    "tiff-jpeg": lambda image: pictures.encode(image, "TIFF", compression="jpeg"),
    "tiff-cmyk": lambda image: pictures.encode(image.convert("CMYK"), "TIFF"),
    "tiff-ycbcr": lambda image: pictures.encode(image.convert("YCbCr"), "TIFF"),
    "tiff-lab": lambda image: pictures.encode(_lab(image), "TIFF"),
    "tiff-grey-16": lambda image: pictures.encode(_deep_grey(image), "TIFF"),
    "tiff-integers": lambda image: pictures.encode(image.convert("I"), "TIFF"),
    "tiff-floats": lambda image: pictures.encode(image.convert("F"), "TIFF"),
    "tiff-premultiplied": lambda image: pictures.encode(_opaque(image), "TIFF"),
    "jpeg": lambda image: pictures.encode(image, "JPEG", quality=90),
    "jpeg-progressive": lambda image: pictures.encode(image, "JPEG", quality=90, progressive=True),
    "jpeg-grey": lambda image: pictures.encode(image.convert("L"), "JPEG", quality=90),
    "jpeg-cmyk": lambda image: pictures.encode(image.convert("CMYK"), "JPEG", quality=90),
    "avif": lambda image: pictures.encode(image, "AVIF", quality=80),
    "heic": pictures.heic,
}


@pytest.mark.parametrize("stored", STORED_AS)
def test_every_way_of_storing_matches_the_original(stored):
    recorder = examined(STORED_AS[stored](_original()))
    assert _bits(recorder) <= MATCH_BITS
    assert (recorder.outcome.width_px, recorder.outcome.height_px) == SIZE


@pytest.mark.parametrize("stored", ["png", "png-rgba", "webp-lossless", "bmp", "tiff", "tiff-lzw"])
def test_lossless_storing_is_no_bit_off(stored):
    assert _bits(examined(STORED_AS[stored](_original()))) == 0


def test_one_bit_pictures_are_seen_as_black_and_white():
    image = _original().convert("1")
    for kind in ("PNG", "TIFF", "BMP"):
        assert _bits(examined(pictures.encode(image, kind)), image) <= 2


def test_sixteen_bit_colour_is_seen_in_full():
    deep = np.asarray(_original()).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    data = png(*SIZE, png_chunk(b"IDAT", zlib.compress(rows)), depth=16, colour=2)
    assert _bits(examined(data)) == 0


def test_a_tiff_that_counts_from_white_is_seen_upright():
    deep = 65535 - np.asarray(_deep_grey(_original()))
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    data = pictures.encode(Image.fromarray(deep), "TIFF", tiffinfo=tags)
    assert _bits(examined(data)) <= MATCH_BITS


def test_numbers_that_are_no_brightness_do_no_harm():
    wild = np.asarray(_original().convert("F")).copy()
    wild[:4] = np.nan
    wild[4:6] = np.inf
    wild *= 1e30
    with np.errstate(all="ignore"):
        assert examined(pictures.encode(Image.fromarray(wild), "TIFF")).outcome.verdict is Verdict.HASHED


#### Orientation ####


def _oriented(kind: str, orientation: int) -> bytes:
    stored = pictures.stored_turned(_original(), orientation)
    return pictures.encode(stored, kind, exif=pictures.exif(orientation))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_seen_is_upright_and_stored_is_kept(kind, orientation):
    recorder = examined(_oriented(kind, orientation))
    assert _bits(recorder) <= MATCH_BITS
    stored = recorder.of_view(View.STORED)
    if orientation == 1:
        assert not stored
        return
    lying = native.pdq(np.asarray(pictures.stored_turned(_original(), orientation)))
    assert native.distance(stored[0].pdq, lying.hash) <= MATCH_BITS


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_turned_once(orientation):
    data = pictures.heic(pictures.stored_turned(_original(), orientation), orientation=orientation)
    assert _bits(examined(data)) <= MATCH_BITS


def test_cmyk_jpeg_is_turned_too():
    stored = pictures.stored_turned(_original(), 6).convert("CMYK")
    data = pictures.encode(stored, "JPEG", quality=95, exif=pictures.exif(6))
    assert _bits(examined(data)) <= MATCH_BITS


def test_an_orientation_out_of_range_is_none():
    block = pictures.exif(6).replace(b"\x06", b"\x63")
    assert _bits(examined(pictures.encode(_original(), "PNG", exif=block))) == 0


@pytest.mark.parametrize("orientation", [1, 6])
def test_dihedral_views_are_those_of_what_is_seen(orientation):
    recorder = examined(_oriented("PNG", orientation), dihedral=True)
    turns = {
        View.ROTATED_90: Image.Transpose.ROTATE_270,
        View.ROTATED_180: Image.Transpose.ROTATE_180,
        View.ROTATED_270: Image.Transpose.ROTATE_90,
        View.MIRRORED: Image.Transpose.FLIP_LEFT_RIGHT,
        View.FLIPPED: Image.Transpose.FLIP_TOP_BOTTOM,
        View.TRANSPOSED: Image.Transpose.TRANSPOSE,
        View.TRANSVERSED: Image.Transpose.TRANSVERSE,
    }
    for view, turn in turns.items():
        wanted = native.pdq(np.asarray(_original().transpose(turn)))
        (made,) = recorder.of_view(view)
        assert native.distance(made.pdq, wanted.hash) <= 2, view


#### Transparency and colour ####


def _partly_hidden() -> Image.Image:
    """Return a picture with a transparent corner. (PDQ does not see a straight step, so the edge is slanted.)"""
    image = _original().convert("RGBA")
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    image.putalpha(Image.fromarray(np.where(rows + columns < 200, 0, 255).astype(np.uint8)))
    return image


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_seen_over_white_and_the_other_readings_are_kept(kind):
    image = _partly_hidden()
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    recorder = examined(pictures.encode(image, kind, **options))
    for view, background in ((View.SEEN, "white"), (View.ON_BLACK, "black")):
        flat = Image.new("RGBA", SIZE, background)
        wanted = native.pdq(np.asarray(Image.alpha_composite(flat, image).convert("RGB")))
        (made,) = recorder.of_view(view)
        assert native.distance(made.pdq, wanted.hash) <= 2, view
    (stored,) = recorder.of_view(View.STORED)
    assert native.distance(stored.pdq, native.pdq(np.asarray(_original())).hash) <= 2


def test_opaque_pictures_have_one_reading():
    assert len(examined(pictures.encode(_original().convert("RGBA"), "PNG")).hashes) == 1


def test_transparent_palette_colours_are_seen_over_white():
    image = _original().quantize(16)
    recorder = examined(pictures.encode(image, "PNG", transparency=0))
    seen = Image.open(io.BytesIO(pictures.encode(image, "PNG", transparency=0))).convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", SIZE, "white"), seen).convert("RGB")
    assert _bits(recorder, flat) <= 2


def _exchanged_profile() -> bytes:
    """Return an sRGB profile whose red and green are exchanged: what is stored red is seen green."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_strange_profile_gives_a_second_reading(kind):
    picture = pictures.image(12, (640, 480))
    options = {"quality": 95} if kind in {"JPEG", "WEBP"} else {}
    recorder = examined(pictures.encode(picture, kind, icc_profile=_exchanged_profile(), **options))
    (managed,) = recorder.of_view(View.COLOUR_MANAGED)
    exchanged = np.ascontiguousarray(np.asarray(picture)[:, :, [1, 0, 2]])
    assert native.distance(managed.pdq, native.pdq(exchanged).hash) <= MATCH_BITS


def test_an_ordinary_profile_gives_none():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG"):
        assert len(examined(pictures.encode(_original(), kind, icc_profile=profile)).hashes) == 1


def test_a_broken_profile_is_ignored():
    recorder = examined(pictures.encode(_original(), "JPEG", icc_profile=b"no profile at all" * 40))
    assert recorder.outcome.verdict is Verdict.HASHED
    assert len(recorder.hashes) == 1


def test_flat_pictures_say_so():
    for kind in ("JPEG", "PNG", "WEBP"):
        assert examined(pictures.encode(Image.new("RGB", SIZE, (200, 30, 90)), kind)).seen.quality == 0
