from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest

from tests import pictures
from tutela.domain.media import MediaType, Verdict
from tutela.domain.signals import View
from tutela.engine import native
from tutela.engine.fingerprint import Fingerprinter, digest
from tutela.engine.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(workers=1) as made:
        yield made


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "holiday.txt"
    path.write_bytes(pictures.encode(pictures.image(5), "PNG", exif=pictures.exif(6)))
    return path


def _fingerprint(path, sandbox, **options):
    fd = os.open(path, os.O_RDONLY)
    try:
        return Fingerprinter(sandbox, **options).fingerprint(fd, path.stat().st_size)
    finally:
        os.close(fd)


def test_a_file_is_digested_told_by_content_and_hashed(picture, sandbox):
    made = _fingerprint(picture, sandbox)
    data = picture.read_bytes()
    assert made.size_bytes == len(data)
    assert made.digests.md5 == hashlib.md5(data).digest()
    assert made.digests.sha1 == hashlib.sha1(data).digest()
    assert made.digests.sha256 == hashlib.sha256(data).digest()
    assert made.examination.media_type is MediaType.PNG
    assert made.examination.verdict is Verdict.HASHED
    stored = [picture.pdq for picture in made.examination.hashes if picture.view is View.STORED]
    assert stored == [native.pdq(pictures.picture(5)).hash]


def test_bytes_fingerprint_like_the_file_that_holds_them(picture, sandbox):
    assert Fingerprinter(sandbox).fingerprint_bytes(picture.read_bytes()) == _fingerprint(picture, sandbox)


def test_options_reach_the_worker(sandbox):
    data = pictures.encode(pictures.image(5, (64, 64)), "PNG")
    made = Fingerprinter(sandbox, dihedral=True).fingerprint_bytes(data)
    assert len(made.examination.hashes) == 8
    video = pictures.video([pictures.picture(1, (64, 64))] * 10)
    made = Fingerprinter(sandbox, video_interval_ms=500).fingerprint_bytes(video)
    assert [frame.frame for frame in made.examination.hashes] == [0, 5]


def test_text_and_nothing_are_digested_only(sandbox):
    for data in (b"", b"a text"):
        made = Fingerprinter(sandbox).fingerprint_bytes(data)
        assert made.digests.sha256 == hashlib.sha256(data).digest()
        assert (made.examination.verdict, made.examination.hashes) == (Verdict.DIGESTED, ())


def test_digests_of_many_blocks_are_those_of_the_whole(tmp_path):
    data = np.random.default_rng(1).bytes(3 * (1 << 20) + 17)
    (tmp_path / "large").write_bytes(data)
    fd = os.open(tmp_path / "large", os.O_RDONLY)
    try:
        made, size = digest(fd, len(data))
        assert (made.md5, size) == (hashlib.md5(data).digest(), len(data))
        assert digest(fd, 10)[1] == 10
        assert digest(fd, len(data) + 5)[1] == len(data)
        assert os.lseek(fd, 0, os.SEEK_CUR) == 0
    finally:
        os.close(fd)


def test_a_file_that_shrank_says_what_was_read(tmp_path, sandbox):
    path = tmp_path / "shrunk"
    path.write_bytes(pictures.encode(pictures.image(5, (64, 64)), "PNG"))
    fd = os.open(path, os.O_RDONLY)
    try:
        made = Fingerprinter(sandbox).fingerprint(fd, path.stat().st_size + 1000)
    finally:
        os.close(fd)
    assert made.size_bytes == path.stat().st_size
    assert made.examination.verdict is Verdict.HASHED


def test_reading_that_fails_is_an_error_and_leaves_no_worker_busy(tmp_path, sandbox):
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(OSError, match="directory"):
            Fingerprinter(sandbox).fingerprint(fd, 100)
    finally:
        os.close(fd)
    assert Fingerprinter(sandbox).fingerprint_bytes(b"still here").digests
