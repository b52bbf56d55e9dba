"""The one way a message leaves: the mail server that an operator named. It belongs to no app and keeps nothing.

A message id is made of an id of ours: should a crash send a message twice, programs can tell that it is the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

REFUSALS: Final = (OSError, SMTPException)  # what sending raises where the server is away, or does not want it
REFUSED_MESSAGE: Final = (SMTPRecipientsRefused, SMTPDataError)  # the server is there, and does not take this one
_TIMEOUT_S: Final = 30
_BACKEND: Final = "django.core.mail.backends.smtp.EmailBackend"
_FINAL: Final = 500
_PORTS: Final = {"smtp": 587, "smtps": 465}

log = structlog.get_logger(__name__)


class MailError(TutelaError):
    """No message can be sent."""


HandOver = Callable[["Message | Written"], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Something beside the text: its kind (`application/json`), its name and its bytes."""

    kind: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient. `follows` names the one that it comes after, if any."""

    name: str  # of the message, unique
    recipient: str
    subject: str
    body: str
    follows: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A message to one recipient that a wire format has written whole, headers and all."""

    name: str  # as in its Message-ID
    recipient: str
    content: bytes

    def as_bytes(self, **_how: str) -> bytes:
        """Return it as the mail server takes it: Django asks for this."""
        return self.content


def is_configured() -> bool:
    """Whether the settings name a mail server."""
    return bool(settings.TUTELA.mail_url)


def send(messages: Sequence[Message | Written]) -> None:
    """Hand messages to the mail server, over one connection. Raises `MailError`, or one of `REFUSALS`."""
    with post() as hand_over:
        for message in messages:
            hand_over(message)


@contextmanager
def post() -> Generator[HandOver]:
    """Open one connection to the mail server; what the block is given hands one message over, or raises as `send`."""
    if not is_configured():
        raise MailError("No mail server is configured", hint="Set mail_url.")
    with get_connection(_BACKEND, fail_silently=False, **_server(settings.TUTELA.mail_url)) as connection:

        def hand_over(message: Message | Written) -> None:
            if _mail(message, connection).send() != 1:
                raise MailError("The mail server did not take the message")

        yield hand_over


def is_final(refused: SMTPRecipientsRefused | SMTPDataError) -> bool:
    """Whether the server will not take this message later either."""
    if isinstance(refused, SMTPDataError):
        return refused.smtp_code >= _FINAL
    return all(code >= _FINAL for code, _said in refused.recipients.values())


def log_away(error: Exception) -> None:
    """Log that the mail server is away or unwilling, without what it said: that may quote people."""
    code = error.smtp_code if isinstance(error, SMTPResponseException) else 0
    log.warning("mail-away", error=type(error).__qualname__, status=code)


def written(message: Message | Written) -> str:
    """Return a message as it is handed over."""
    if isinstance(message, Written):
        return message.content.decode("utf-8", errors="replace")
    return _mail(message, None).message().as_string()


class _Whole(EmailMessage):
    """A message that nothing is added to."""

    whole: Written

    def message(self, **_how: Any) -> Any:
        """Return what is sent."""
        return self.whole


def _mail(message: Message | Written, connection: Any) -> EmailMessage:
    tutela = settings.TUTELA
    if isinstance(message, Written):
        whole = _Whole(from_email=tutela.mail_from, to=[message.recipient], connection=connection)
        whole.whole = message
        return whole
    before = f"<{message.follows}@{tutela.host}>"
    thread = {"In-Reply-To": before, "References": before} if message.follows else {}
    mail = EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=tutela.mail_from,
        to=[message.recipient],
        connection=connection,
        headers={"Message-ID": f"<{message.name}@{tutela.host}>", "Auto-Submitted": "auto-generated", **thread},
    )
    for part in message.parts:
        mail.attach(part.name, part.content, part.kind)
    return mail


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
