"""Tables that an operator fills: what cannot be read is left out and said, and nothing is ever guessed."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import fill
from tutela.apps.custody.public import RETENTION
from tutela.apps.intake.public import HELP
from tutela.apps.safeguarding.public import SERVICES
from tutela.apps.triage.public import CLOCKS, NETWORKS, SEATS
from tutela.entry import standing
from tutela.entry.standing import State

TABLES = (HELP, SERVICES, CLOCKS, NETWORKS, SEATS, RETENTION)
WHOLE = "waiting,nl,24,2026-01-01,,an agreement,a lawyer"


def part(table):
    return standing._table(table)


@pytest.mark.parametrize("table", TABLES, ids=lambda each: each.name)
def test_nothing_is_invented(table, home):
    assert table.rows() == ()
    assert part(table).state is State.NOT_CONFIGURED
    assert part(table).advice


def test_what_an_operator_wrote_stands_alone_and_is_read_again_when_it_changes(home):
    own = fill(CLOCKS, WHOLE)
    assert [each.hours for each in CLOCKS.rows()] == [24]
    assert part(CLOCKS).state is State.WELL
    fill(CLOCKS, WHOLE, WHOLE.replace("24", "48").replace("nl", "be"))
    assert [each.hours for each in CLOCKS.rows()] == [24, 48]
    own.unlink()
    assert CLOCKS.rows() == ()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("waiting,nl,24,2026-01-01,,,a lawyer", "names no source"),
        ("waiting,nl,soon,2026-01-01,,an agreement,a lawyer", "'soon'"),
        ("waiting,nl,24,01/02/2026,,an agreement,a lawyer", "write YYYY-MM-DD"),
        ("waiting,nl,24,2026-01-01,2025-12-31,an agreement,a lawyer", "ends before it begins"),
        ("asleep,nl,24,2026-01-01,,an agreement,a lawyer", "'asleep'"),
        ("waiting,nl,24", "more or fewer values"),
        (WHOLE + ",more", "more or fewer values"),
        ('waiting,nl,24,2026-01-01,,"an agree', "unexpected end of data"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_said_with_its_line(home, row, why):
    fill(CLOCKS, WHOLE, row)
    assert len(CLOCKS.rows()) == 1
    (fault,) = CLOCKS.content().faults
    assert fault.line == 3
    assert why in fault.why
    told = part(CLOCKS)
    assert told.state is State.NEEDS_A_PERSON
    assert "1 line of clocks.csv is left out" in told.detail
    assert "Line 3" in told.advice


def test_a_file_without_a_column_is_no_table(home):
    own = fill(CLOCKS)
    own.write_text("state,jurisdiction,source\nwaiting,nl,an agreement\n", encoding="utf-8")
    assert CLOCKS.rows() == ()
    assert "there is no column 'hours'" in part(CLOCKS).advice


def test_a_spreadsheet_may_write_it_and_a_folder_or_bytes_are_no_table(home):
    own = fill(CLOCKS, WHOLE)
    own.write_bytes(b"\xef\xbb\xbf" + own.read_bytes().replace(b"\n", b"\r\n"))
    assert len(CLOCKS.rows()) == 1
    own.write_bytes(b"\xff\xfe\x00")
    assert part(CLOCKS).advice == "it is not UTF-8"
    own.unlink()
    own.mkdir()
    assert part(CLOCKS).state is State.NEEDS_A_PERSON


def test_a_file_that_grows_without_end_is_not_read(home):
    own = fill(CLOCKS)
    os.truncate(own, 5 << 20)
    assert CLOCKS.rows() == ()
    assert "more than" in part(CLOCKS).advice


@given(st.lists(st.text(max_size=80), max_size=6))
def test_no_text_breaks_the_reading(lines):
    head = CLOCKS.shipped.read_text(encoding="utf-8").strip()
    for table_lines in (lines, [head, *lines]):
        found = CLOCKS.parse(table_lines)
        assert all(each.source for each in found.rows)
