"""Reports as the CyberTipline takes them: what is written reads back, what has no place is kept, what is wrong is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.errors import FormatError
from tutela.domain.reports import (
    Account,
    AgeBand,
    Fact,
    Incident,
    IpCapture,
    Media,
    Reported,
    Said,
)
from tutela.engine.formats import cybertip
from tutela.engine.formats.xml_tree import XmlLimits

GOLDEN = Path(__file__).parent / "golden"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAIN = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=40)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - zones are given
CATEGORIES = {"industry:A1": AgeBand.PREPUBESCENT, "industry:B2": AgeBand.PUBESCENT, "": AgeBand.UNKNOWN}


def document(inside="", summary="", files="", *, before="", kind="Child Sex Trafficking", at="2026-11-22T12:00:00Z"):
    """A report around what is tried."""
    return (
        f"<cybertip><report>{before}<incidentSummary><incidentType>{kind}</incidentType>{summary}"
        f"<incidentDateTime>{at}</incidentDateTime></incidentSummary>{inside}</report>{files}</cybertip>"
    ).encode()


#### What is written reads back ####


@st.composite
def sayable(draw):
    """Everything that the wire can say."""
    media = draw(st.lists(st.builds(
        lambda digests, viewed, category: Media(digests, viewed_by_sender=viewed, category=category),
        st.fixed_dictionaries({"sha256": st.binary(min_size=32, max_size=32)}, optional={"md5": st.binary(min_size=16, max_size=16)}).filter(
            lambda digests: all(any(value) for value in digests.values())
        ),
        st.booleans(),
        st.sampled_from(sorted(CATEGORIES)),
    ), max_size=3))  # fmt: skip
    facts = draw(st.frozensets(st.sampled_from([Fact.DANGER_NOW, Fact.EXTORTION, Fact.SENT_BY_MANY])))
    bands = [CATEGORIES[one.category] for one in media]
    young = next((band for band in (AgeBand.PREPUBESCENT, AgeBand.PUBESCENT) if band in bands), AgeBand.UNKNOWN)
    captures = st.builds(
        IpCapture,
        st.ip_addresses().map(str),
        st.none() | MOMENTS,
        st.integers(0, 65535),
        st.sampled_from(["", "login", "upload", "unknown"]),
    )
    return Reported(
        incident=draw(st.sampled_from([each for each in Incident if each is not Incident.NOT_SAID])),
        facts=facts | (draw(st.sampled_from([frozenset(), {Fact.LIVE}])) if media else frozenset()),
        age_band=draw(st.sampled_from([young, AgeBand.INFANT])) if media else AgeBand.UNKNOWN,
        text=draw(st.just("") | PLAIN),
        addresses=tuple(
            draw(st.lists(st.sampled_from(["https://files.example/a?b=1&c", "http://b.example/"]), unique=True))
        ),
        media=tuple(media),
        accounts=tuple(draw(st.lists(st.builds(Account, PLAIN, PLAIN), max_size=3, unique=True))),
        ip_captures=tuple(draw(st.lists(captures, max_size=3))),
        jurisdictions=tuple(draw(st.lists(st.sampled_from(["nl", "de", "us"]), unique=True))),
        occurred_at=draw(MOMENTS),
        contact=draw(st.just("") | PLAIN),
    )


@given(sayable())
def test_what_is_written_reads_back_as_it_was(reported):
    written = cybertip.write(reported)
    assert cybertip.read(written.document) == reported
    assert written.left_out == ()


def test_what_the_wire_cannot_say_is_named_when_it_is_written():
    reported = Reported(
        incident=Incident.ABUSE,
        facts=frozenset({Fact.SELF_HARM}),
        age_band=AgeBand.TODDLER,
        incident_name="ours-1",
        occurred_at=NOON,
        text="x",
    )
    assert cybertip.write(reported).left_out == ("facts", "age_band", "incident_name")


@pytest.mark.parametrize("reported", [Reported(occurred_at=NOON), Reported(incident=Incident.ABUSE)])
def test_a_report_without_its_incident_or_time_is_not_written(reported):
    with pytest.raises(FormatError):
        cybertip.write(reported)


#### What is read ####


def test_the_golden_report_reads_as_it_says():
    reported = cybertip.read((GOLDEN / "cybertip.xml").read_bytes())
    assert reported.incident is Incident.SOLICITATION
    assert reported.facts == {Fact.EXTORTION, Fact.DANGER_NOW, Fact.LIVE, Fact.CHILD_FINDABLE}
    assert reported.age_band is AgeBand.PREPUBESCENT
    assert reported.addresses == ("https://files.example/a", "https://files.example/b.jpg")
    assert [(one.viewed_by_sender, one.category, sorted(one.digests), bool(one.pdq)) for one in reported.media] == [
        (True, "industry:A2", ["md5", "sha1"], True),
        (False, "", ["sha256"], False),
    ]
    assert reported.accounts == (
        Account("Example Chat", "user-17"),
        Account("Example Chat", "screen name"),
        Account("Other Chat", "user-18"),
        Account("email", "somebody@mail.example"),
    )
    assert [(one.address, one.port, one.event) for one in reported.ip_captures] == [
        ("198.51.100.7", 49152, "upload"),
        ("2001:db8::1", 0, ""),
    ]
    assert reported.jurisdictions == ("nl",)
    assert reported.occurred_at == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert (reported.contact, reported.text) == (
        "desk@platform.example",
        "See ticket 4.\n\nNeeds to be looked at first.",
    )


def test_what_has_no_place_is_kept_element_by_element():
    reported = cybertip.read((GOLDEN / "cybertip.xml").read_bytes())
    assert reported.besides == (
        Said("cybertip/report/internetDetails/chatImIncident/chatRoomName", "room 1"),
        Said("cybertip/report/reporter/companyTemplate", "A template."),
        Said("cybertip/report/personOrUserReported/ipCaptureEvent/possibleProxy", "false"),
        Said("cybertip/report/personOrUserReported/futureElement", "of tomorrow"),
        Said("cybertip/report/personOrUserReported/futureElement@since", "2027"),
        Said("cybertip/report/victim/victimPerson/firstName", "A name"),
        Said("cybertip/fileDetails/reportId", "1"),
        Said("cybertip/fileDetails/fileId", "0123abcd"),
        Said("cybertip/fileDetails/fileAnnotations/generativeAi", ""),
    )


@pytest.mark.parametrize("tag", ["platform", "reportAnnotations/spam"])
def test_nothing_known_or_unknown_is_dropped_in_silence(tag):
    names = tag.split("/")
    inner = "".join(f"<{name}>" for name in names) + "".join(f"</{name}>" for name in reversed(names))
    reported = cybertip.read(document(summary=inner.replace("<platform>", "<platform>Chat")))
    assert [said.name for said in reported.besides] == [f"cybertip/report/incidentSummary/{tag}"]


def test_a_file_without_a_digest_that_is_read_here_stays_whole():
    file = '<fileDetails><fileViewedByEsp>true</fileViewedByEsp><originalFileHash hashType="PhotoDNA">AA==</originalFileHash></fileDetails>'
    reported = cybertip.read(document(files=file))
    assert reported.media == ()
    assert {said.value for said in reported.besides} == {"true", "AA==", "PhotoDNA"}


#### What is refused ####


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (b"", "malformed"),
        (b"<report>", "malformed"),
        (b"\xff\xfe<", "malformed"),
        (b'<?xml version="1.0" encoding="no-such"?><report/>', "encoding|malformed"),
        (b"<other/>", "neither report nor"),
        (b"<cybertip/>", "0 elements named report"),
        (b"<report/>", "0 elements named incidentSummary"),
        (b'<!DOCTYPE report [<!ENTITY a "aaaa">]><report>&a;</report>', "document type"),
        (b'<!DOCTYPE report SYSTEM "file:///etc/hostname"><report/>', "document type"),
        (b"<report>&unknown;</report>", "malformed"),
        (b"<a>" * 13 + b"</a>" * 13, "nested deeper"),
        (document(kind="Something else"), "incidentType"),
        (document(at="yesterday"), "no time"),
        (document(at="2026-11-22T12:00:00"), "no time zone"),
        (document(at="0001-01-01T00:00:00+23:59"), "between"),
        (document("<victim/><reporter/>"), "reporter stands after victim"),
        (document(before="<additionalInfo>x</additionalInfo>"), "incidentSummary stands after additionalInfo"),
        (document("<personOrUserReported><ipCaptureEvent><ipAddress>1.2.3</ipAddress></ipCaptureEvent></personOrUserReported>"), "ipAddress"),
        (document("<personOrUserReported><ipCaptureEvent><ipAddress>192.0.2.1</ipAddress><port>70000</port></ipCaptureEvent></personOrUserReported>"), "port"),
        (document(files='<fileDetails><originalFileHash hashType="MD5">beef</originalFileHash></fileDetails>'), "originalFileHash"),
        (document(files='<fileDetails><fileViewedByEsp>maybe</fileViewedByEsp><originalFileHash hashType="MD5">' + "ab" * 16 + "</originalFileHash></fileDetails>"), "neither true nor false"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_is_refused_with_a_sentence(wrong, said):
    with pytest.raises(FormatError, match=said):
        cybertip.read(wrong)


@pytest.mark.parametrize(
    "limits",
    [XmlLimits(elements_max=3), XmlLimits(depth_max=2), XmlLimits(attributes_max=0), XmlLimits(text_chars_max=8)],
)
def test_every_limit_of_a_document_binds(limits):
    with pytest.raises(FormatError, match=r"more than|deeper than"):
        cybertip.read(document(files='<fileDetails a="1"/>'), limits)


def test_a_sentence_never_quotes_the_document():
    with pytest.raises(FormatError) as caught:
        cybertip.read(document(kind="a name of somebody"))
    assert "somebody" not in str(caught.value)


@given(st.binary(max_size=300) | st.builds(lambda cut: cybertip.EXAMPLE.encode()[:cut], st.integers(0, 2000)))
def test_whatever_the_bytes_they_are_read_or_refused(document):
    with suppress(FormatError):
        assert cybertip.read(document).occurred_at is not None
