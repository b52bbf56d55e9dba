"""The notice as a message: a letter for people and, where a list's words have a place in XARF, a report for machines.

Rules:

1. The letter is in the language of whoever reads it, and defanged; its subject names no address. Only what a machine
   reads beside it, or copies out of a file, holds the address as it is (law 10).
2. It carries at most one SHA-256 of what stands there, and our reference. Never a picture, never a hash by which
   look-alikes could be found.
3. One report for each party: a repeat has a name of its own and says which message it repeats. A crash that sends a
   message twice sends it under one name.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from tutela.apps.mailing import MailError, Message, Part, Written
from tutela.apps.takedown import contacts
from tutela.domain.addresses import defang
from tutela.domain.errors import FormatError
from tutela.engine import clock
from tutela.engine.formats import dsa_notice, notice_letter, xarf_mail
from tutela.engine.formats.dsa_notice import DsaNotice, Submitter
from tutela.engine.formats.notice_letter import Basis, Letter, Role
from tutela.engine.formats.notice_words import words
from tutela.engine.formats.xarf_report import Found, Material, Organisation, Report, Verified, report_id_of
from tutela.engine.removal import Rung

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tutela.apps.takedown.models import Notice, Party

_USUAL: Final = "en"
_ROLES: Final = {
    Rung.HOST: Role.HOST,
    Rung.UPSTREAM: Role.NETWORK,
    Rung.REGISTRAR: Role.REGISTRAR,
    Rung.AUTHORITY: Role.AUTHORITY,
}


def letters(notice: Notice) -> list[Message | Written]:
    """Return the message of a notice, and a copy without the exact address for the desk, if it wants one."""
    address, recipient = notice.address, notice.recipient
    if not address or not recipient:
        raise MailError("The case was erased: there is nothing to send")
    subject, body = _correction(notice, address) if notice.kind == notice.Kind.CORRECTION else _letter(notice, address)
    made: list[Message | Written] = [
        _with_report(notice, address, recipient, subject, body) or _alone(notice, address, recipient, subject, body)
    ]
    if settings.TUTELA.mail_copy_to:
        made.append(Message(f"copy-{notice.id}", settings.TUTELA.mail_copy_to, subject, body))
    return made


def text_of(notice: Notice) -> str:
    """Return what a person copies into a form: the elements of Article 16, which fit the forms of others, too.

    Whoever sends it states the good faith that it speaks of.
    """
    address, language = notice.address, _language(notice.party)
    if not address:
        return ""
    sha256 = notice.takedown.item.sha256
    return dsa_notice.text(
        DsaNotice(
            reasons=words(language)[f"what.{Basis.KNOWN}"],
            addresses=(address,),
            identifying=f"SHA-256 {sha256}" if sha256 else "",
            is_of_listed_offence=False,
            is_in_good_faith=True,
            submitter=Submitter(notice.organisation.name, settings.TUTELA.mail_from),
        ),
        language,
    )


def _letter(notice: Notice, address: str) -> tuple[str, str]:
    moment, matter, first = clock.now(), notice.takedown.read(), _first(notice)
    letter = Letter(
        reference=str(notice.takedown_id),
        asked_of=_role(notice.party),
        basis=Basis.KNOWN,
        addresses=(address,),
        sender=f"{notice.organisation.name}, {settings.TUTELA.mail_from}",
        written_on=moment.date(),
        seen_on=(matter.seen_at or notice.ordered_at).date(),
        first_sent_on=first.sent_at.date() if first and first.sent_at else None,
    )
    language = _language(notice.party)
    return notice_letter.subject(letter, language), notice_letter.text(letter, language)


def _correction(notice: Notice, address: str) -> tuple[str, str]:
    with translation.override(_language(notice.party)):
        said = _(
            "Our notice about the address below was an error. Nothing needs to be removed. We ask you to undo what\n"
            "you did because of it, and we are sorry for the work.\n\n"
            "%(address)s\n\n"
            "Reference: %(reference)s\n"
        )
        subject = _("Correction of our notice, reference %(reference)s") % {"reference": notice.takedown_id}
        return subject, said % {"address": defang(address), "reference": notice.takedown_id}


def _with_report(notice: Notice, address: str, recipient: str, subject: str, body: str) -> Written | None:
    """Return the message with a report for machines; None where the words of the list have no place in one."""
    takedown = notice.takedown
    word = contacts.class_of(takedown.scheme, takedown.classification)
    if word is None or notice.party is None or notice.kind == notice.Kind.CORRECTION:
        return None
    us = Organisation(name=notice.organisation.name, email=settings.TUTELA.mail_from, domain=settings.TUTELA.host)
    seen_at = takedown.read().seen_at
    report = Report(
        report_id=report_id_of(notice.party.id),
        seen_at=seen_at or notice.ordered_at,
        reporter=us,
        sender=us,
        source=urlsplit(address).hostname or "",
        address=address,
        about=Material(classification=word, found=Found.HASH_MATCH, sha256=bytes.fromhex(takedown.item.sha256)),
        country=takedown.jurisdiction,
        verified_at=seen_at,
        verified_by=Verified.AUTOMATED_CRAWLER if seen_at else None,
    )
    sending = 1 + _sent(notice).count()
    name = str(report.report_id) if sending == 1 else f"{report.report_id}.{sending}"
    with suppress(FormatError):  # an address or a host that XARF cannot hold
        content = xarf_mail.write(
            report,
            body,
            to=recipient,
            subject=subject,
            sent_at=clock.now(),
            sending=sending,
            language=_language(notice.party),
        )
        return Written(name, recipient, content)
    return None


def _alone(notice: Notice, address: str, recipient: str, subject: str, body: str) -> Message:
    """Return the message without one: the exact address is a file beside the letter, and no link."""
    first, sha256 = _first(notice), notice.takedown.item.sha256
    said = f"{address}\n" + (f"SHA-256 {sha256}\n" if sha256 else "")
    return Message(
        name=str(notice.id),
        recipient=recipient,
        subject=subject,
        body=body,
        follows=first.name if first else "",
        parts=(Part("text/plain", "address.txt", said.encode()),),
    )


def _first(notice: Notice) -> Notice | None:
    return _sent(notice).exclude(name="").order_by("sent_at").first()


def _sent(notice: Notice) -> QuerySet[Notice]:
    """Return what this party was sent about it before."""
    before = notice.takedown.notices.filter(party_id=notice.party_id).exclude(id=notice.id)
    return before.exclude(sent_at=None).exclude(kind=notice.Kind.CORRECTION)


def _role(party: Party | None) -> Role:
    if party is None:
        return Role.HOST
    return Role.CDN if party.fronts else _ROLES[Rung(party.rung)]


def _language(party: Party | None) -> str:
    return (party.language if party else "") or _USUAL
