from __future__ import annotations

import sys

import pytest

from tests.engine.sandbox.recorder import examined
from tutela.domain.media import MediaKind, MediaType, Verdict
from tutela.engine.sandbox.samples import samples
from tutela.engine.sandbox.sniff import sniff
from tutela.engine.sandbox.warm import warm_up


@pytest.mark.parametrize("number", range(len(samples())))
def test_every_sample_is_what_it_says_and_hashes(number):
    media_type, data = samples()[number]
    assert sniff(data) is media_type
    recorder = examined(data)
    assert recorder.outcome.verdict is Verdict.HASHED
    assert recorder.hashes


def test_there_is_a_sample_of_every_pictured_type_or_its_container_kin():
    kin = {MediaType.QUICKTIME: MediaType.MP4, MediaType.MATROSKA: MediaType.WEBM}
    pictured = {kin.get(kind, kind) for kind in MediaType if kind.kind in {MediaKind.PICTURE, MediaKind.VIDEO}}
    assert {media_type for media_type, _ in samples()} == pictured


def test_nothing_is_imported_after_warming_up():
    warm_up()
    before = set(sys.modules)
    for _, data in samples():
        examined(data)
        examined(data[: len(data) // 2])
    assert set(sys.modules) == before
