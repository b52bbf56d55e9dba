"""Project VIC lists, with the traps that real exports hold."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.domain.errors import FormatError
from tutela.domain.limits import ImportLimits
from tutela.domain.lists import Entry, RejectedRow
from tutela.engine.formats import Notes, vics

MD5, SHA1, PDQ = "AB" * 16, "CD" * 20, "0f" * 32
CONTEXT_2 = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media"
MEDIA = {
    "MediaID": 41,
    "Category": 1,
    "MD5": MD5,
    "SHA1": SHA1,
    "MediaSize": "1024",
    "IsPrecategorized": "True",
    "VictimIdentified": "false",
    "Series": "a name",
    "Miniature": "QUJD" * 1000,
    "PhotoDNA": "QUJD" * 48,
    "AlternativeHashes": [{"HashName": "PDQ", "HashValue": PDQ, "MD5": "00" * 16}],
    "MediaFiles": [{"MD5": "11" * 16, "FileName": "name.jpg", "FilePath": "C:\\Users\\name"}],
    "Exifs": [{"MD5": "22" * 16, "PropertyName": "Model", "PropertyValue": "x"}],
}


def read(document, **options):
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(vics.read(io.BytesIO(raw), **options))


def hash_list(*media):
    return {"@odata.context": CONTEXT_2, "value": list(media)}


def test_a_hash_list_of_version_2():
    notes = Notes()
    (entry,) = read(hash_list(MEDIA), notes=notes)
    assert entry == Entry(
        "41",
        "1",
        md5=bytes.fromhex(MD5),
        sha1=bytes.fromhex(SHA1),
        pdq=bytes.fromhex(PDQ),
        opaque={"photodna": "QUJD" * 48},
    )
    assert notes.scheme_hint == "project-vic-2.0/us"


@pytest.mark.parametrize("media_key", ["Media", "media"])
def test_a_case_of_version_1_with_a_byte_order_mark(media_key):
    notes = Notes()
    case = {
        "odata.metadata": "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Cases",
        "value": [
            {
                "CaseID": "c",
                "SourceApplicationName": "tool",
                "TotalMediaFiles": 99,
                "CaseMetadata": [{"PropertyName": "a", "PropertyValue": "b"}],
                media_key: [MEDIA, {**MEDIA, "MediaID": 42}],
            },
            {"CaseID": "d", media_key: [{**MEDIA, "MediaID": 43}]},
        ],
    }
    rows = read(b"\xef\xbb\xbf" + json.dumps(case).encode(), notes=notes)
    assert [(row.entry_id, row.source) for row in rows] == [("41", "tool"), ("42", "tool"), ("43", "")]
    assert notes.scheme_hint == "project-vic-1.3"


def test_utf_16_is_read():
    assert len(read(json.dumps(hash_list(MEDIA)).encode("utf-16"))) == 1


def test_nothing_is_read_that_could_name_a_person_or_hold_a_picture():
    text = repr(read(hash_list(MEDIA)))
    for kept_out in ("a name", "name.jpg", "Users", "1024", "QUJD" * 49):
        assert kept_out not in text


def test_a_category_is_text_and_its_lack_is_no_category():
    rows = read(hash_list({"MD5": MD5, "Category": None}, {"MD5": MD5, "Category": "2"}, {"MD5": MD5}))
    assert [row.classification for row in rows] == ["", "2", ""]
    assert [row.entry_id for row in rows] == [MD5.lower()] * 3


def test_other_alternative_hashes_are_kept_as_they_are_and_spoil_nothing():
    alternatives = [
        {"HashName": "SHA-256", "HashValue": "12" * 32},
        {"HashName": "F1_Special", "HashValue": "QUJD"},
        {"HashName": "URL", "HashValue": "https://example.org"},
        {"HashName": "Note", "HashValue": "not a hash"},
        {"HashName": None, "HashValue": None},
        "text",
    ]
    (entry,) = read(hash_list({"MD5": MD5, "AlternativeHashes": alternatives}))
    assert entry.sha256.hex() == "12" * 32
    assert entry.opaque == {"f1special": "QUJD"}


@pytest.mark.parametrize(
    ("media", "reason"),
    [
        ({"MediaID": 1, "MD5": "nope"}, "md5 has 4 characters, not 32 hexadecimal ones"),
        ({"MediaID": 1}, "holds no signal"),
        ("text", "is JSON, and not an object"),
        ({"MD5": [MD5]}, "has a list, an object or a fraction where text should stand"),
        ({"MD5": MD5, "AlternativeHashes": [[[[[[[[[[1]]]]]]]]]]}, "is nested too deeply"),
    ],
)
def test_a_bad_media_is_reported_with_its_number_and_ends_nothing(media, reason):
    rows = read(hash_list(MEDIA, media, MEDIA))
    assert rows[1] == RejectedRow(2, reason)
    assert isinstance(rows[2], Entry)


def test_a_key_given_twice_rejects_the_media():
    raw = json.dumps(hash_list(MEDIA)).replace('"Category"', f'"MD5": "{MD5}", "Category"').encode()
    assert read(raw) == [RejectedRow(1, "names a key twice")]


def test_a_document_that_breaks_off_is_refused_with_the_place():
    raw = json.dumps(hash_list(MEDIA, MEDIA, MEDIA)).encode()
    with pytest.raises(FormatError, match="after item 2") as caught:
        read(raw[:-20])
    assert "Nothing of it was kept" in caught.value.hint


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b'{"value": 7}',
        b"[" * 1_000_000,
        b'{"value": [{"MD5": ' + b"[" * 1_000_000,
        b'{"value": [{"MediaID": ' + b"9" * 10_000 + b"}]}",
        b'{"value": [{"MD5": "\xff"}]}',
        b'{"value": []} trailing',
    ],
)
def test_what_is_no_whole_document_is_refused(raw):
    with pytest.raises(FormatError):
        read(raw)


def test_depth_that_nobody_asked_for_is_passed_over():
    deep = b"[" * 200_000 + b"]" * 200_000
    raw = json.dumps(hash_list(MEDIA)).encode().replace(b'"MediaSize": "1024"', b'"MediaSize": ' + deep)
    assert isinstance(read(raw)[0], Entry)


def test_one_endless_text_is_refused_before_it_is_held():
    limits = ImportLimits(line_bytes_max=100_000)
    raw = json.dumps(hash_list({**MEDIA, "Comments": "x" * 1_000_000})).encode()
    with pytest.raises(FormatError, match="a text of more than 100000 bytes"):
        read(raw, limits=limits)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw):
    try:
        rows = read(b'{"value": [' + raw)
    except FormatError:
        return
    assert all(isinstance(row, Entry | RejectedRow) for row in rows)
