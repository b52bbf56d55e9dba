from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests import pictures, zoo
from tests.engine.sandbox.recorder import examined
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import Reason, Verdict
from tutela.engine import native

if TYPE_CHECKING:
    from PIL import Image

SIZE = (128, 96)
SEEDS = (1, 2, 3)


def _frames(seeds=SEEDS) -> list[Image.Image]:
    return [pictures.image(seed, SIZE) for seed in seeds]


def _animation(kind: str, seeds=SEEDS, **options) -> bytes:
    first, *others = _frames(seeds)
    if kind == "GIF":
        first, *others = (frame.quantize(256) for frame in (first, *others))
    return pictures.encode(first, kind, save_all=True, append_images=others, duration=250, **options)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_every_frame_of_an_animation_is_hashed_with_its_time(kind):
    recorder = examined(_animation(kind))
    assert [(made.frame, made.time_ms) for made in recorder.hashes] == [(0, 0), (1, 250), (2, 500)]
    for made, frame in zip(recorder.hashes, _frames(), strict=True):
        assert native.distance(made.pdq, native.pdq(np.asarray(frame)).hash) <= 31
    assert recorder.outcome.verdict is Verdict.HASHED


def test_every_page_of_a_tiff_is_hashed_without_a_time():
    recorder = examined(_animation("TIFF"))
    assert [(made.frame, made.time_ms) for made in recorder.hashes] == [(0, None), (1, None), (2, None)]


def test_frames_that_change_a_part_are_seen_composed():
    whole = _frames()[0]
    changed = whole.copy()
    changed.paste(pictures.image(9, (40, 40)), (60, 30))
    data = pictures.encode(
        whole.quantize(256), "GIF", save_all=True, append_images=[changed.quantize(256)], duration=100
    )
    second = examined(data).hashes[1]
    assert native.distance(second.pdq, native.pdq(np.asarray(changed)).hash) <= 31


def test_a_frame_that_looks_like_the_one_before_is_not_told_again():
    recorder = examined(_animation("WEBP", (1, 1, 2, 2, 1), lossless=True, minimize_size=False))
    assert [made.frame for made in recorder.hashes if made.frame][-1] >= 1
    hashes = [made.pdq for made in recorder.hashes]
    assert all(left != right for left, right in pairwise(hashes))
    assert len(hashes) == 3


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_frames_over_the_limit_are_counted_not_hashed(kind):
    recorder = examined(_animation(kind), limits=DecodeLimits(frames_max=2))
    outcome = recorder.outcome
    assert (outcome.verdict, outcome.reason) == (Verdict.PARTIAL, Reason.TOO_MANY_FRAMES)
    assert (outcome.found, outcome.limit, len(recorder.hashes)) == (3, 2, 2)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_no_time_left_ends_with_what_was_hashed(kind):
    recorder = examined(_animation(kind), soft_s=0.0)
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.PARTIAL, Reason.OUT_OF_TIME)
    assert len(recorder.hashes) == 1


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF"])
def test_a_cut_animation_keeps_its_first_frames(kind):
    data = _animation(kind)
    recorder = examined(data[: len(data) - 100])
    assert recorder.outcome.verdict is Verdict.PARTIAL
    assert recorder.hashes


def test_an_animation_of_a_hundred_thousand_frames_is_not_walked_to_its_end():
    for name in ("gif-hundred-thousand-frames", "apng-hundred-thousand-frames", "webp-hundred-thousand-frames"):
        outcome = examined(zoo.specimen(name)).outcome
        assert outcome.verdict is Verdict.PARTIAL, name
