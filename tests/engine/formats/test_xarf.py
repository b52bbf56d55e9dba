"""XARF: the official schema takes what is written, what is written reads back, and nothing leaves that must not."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from uuid import UUID

import pytest
import xarf as official
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.domain.errors import FormatError
from tutela.domain.reports import AgeBand, Said
from tutela.engine.formats import xarf
from tutela.engine.formats.xarf_report import (
    Classification,
    Exploitation,
    Exploited,
    Found,
    Material,
    MediaType,
    Noticed,
    Organisation,
    Platform,
    Report,
    Told,
    Verified,
    report_id_of,
)

GOLDEN = Path(__file__).parent / "golden"
REPORT = xarf.read(xarf.EXAMPLE)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - zones are given
ORGANISATIONS = st.builds(
    Organisation,
    name=st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["Cc", "Cf", "Zs"]), min_size=1, max_size=30),
    email=st.sampled_from(["desk@hotline.example", "a.b+c@mail.hotline.example"]),
    domain=st.sampled_from(["hotline.example", "xn--bcher-kva.example"]),
)  # fmt: skip
MATERIAL = st.builds(
    Material,
    classification=st.sampled_from(Classification),
    found=st.sampled_from(Found),
    media_type=st.none() | st.sampled_from(MediaType),
    sha256=st.just(b"") | st.binary(min_size=32, max_size=32),
    ncmec_report_id=st.sampled_from(["", "12345678"]),
    is_removed=st.none() | st.booleans(),
)
EXPLOITED = st.builds(
    Exploited,
    exploitation=st.sampled_from(Exploitation),
    noticed=st.sampled_from(Noticed),
    age_band=st.none() | st.sampled_from(AgeBand),
    platform=st.none() | st.sampled_from(Platform),
    told=st.lists(st.sampled_from(Told), unique=True).map(tuple),
)
REPORTS = st.builds(
    Report,
    report_id=st.uuids(version=7) if hasattr(UUID, "version7") else st.uuids(version=4).map(report_id_of),
    seen_at=MOMENTS,
    reporter=ORGANISATIONS,
    sender=ORGANISATIONS,
    source=st.sampled_from(["198.51.100.7", "2001:db8::1", "files.example"]),
    address=st.sampled_from(["https://files.example/a?b=1&c#d", "http://xn--bcher-kva.example/", "https://198.51.100.7:8443/" + "a" * 64]),
    about=MATERIAL | EXPLOITED,
    source_port=st.integers(0, 65535),
    asn=st.integers(0, 2**32 - 1),
    country=st.sampled_from(["", "nl"]),
    hosting_provider=st.sampled_from(["", "Example Hosting B.V."]),
    verified_at=st.none() | MOMENTS,
    verified_by=st.none() | st.sampled_from(Verified),
)  # fmt: skip


def faults(document):
    """What the official schema says."""
    return [f"{each.field}: {each.message}" for each in official.schema_validator.validate(json.loads(document))]


def spoilt(**changes):
    return json.dumps({**json.loads(xarf.EXAMPLE), **changes}).encode()


@settings(deadline=None, max_examples=60)
@given(REPORTS)
def test_the_official_schema_takes_what_is_written_and_it_reads_back(report):
    document = xarf.write(report)
    assert faults(document) == []
    assert xarf.read(document) == report


@pytest.mark.parametrize("kind", ["csam", "csem"])
def test_the_official_examples_are_read_and_nothing_of_them_is_lost(kind):
    schema = json.loads(resources.files(official).joinpath(f"schemas/types/content-{kind}.json").read_text("utf-8"))
    for example in schema["examples"]:
        report = xarf.read(json.dumps(example).encode())
        kept = {said.name.split("/")[0] for said in report.besides}
        written = json.loads(xarf.write(replace(report, besides=())))
        assert set(example) - set(written) <= kept
        assert {name: written[name] for name in written if name in example} == {
            name: example[name] if name != "xarf_version" else xarf.VERSION for name in written if name in example
        }


def test_the_golden_report_is_written_as_it_stands():
    assert xarf.EXAMPLE.decode() == (GOLDEN / "xarf.json").read_text("utf-8")


def test_an_address_outside_of_ascii_is_written_as_a_uri_writes_it():
    report = replace(REPORT, address="https://bücher.example/grün?ä=ß")
    assert json.loads(xarf.write(report))["url"] == "https://xn--bcher-kva.example/gr%C3%BCn?%C3%A4=%C3%9F"


#### What never leaves ####


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"evidence": [{"content_type": "image/png", "payload": "AA=="}]}, "evidence is never sent"),
        ({"evidence": [{"content_type": "text/plain", "payload": "AA=="}]}, "evidence is never sent"),
        ({"screenshot_url": "https://hotline.example/a.png"}, "screenshot_url is never sent"),
        ({"_internal": {"ticket": "1"}}, "_internal is never sent"),
        ({"perpetrator_indicators": {"account_id": "a"}}, "perpetrator_indicators is never sent"),
        ({"description": "x"}, "description is never sent"),
        ({"hash_values": {"sha256": "0" * 63 + "1", "md5": "0" * 31 + "1"}}, "other than one SHA-256"),
        ({"hash_values": {"pdq": "0" * 63 + "1"}}, "other than one SHA-256"),
        ({"hash_values": {"photodna": "AAAA"}}, "other than one SHA-256"),
        ({"hash_values": ["0" * 63 + "1"]}, "other than one SHA-256"),
        ({"hosting_provider": "0" * 63 + "1"}, "looks like a digest"),
        ({"hosting_provider": "QUJD" * 20}, "looks like a digest or a file"),
        ({"hosting_provider": "DATA:image/png;base64,"}, "data address"),
        ({"url": "data:image/png;base64,AAAA"}, "data address"),
        ({"ncmec_report_id": "1 " * 10_000}, "more than"),
    ],
)
def test_the_guard_stops_what_must_never_leave(changes, said):
    found = xarf.guard({**json.loads(xarf.EXAMPLE), **changes})
    assert any(said in sentence for sentence in found), found


def test_the_official_library_takes_a_picture_which_is_why_there_is_a_guard():
    document = spoilt(evidence=[{"content_type": "image/png", "payload": "AA=="}])
    assert faults(document) == []
    assert xarf.guard(json.loads(document))


@pytest.mark.parametrize(
    "change",
    [
        {"address": "data:image/png;base64,AAAA"},
        {"address": "javascript:alert(1)"},
        {"address": "hxxps://files[.]example/a"},
        {"source": "not a host"},
        {"source": "a" * 300 + ".example"},
        {"source_port": 70_000},
        {"asn": 2**32},
        {"country": "NLD"},
        {"seen_at": datetime(2026, 11, 22)},  # noqa: DTZ001 - that is what is wrong with it
        {"hosting_provider": "ab" * 32},
        {"about": Material(classification=Classification.A1, found=Found.HASH_MATCH, sha256=bytes(20))},
        {"reporter": Organisation(name="", email="desk@hotline.example", domain="hotline.example")},
        {"reporter": Organisation(name="A\nBcc: b", email="desk@hotline.example", domain="hotline.example")},
        {"sender": Organisation(name="A", email="desk", domain="hotline.example")},
        {"sender": Organisation(name="A", email="desk@hotline.example", domain="-")},
    ],
)
def test_a_report_that_is_unfit_is_not_written(change):
    with pytest.raises(FormatError):
        xarf.write(replace(REPORT, **change))


def test_what_a_report_said_besides_is_not_sent_on():
    assert xarf.write(replace(REPORT, besides=(Said("evidence/0/payload", "AA=="),))) == xarf.EXAMPLE


#### What is read ####


def test_a_payload_of_evidence_is_never_kept():
    report = xarf.read(spoilt(evidence=[{"content_type": "image/png", "payload": "AAAA", "description": "x"}]))
    assert report.besides == (Said("evidence/0/content_type", "image/png"), Said("evidence/0/description", "x"))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no JSON object"),
        (spoilt(xarf_version="3"), "not 4"),
        (spoilt(type="phishing"), "neither content/csam"),
        (spoilt(report_id="1"), "no UUID"),
        (spoilt(timestamp="2026-11-22T12:00:00"), "no time zone"),
        (spoilt(reporter={"org": "A"}), "does not say who"),
        (spoilt(url="data:,"), "no http"),
        (spoilt(classification="C9"), "none of its words"),
        (spoilt(classification=["A1"]), "none of its words"),
        (spoilt(more={"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}), "nested deeper"),
        (spoilt(more=list(range(2000))), "no place here"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_is_refused_with_a_sentence(document, said):
    with pytest.raises(FormatError, match=said):
        xarf.read(document)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(max_size=5), lambda inner: st.dictionaries(st.sampled_from(["url", "type", "hash_values", "reporting_obligations"]), inner)).map(lambda found: spoilt(**found) if isinstance(found, dict) else b"1"))  # fmt: skip
def test_whatever_the_bytes_they_are_read_or_refused(document):
    with suppress(FormatError):
        xarf.read(document)
