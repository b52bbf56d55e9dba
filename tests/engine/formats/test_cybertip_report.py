"""Documents of a filing: every field reads back, every rule refuses, and what is refused is never quoted."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutela.domain.errors import FormatError
from tutela.domain.reports import Account, AgeBand, Fact, Incident, IpCapture, Media, Reported
from tutela.engine.formats import cybertip_report, xml_forms, xml_tree
from tutela.engine.formats.cybertip_filing import files_of, report_of
from tutela.engine.formats.cybertip_people import ContactPerson, Email, Person, Phone
from tutela.engine.formats.cybertip_report import (
    FileAnnotations,
    FileDetails,
    FileHash,
    InternetDetails,
    Report,
    Reporter,
    Summary,
    faults,
)
from tutela.engine.formats.cybertip_words import CLASSES, INCIDENTS, SUPPLEMENTAL

GOLDEN = Path(__file__).parent / "golden"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DESK = Reporter(person=Person(emails=(Email(address="desk@platform.example"),)))
REPORT = Report(summary=Summary(incident=Incident.TRAFFICKING, occurred_at=NOON), reporter=DESK)
FILE = FileDetails(report_id=17, file_id="0123abcd")
LETTERS = st.characters(min_codepoint=33, max_codepoint=0x2FF)


def values_of(form):
    """Everything that may stand in one place."""
    if isinstance(form, type):
        return models_of(form)
    if isinstance(form, xml_forms.Word):
        return st.sampled_from(list(form.meanings.values()))
    if isinstance(form, xml_forms.Whole):
        return st.integers(form.least, form.most)
    if isinstance(form, xml_forms.Text):
        if form.pattern:
            return st.from_regex(form.pattern, fullmatch=True).filter(lambda text: 0 < len(text) <= form.chars_max)
        return st.text(LETTERS, min_size=1, max_size=min(form.chars_max, 20))
    return {
        xml_forms.BOOLEAN: st.booleans(),
        xml_forms.MOMENT: st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - zones are given
        xml_forms.DAY: st.dates(date(1900, 1, 1)),
        xml_forms.IP: st.ip_addresses().map(str),
    }[form]


@st.composite
def models_of(draw, model):
    """Any value of a class: each of its fields there or absent."""
    made = {}
    for each in fields(model):
        part = each.metadata["wire"]
        if part.form is None:
            made[each.name] = draw(st.booleans())
        elif part.most > 1:
            made[each.name] = tuple(
                draw(st.lists(values_of(part.form), min_size=part.least, max_size=max(1, part.least)))
            )
        elif part.least or draw(st.booleans()):
            made[each.name] = draw(values_of(part.form))
    return model(**made)


@st.composite
def details(draw):
    one = draw(st.sampled_from(fields(InternetDetails)))
    return InternetDetails(**{one.name: draw(values_of(one.metadata["wire"].form))})


def wrong(document, old, new):
    assert old in document
    return document.replace(old, new)


#### What is written reads back ####

QUICK = settings(
    max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


@QUICK
@given(models_of(Report), details(), st.builds(Email, address=st.just("desk@platform.example")))
def test_every_report_reads_back_as_it_was(report, where, email):
    person = replace(report.reporter.person, emails=(email,))
    report = replace(report, internet_details=(where,), reporter=replace(report.reporter, person=person))
    document = cybertip_report.write(report)
    assert faults(document) == ()
    assert cybertip_report.read(document, Report) == report


@QUICK
@given(models_of(FileDetails))
def test_every_file_reads_back_as_it_was(file):
    file = replace(file, relevance=None)
    assert cybertip_report.read(cybertip_report.write(file), FileDetails) == file


@pytest.mark.parametrize("incident", sorted(set(INCIDENTS.values())))
def test_every_kind_of_incident_can_be_filed(incident):
    reported = Reported(
        incident=incident,
        occurred_at=NOON,
        facts=frozenset({Fact.DANGER_NOW, Fact.EXTORTION, Fact.LIVE, Fact.SENT_BY_MANY}),
        age_band=AgeBand.INFANT,
        addresses=("https://files.example/a?b=1&c",),
        accounts=(Account("Chat", "one"), Account("Chat", "two")),
        ip_captures=(IpCapture("2001:db8::1", NOON, 0, "login"),),
        jurisdictions=("nl",),
        media=(Media({"md5": bytes(range(16))}, category="industry:A1"),),
        text="Plain words.",
    )
    assert faults(cybertip_report.write(report_of(reported, DESK)), now=NOON) == ()
    for file in files_of(reported):
        assert faults(cybertip_report.write(replace(file, report_id=1, file_id="0a"))) == ()


def test_the_golden_report_and_file_are_written_as_they_stand():
    contact = ContactPerson(first_name="Desk", phones=(Phone(number="0000", type="Work", country_calling_code="+31"),))
    reported = Reported(
        incident=Incident.TRAFFICKING,
        occurred_at=NOON,
        facts=frozenset({Fact.DANGER_NOW}),
        addresses=("https://files.example/a",),
        accounts=(Account("Example Chat", "user-17"),),
        ip_captures=(IpCapture("198.51.100.7", NOON, 49152, "upload"),),
        jurisdictions=("nl",),
        media=(Media({"sha256": bytes(range(32))}, pdq=bytes(range(32)), category="industry:B2"),),
        text="See ticket 4.",
    )
    report = report_of(reported, replace(DESK, contact=contact, company_template="A template."))
    assert cybertip_report.write(report).decode() == (GOLDEN / "cybertip_report.xml").read_text("utf-8")
    file = replace(
        files_of(reported)[0],
        report_id=17,
        file_id="b0754af766b426f2928a02c651ed4b99",
        viewed=True,
        publicly_available=True,
        original_file_name="a.jpg",
        relevance="Reported",
        annotations=FileAnnotations(viral=True, generative_ai=True),
        additional_info=("Seen by two people.",),
    )
    assert cybertip_report.write(file).decode() == (GOLDEN / "cybertip_file.xml").read_text("utf-8")


def test_nobody_is_said_to_have_viewed_a_file_where_nothing_is_said():
    assert b"Viewed" not in cybertip_report.write(FILE)


#### What is refused ####


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (replace(REPORT, reporter=Reporter(person=Person())), "nobody at the reporter"),
        (replace(REPORT, internet_details=(InternetDetails(),)), "exactly one kind"),
        (replace(REPORT, summary=replace(REPORT.summary, platform="x" * 257)), "platform has more than 256"),
        (replace(REPORT, summary=replace(REPORT.summary, escalate="x" * 3001)), "escalateToHighPriority has more than"),
        (replace(REPORT, summary=replace(REPORT.summary, occurred_at=datetime(2026, 11, 22))), "no time zone"),  # noqa: DTZ001 - that is what is wrong with it
        (replace(FILE, hashes=(FileHash(hash_type="", value="ab"),)), "hashType is missing"),
        (replace(FILE, hashes=(FileHash(hash_type="MD5", value=""),)), "is empty"),
        (replace(FILE, report_id=None), "reportId is missing"),
        (replace(FILE, file_id=""), "fileId is missing"),
        (replace(FILE, relevance=SUPPLEMENTAL, annotations=FileAnnotations(meme=True)), "called a meme"),
        (replace(FILE, relevance=SUPPLEMENTAL, industry_classification=next(iter(CLASSES))), "is classified"),
    ],
)
def test_what_breaks_a_rule_is_not_written(value, said):
    with pytest.raises(FormatError, match=said):
        cybertip_report.write(value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<incidentType>Child Sex Trafficking</incidentType>", b"", "incidentType is missing"),
        (b"Child Sex Trafficking", b"Something else", "incidentType is none of its words"),
        (b"2026-11-22T12:00:00Z", b"2026-11-22T12:00:00", "has no time zone"),
        (b"</report>", b"<futureElement>x</futureElement></report>", "futureElement is not known"),
        (b"<report>", b"<report since='2027'>", "@since is not known"),
        (b"</report>", b"<victim/></report>", "victimPerson is missing"),
        (b"<reporter>", b"<additionalInfo>x</additionalInfo><reporter>", "reporter stands after additionalInfo"),
        (b"</report>", b"<additionalInfo>x</additionalInfo><additionalInfo>y</additionalInfo></report>", "too often"),
        (b"<reporter>", b"stray<reporter>", "holds text beside"),
        (b"<report>", b"<fileDetails>", "malformed"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_is_told_in_a_sentence(old, new, said):
    found = faults(wrong(cybertip_report.write(REPORT), old, new))
    assert any(said in sentence for sentence in found), found


def test_an_incident_of_the_future_is_wrong_where_the_time_is_known():
    document = cybertip_report.write(REPORT)
    assert faults(document, now=NOON) == ()
    assert faults(document, now=NOON - timedelta(seconds=1)) == (
        "report/incidentSummary/incidentDateTime is in the future",
    )


def test_a_sentence_never_quotes_the_document():
    document = wrong(cybertip_report.write(REPORT), b"Child Sex Trafficking", b"a name of somebody")
    assert "somebody" not in " ".join(faults(document))


def test_white_space_within_an_attribute_reads_back():
    file = replace(FILE, hashes=(FileHash(hash_type="a\tb\nc\rd", value="ab"),))
    assert cybertip_report.read(cybertip_report.write(file), FileDetails) == file


def test_a_document_is_not_read_as_another_kind():
    with pytest.raises(FormatError, match="not of the kind"):
        cybertip_report.read(cybertip_report.write(FILE), Report)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_something_is_said(document):
    assert faults(document)


@pytest.mark.parametrize("name", ["ipCaptureEvent", "personOrUserReported", "victim", "associatedAccount"])
def test_the_order_of_what_is_read_leniently_is_that_of_what_is_written(name):
    assert "additionalInfo" in cybertip_report.ORDER["report"]
    assert cybertip_report.ORDER[name]


def test_elements_out_of_order_are_wrong_wherever_they_stand():
    document = cybertip_report.write(replace(REPORT, reported=None))
    root = xml_tree.read(document, xml_tree.XmlLimits())
    root.children.reverse()
    assert any("stands after" in sentence for sentence in faults(xml_tree.write(root)))
