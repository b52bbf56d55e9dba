"""Asking the CyberTipline: the request of each call, the way there, and what an answer means. Nothing is kept here.

Rules:

1. The way is https; http only on this machine (a simulator). No redirect is followed, and no proxy is used: the
   credentials go to the one address that an operator set.
2. Whatever breaks on the way is "nothing came back": `None`. So is an answer that is too long or comes too late.
3. An answer is what its code says. One that cannot be read is lost; an empty 401 is a refusal of the credentials.

>>> meaning(Call.FINISH, Response(200, write(Answer(5102)))).heard
<Heard.FINISHED: 'finished'>
>>> [meaning(Call.SUBMIT, each).heard.value for each in (None, Response(401, b""), Response(502, b"<html>"))]
['lost', 'not-allowed', 'lost']
"""

from __future__ import annotations

import base64
import http.client
import secrets
import ssl
import time
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit

from tutela.apps.referral import rules
from tutela.apps.referral.rules import Call, Heard
from tutela.domain.errors import FormatError
from tutela.engine.formats.cybertip_answer import Answer, Kind, read, write  # noqa: F401  - the example writes

CONNECT_S_MAX: Final = 15.0
ANSWER_S_MAX: Final = 120.0
ANSWER_BYTES_MAX: Final = 1 << 20
_XML: Final = "text/xml; charset=utf-8"
_FORM: Final = "application/x-www-form-urlencoded"
_PATHS: Final = {
    Call.SUBMIT: "/submit",
    Call.UPLOAD: "/upload",
    Call.FILE_INFO: "/fileinfo",
    Call.FINISH: "/finish",
    Call.RETRACT: "/retract",
}
_HEARD: Final = {
    Kind.DONE: Heard.OK,
    Kind.TRY_AGAIN: Heard.FAILED,
    Kind.NOT_ALLOWED: Heard.NOT_ALLOWED,
    Kind.OUR_FAULT: Heard.NOT_TAKEN,
    Kind.NO_REPORT: Heard.NO_REPORT,
    Kind.NO_FILE: Heard.NO_FILE,
    Kind.ALREADY_RETRACTED: Heard.RETRACTED,
    Kind.ALREADY_FILED: Heard.FINISHED,
    Kind.UNKNOWN: Heard.UNKNOWN,
}
_REFUSED: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it goes out."""

    call: Call
    content_type: str
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Where it goes, below the address."""
        return _PATHS[self.call]


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, as it came."""

    status: int
    body: bytes = field(repr=False)
    request_id: str = ""


class Line(Protocol):
    """The way to an authority."""

    def ask(self, request: Request) -> Response | None:
        """Make one call; None where nothing came back."""
        ...


@dataclass(frozen=True, slots=True)
class HttpLine:
    """The way over HTTP."""

    address: str
    user: str
    password: str = field(repr=False)
    answer_s_max: float = ANSWER_S_MAX

    def ask(self, request: Request) -> Response | None:
        """Make one call."""
        parts = urlsplit(self.address)
        connection = _connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.connect()
            connection.sock.settimeout(self.answer_s_max)
            connection.request("POST", parts.path.rstrip("/") + request.path, request.body, self._headers(request))
            return _response(connection.getresponse(), time.monotonic() + self.answer_s_max)
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def _headers(self, request: Request) -> dict[str, str]:
        signed_in = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {
            "Authorization": f"Basic {signed_in}",
            "Content-Type": request.content_type,
            "User-Agent": "Tutela",
            "Connection": "close",
        }


def document(call: Call, text: bytes) -> Request:
    """A call that sends a document."""
    return Request(call, _XML, text)


def about(call: Call, report_id: str) -> Request:
    """A call about a report."""
    return Request(call, _FORM, urlencode({"id": report_id}).encode())


def upload(report_id: str, data: bytes) -> Request:
    """The call that sends the bytes of a file. Its name is not sent: names of files tell more than they should."""
    boundary = f"tutela-{secrets.token_hex(16)}"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{report_id}\r\n--{boundary}\r\n'
    kind = (
        'Content-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    body = b"".join((head.encode(), kind.encode(), data, f"\r\n--{boundary}--\r\n".encode()))
    return Request(Call.UPLOAD, f"multipart/form-data; boundary={boundary}", body)


def meaning(call: Call, response: Response | None, *, md5: str = "") -> rules.Answer:
    """Return what an answer means. `md5` is that of the bytes that were sent: another one came to harm on the way."""
    if response is None:
        return rules.Answer(Heard.LOST)
    if response.status in _REFUSED:
        return rules.Answer(Heard.NOT_ALLOWED)
    try:
        answer = read(response.body)
    except FormatError:
        return rules.Answer(Heard.LOST)
    heard = _HEARD[answer.kind]
    if heard is Heard.OK and call is Call.FINISH and not answer.is_receipt:
        heard = Heard.UNKNOWN
    if heard is Heard.OK and call is Call.UPLOAD and answer.file_hash and answer.file_hash != md5:
        heard = Heard.FAILED
    return rules.Answer(heard, answer.report_id, answer.file_id, answer.file_ids)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_S_MAX, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=CONNECT_S_MAX)


def _response(given: http.client.HTTPResponse, until: float) -> Response:
    body = bytearray()
    while block := given.read(65536):
        body += block
        if len(body) > ANSWER_BYTES_MAX or time.monotonic() > until:
            raise http.client.HTTPException
    if given.length:
        raise http.client.IncompleteRead(bytes(body))
    return Response(given.status, bytes(body), (given.headers.get("Request-ID") or "")[:100])
