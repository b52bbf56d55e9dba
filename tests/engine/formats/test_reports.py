"""Files of reports: three formats, one shape, and a bad row hides no other."""

from __future__ import annotations

import pytest

from tutela.domain.errors import FormatError
from tutela.domain.lists import RejectedRow
from tutela.domain.lookups import Channel
from tutela.domain.reports import Account, Fact, Incident
from tutela.engine.formats.reports import COLUMNS, ReportFormat, open_reports

MD5 = bytes(range(16)).hex()
VICS = (
    '{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media","value":['
    f'{{"MediaID":1,"Category":1,"MD5":"{MD5}"}},{{"MediaID":2,"MD5":"beef"}},{{"MediaID":3,"SHA1":"{"ab" * 20}"}}]}}'
)


@pytest.fixture
def rows_of(tmp_path):
    def read(content, told=None):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with open_reports(path, told) as rows:
            return list(rows), rows

    return read


def test_a_row_of_a_csv_says_the_whole_shape(rows_of):
    cells = {
        "id": "r-1", "text": '"a, b"', "child_in_danger": "true", "incident": "material", "age_band": "infant",
        "incident_name": "i", "occurred_at": "2026-11-22T12:00:00Z", "contact": "c", "channel": "private",
        "jurisdiction": "NL", "address": "https://a.example/1 https://a.example/2", "facts": "live extortion",
        "jurisdictions": "nl de", "md5": MD5, "pdq": "0f" * 32, "pdq_quality": "90", "viewed_by_sender": "true",
        "category": "s:1", "platform": "Chat", "account": "A", "ip": "192.0.2.1", "ip_at": "2026-11-22T12:00:00Z",
        "ip_port": "9", "ip_event": "login",
    }  # fmt: skip
    assert set(cells) <= set(COLUMNS)
    (row,), opened = rows_of(",".join(cells) + ",Unknown\n" + ",".join(cells.values()) + ",x\n")
    assert (opened.format, opened.notes.columns_unread) == (ReportFormat.CSV, ("unknown",))
    assert (row.number, row.own_id, row.channel, row.jurisdiction) == (2, "r-1", Channel.PRIVATE, "NL")
    reported = row.reported
    assert (reported.text, reported.incident, reported.jurisdictions) == ("a, b", Incident.MATERIAL, ("nl", "de"))
    assert reported.facts == {Fact.DANGER_NOW, Fact.LIVE, Fact.EXTORTION}
    assert len(reported.addresses) == 2
    assert (reported.media[0].digests["md5"].hex(), reported.media[0].pdq_quality) == (MD5, 90)
    assert reported.accounts == (Account("Chat", "A"),)
    assert (reported.ip_captures[0].port, reported.ip_captures[0].event) == (9, "login")


def test_a_bad_row_is_named_by_its_number_never_quoted_and_hides_no_other(rows_of):
    rows, _ = rows_of('address,md5\nhttps://a.example/,\n,beef\n"open,\nhttps://b.example/,\na,b,c\n')
    assert [(row.line, row.reason) if isinstance(row, RejectedRow) else row.number for row in rows] == [
        2,
        (3, "is not valid: media.0.md5 (string_pattern_mismatch)"),
        (4, "has a quotation mark that is not closed, or stands inside a field"),
        5,
        (6, "has 3 fields where the header has 2"),
    ]


def test_json_lines_read_as_the_api_does_with_an_id_of_their_own(rows_of):
    rows, opened = rows_of('{"id": 7, "address": "https://a.example/"}\n\n{"id": [], "text": "x"}\n{"secret": 1}\n{\n')
    assert opened.format is ReportFormat.JSONL
    assert (rows[0].own_id, rows[0].reported.addresses) == ("7", ("https://a.example/",))
    assert [(row.line, row.reason) for row in rows[1:]] == [
        (3, "has an id that is no text of at most 255 characters"),
        (4, "is not valid: ? (extra_forbidden)"),
        (5, "is not valid JSON"),
    ]


def test_a_vics_file_gives_a_report_a_medium_with_its_category_under_its_scheme(rows_of):
    rows, opened = rows_of(VICS)
    assert opened.format is ReportFormat.VICS
    assert (rows[0].own_id, rows[0].reported.incident) == ("1", Incident.MATERIAL)
    assert rows[0].reported.media[0].category == "project-vic-2.0/us:1"
    assert not rows[0].reported.media[0].viewed_by_sender
    assert isinstance(rows[1], RejectedRow)
    assert rows[2].reported.media[0].category == ""


@pytest.mark.parametrize("content", ["", "no column\nx\n", "address,address\nx,y\n", "# nothing\n"])
def test_what_is_no_file_of_reports_is_refused(rows_of, content):
    with pytest.raises(FormatError):
        rows_of(content)


def test_bytes_that_are_no_text_reject_their_row_alone(rows_of):
    rows, _ = rows_of(b"address,text\nhttps://a.example/,\xff\nhttps://b.example/,x\n")
    assert [isinstance(row, RejectedRow) for row in rows] == [True, False]
