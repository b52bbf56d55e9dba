"""Every animal of the zoo ends in a verdict: behind the real confinement, and as mutations in this process."""

from __future__ import annotations

import os
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import zoo
from tests.engine.sandbox.recorder import examined
from tutela.domain.media import MediaType, Reason, Verdict
from tutela.engine.sandbox import Request, Sandbox
from tutela.engine.sandbox.samples import samples

DIED = {Reason.DECODER_DIED, Reason.DECODER_MISBEHAVED}
REFUSED = {
    "jpeg-claims-65500x65500": Reason.TOO_MANY_PIXELS,
    "jpeg-400-more-scans": Reason.TOO_MANY_SCANS,
    "jpeg-80-more-scans-of-64-megapixels": Reason.TOO_MANY_SCANS,
    "jpeg-of-one-pixel": Reason.TOO_SMALL,
    "png-30000x30000": Reason.TOO_MANY_PIXELS,
    "gif-screen-of-65535": Reason.TOO_MANY_PIXELS,
    "gif-frame-outside-the-screen": Reason.TOO_MANY_PIXELS,
    "webp-animation-on-16384x16384": Reason.TOO_MANY_PIXELS,
    "bmp-claims-2-gigapixels": Reason.TOO_MANY_PIXELS,
    "tiff-claims-65000x65000": Reason.TOO_MANY_PIXELS,
    "heic-claims-60000x60000": Reason.TOO_MANY_PIXELS,
}
PARTIAL = {
    "jpeg-truncated-in-half": Reason.TRUNCATED,
    "jpeg-200-bytes-corrupted": Reason.CORRUPT,
    "png-truncated": Reason.TRUNCATED,
    "gif-truncated": Reason.TRUNCATED,
    "gif-hundred-thousand-frames": Reason.TOO_MANY_FRAMES,
    "webp-hundred-thousand-frames": Reason.TOO_MANY_FRAMES,
    "tiff-twenty-thousand-pages": Reason.TOO_MANY_FRAMES,
    "gzip-of-1-gib-of-zeros": Reason.EXPANDS_TOO_MUCH,
    "zip-overlapping-entries": Reason.EXPANDS_TOO_MUCH,
    "zip-encrypted": Reason.ENCRYPTED,
    "zip-in-zip-six-deep": Reason.NESTED_TOO_DEEP,
    "zip-hundred-thousand-entries": Reason.TOO_MANY_MEMBERS,
    "tar-truncated": Reason.TRUNCATED,
}


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(workers=1) as made:
        yield made


@contextmanager
def _opened(data: bytes):
    fd = os.memfd_create("specimen")
    try:
        os.write(fd, data)
        yield fd
    finally:
        os.close(fd)


def test_there_are_enough_of_them():
    assert len(zoo.names()) >= 50
    assert zoo.specimen("png-truncated") == zoo.specimen("png-truncated")
    assert set(REFUSED) | set(PARTIAL) <= set(zoo.names())


@pytest.mark.parametrize("name", zoo.names())
def test_it_ends_in_a_verdict(name, sandbox):
    data = zoo.specimen(name)
    with _opened(data) as fd:
        examination = sandbox.examine(fd, Request(len(data)))
    assert examination.verdict is not Verdict.UNREAD
    assert examination.reason not in DIED, "the worker was lost"
    if name in REFUSED:
        assert (examination.verdict, examination.reason) == (Verdict.REFUSED, REFUSED[name])
    if name in PARTIAL:
        assert (examination.verdict, examination.reason) == (Verdict.PARTIAL, PARTIAL[name])


def test_an_honest_picture_is_hashed_after_all_of_them(sandbox):
    media_type, data = samples()[0]
    with _opened(data) as fd:
        assert sandbox.examine(fd, Request(len(data), media_type)).verdict is Verdict.HASHED


@pytest.mark.parametrize("media_type", sorted({media_type for media_type, _ in samples()}))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_mutations_of_honest_files_end_in_a_verdict(media_type, data):
    """Bytes changed, cut out, doubled: no exception gets out, whatever the decoder thinks."""
    raw = bytearray(data.draw(st.sampled_from([sample for kind, sample in samples() if kind is media_type])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.integers(0, 3)):
            case 0:
                raw[at] = data.draw(st.integers(0, 255))
            case 1:
                raw[at : at + 4] = data.draw(st.sampled_from([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"]))
            case 2:
                del raw[at : at + data.draw(st.integers(1, 40))]
            case _:
                raw[at:at] = raw[at : at + data.draw(st.integers(1, 40))]
        if not raw:
            raw = bytearray(b"\0")
    outcome = examined(bytes(raw), media_type=MediaType(media_type), video_interval_ms=0, soft_s=2.0).outcome
    assert outcome.verdict in {Verdict.HASHED, Verdict.PARTIAL, Verdict.UNDECODABLE, Verdict.REFUSED}
