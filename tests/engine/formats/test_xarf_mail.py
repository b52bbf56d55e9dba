"""A XARF report as mail: it reads back, its human part stands alone, and a link or a second header never gets in."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tutela.domain.errors import FormatError
from tutela.engine.formats import xarf, xarf_mail
from tutela.engine.formats.xarf_report import Organisation

REPORT = xarf.read(xarf.EXAMPLE)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def message(letter="At hxxps://files[.]example/a.\n\nGrüße\n", report=REPORT, **changes):
    return xarf_mail.write(
        report, letter, **{"to": "abuse@host.example", "subject": "Reference 17", "sent_at": NOON, **changes}
    )


def test_the_report_reads_back_out_of_the_message():
    assert xarf_mail.read(message()) == REPORT


def test_the_message_is_a_feedback_report_whose_first_part_people_read():
    made = email.message_from_bytes(message())
    assert made.get_content_type() == "multipart/report"
    assert made.get_param("report-type") == "feedback-report"
    assert [part.get_content_type() for part in made.get_payload()] == [
        "text/plain",
        "message/feedback-report",
        "application/json",
    ]
    letter, feedback, attached = made.get_payload()
    assert "Grüße" in letter.get_payload(decode=True).decode()
    assert feedback.get_payload()[0]["Feedback-Type"] == "xarf"
    assert feedback.get_payload()[0]["Version"] == "1"
    assert attached.get_filename() == "xarf.json"


def test_nothing_but_text_is_ever_attached():
    types = {
        part.get_content_maintype() for part in email.message_from_bytes(message()).walk() if not part.is_multipart()
    }
    assert types == {"text", "application"}


def test_the_exact_address_stands_in_the_report_alone():
    parts = email.message_from_bytes(message()).get_payload()
    assert b"https://files.example/a" not in parts[0].get_payload(decode=True)
    assert b"https://files.example/a" in parts[2].get_payload(decode=True)


def test_whoever_sends_it_is_named_in_full():
    desk = Organisation(name='Meldestelle "für" Beispiele, e. V.', email="a@b.example", domain="b.example")
    sender = email.message_from_bytes(message(report=replace(REPORT, sender=desk)), policy=email.policy.SMTP)["From"]
    assert [(one.display_name, one.addr_spec) for one in sender.addresses] == [
        ("Meldestelle für Beispiele, e. V.", "a@b.example")
    ]


def test_a_repeat_has_its_own_name_and_says_what_it_repeats():
    first, second = email.message_from_bytes(message()), email.message_from_bytes(message(sending=2))
    assert first["Message-ID"] == f"<{REPORT.report_id}@hotline.example>"
    assert second["Message-ID"] != first["Message-ID"]
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["In-Reply-To"] is None


def test_the_same_makes_the_same_bytes_and_no_line_is_too_long():
    assert message() == message()
    assert max(map(len, message("x" * 5000).split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "changes",
    [
        {"letter": "At https://files.example/a."},
        {"letter": "At HTTPS://FILES.example/a."},
        {"subject": "About http://files.example/a"},
        {"subject": "a\r\nBcc: everybody@host.example"},
        {"to": "abuse@host.example, everybody@host.example"},
        {"to": "abuse@host.example\r\nBcc: everybody@host.example"},
        {"to": ""},
        {"language": "en\r\nBcc: everybody@host.example"},
        {"letter": "x" * 300_000},
        {"report": replace(REPORT, sender=Organisation(name="A\r\nBcc: b", email="a@b.example", domain="b.example"))},
    ],
)
def test_a_message_that_says_too_much_is_not_written(changes):
    with pytest.raises(FormatError):
        message(**changes)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"Subject: x\r\n\r\nNo report.",
        message().replace(b"application/json", b"image/png"),
        b"x" * (15 * 2**20 + 1),
    ],
)
def test_a_message_without_one_report_is_refused(wrong):
    with pytest.raises(FormatError):
        xarf_mail.read(wrong)
