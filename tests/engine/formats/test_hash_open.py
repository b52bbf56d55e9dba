"""Opening a list: its format told from its bytes, strictness, what is known of the whole file."""

from __future__ import annotations

import json

import pytest

from tutela.domain.errors import FormatError, RowError
from tutela.domain.limits import ImportLimits
from tutela.domain.lists import Entry, RejectedRow
from tutela.domain.signals import SignalKind
from tutela.engine.formats import ListFormat, detect, open_list

MD5, LONG = "ab" * 16, "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("md5,category\n", ListFormat.CSV),
        ("\ufeffmd5\n", ListFormat.CSV),
        ("sep=;\nMD5;SHA1\n", ListFormat.CSV),
        ("hash\tlabel\n", ListFormat.CSV),
        (f"{MD5}\n", ListFormat.TEXT),
        (f"# known files\n\n{MD5}  name\n", ListFormat.TEXT),
        (f"pdq {LONG}\n", ListFormat.TEXT),
        (f"{LONG}\n", ListFormat.TEXT),
        ('{"md5": "x"}\n{"md5": "y"}\n', ListFormat.JSONL),
        ('{"md5": "x"}', ListFormat.JSONL),
        ('{"signal_type": "pdq", "signal_str": "x"}\n', ListFormat.JSONL),
        ('{"@odata.context": "x", "value": []}', ListFormat.VICS),
        ('{\n "odata.metadata": "x",\n "value": [\n', ListFormat.VICS),
        ('{"value": [{"MediaID": 1}]}', ListFormat.VICS),
        ('{"data": [{"indicator": "x"}]}', ListFormat.THREATEXCHANGE),
        ('[{"md5": "x"}]', ListFormat.THREATEXCHANGE),
    ],
)
def test_the_first_bytes_tell_the_format(text, told):
    assert detect(text.encode()) is told
    assert detect(text.encode("utf-16")) is told


@pytest.mark.parametrize(
    "head", [b"", b"  \n", b"# x\n", b"\xff\xd8\xff\xe0JFIF", b"PK\x03\x04", b"name,size\n", b"hello world\n"]
)
def test_what_is_no_list_is_refused_with_the_formats_there_are(head):
    with pytest.raises(FormatError) as caught:
        detect(head)
    assert "csv, jsonl, text" in caught.value.hint


def test_a_list_is_read_lazily_and_says_how_far_it_is(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("md5,x\n" + f"{MD5},\n" * 50_000)
    with open_list(path) as rows:
        iterator = iter(rows)
        assert isinstance(next(iterator), Entry)
        assert 0 < rows.bytes_read < rows.size_bytes / 3
        assert sum(1 for _ in iterator) == 49_999
        assert rows.format is ListFormat.CSV
        assert rows.notes.columns_unread == ("x",)
        assert rows.bytes_read == rows.size_bytes


def test_strict_raises_at_the_first_bad_row(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{MD5}\nnope\n{MD5}\n")
    with open_list(path) as rows:
        assert [type(row) for row in rows] == [Entry, RejectedRow, Entry]
    with open_list(path, strict=True) as rows, pytest.raises(RowError, match="row 2 is no hash") as caught:
        list(rows)
    assert "strict" in caught.value.hint


def test_a_format_or_kind_named_by_the_caller_goes_first(tmp_path):
    path = tmp_path / "list"
    path.write_text(f"{LONG}\n")
    with open_list(path, "text", kind=SignalKind.PDQ) as rows:
        assert next(iter(rows)).pdq.hex() == LONG
    with pytest.raises(FormatError, match="names no column"):
        open_list(path, ListFormat.CSV)
    with pytest.raises(FormatError, match="no list format of that name"):
        open_list(path, "xml")


def test_a_first_line_longer_than_the_head_is_still_told(tmp_path):
    path = tmp_path / "list.jsonl"
    frames = [f"{LONG},90,{second}" for second in range(5000)]
    path.write_text(json.dumps({"vpdq": frames}) + "\n" + json.dumps({"md5": MD5}) + "\n")
    with open_list(path) as rows:
        video, picture = rows
    assert rows.format is ListFormat.JSONL
    assert len(video.frames) == 5000
    assert picture.md5.hex() == MD5


def test_more_entries_than_the_limit_are_refused(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{MD5}\n" * 4)
    with open_list(path, limits=ImportLimits(entries_max=3)) as rows, pytest.raises(FormatError, match="more than 3"):
        list(rows)


def test_a_missing_file_is_the_callers_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_list(tmp_path / "none")
