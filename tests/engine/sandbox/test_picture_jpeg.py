from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests import pictures, zoo
from tests.engine.sandbox.recorder import examined
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import MediaType, Reason, Verdict
from tutela.domain.signals import View
from tutela.engine import native
from tutela.engine.sandbox import headers, jpeg
from tutela.engine.sandbox.headers import exif
from tutela.engine.sandbox.views import after, inverse


def _exact(data: bytes) -> bytes:
    """Hash what Pillow decodes: the same library, another binding."""
    return native.pdq(np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))).hash


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_no_bit_is_off_what_pillow_decodes(subsampling, progressive):
    for seed in range(3):
        made = pictures.image(seed, (320 + seed, 240 - seed))
        data = pictures.encode(made, "JPEG", quality=75, subsampling=subsampling, progressive=progressive)
        assert examined(data).seen.pdq == _exact(data)


def test_a_cut_picture_is_hashed_and_marked():
    data = pictures.encode(pictures.image(1), "JPEG", quality=90)
    recorder = examined(data[: len(data) * 9 // 10])
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.PARTIAL, Reason.TRUNCATED)
    assert native.distance(recorder.seen.pdq, _exact(data)) < 90


def test_a_scratched_picture_is_hashed_and_marked():
    recorder = examined(zoo.specimen("jpeg-200-bytes-corrupted"))
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.PARTIAL, Reason.CORRUPT)
    assert recorder.seen


def test_bytes_behind_the_picture_do_no_harm():
    data = pictures.encode(pictures.image(1, (64, 64)), "JPEG")
    assert examined(data + b"trailer" * 100).outcome.verdict is Verdict.HASHED


def test_the_buffer_of_one_picture_does_not_leak_into_the_next():
    large = pictures.encode(pictures.image(1, (640, 480)), "JPEG")
    small = pictures.encode(pictures.image(2, (96, 64)), "JPEG")
    alone = examined(small).seen
    examined(large)
    assert examined(small).seen == alone


#### The scaled way ####


def _twelve_megapixels(seed: int) -> bytes:
    return pictures.encode(pictures.image(seed, (2400, 1800)), "JPEG", quality=85)


def test_the_scaled_way_is_a_few_bits_off_at_most():
    for seed in range(2):
        data = _twelve_megapixels(seed)
        full, scaled = examined(data), examined(data, scaled=True)
        assert native.distance(full.seen.pdq, scaled.seen.pdq) <= 6
        assert scaled.outcome == full.outcome


def test_the_guard_sends_pictures_without_low_frequencies_the_full_way():
    noise = np.random.default_rng(1).integers(100, 156, (1800, 2400, 3), dtype=np.uint8)
    data = pictures.encode(Image.fromarray(noise), "JPEG", quality=85)
    assert native.pdq(noise).near_median > jpeg.NEAR_MEDIAN_MAX
    assert examined(data, scaled=True).seen == examined(data).seen


def test_pictures_below_four_megapixels_are_never_scaled():
    data = pictures.encode(pictures.image(3, (1200, 900)), "JPEG")
    assert examined(data, scaled=True).seen == examined(data).seen


#### Headers ####


def test_claims_are_read_without_decoding():
    data = pictures.encode(pictures.image(1, (120, 80)), "JPEG", exif=pictures.exif(6), icc_profile=b"profile" * 20_000)
    header = headers.read(MediaType.JPEG, data)
    assert (header.width_px, header.height_px, header.orientation) == (120, 80, 6)
    assert header.icc == b"profile" * 20_000


def test_scans_are_counted_where_they_cost():
    made = pictures.image(1, (64, 64))
    assert headers.read(MediaType.JPEG, pictures.encode(made, "JPEG")).scans == 1
    assert headers.read(MediaType.JPEG, pictures.encode(made, "JPEG", progressive=True)).scans == 10
    assert headers.read(MediaType.JPEG, zoo.specimen("jpeg-400-more-scans")).scans == 410


def test_a_thumbnail_in_the_exif_block_is_not_the_picture():
    thumbnail = pictures.encode(pictures.image(2, (16, 16)), "JPEG", progressive=True)
    block = b"Exif\0\0II*\0\x08\0\0\0\0\0" + thumbnail
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    data = pictures.encode(pictures.image(1, (120, 80)), "JPEG")
    header = headers.read(MediaType.JPEG, data[:2] + segment + data[2:])
    assert (header.width_px, header.height_px, header.scans) == (120, 80, 1)


@pytest.mark.parametrize(
    ("limits", "reason", "found", "limit"),
    [
        (DecodeLimits(pixels_max=9599), Reason.TOO_MANY_PIXELS, 9600, 9599),
        (DecodeLimits(side_px_max=119), Reason.TOO_MANY_PIXELS, 120, 119),
        (DecodeLimits(jpeg_scans_max=9), Reason.TOO_MANY_SCANS, 10, 9),
    ],
)
def test_claims_over_a_limit_are_refused_with_both_numbers(limits, reason, found, limit):
    data = pictures.encode(pictures.image(1, (120, 80)), "JPEG", progressive=True)
    outcome = examined(data, limits=limits).outcome
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, reason)
    assert (outcome.found, outcome.limit, outcome.width_px, outcome.height_px) == (found, limit, 120, 80)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_a_header_cut_at_any_byte_is_told_or_refused(kind):
    options = {"icc_profile": b"profile" * 9} if kind != "BMP" else {}
    data = pictures.encode(pictures.image(1, (16, 16)), kind, **options)
    for size in range(len(data)):
        with suppress(headers.HeaderError):
            headers.read(MediaType[kind], data[:size])


@given(st.binary(max_size=400))
def test_any_exif_block_names_an_orientation(block):
    for magic in (b"", b"II*\0", b"MM\0*"):
        assert 1 <= exif.orientation(magic + block) <= 8


@settings(max_examples=200)
@given(st.sampled_from([kind for kind in MediaType if kind.value.startswith("image/")]), st.data())
def test_any_bytes_behind_a_magic_have_a_header_or_none(media_type, data):
    name = media_type.name.lower()
    body = zoo.specimen(f"{name}-magic-only") + data.draw(st.binary(max_size=600))
    with suppress(headers.HeaderError):
        assert headers.read(media_type, body).frames >= 1


#### Orientation arithmetic ####


def test_orientations_compose_like_the_pictures_they_turn():
    from tutela.engine.sandbox.reduce import turned

    square = Image.fromarray(np.arange(9, dtype=np.uint8).reshape(3, 3))
    for first in range(1, 9):
        assert turned(turned(square, first), inverse(first)).tobytes() == square.tobytes()
        for then in range(1, 9):
            twice = turned(turned(square, first), then)
            assert turned(square, after(first, then)).tobytes() == twice.tobytes()


def test_stored_and_dihedral_views_come_in_one_pass():
    data = pictures.encode(pictures.image(1), "JPEG", exif=pictures.exif(8))
    recorder = examined(data, dihedral=True)
    assert sorted(picture.view for picture in recorder.hashes) == sorted({*View} - {View.ON_BLACK, View.COLOUR_MANAGED})
