"""Exports of exchanges as JSON documents; their CSV and JSON lines are in test_hash_csv and test_hash_jsonl."""

from __future__ import annotations

import io
import json

import pytest

from tutela.domain.errors import FormatError
from tutela.domain.lists import RejectedRow
from tutela.engine.formats import threatexchange

MD5, PDQ = "ab" * 16, "0123456789abcdef" * 4


def read(document, **options):
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(threatexchange.read(io.BytesIO(raw), **options))


def test_threat_updates():
    def record(number, **more):
        return {"id": number, "type": "HASH_PDQ", "indicator": PDQ, "last_updated": 1, "should_delete": False, **more}

    rows = read(
        {
            "data": [
                record(1, descriptors={"data": [{"owner": {"id": 7}, "status": "MALICIOUS"}]}),
                record(2, should_delete=True),
                record(3, descriptors={"data": [{"status": "NON_MALICIOUS"}]}),
                record(4, descriptors={"data": [{"status": "NON_MALICIOUS"}, {"status": "SUSPICIOUS"}]}),
                record(5, type="HASH_VIDEO_MD5", indicator=MD5),
            ],
            "paging": {"next": "x"},
        }
    )
    assert (rows[0].entry_id, rows[0].classification, rows[0].pdq.hex()) == ("1", "MALICIOUS", PDQ)
    assert rows[1] == RejectedRow(2, "was withdrawn by those who listed it")
    assert rows[2] == RejectedRow(3, "is marked as not belonging to this class")
    assert rows[3].classification == "SUSPICIOUS"
    assert rows[4].md5.hex() == MD5


def test_stopncii_records():
    rows = read(
        {
            "count": 3,
            "hashRecords": [
                {"signalType": "ImagePDQ", "hashValue": PDQ, "hashStatus": "Active", "caseNumbers": {"1": "Active"}},
                {"signalType": "VideoMD5", "hashValue": MD5, "hashStatus": "Withdrawn"},
                {"signalType": "VideoTMK", "hashValue": "QUJDRA==", "hashStatus": "Active"},
            ],
        }
    )
    assert rows[0].pdq.hex() == PDQ
    assert rows[1] == RejectedRow(2, "was withdrawn by those who listed it")
    assert rows[2].opaque == {"videotmk": "QUJDRA=="}


def test_contents_of_a_bank():
    (entry,) = read([{"id": 5, "signals": {"pdq": PDQ, "video_md5": MD5, "raw_text": "words"}, "bank": {"name": "B"}}])
    assert (entry.entry_id, entry.pdq.hex(), entry.md5.hex(), entry.source) == ("5", PDQ, MD5, "B")
    assert entry.opaque == {}


def test_a_plain_array_of_entries():
    (entry,) = read([{"md5": MD5, "classification": "A1"}])
    assert (entry.md5.hex(), entry.classification) == (MD5, "A1")


def test_frames_in_a_document():
    frames = [f"{PDQ},90,{second}" for second in range(1000)]
    (entry,) = read(
        {
            "data": [
                {"signal_type": "vpdq", "signal_str": json.dumps(frames)},
            ]
        }
    )
    assert len(entry.frames) == 1000


@pytest.mark.parametrize(
    "text", [f'{{"signal_type": "pdq", "signal_str": "{PDQ}"}}\n', f"signal_type,signal_str\npdq,{PDQ}\n"]
)
def test_lines_and_csv_are_told_apart(text):
    (entry,) = read(text.encode())
    assert entry.pdq.hex() == PDQ


def test_a_document_without_entries_is_refused():
    with pytest.raises(FormatError, match="holds no array"):
        read(b'{\n"error": {"code": 1}}')
