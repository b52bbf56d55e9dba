from __future__ import annotations

import numpy as np
import pytest

from tests import pictures, zoo
from tests.engine.sandbox.recorder import Recorder
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import Reason, Verdict
from tutela.engine import native
from tutela.engine.sandbox.contract import Outcome, ReducedPicture, Task
from tutela.engine.sandbox.examine import reduce
from tutela.engine.sandbox.sniff import sniff
from tutela.engine.sandbox.source import Source


def _reduced(data: bytes, side_px_max: int = 64) -> ReducedPicture | Outcome:
    task = Task(len(data), sniff(data))
    return reduce(Source.of_bytes(data), task, Recorder(), DecodeLimits(), side_px_max)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 5, 6])
def test_reduced_pictures_are_upright_and_small(kind, orientation):
    made = pictures.image(4, (640, 320))
    stored = pictures.stored_turned(made, orientation)
    small = _reduced(pictures.encode(stored, kind, exif=pictures.exif(orientation)))
    assert (small.width_px, small.height_px, small.channels) == (64, 32, 3)
    pixels = np.frombuffer(small.pixels, np.uint8).reshape(32, 64, 3)
    assert np.abs(pixels.astype(int) - np.asarray(made.reduce(10)).astype(int)).mean() < 12


def test_grey_pictures_stay_grey():
    small = _reduced(pictures.encode(pictures.image(4, (100, 70)).convert("L"), "PNG"), 50)
    assert (small.width_px, small.height_px, small.channels, len(small.pixels)) == (50, 35, 1, 1750)


def test_sides_that_do_not_divide_stay_within_the_bound():
    for size in ((6, 1000), (1023, 7), (129, 128)):
        small = _reduced(pictures.encode(pictures.image(1, size), "PNG"), 128)
        assert max(small.width_px, small.height_px) <= 128


def test_heic_is_reduced_too():
    assert _reduced(pictures.heic(pictures.image(1, (96, 96)))).width_px == 48


def test_what_cannot_be_decoded_says_why():
    outcome = _reduced(zoo.specimen("png-30000x30000"))
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, Reason.TOO_MANY_PIXELS)
    outcome = _reduced(zoo.specimen("gzip-truncated"))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNDECODABLE, Reason.UNSUPPORTED)
    assert native.variants()
