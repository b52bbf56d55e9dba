from __future__ import annotations

import io
import struct

import av
import numpy as np
import pytest

from tests import pictures, zoo
from tests.engine.sandbox.recorder import examined
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import Reason, Verdict
from tutela.domain.signals import View
from tutela.engine import native

SIZE = (160, 128)


def _frames(count: int = 12) -> list[np.ndarray]:
    return [pictures.picture(number // 2, SIZE) for number in range(count)]


def _as_vpdq_does(data: bytes) -> list[bytes]:
    """Hash every frame as vPDQ does: converted to RGB by swscale, then PDQ."""
    with av.open(io.BytesIO(data)) as container:
        return [
            native.pdq(frame.reformat(format="rgb24", threads=1).to_ndarray()).hash
            for frame in container.decode(video=0)
        ]


@pytest.mark.parametrize(
    ("container", "codec", "pixel_format"),
    [
        ("mp4", "libx264", "yuv420p"),
        ("mp4", "libx264", "yuv444p"),
        ("mov", "libx264", "yuvj420p"),
        ("mov", "mpeg4", "yuv420p"),
        ("matroska", "libx264", "yuv420p10le"),
        ("matroska", "ffv1", "bgr0"),
        ("webm", "libvpx", "yuv420p"),
        ("webm", "libvpx-vp9", "yuv420p"),
        ("avi", "mpeg4", "yuv420p"),
        ("avi", "mjpeg", "yuvj420p"),
        ("mov", "png", "rgb24"),
        ("avi", "rawvideo", "bgr24"),
    ],
)
def test_frames_hash_as_vpdq_hashes_them(container, codec, pixel_format):
    data = pictures.video(_frames(), container=container, codec=codec, pixel_format=pixel_format)
    recorder = examined(data, video_interval_ms=0)
    wanted = _as_vpdq_does(data)
    assert recorder.outcome.verdict is Verdict.HASHED, recorder.outcome
    assert [made.frame for made in recorder.hashes] == list(range(len(wanted)))
    assert max(native.distance(made.pdq, other) for made, other in zip(recorder.hashes, wanted, strict=True)) <= 8
    assert (recorder.outcome.width_px, recorder.outcome.height_px) == SIZE


@pytest.mark.parametrize(
    ("interval_ms", "frames"),
    [(0, list(range(25))), (1000, [0, 10, 20]), (500, [0, 5, 10, 15, 20]), (250, list(range(0, 25, 2)))],
)
def test_the_frames_are_those_that_vpdq_takes(interval_ms, frames):
    data = pictures.video(_frames(25), frame_rate=10)
    recorder = examined(data, video_interval_ms=interval_ms)
    assert [made.frame for made in recorder.hashes] == frames
    assert [made.time_ms for made in recorder.hashes] == [number * 100 for number in frames]
    assert recorder.outcome.duration_ms == 2500


def test_quality_is_that_of_the_shown_picture():
    dull = [np.clip(frame.astype(int) // 12 + 120, 0, 255).astype(np.uint8) for frame in _frames(2)]
    data = pictures.video(dull, codec="ffv1", container="matroska", pixel_format="yuv420p")
    made = examined(data, video_interval_ms=0).seen
    with av.open(io.BytesIO(data)) as container:
        shown = next(container.decode(video=0)).reformat(format="rgb24", threads=1).to_ndarray()
    wanted = native.pdq(shown)
    assert wanted.quality < 100
    assert abs(made.quality - wanted.quality) <= 3


@pytest.mark.parametrize(
    ("matrix", "orientation"),
    [((0, 1, -1, 0), 6), ((-1, 0, 0, -1), 3), ((0, -1, 1, 0), 8), ((-1, 0, 0, 1), 2), ((1, 0, 0, 1), 1)],
)
def test_a_phone_held_upright_is_seen_upright_and_kept_as_stored(matrix, orientation):
    stored = [np.asarray(pictures.stored_turned(pictures.image(3, SIZE), orientation)) for _ in range(2)]
    data = bytearray(pictures.video(stored))
    track = bytes(data).index(b"tkhd")
    a, b, c, d = (part << 16 for part in matrix)
    struct.pack_into(">9i", data, track + 4 + 40, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    recorder = examined(bytes(data), video_interval_ms=0)
    upright = native.pdq(pictures.picture(3, SIZE)).hash
    assert native.distance(recorder.seen.pdq, upright) <= 31
    lying = recorder.of_view(View.STORED)
    assert len(lying) == (0 if orientation == 1 else 2)
    if lying:
        assert native.distance(lying[0].pdq, native.pdq(stored[0]).hash) <= 31


def test_equal_frames_keep_their_rows():
    data = pictures.video([pictures.picture(1, SIZE)] * 6)
    assert len(examined(data, video_interval_ms=0).hashes) == 6


def test_a_video_without_pictures_is_unsupported():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        output.mux(stream.encode(frame))
        output.mux(stream.encode())
    outcome = examined(buffer.getvalue()).outcome
    assert (outcome.verdict, outcome.reason) == (Verdict.UNDECODABLE, Reason.UNSUPPORTED)


@pytest.mark.parametrize("cut", [0.4, 0.7])
def test_a_cut_video_keeps_what_was_there(cut):
    data = pictures.video(_frames(40), container="matroska")
    recorder = examined(data[: int(len(data) * cut)], video_interval_ms=0)
    assert (recorder.outcome.verdict, recorder.outcome.reason) in {
        (Verdict.PARTIAL, Reason.TRUNCATED),
        (Verdict.PARTIAL, Reason.CORRUPT),
    }
    assert recorder.hashes


def test_a_scratched_video_goes_on_behind_the_scratch():
    recorder = examined(zoo.specimen("mp4-picture-data-corrupted"), video_interval_ms=0)
    assert recorder.outcome.verdict is Verdict.PARTIAL
    assert recorder.hashes


def test_pixels_over_the_limit_are_refused_before_decoding():
    data = pictures.video(_frames(2))
    outcome = examined(data, limits=DecodeLimits(pixels_max=1000)).outcome
    assert (outcome.verdict, outcome.reason, outcome.found) == (
        Verdict.REFUSED,
        Reason.TOO_MANY_PIXELS,
        SIZE[0] * SIZE[1],
    )


def test_frames_over_the_limit_are_counted():
    recorder = examined(pictures.video(_frames()), video_interval_ms=0, limits=DecodeLimits(video_frames_max=5))
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.PARTIAL, Reason.TOO_MANY_FRAMES)
    assert (recorder.outcome.found, recorder.outcome.limit, len(recorder.hashes)) == (12, 5, 5)


def test_no_time_left_ends_with_what_was_hashed():
    recorder = examined(pictures.video(_frames()), video_interval_ms=0, soft_s=0.0)
    assert (recorder.outcome.verdict, recorder.outcome.reason) == (Verdict.PARTIAL, Reason.OUT_OF_TIME)
    assert len(recorder.hashes) == 1


def test_memory_is_reserved_before_the_first_frame():
    assert examined(pictures.video(_frames(2))).reserved == [SIZE[0] * SIZE[1] * 16]


def test_a_file_that_names_other_files_opens_none(tmp_path):
    """An MP4 whose media stands in another file, by its data reference."""
    data = pictures.video(_frames(2))
    target = tmp_path / "target.mp4"
    target.write_bytes(data)
    url = str(target).encode() + b"\0"
    at = data.index(b"url ")
    outside = data[: at + 4] + bytes(4) + url + data[at + 8 :]
    recorder = examined(outside)
    assert recorder.outcome.verdict in {Verdict.UNDECODABLE, Verdict.PARTIAL, Verdict.HASHED}
    assert target.read_bytes() == data
