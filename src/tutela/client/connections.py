"""Kept connections over which requests go: the standard library's HTTP, TLS checked as the system does it."""

from __future__ import annotations

import http.client
import queue
import socket
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tutela.client.calls import Answered

if TYPE_CHECKING:
    from tutela.client.calls import Request


class Connections:
    """Thread-safe: each request takes an idle connection or opens one, and leaves it for the next."""

    def __init__(self, address: str, key: str, timeout_s: float) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the address of a gateway is http(s)://host")
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port, self._before = parts.hostname, parts.port, parts.path.rstrip("/")
        self._key, self._timeout_s = key, timeout_s
        self._idle: queue.SimpleQueue[http.client.HTTPConnection] = queue.SimpleQueue()

    def send(self, request: Request) -> Answered | None:
        """Send one request. None where nobody answered, or not in time."""
        connection = self._take()
        headers = {"Authorization": f"Bearer {self._key}", "User-Agent": "tutela-client"}
        if request.content_type:
            headers["Content-Type"] = request.content_type
        try:
            connection.request(request.method, self._before + request.target, request.body or None, headers)
            response = connection.getresponse()
            answered = Answered(response.status, response.read(), response.getheader("Retry-After") or "")
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        if response.will_close:
            connection.close()
        else:
            self._idle.put(connection)
        return answered

    def close(self) -> None:
        """Close what is idle."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _take(self) -> http.client.HTTPConnection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            connection = self._kind(self._host, self._port, timeout=self._timeout_s)
        with suppress(OSError):  # `request` meets the same fault, and says so
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
