from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.sandbox.source import Source


@pytest.fixture
def file(tmp_path):
    (tmp_path / "file").write_bytes(bytes(range(100)))
    fd = os.open(tmp_path / "file", os.O_RDONLY)
    yield fd
    os.close(fd)


def test_no_byte_beyond_the_promised_size_is_given(file):
    source = Source(file, 10)
    assert source.whole() == bytes(range(10))
    assert source.read_at(8, 50) == b"\x08\x09"
    assert source.read_at(10, 1) == b""
    assert source.read_at(-1, 5) == b""


def test_a_file_shorter_than_promised_just_ends(file):
    assert Source(file, 1000).whole() == bytes(range(100))


def test_the_shared_offset_is_not_moved(file):
    with Source(file, 100).open() as opened:
        opened.seek(50)
        assert opened.read(2) == b"\x32\x33"
    assert os.lseek(file, 0, os.SEEK_CUR) == 0


@given(st.binary(max_size=64), st.lists(st.tuples(st.integers(-80, 80), st.integers(0, 2), st.integers(-1, 80))))
def test_it_reads_like_any_file(data, moves):
    ours, theirs = Source.of_bytes(data).open(), io.BytesIO(data)
    for offset, whence, size in moves:
        if whence == os.SEEK_SET and offset < 0:
            continue
        assert ours.seek(offset, whence) == theirs.seek(offset, whence)
        assert ours.read(size) == theirs.read(size)
        assert ours.tell() == theirs.tell()
