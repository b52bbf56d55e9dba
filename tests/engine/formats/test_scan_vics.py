from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.engine.scanning.world import hit
from tutela.domain.lists import MatchKind
from tutela.domain.media import MediaType, Verdict
from tutela.domain.scan import FileTimes, ListUse, RowKind, ScanHeader, ScanRow
from tutela.domain.signals import Digests, PictureHash, SignalKind
from tutela.engine.formats import vics_report

HEADER = ScanHeader("0.1.0", "2026-11-22T12:00:00Z", (b"/e",), (ListUse("known", "ab" * 32, owner="Hotline"),))
PICTURE = ScanRow(
    RowKind.FILE,
    b"/e/a.jpg",
    Verdict.HASHED,
    size_bytes=5,
    media_type=MediaType.JPEG,
    digests=Digests(b"\xab" * 16, bytes(20), bytes(32)),
    hashes=(PictureHash(bytes(32), 100),),
    times=FileTimes(10**18, 10**18, 10**18),
)


def case(*rows, **options):
    text = b"".join(vics_report.write(HEADER, lambda: rows, **options))
    return json.loads(text)


def media(*rows):
    return case(*rows)["value"][0]["Media"]


def exact(scheme, classification):
    return hit(MatchKind.EXACT, SignalKind.MD5, scheme=scheme, classification=classification)


def test_the_shape_is_that_of_a_case():
    whole = case(PICTURE, case_number="C-1", profile="US")
    assert whole["@odata.context"].endswith("/2.0.xml/US/$metadata#Cases")
    (one,) = whole["value"]
    assert one["CaseNumber"] == "C-1"
    assert one["SourceApplicationName"] == "Tutela"
    assert one["TotalMediaFiles"] == len(one["Media"]) == 1
    (item,) = one["Media"]
    assert item["MD5"] == "AB" * 16
    assert item["MediaFiles"][0] == {
        "FileName": "a.jpg",
        "FilePath": "/e",
        "MD5": "AB" * 16,
        "Unallocated": False,
        "Written": "2001-09-09T01:46:40.000Z",
        "Change": "2001-09-09T01:46:40.000Z",
        "Accessed": "2001-09-09T01:46:40.000Z",
    }
    assert [named["HashName"] for named in item["AlternativeHashes"]] == ["SHA256", "PDQ"]


@pytest.mark.parametrize("scheme", ["VICS 2.0 US", "Project VIC", "projectvic"])
def test_an_exact_hit_of_a_vics_list_gives_its_category(scheme):
    (item,) = media(replace(PICTURE, hits=(exact(scheme, "2"),)))
    assert (item["Category"], item["IsPrecategorized"]) == (2, True)
    assert case(replace(PICTURE, hits=(exact(scheme, "0"),)))["value"][0]["TotalPrecategorized"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        exact("INHOPE", "1"),
        exact("", "1"),
        exact("VICS 2.0", "A1"),
        exact("VICS 2.0", ""),
        exact("VICS 2.0", "-1"),
        hit(MatchKind.NEAR, SignalKind.PDQ, 2, scheme="VICS 2.0", classification="1"),
    ],
)
def test_anything_less_gives_no_category(wrong):
    (item,) = media(replace(PICTURE, hits=(wrong,)))
    assert "Category" not in item
    assert "IsPrecategorized" not in item
    assert item["Comments"]


def test_a_near_match_is_written_as_a_question():
    (item,) = media(replace(PICTURE, hits=(hit(MatchKind.NEAR, SignalKind.PDQ, 9),)))
    assert "question" in item["Comments"]
    assert "distance 9 of 31" in item["Comments"]


def test_media_and_hits_are_written_and_nothing_else():
    text = replace(PICTURE, media_type=MediaType.OTHER, verdict=Verdict.DIGESTED)
    unread = ScanRow(RowKind.FILE, b"/e/x", Verdict.UNREAD)
    member = replace(PICTURE, kind=RowKind.MEMBER, path=b"/e/z.zip", member=b"in/b.jpg", times=None)
    items = media(text, unread, member, replace(text, hits=(exact("INHOPE", "1"),)))
    assert [item["RelativeFilePath"] for item in items] == ["/e/z.zip!/in/b.jpg", "/e/a.jpg"]
    assert [item["MediaID"] for item in items] == [1, 2]
    assert items[0]["MediaFiles"][0]["FileName"] == "b.jpg"


def test_no_rows_is_still_a_case():
    assert media() == []


def test_a_profile_is_a_plain_name():
    with pytest.raises(ValueError, match="profile"):
        case(profile="../x")
