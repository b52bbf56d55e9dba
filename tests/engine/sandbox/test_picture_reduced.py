from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests import pictures, zoo
from tests.engine.sandbox.recorder import Recorder
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import Reason, Verdict
from tutela.engine import native
from tutela.engine.sandbox.contract import Form, Outcome, ReducedPicture, Task
from tutela.engine.sandbox.encode import png
from tutela.engine.sandbox.examine import reduce
from tutela.engine.sandbox.sniff import sniff
from tutela.engine.sandbox.source import Source


def _reduced(data: bytes, side_px_max: int = 64, form: Form = Form.COLOUR) -> ReducedPicture | Outcome:
    task = Task(len(data), sniff(data), form=form)
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


def _levels(picture: ReducedPicture) -> np.ndarray:
    return np.frombuffer(picture.pixels, np.uint8).reshape(picture.height_px, picture.width_px)


@pytest.mark.parametrize("form", [Form.GREY, Form.BLURRED, Form.LINES])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_form_that_shows_less_has_no_colours(mode, form):
    made = pictures.image(4, (640, 320)).convert(mode)
    small = _reduced(pictures.encode(made, "PNG"), form.side_px_max, form)
    assert small.channels == 1
    assert len(small.pixels) == small.width_px * small.height_px
    assert max(small.width_px, small.height_px) <= form.side_px_max


def test_lines_are_lines_and_few():
    drawn = _levels(_reduced(pictures.encode(pictures.image(4, (1600, 1200)), "PNG"), 512, Form.LINES))
    assert set(np.unique(drawn)) == {0, 255}
    assert 0 < np.mean(drawn == 0) <= 0.11


def test_nothing_is_drawn_of_what_does_not_change():
    flat = Image.new("RGB", (300, 200), (200, 30, 90))
    assert np.all(_levels(_reduced(pictures.encode(flat, "PNG"), 512, Form.LINES)) == 255)


def test_what_is_smaller_than_a_step_is_blurred_away():
    """A pattern of single pixels, whatever its contrast, leaves one even grey."""
    board = np.indices((640, 640)).sum(0) % 2 * 255
    found = _levels(_reduced(pictures.encode(Image.fromarray(board.astype(np.uint8)), "PNG"), 64, Form.BLURRED))
    assert np.ptp(found) <= 1


@pytest.mark.parametrize("form", list(Form))
def test_a_form_is_written_as_a_file_that_holds_its_pixels_and_nothing_else(form):
    small = _reduced(pictures.encode(pictures.image(4, (640, 320)), "JPEG", exif=pictures.exif(6)), 64, form)
    written = png(small)
    with Image.open(io.BytesIO(written)) as again:
        assert again.tobytes() == small.pixels
        assert again.info == {}
