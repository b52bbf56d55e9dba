from __future__ import annotations

import base64
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.formats.test_scan_jsonl import ROWS
from tests.engine.scanning.world import hit
from tutela.domain.lists import MatchKind
from tutela.domain.media import Verdict
from tutela.domain.scan import FileTimes, RowKind, ScanRow
from tutela.domain.signals import SignalKind
from tutela.engine.formats import scan_csv


def table(*rows):
    text = b"".join(scan_csv.write(rows)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def row(path=b"/a", **changes):
    return ScanRow(RowKind.FILE, path, Verdict.DIGESTED, **changes)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_as_a_formula(start):
    (line,) = table(row(member=f"{start}cmd|'/c calc'!A1".encode(), detail=f"{start}1+1"))
    for cell in line.values():
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(ROWS, max_size=4))
def test_every_row_gives_its_lines_and_none_can_act(rows):
    lines = table(*rows)
    assert len(lines) == sum(max(1, len(each.hits)) for each in rows)
    for line in lines:
        assert set(line) == set(scan_csv.COLUMNS)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) or "\n" in cell for cell in line.values())


@pytest.mark.parametrize("path", [b"/new\nline", b"/caf\xe9", "/\u202egpj.exe".encode(), b"/\x1b[31m"])
def test_a_path_that_is_not_seen_as_itself_stands_exactly_beside(path):
    (line,) = table(row(path))
    assert base64.b64decode(line["path_base64"]) == path
    assert line["path"].isprintable()


def test_an_ordinary_path_stands_as_itself():
    (line,) = table(row("/bilder/übung.jpg".encode()))
    assert line["path"] == "/bilder/übung.jpg"
    assert line["path_base64"] == ""


def test_one_line_for_each_hit_counted_from_one():
    hits = (hit(MatchKind.EXACT, SignalKind.MD5), hit(MatchKind.NEAR, SignalKind.PDQ, 12))
    lines = table(row(hits=hits), row(b"/b"))
    assert [(line["path"], line["hit"], line["hits"], line["kind"], line["distance"]) for line in lines] == [
        ("/a", "1", "2", "exact", ""),
        ("/a", "2", "2", "near", "12"),
        ("/b", "0", "0", "", ""),
    ]


def test_times_are_utc_and_absurd_ones_stay_numbers():
    (line,) = table(row(times=FileTimes(0, -1, 2**63 - 1)))
    assert (line["modified"], line["changed"]) == ("1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z")
    assert line["accessed"].startswith("2262-")
