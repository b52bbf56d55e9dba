"""The notice as a message. Its subject names no address; only who must act reads the address in full (law 10).

It carries the address, at most one SHA-256 of what stands there, and our reference. Never a picture, never a hash by
which look-alikes could be found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from tutela.apps.mailing import MailError, Message
from tutela.domain.addresses import defang

if TYPE_CHECKING:
    from tutela.apps.takedown.models import Notice


def letters(notice: Notice) -> list[Message]:
    """Return the message of a notice, and a copy with the address defanged for the desk, if it wants one."""
    address, recipient = notice.address, notice.recipient
    if not address or not recipient:
        raise MailError("The case was erased: there is nothing to send")
    messages = [_message(notice, address, recipient, "")]
    if settings.TUTELA.mail_copy_to:
        messages.append(_message(notice, defang(address), settings.TUTELA.mail_copy_to, "copy-"))
    return messages


def text_of(notice: Notice) -> str:
    """Return what stands in the message; a person copies it into a form."""
    words = {"address": notice.address or "", "reference": notice.takedown_id, "sha256": notice.takedown.item.sha256}
    return _body(notice) % words


def _message(notice: Notice, address: str, recipient: str, prefix: str) -> Message:
    reference = {"reference": notice.takedown_id}
    first = notice.takedown.notices.filter(party_id=notice.party_id).exclude(sent_at=None).order_by("sent_at").first()
    subjects = {
        notice.Kind.NOTICE: _("Notice of known child sexual abuse material, reference %(reference)s"),
        notice.Kind.AGAIN: _("Still there: notice of known child sexual abuse material, reference %(reference)s"),
        notice.Kind.CORRECTION: _("Correction of our notice, reference %(reference)s"),
    }
    return Message(
        name=f"{prefix}{notice.id}",
        recipient=recipient,
        subject=subjects[notice.Kind(notice.kind)] % reference,
        body=_body(notice) % {**reference, "address": address, "sha256": notice.takedown.item.sha256},
        follows=f"{prefix}{first.id}" if first else "",
    )


def _body(notice: Notice) -> str:
    if notice.kind == notice.Kind.CORRECTION:
        return _(
            "Our notice about the address below was an error. Nothing needs to be removed. We ask you to undo what\n"
            "you did because of it, and we are sorry for the work.\n\n"
            "%(address)s\n\n"
            "Reference: %(reference)s\n"
        )
    text = (
        _(
            "Behind your network stands the address below. If you do not hold it yourself, please tell us who does,\n"
            "and hand this notice on to them. At it stands material that a registered list of child sexual abuse\n"
            "material has exactly, by its digest.\n\n"
        )
        if notice.party and notice.party.fronts
        else _(
            "At the address below stands material that a registered list of child sexual abuse material has exactly,\n"
            "by its digest. Please remove it, and keep what the law of your country obliges you to keep.\n\n"
        )
    )
    digest = _("SHA-256: %(sha256)s\n") if notice.takedown.item.sha256 else ""
    return (
        text
        + _(
            "Do not open, download, copy or forward it.\n\n"
            "%(address)s\n\n"
            "Reference: %(reference)s\n"
            "If this is not yours, or you think that we are wrong, answer this message: a person reads it.\n"
        )
        + digest
    )
