"""The one way a message leaves: the mail server that an operator named. It belongs to no app and keeps nothing.

A message id is made of an id of ours: should a crash send a message twice, programs can tell that it is the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSALS: Final = (OSError, SMTPException)  # what sending raises where the server is away, or does not want it
_TIMEOUT_S: Final = 30
_BACKEND: Final = "django.core.mail.backends.smtp.EmailBackend"
_PORTS: Final = {"smtp": 587, "smtps": 465}


class MailError(TutelaError):
    """No message can be sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient."""

    name: str  # of the message, unique
    recipient: str
    subject: str
    body: str


def is_configured() -> bool:
    """Whether the settings name a mail server."""
    return bool(settings.TUTELA.mail_url)


def send(messages: Sequence[Message]) -> None:
    """Hand messages to the mail server, over one connection. Raises `MailError`, or one of `REFUSALS`."""
    if not is_configured():
        raise MailError("No mail server is configured", hint="Set mail_url.")
    with get_connection(_BACKEND, fail_silently=False, **_server(settings.TUTELA.mail_url)) as connection:
        for message in messages:
            if _mail(message, connection).send() != 1:
                raise MailError("The mail server did not take the message")


def _mail(message: Message, connection: Any) -> EmailMessage:
    tutela = settings.TUTELA
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=tutela.mail_from,
        to=[message.recipient],
        connection=connection,
        headers={"Message-ID": f"<{message.name}@{tutela.host}>", "Auto-Submitted": "auto-generated"},
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
