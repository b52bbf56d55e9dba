"""The world outside, on the loopback: a mail server that keeps what it is given, and a host that can lose a page."""

from __future__ import annotations

import email
import email.policy
import socket
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

Server = TypeVar("Server", bound=socketserver.BaseServer)


class MailSink(socketserver.ThreadingTCPServer):
    """Speaks just enough SMTP to be handed a message."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.taken: list[tuple[str, EmailMessage]] = []
        self.refuses = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        recipient = ""
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            if word == "RCPT" and self.server.refuses:
                self._say("451 later")
            elif word == "DATA":
                self._say("354 go on")
                self.server.taken.append((recipient, self._message()))
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Host(ThreadingHTTPServer):
    """A web server with one page, asked with HEAD. `status` is what it answers, `asked` with what."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.status = 200
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Elsewhere(socketserver.ThreadingTCPServer):
    """A vantage point: connects whoever asks to the address that it is told."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Tunnel(socketserver.StreamRequestHandler):
    server: Elsewhere

    def handle(self) -> None:
        to = self.rfile.readline().decode().split()[1]
        self.server.asked.append(to)
        while self.rfile.readline().strip():
            pass
        host, _, port = to.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), timeout=5) as beyond:
            self.wfile.write(b"HTTP/1.1 200 connected\r\n\r\n")
            while (line := self.rfile.readline()).strip():
                beyond.sendall(line)
            beyond.sendall(b"\r\n")
            while read := beyond.recv(4096):
                self.wfile.write(read)


class _Page(BaseHTTPRequestHandler):
    server: Host

    def do_HEAD(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(self.server.status)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
