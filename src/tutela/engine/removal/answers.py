r"""What comes back by mail: a bounce, an automatic answer, a person's. Pure; the message is hostile.

Rules:

1. What answers is found by the reference that we gave (`In-Reply-To`, `References`, the name of the message that a
   report of delivery is about), never by an address in a text. Without one it is nobody's, and a person sees it.
2. A machine's answer is never answered: neither a bounce nor anything that says it is automatic, is from nobody, came
   through us before or passed too many hands. That ends every loop of mail.
3. A bounce that is final (status 5.x.x) says that the contact is bad. One that is not (4.x.x) says nothing yet.
4. Only headers and the machine's part are read here. The words of people are for people, sealed.

>>> given = b"In-Reply-To: <0198@desk.example>\r\nAuto-Submitted: auto-replied\r\n\r\nThank you"
>>> reply = sort_of(given, host="desk.example")
>>> reply.reference, reply.sort.value, reply.may_answer
('0198', 'automatic', False)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE_BYTES_MAX: Final = 1024 * 1024
_HOPS_MAX: Final = 25
_PARTS_MAX: Final = 50
_STATUS: Final = re.compile(r"^Status:\s*([245])\.\d{1,3}\.\d{1,3}", re.IGNORECASE | re.MULTILINE)
_ID: Final = re.compile(r"<([0-9a-z.-]{1,64})@([a-z0-9.-]{1,253})>", re.IGNORECASE)


class Sort(StrEnum):
    """What sort of message it is."""

    BOUNCE = "bounce"  # for good
    DELAY = "delay"  # a bounce that may still be delivered
    AUTOMATIC = "automatic"
    LOOP = "loop"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `reference` is empty where it answers nothing of ours."""

    reference: str
    sort: Sort

    @property
    def may_answer(self) -> bool:
        """Whether an answer to it cannot begin a loop."""
        return self.sort is Sort.PERSON and bool(self.reference)


def sort_of(message: bytes, *, host: str) -> Reply:
    """Read what came back to `host`. Never raises for what is in it."""
    read = message_from_bytes(message[:MESSAGE_BYTES_MAX], policy=policy.compat32.clone(raise_on_defect=False))
    headers = EmailMessage(policy.compat32)  # compat32 gives what stands there, without parsing addresses
    for name, value in read.items():
        headers[name] = str(value)
    report = _report(read) if _says(headers, "Content-Type").lower().startswith("multipart/report") else ""
    reference = _reference((_says(headers, "In-Reply-To"), _says(headers, "References"), report), host)
    return Reply(reference, _sort(headers, report, host))


def _sort(headers: EmailMessage, report: str, host: str) -> Sort:
    own = [value for value in headers.get_all("Message-ID", []) if _ids(str(value), host)]
    if own or len(headers.get_all("Received", [])) > _HOPS_MAX or headers.get("X-Loop"):
        return Sort.LOOP
    if report:
        worst = max(_STATUS.findall(report), default="4")
        return Sort.BOUNCE if worst == "5" else Sort.DELAY
    automatic = _says(headers, "Auto-Submitted").lower() not in {"", "no"}
    bulk = _says(headers, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"}
    from_nobody = _says(headers, "Return-Path").strip() == "<>"
    return (
        Sort.AUTOMATIC if automatic or bulk or from_nobody or headers.get("X-Auto-Response-Suppress") else Sort.PERSON
    )


def _report(message: object) -> str:
    """Return what a report of delivery says, and the name of the message that it is about."""
    texts: list[str] = []
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            texts += [str(each) for each in _inner(part)]
        elif kind in {"message/rfc822", "text/rfc822-headers"}:
            texts += [name for each in _inner(part) if (name := _name(str(each)[:_HEAD_CHARACTERS_MAX]))]
    return "\n".join(texts)


_HEAD_CHARACTERS_MAX: Final = 16_384


def _name(head: str) -> str:
    """Return the line with the name of a message; others of its lines hold addresses of ours, too."""
    found = message_from_string(head, policy=policy.compat32)["Message-ID"]
    return f"Message-ID: {found}" if found else ""


def _parts(message: object) -> Iterator[EmailMessage]:
    for number, part in enumerate(message.walk()):  # type: ignore[attr-defined]  - a Message
        if number >= _PARTS_MAX:
            return
        yield part


def _inner(part: EmailMessage) -> list[object]:
    payload: object = part.get_payload()
    return cast("list[object]", payload) if isinstance(payload, list) else [payload]


def _reference(places: tuple[str, ...], host: str) -> str:
    return next((found[0] for place in places if (found := _ids(place, host))), "")


def _ids(text: str, host: str) -> list[str]:
    return [name for name, where in _ID.findall(text) if where.lower() == host.lower()]


def _says(headers: EmailMessage, name: str) -> str:
    return str(headers.get(name, ""))
