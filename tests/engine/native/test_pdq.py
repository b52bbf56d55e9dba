"""PDQ is the reference's, whatever the variant, the size, the layout in memory or the orientation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.native.pictures import TURNS, scrambled, textured
from tutela.engine.native import Pdq, pdq, pdq_views, use, variants

VARIANTS = variants()
ORIENTATIONS = tuple(TURNS)

# Made by pdqhash 0.2.8 from textured(height, width, seed): hash and quality.
REFERENCE = [
    (4, 900, 1, "0000000000000000000000000000000000000000000000000000000000000000", 0),
    (5, 5, 1, "6c5b61d893a49e279e271e279e2761d861d861d86c5b61c893a49e279e279e27", 71),
    (17, 300, 2, "39956f6fbdc90149c6b709498cb81b6cc4930087f6b6c888cab8faaee10777f4", 100),
    (64, 64, 3, "7f1e3e87205e84851017c73197f5c36c4e1b4a2ea3e4c77106165095b9cefcde", 100),
    (128, 127, 4, "07f7fe227ae79a1d649258c9aa2c3ddd86312ddd9a2c4aa92492780c86b6d3b6", 100),
    (256, 256, 5, "a5869df9510224ae7a3762a50d53357647d12776215392a5663728aa6d5afeb9", 100),
    (333, 517, 6, "b7898c1dc806177799539a2c1aa9e363df746363c2a11aac6f7bf777e0024c18", 100),
    (480, 640, 7, "585c3c9e7b78bc98ac9ba6325d5d8163d147e3631c5da632ec9b8c984f78188c", 100),
    (641, 129, 8, "38f70c071d905760d88a3c9eb77556b5cbe8c6b5577df89e088a2740c5d0788f", 100),
    (1080, 1920, 9, "d7ffb5b8cbc95f59e550d2a05a2cb496bc9eb4961a2ca2a08550c949c9c94eb9", 100),
    (1500, 2000, 10, "f7fbef496f78b2241005b9cec491ca297f7e4a29e491b9ce500592240f78e94b", 100),
]

sides = st.one_of(st.integers(1, 300), st.sampled_from([4, 5, 63, 64, 65, 127, 128, 129, 255, 256, 257, 384, 640]))
seeds = st.integers(0, 1000)


def picture(height: int, width: int, kind: str, seed: int) -> np.ndarray:
    """Return a picture without pattern: the hardest for sums to agree on."""
    if kind == "rgb":
        return scrambled(height * width * 3, seed).reshape(height, width, 3)
    luma = scrambled(height * width, seed).reshape(height, width)
    if kind == "luma":
        return luma
    return (luma + scrambled(height * width, seed + 7).reshape(height, width) / np.float32(251)).astype(np.float32)


kinds = st.sampled_from(["rgb", "luma", "float"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_hash_and_quality_are_the_references(variant):
    with use(variant):
        made = [pdq(textured(height, width, seed)) for height, width, seed, _, _ in REFERENCE]
    assert [(one.hash.hex(), one.quality) for one in made] == [(hex_, quality) for *_, hex_, quality in REFERENCE]


def reference_coefficients(luma: np.ndarray) -> np.ndarray:
    """Work PDQ out slowly, step by step as the reference tells it, in doubles."""

    def box(line: np.ndarray, width: int) -> np.ndarray:
        before, after = (width - 1) // 2, width // 2
        return np.array([line[max(0, k - before) : k + after + 1].mean(axis=0) for k in range(len(line))])

    height, width = luma.shape
    blurred = luma.astype(np.float64)
    for _ in range(2):
        blurred = box(blurred.T, math.ceil(width / 128)).T
        blurred = box(blurred, math.ceil(height / 128))
    rows = [int((k + 0.5) * height / 64) for k in range(64)]
    columns = [int((k + 0.5) * width / 64) for k in range(64)]
    cosines = np.array(
        [[math.sqrt(2 / 64) * math.cos(math.pi / 128 * (i + 1) * (2 * j + 1)) for j in range(64)] for i in range(16)]
    )
    return cosines @ blurred[np.ix_(rows, columns)] @ cosines.T


@given(height=st.integers(5, 400), width=st.integers(5, 400), seed=seeds)
@settings(max_examples=40, deadline=None)
def test_bits_are_those_of_a_naive_reference(height, width, seed):
    pixels = picture(height, width, "rgb", seed)
    coefficients = reference_coefficients(pixels @ np.array([0.299, 0.587, 0.114])).ravel()
    median = np.sort(coefficients)[127]
    expected = np.packbits((coefficients > median)[::-1])
    doubtful = np.packbits((np.abs(coefficients - median) < 1e-3)[::-1])  # float rounding may decide these
    made = pdq(pixels)
    assert not ((np.frombuffer(made.hash, np.uint8) ^ expected) & ~doubtful).any()
    surely = int(np.count_nonzero(np.abs(coefficients - median) < 0.499))
    perhaps = int(np.count_nonzero(np.abs(coefficients - median) < 0.501))
    assert surely <= made.near_median <= perhaps


@given(height=sides, width=sides, kind=kinds, seed=seeds)
@settings(max_examples=60, deadline=None)
def test_every_variant_gives_the_same_answer_in_every_orientation(height, width, kind, seed):
    pixels = picture(height, width, kind, seed)
    made = {}
    for variant in VARIANTS:
        with use(variant):
            made[variant] = pdq_views(pixels, ORIENTATIONS)
    assert all(views == made["numpy"] for views in made.values())


@pytest.mark.parametrize("variant", VARIANTS)
@given(height=sides, width=sides, kind=kinds, seed=seeds)
@settings(max_examples=25, deadline=None)
def test_a_view_is_exactly_the_hash_of_the_turned_picture(variant, height, width, kind, seed):
    pixels = picture(height, width, kind, seed)
    with use(variant):
        views = pdq_views(pixels, ORIENTATIONS)
        turned = [pdq(np.ascontiguousarray(turn(pixels))) for turn in TURNS.values()]
        one_by_one = [pdq(pixels, orientation=orientation) for orientation in ORIENTATIONS]
    assert views == turned == one_by_one


@pytest.mark.parametrize("variant", VARIANTS)
@given(size=st.tuples(sides, sides), scale=st.sampled_from([2, 4, 8]), kind=kinds, seed=seeds)
@settings(max_examples=25, deadline=None)
def test_a_reduced_picture_weighs_like_the_full_one(variant, size, scale, kind, seed):
    """A full-size picture of s x s blocks of one colour, and the picture of those blocks, have one hash."""
    height, width = size
    reduced = picture(-(-height // scale), -(-width // scale), kind, seed)
    full = reduced.repeat(scale, axis=0).repeat(scale, axis=1)[:height, :width]
    with use(variant):
        views = pdq_views(reduced, ORIENTATIONS, full_size=size)
        assert views == pdq_views(np.ascontiguousarray(full), ORIENTATIONS)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shape", [(9, 65_535), (65_535, 9), (33_000, 70), (70, 33_000), (6_000, 70)])
def test_the_longest_sides_are_weighed_exactly(variant, shape):
    pixels = picture(*shape, "luma", 3)
    with use(variant):
        views = pdq_views(pixels, ORIENTATIONS)
    assert views[0] == pdq(pixels)
    assert views[4] == pdq(np.ascontiguousarray(pixels.T))
    assert views[2] == pdq(np.ascontiguousarray(pixels[::-1, ::-1]))


def test_every_side_finds_room_for_its_taps():
    for side in [*range(5, 65_536, 191), 65_535]:
        assert len(pdq_views(np.zeros((5, side), np.uint8), (1, 2))) == 2


@pytest.mark.parametrize("variant", VARIANTS)
def test_white_stays_white_where_sums_are_largest(variant):
    white = np.full((2_049, 513, 3), 255, np.uint8)
    white[::7] = 0
    with use(variant):
        assert pdq(white) == pdq((white[..., 0]).astype(np.float32))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", ["rgb", "luma", "float"])
def test_rows_may_be_padded_reversed_repeated_or_read_only(variant, kind):
    wide = picture(150, 200, kind, 5)
    padded, plain = wide[:, 20:120], np.ascontiguousarray(wide[:, 20:120])
    plain.flags.writeable = False
    with use(variant):
        assert pdq(padded) == pdq(plain)
        assert pdq(padded[::-1]) == pdq(plain, orientation=4)
        assert pdq(wide[::3]) == pdq(np.ascontiguousarray(wide[::3]))
        repeated = np.broadcast_to(wide[:1], wide.shape)
        assert pdq(repeated) == pdq(np.ascontiguousarray(repeated))


@pytest.mark.parametrize("variant", VARIANTS)
def test_grey_rgb_is_luma(variant):
    luma = picture(301, 407, "luma", 2)
    with use(variant):
        assert pdq(np.ascontiguousarray(np.stack([luma] * 3, axis=2))) == pdq(luma) == pdq(luma.astype(np.float32))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shape", [(4, 900), (900, 4), (1, 1)])
def test_a_picture_below_five_pixels_has_no_hash(variant, shape):
    with use(variant):
        assert pdq(picture(*shape, "rgb", 1)) == Pdq(bytes(32), 0, 256)
        assert pdq(picture(1, 1, "rgb", 1), full_size=(4, 8)) == Pdq(bytes(32), 0, 256)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_flat_picture_has_no_quality_and_is_all_median(variant):
    with use(variant):
        made = pdq(np.full((100, 100, 3), 77, np.uint8))
    assert (made.quality, made.near_median) == (0, 256)
