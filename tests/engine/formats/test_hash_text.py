"""A hash a line."""

from __future__ import annotations

import io

import pytest

from tutela.domain.errors import FormatError
from tutela.domain.lists import Entry, RejectedRow
from tutela.domain.signals import SignalKind
from tutela.engine.formats import hash_text

MD5, SHA1, LONG = "ab" * 16, "cd" * 20, "ef01" * 16


def read(text, **options):
    return list(hash_text.read(io.BytesIO(text.encode()), **options))


def test_kinds_are_told_by_length():
    md5, sha1 = read(f"# comment\n{MD5}\n\n  {SHA1.upper()}  \r\n")
    assert (md5.md5.hex(), md5.entry_id) == (MD5, "2")
    assert (sha1.sha1.hex(), sha1.entry_id) == (SHA1, "4")


def test_what_md5sum_writes_is_read_without_the_names():
    rows = read(f"{MD5}  some file.jpg\n\\{MD5}  odd\\nname\n{MD5} *binary.jpg\n")
    assert [row.md5.hex() for row in rows] == [MD5] * 3
    assert "jpg" not in repr(rows)


def test_the_kind_may_stand_in_front():
    pdq, sha256 = read(f"pdq {LONG}\nsha256 {LONG}\n")
    assert pdq.pdq.hex() == sha256.sha256.hex() == LONG


def test_sixty_four_characters_need_a_word_from_the_caller():
    with pytest.raises(FormatError, match="row 2: 64 hexadecimal characters may be SHA-256 or PDQ") as caught:
        read(f"{MD5}\n{LONG}\n")
    assert "sha256 or pdq" in caught.value.hint
    assert read(LONG, kind=SignalKind.PDQ)[0].pdq.hex() == LONG
    assert read(LONG, kind=SignalKind.SHA256)[0].sha256.hex() == LONG


def test_with_a_kind_every_line_is_of_that_kind():
    entry, rejected = read(f"{LONG}\n{MD5}\n", kind=SignalKind.PDQ)
    assert isinstance(entry, Entry)
    assert rejected == RejectedRow(2, "pdq has 32 characters, not 64 hexadecimal ones")


@pytest.mark.parametrize("line", ["deadbeef", "deadbeef name", "zz" * 16, MD5[:-1], f"{MD5}{MD5[:2]}", "url x"])
def test_what_is_no_hash_is_rejected(line):
    first, second = read(f"{line}\n{MD5}\n")
    assert first.line == 1
    assert second.md5.hex() == MD5
