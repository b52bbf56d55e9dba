"""A XARF report as mail: a letter for people, the report for machines, in one message (RFC 6522 multipart/report).

    multipart/report; report-type=feedback-report
      text/plain                the letter; it stands alone, for many programs read nothing else
      message/feedback-report   Feedback-Type: xarf
      application/json          the report itself, xarf.json

Rules:

1. One message, one report. Its subject and its letter hold no address that a program would make a link of (law 10);
   only the report holds it exactly.
2. The name of the message is that of the report. A repeat has a name of its own and says which message it repeats.
3. The same report, letter and time make the same bytes, so what was sent can be shown again.

>>> sent_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
>>> report = xarf.read(xarf.EXAMPLE)
>>> message = write(report, "A letter.", to="abuse@host.example", subject="Reference 17", sent_at=sent_at)
>>> read(message) == report
True
"""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import FormatError
from tutela.engine.formats import xarf

if TYPE_CHECKING:
    from tutela.engine.formats.xarf_report import Report

BYTES_MAX: Final = 15 * 1024 * 1024
_SENT_BYTES_MAX: Final = 256 * 1024
_LINKED: Final = re.compile(r"https?://", re.IGNORECASE)
_FEEDBACK: Final = "Feedback-Type: xarf\nUser-Agent: Tutela\nVersion: 1\n"
_POLICY: Final = email.policy.SMTP.clone(max_line_length=78)


def write(
    report: Report, letter: str, *, to: str, subject: str, sent_at: datetime, sending: int = 1, language: str = "en"
) -> bytes:
    """Return the message. `sending` counts from 1; a later one repeats the first."""
    document = xarf.write(report)
    if _LINKED.search(letter) or _LINKED.search(subject) or report.address in letter:
        raise FormatError("the letter holds an address that is not defanged")
    if not xarf.EMAIL.fullmatch(to):
        raise FormatError("a message goes to one address for mail")
    first = f"<{report.report_id}@{report.sender.domain}>"
    message = EmailMessage(policy=_POLICY)
    headers = {
        "From": f"{_quoted(report.sender.name)} <{report.sender.email}>",
        "To": to,
        "Subject": subject,
        "Date": format_datetime(sent_at.astimezone(UTC)),
        "Message-ID": first if sending == 1 else f"<{report.report_id}.{sending}@{report.sender.domain}>",
        **({} if sending == 1 else {"In-Reply-To": first, "References": first}),
        "Content-Language": language,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    try:
        for name, value in headers.items():
            message[name] = value
    except ValueError:
        raise FormatError("a header of the message holds what no header may") from None
    message["Content-Type"] = "multipart/report; report-type=feedback-report"
    message.set_boundary(f"=_{report.report_id.hex}")
    for part in (_letter(letter), _feedback(), _attached(document)):
        message.attach(part)
    made = message.as_bytes()
    if len(made) > _SENT_BYTES_MAX:
        raise FormatError(f"the message has more than {_SENT_BYTES_MAX} bytes")
    return made


def read(message: bytes) -> Report:
    """Return the report in a message; `FormatError` where there is none, or more than one."""
    if len(message) > BYTES_MAX:
        raise FormatError(f"the message has more than {BYTES_MAX} bytes")
    found = [part for part in email.message_from_bytes(message).walk() if part.get_content_type() == "application/json"]
    if len(found) != 1:
        raise FormatError(f"the message holds {len(found)} reports, not one")
    content = found[0].get_payload(decode=True)
    if not isinstance(content, bytes):
        raise FormatError("the report in the message cannot be read")
    return xarf.read(content)


def _letter(text: str) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part.set_content(text, charset="utf-8", cte="quoted-printable")
    return part


def _feedback() -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = "message/feedback-report"
    part.set_payload(_FEEDBACK)
    return part


def _attached(document: bytes) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part.set_content(document, maintype="application", subtype="json", cte="base64", filename="xarf.json")
    return part


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "").replace('"', "") + '"'
