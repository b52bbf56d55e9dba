"""The notice as a message. Its subject names no address; only who must act reads the address in full (law 10).

The message id is made of the notice's: should a crash send a notice twice, programs can tell that it is the same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from tutela.domain.addresses import defang
from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from tutela.apps.takedown.models import Notice

_TIMEOUT_S: Final = 30
_BACKEND: Final = "django.core.mail.backends.smtp.EmailBackend"
_PORTS: Final = {"smtp": 587, "smtps": 465}


class MailError(TutelaError):
    """No message can be sent."""


def is_configured() -> bool:
    """Whether the settings name a mail server."""
    return bool(settings.TUTELA.mail_url)


def send(notice: Notice) -> None:
    """Send one notice to its recipient, and a copy with the address defanged to the desk, if it wants one."""
    if not is_configured():
        raise MailError("No mail server is configured", hint="Set mail_url.")
    address, recipient = notice.address, notice.recipient
    if not address or not recipient:
        raise MailError("The case was erased: there is nothing to send")
    tutela = settings.TUTELA
    with get_connection(_BACKEND, fail_silently=False, **_server(tutela.mail_url)) as connection:
        _message(notice, address, recipient, "").send_with(connection)
        if tutela.mail_copy_to:
            _message(notice, defang(address), tutela.mail_copy_to, "copy-").send_with(connection)


class _Message(EmailMessage):
    def send_with(self, connection: Any) -> None:
        self.connection = connection
        if self.send() != 1:
            raise MailError("The mail server did not take the message")


def _message(notice: Notice, address: str, recipient: str, prefix: str) -> _Message:
    tutela = settings.TUTELA
    body = _(
        "At the address below stands material that a registered list of child sexual abuse material has exactly, by\n"
        "its digest. Please remove it, and keep what the law of your country obliges you to keep.\n\n"
        "Do not open, download, copy or forward it.\n\n"
        "%(address)s\n\n"
        "Reference: %(reference)s\n"
    )
    return _Message(
        subject=_("Notice of known child sexual abuse material, reference %(reference)s") % {"reference": notice.id},
        body=body % {"address": address, "reference": notice.id},
        from_email=tutela.mail_from,
        to=[recipient],
        headers={"Message-ID": f"<{prefix}{notice.id}@{tutela.host}>", "Auto-Submitted": "auto-generated"},
    )


def _server(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port or _PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and not settings.TUTELA.mail_is_near,
        "timeout": _TIMEOUT_S,
    }
