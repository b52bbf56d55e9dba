"""The notice as a message. Its subject names no address; only who must act reads the address in full (law 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from tutela.apps.mailing import MailError, Message
from tutela.apps.mailing import send as send_messages
from tutela.domain.addresses import defang

if TYPE_CHECKING:
    from tutela.apps.takedown.models import Notice


def send(notice: Notice) -> None:
    """Send one notice to its recipient, and a copy with the address defanged to the desk, if it wants one."""
    address, recipient = notice.address, notice.recipient
    if not address or not recipient:
        raise MailError("The case was erased: there is nothing to send")
    messages = [_message(notice, address, recipient, "")]
    if settings.TUTELA.mail_copy_to:
        messages.append(_message(notice, defang(address), settings.TUTELA.mail_copy_to, "copy-"))
    send_messages(messages)


def _message(notice: Notice, address: str, recipient: str, prefix: str) -> Message:
    body = _(
        "At the address below stands material that a registered list of child sexual abuse material has exactly, by\n"
        "its digest. Please remove it, and keep what the law of your country obliges you to keep.\n\n"
        "Do not open, download, copy or forward it.\n\n"
        "%(address)s\n\n"
        "Reference: %(reference)s\n"
    )
    return Message(
        name=f"{prefix}{notice.id}",
        recipient=recipient,
        subject=_("Notice of known child sexual abuse material, reference %(reference)s") % {"reference": notice.id},
        body=body % {"address": address, "reference": notice.id},
    )
