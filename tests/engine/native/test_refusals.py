"""Buffers that are not what they should be are refused before a kernel reads them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.native.pictures import hashes, scrambled
from tutela.engine.native import distance, distance_histogram, pdq, pdq_views, search, use, variants

VARIANTS = variants()
RGB = scrambled(60 * 80 * 3, 1).reshape(60, 80, 3)
LUMA = np.ascontiguousarray(RGB[..., 0])


@pytest.fixture(params=VARIANTS, autouse=True)
def variant(request):
    """Run every refusal in every variant."""
    with use(request.param):
        yield request.param


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(RGB[:, :, :2], id="two channels"),
        pytest.param(np.zeros((60, 80, 4), np.uint8), id="four channels"),
        pytest.param(RGB[:, ::2], id="pixels apart"),
        pytest.param(RGB[:, ::-1], id="pixels backwards"),
        pytest.param(RGB[:, :, ::-1], id="channels backwards"),
        pytest.param(LUMA[:, ::2], id="luma apart"),
        pytest.param(LUMA.T, id="columns first"),
        pytest.param(RGB.ravel(), id="one dimension"),
        pytest.param(RGB[None], id="four dimensions"),
        pytest.param(np.array(7, np.uint8), id="no dimension"),
        pytest.param(RGB.astype(np.int8), id="signed"),
        pytest.param(RGB.astype(np.uint16), id="16 bits"),
        pytest.param(RGB.astype(np.float32), id="float rgb"),
        pytest.param(LUMA.astype(np.float64), id="doubles"),
        pytest.param(LUMA.astype(">f4"), id="other byte order"),
        pytest.param(LUMA.astype(bool), id="booleans"),
        pytest.param(LUMA.astype("S1"), id="text"),
        pytest.param(LUMA.astype(object), id="objects"),
        pytest.param(np.zeros((0, 80, 3), np.uint8), id="no rows"),
        pytest.param(np.zeros((80, 0), np.uint8), id="no columns"),
        pytest.param(np.zeros((1, 65_536), np.uint8), id="too wide"),
        pytest.param(np.zeros((65_536, 1), np.uint8), id="too high"),
        pytest.param(np.broadcast_to(np.uint8(0), (65_536, 65_536)), id="too large and of one byte"),
    ],
)
def test_a_picture_of_another_kind_is_refused(picture):
    with pytest.raises((ValueError, TypeError)):
        pdq(picture)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, 66_000])
def test_luma_that_is_no_luma_is_refused(value):
    picture = LUMA.astype(np.float32)
    picture[:] = value
    with pytest.raises(ValueError, match="65536"):
        pdq(picture)


def test_something_that_is_no_array_is_refused():
    with pytest.raises(TypeError):
        pdq(RGB.tobytes())


@pytest.mark.parametrize("orientations", [(0,), (9,), (-1,), (1, 256), (1, 2, 3, 4, 5, 6, 7, 8, 1)])
def test_orientations_are_one_to_eight(orientations):
    with pytest.raises(ValueError, match="1 to 8"):
        pdq_views(RGB, orientations)


def test_no_orientation_is_no_hash():
    assert pdq_views(RGB, ()) == []


@pytest.mark.parametrize(
    "full_size",
    [(60, 81), (61, 80), (119, 161), (180, 240), (120, 320), (960, 1280), (0, 0), (0, 80), (-60, -80), (2**31 - 1, 5)],
)
def test_a_full_size_that_does_not_fit_is_refused(full_size):
    with pytest.raises(ValueError, match="full size"):
        pdq(RGB, full_size=full_size)


@pytest.mark.parametrize("full_size", [(60, 80), (119, 159), (240, 320), (473, 640), (480, 640)])
def test_a_full_size_that_fits_is_taken(full_size):
    assert len(pdq(RGB, full_size=full_size).hash) == 32


TABLE = hashes(10, 1)
BAD_TABLES = [
    pytest.param(TABLE[:, :31], id="31 bytes"),
    pytest.param(np.zeros((10, 33), np.uint8), id="33 bytes"),
    pytest.param(TABLE[::2], id="rows apart"),
    pytest.param(TABLE[:, ::-1], id="bytes backwards"),
    pytest.param(TABLE.ravel(), id="one dimension"),
    pytest.param(TABLE[None], id="three dimensions"),
    pytest.param(TABLE.view(np.int8), id="signed"),
    pytest.param(np.zeros((10, 32), np.uint16), id="16 bits"),
    pytest.param(np.asfortranarray(TABLE), id="columns first"),
]


@pytest.mark.parametrize("bad", BAD_TABLES)
def test_a_table_of_another_shape_is_refused(bad):
    for call in (
        lambda: search(bad, TABLE, 31),
        lambda: search(TABLE, bad, 31),
        lambda: distance_histogram(bad, TABLE),
        lambda: distance_histogram(TABLE, bad),
    ):
        with pytest.raises((ValueError, BufferError)):
            call()


@pytest.mark.parametrize("distance_max", [-1, 257])
def test_a_distance_beyond_the_bits_is_refused(distance_max):
    with pytest.raises(ValueError, match="0 to 256"):
        search(TABLE, TABLE, distance_max)


@pytest.mark.parametrize(("left", "right"), [(bytes(31), bytes(32)), (bytes(32), bytes(33)), (b"", b"")])
def test_a_hash_of_another_length_is_refused(left, right):
    with pytest.raises(ValueError, match="32 bytes"):
        distance(left, right)
