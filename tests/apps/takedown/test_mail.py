"""The message of a notice: for people and for machines, and nothing in it that leads anybody astray."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world import fill
from tutela.apps.takedown import mail, receiving
from tutela.apps.takedown.contacts import CLASSES, CONTACTS
from tutela.apps.takedown.models import Notice, Party, Takedown
from tutela.engine.formats import xarf_mail
from tutela.engine.removal import Finding, State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def classified(play, settings) -> Takedown:
    """A takedown of what a list calls by a word that has a place in XARF."""
    settings.TUTELA = replace(settings.TUTELA, origin="https://desk.example", mail_from="desk@desk.example")
    fill(CLASSES, "VICS,1,A1,an agreement", "VICS,2,Z9,an agreement")
    takedown = play.order()
    Takedown.objects.update(scheme="VICS", classification="1")
    takedown.refresh_from_db()
    takedown.item.pdq, takedown.item.md5 = "ab" * 32, "cd" * 16
    takedown.item.save()
    return takedown


def sent(play, takedown: Takedown, **later: float) -> bytes:
    play.see(takedown, Finding.THERE, **later)
    assert play.post() == ["abuse@host.example"]
    return bytes(play.mail.taken[-1][1])


def test_a_word_that_has_a_place_makes_one_message_for_people_and_machines(play, classified):
    message = sent(play, classified)
    report = xarf_mail.read(message)
    assert (report.address, report.about.classification) == ("https://files.example/a", "A1")
    assert report.about.sha256.hex() == classified.item.sha256
    letter = play.mail.taken[-1][1].get_body(("plain",)).get_content()
    assert "hxxps://files[.]example/a" in letter
    assert b"https://files.example" not in message  # the report is base64: nothing in the message is a link
    assert b"ab" * 32 not in message
    assert b"cd" * 16 not in message


def test_a_repeat_names_the_first_and_an_answer_to_either_finds_its_notice(play, classified):
    sent(play, classified)
    sent(play, classified, hours=25)
    first, again = (message for _, message in play.mail.taken)
    assert again["In-Reply-To"] == first["Message-ID"]
    assert again["Message-ID"] == first["Message-ID"].replace("@", ".2@")
    for message, notice in zip((first, again), Notice.objects.order_by("sent_at"), strict=True):
        reply = receiving.take(f"In-Reply-To: {message['Message-ID']}\n\nWe look into it.".encode())
        assert reply is not None
        assert reply.notice_id == notice.id


def test_a_bounce_of_a_repeat_is_read_and_its_own_message_is_a_loop(play, classified):
    sent(play, classified)
    message = sent(play, classified, hours=25)
    assert receiving.take(message) is None
    bounce = (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nStatus: 5.1.1\n"
        b"--b\nContent-Type: message/rfc822\n\n" + message + b"\n--b--\n"
    )
    assert receiving.take(bounce) is not None
    assert Notice.objects.order_by("sent_at").last().bounced_at is not None
    assert Party.objects.get().standing == "bounced"


def test_a_word_that_nobody_has_placed_makes_a_letter_with_the_address_beside_it(play, classified):
    Takedown.objects.update(classification="2")  # its row cannot be read
    message = play.mail
    sent(play, classified)
    [beside] = message.taken[-1][1].iter_attachments()
    assert beside.get_filename() == "address.txt"
    assert len(CLASSES.content().faults) == 1


def test_an_address_that_xarf_cannot_hold_goes_as_a_letter(play, classified, settings):
    settings.TUTELA = replace(settings.TUTELA, origin="http://localhost:8400")
    sent(play, classified)
    assert play.mail.taken[-1][1].get_content_type() == "multipart/mixed"


def test_each_reads_the_letter_in_the_language_that_the_table_says(play, classified):
    fill(CONTACTS, "site,files.example,host,A host,abuse@host.example,,nl,xx,an agreement")
    assert len(CONTACTS.content().faults) == 1
    Party.objects.update(language="de")
    sent(play, classified)
    message = play.mail.taken[-1][1]
    assert message["Subject"].startswith("Meldung von Darstellungen")
    assert message["Content-Language"] == "de"


@pytest.mark.parametrize("rung", ["host", "upstream", "registrar", "authority"])
def test_everybody_on_the_ladder_is_asked_for_what_they_can_do(play, classified, rung):
    Party.objects.update(rung=rung)
    notice = Notice(
        takedown=classified, party=Party.objects.get(), organisation=play.desk.organisation,
        case_id=classified.case_id, address="https://files.example/a", recipient="abuse@host.example",
    )  # fmt: skip
    [letter] = mail.letters(notice)
    asked = {
        "host": "make it unreachable",
        "upstream": "your customer",
        "registrar": "registered",
        "authority": "law lets",
    }
    assert asked[rung].encode() in letter.content.replace(b"=\r\n", b"").replace(b"\r\n", b" ")


def test_the_copy_of_the_desk_and_the_text_of_a_form_hold_no_link(play, classified, settings):
    settings.TUTELA = replace(settings.TUTELA, mail_copy_to="desk@desk.example")
    play.see(classified, Finding.THERE)
    play.post()
    copy = dict(play.mail.taken)["desk@desk.example"]
    assert "https://files.example" not in copy.as_string()
    text = mail.text_of(Notice.objects.get())
    assert "hxxps://files[.]example/a" in text
    assert "https://" not in text
    assert "2022/2065" in text


def test_a_crash_after_the_mail_server_took_it_sends_it_again_under_one_name(play, classified):
    play.see(classified, Finding.THERE)
    notice = Notice.objects.get()
    [one], [other] = mail.letters(notice), mail.letters(notice)
    assert one.name == other.name
    assert classified.state == State.DUE
