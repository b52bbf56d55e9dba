"""Every decoder works behind the whole confinement: a forgotten system call or a late import would kill its worker."""

from __future__ import annotations

import pytest

from tests.engine.sandbox.conftest import descriptor
from tutela.domain.media import MediaKind, Reason, Verdict
from tutela.engine.sandbox import Examination, Form, Isolation, ReducedPicture, Request, Sandbox
from tutela.engine.sandbox.samples import samples

LOST = (Reason.DECODER_DIED, Reason.DECODER_MISBEHAVED)
FILES = samples()


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(workers=1, isolation=Isolation.PER_FILE) as opened:
        yield opened


@pytest.mark.parametrize(("media_type", "data"), FILES, ids=[f"{n}-{f[0].name}" for n, f in enumerate(FILES)])
def test_format_is_decoded_behind_the_confinement(sandbox, media_type, data):
    with descriptor(data) as fd:
        examination = sandbox.examine(fd, Request(len(data), media_type, dihedral=True, video_interval_ms=0))
        assert examination.verdict is Verdict.HASHED
        if media_type.kind is MediaKind.PICTURE:
            for form in Form:
                assert isinstance(sandbox.reduce(fd, len(data), side_px_max=16, form=form), ReducedPicture)


@pytest.mark.parametrize(("media_type", "data"), FILES, ids=[f"{n}-{f[0].name}" for n, f in enumerate(FILES)])
def test_damaged_file_never_kills_its_decoder(sandbox, media_type, data):
    middle = len(data) // 2
    for damaged in (data[:middle], data[:-1], data[:middle] + b"\xff\x00\x81" * 5 + data[middle + 15 :]):
        with descriptor(damaged) as fd:
            examination = sandbox.examine(fd, Request(len(damaged), media_type))
        assert isinstance(examination, Examination)
        assert examination.reason not in LOST
