"""The simulated CyberTipline as an HTTP server: the paths, forms and sign-in of the documented one, and its faults.

    with Server(CyberTipline(), Faults(rate=0.1)) as server:
        ...                                        # POST server.address + "/submit"

It listens on this machine only. Every answer carries a `Request-ID`.
"""

from __future__ import annotations

import base64
import email
import email.policy
import hmac
import itertools
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs

from tutela.engine.formats.cybertip_answer import Answer, Code
from tutela.entry.simulated.faults import Fault, Faults, Response, through

if TYPE_CHECKING:
    from email.message import Message
    from types import TracebackType
    from typing import Self

    from tutela.entry.simulated.cybertipline import CyberTipline

USER: Final = "simulated"
PASSWORD: Final = "simulated"  # noqa: S105 - it guards nothing
BASE: Final = "/ispws"
_BODY_BYTES_MAX: Final = 64 << 20
_QUIET_S: Final = 30.0  # a connection on which nothing comes


@dataclass(frozen=True, slots=True)
class Way:
    """How slow the way is. `late_s` is beyond what whoever asks waits for."""

    latency_s: float = 0.0
    late_s: float = 5.0


class Server:
    """One server, in threads of its own, until the block ends."""

    def __init__(
        self, authority: CyberTipline, faults: Faults | None = None, *, way: Way | None = None, port: int = 0
    ) -> None:
        self.authority, self.faults, self.way = authority, faults or Faults(), way or Way()
        self.requests = itertools.count(1)
        self.ended = threading.Event()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.ours = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self._http.server_address[1]}{BASE}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.ended.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    ours: Server


class _Handler(BaseHTTPRequestHandler):
    """One connection, and one request on it."""

    protocol_version = "HTTP/1.1"
    timeout = _QUIET_S

    def do_GET(self) -> None:
        """`status` and `xsd`."""
        known = {"/status": Answer(Code.SUCCESS, "Remote User : simulated"), "/xsd": Answer(Code.NOT_FOUND)}
        self._answer(lambda: known.get(self._path, Answer(Code.NOT_FOUND)), None)

    def do_POST(self) -> None:
        """Everything that changes something."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _BODY_BYTES_MAX:
            self._answer(lambda: Answer(Code.INVALID_REQUEST, "The body is too long"), None)
            return
        body = self.rfile.read(length)
        self._answer(lambda: self._done(body), self._ours.faults.next())

    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002  - the library's name
        """Nothing: what was sent belongs into no log."""

    @property
    def _ours(self) -> Server:
        return cast("_Http", self.server).ours

    @property
    def _path(self) -> str:
        return self.path.removeprefix(BASE)

    def _done(self, body: bytes) -> Answer:
        there = self._ours.authority
        match self._path:
            case "/submit":
                return there.submit(body)
            case "/fileinfo":
                return there.file_info(body)
            case "/finish" | "/retract":
                report_id = parse_qs(body.decode("latin-1")).get("id", [""])[0]
                return there.finish(report_id) if self._path == "/finish" else there.retract(report_id)
            case "/upload":
                parts = _parts(self.headers.get("Content-Type", ""), body)
                if parts is None:
                    return Answer(Code.INVALID_REQUEST, "The body has no id and file")
                return there.upload(*parts)
        return Answer(Code.NOT_FOUND, "Not found")

    def _answer(self, act: Any, fault: Fault | None) -> None:
        ours = self._ours
        time.sleep(ours.way.latency_s)
        self.close_connection = True
        if not self._may():
            self._send(Response(401, b""))
            return
        response = through(fault, act)
        if fault is Fault.LATE_ANSWER:
            ours.ended.wait(ours.way.late_s)
        if response is not None:
            self._send(response)

    def _may(self) -> bool:
        given = self.headers.get("Authorization", "")
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())

    def _send(self, response: Response) -> None:
        try:
            self.send_response(response.status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(response.body)))
            self.send_header("Request-ID", f"simulated-{next(self._ours.requests)}")
            self.end_headers()
            self.wfile.write(response.body)
        except OSError:
            return  # whoever asked has gone


def _parts(kind: str, body: bytes) -> tuple[str, bytes] | None:
    """Return the id and the bytes of an upload; None where the form has not both."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    form: Message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    given: dict[str, bytes] = {}
    for part in form.walk():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            given[name] = content
    return (given["id"].decode("latin-1"), given["file"]) if given.keys() >= {"id", "file"} else None
