"""The guarded way out: one request to one address that was checked, and nothing else.

Rules:

1. The name is resolved once, *every* answer must be a public address, and the connection goes to that very address: a
   name that changes its mind between check and use leads nowhere. Private, loopback and link-local addresses are
   refused, unless the caller allows them (tests do).
2. No redirect is followed, no cookie is sent or kept, nothing of the environment (proxies) is used.
3. A vantage point is a proxy that the operator runs elsewhere. It is told the checked address, never the name.
4. What comes back is bounded: head, few headers, and a body only where `read_bytes_max` asks for one.

>>> way = Way(resolve=lambda host, port: ["192.0.2.1", "127.0.0.1"])
>>> way.ask("http://files.example/", "HEAD")
Traceback (most recent call last):
tutela.engine.probing.way.RefusedError
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S: Final = 15.0
PORTS: Final = {"http": 80, "https": 443}
KEPT: Final = ("content-type", "content-length", "etag", "last-modified", "server", "location")
HEADER_CHARACTERS_MAX: Final = 2048
_OURS: Final = "Tutela/probe"
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._?"
_PROXY_HEAD_BYTES_MAX: Final = 4096
_CHUNK_BYTES: Final = 16_384

Resolve = Callable[[str, int], list[str]]


class RefusedError(Exception):
    """The address must not be asked."""


class TooMuchError(Exception):
    """The answer is larger than was asked for, or takes too long to come."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What came back: the status, headers worth keeping (small letters), who answered, and a body if one was asked."""

    status: int
    headers: Mapping[str, str]
    ip: str
    certificate: str = ""  # SHA-256 of the leaf, where it was https
    body: bytes = b""


def system_names(host: str, port: int) -> list[str]:
    """Resolve a name as this machine does."""
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the world: from where, as whom, and how long it may take."""

    timeout_s: float = TIMEOUT_S
    allow_private: bool = False
    agent: str = _OURS
    proxy: str = ""  # http://host:port, elsewhere
    resolve: Resolve = field(default=system_names)

    def ask(
        self, address: str, method: str, *, read_bytes_max: int = 0, more: Mapping[str, str] | None = None
    ) -> Reached:
        """Ask once. Raises `RefusedError`, `TooMuchError`, or what sockets, TLS and HTTP raise."""
        parts = urlsplit(address)
        if parts.scheme not in PORTS or not parts.hostname:
            raise RefusedError
        port = parts.port or PORTS[parts.scheme]
        found = self._checked(parts.hostname, port)
        stream = self._connected(found, port)
        try:
            if parts.scheme == "https":
                stream = ssl.create_default_context().wrap_socket(stream, server_hostname=parts.hostname)
            connection = http.client.HTTPConnection(parts.hostname, port, timeout=self.timeout_s)
            connection.sock = stream
            connection.putrequest(method, _target(parts), skip_accept_encoding=True)
            for name, value in {"User-Agent": self.agent, "Connection": "close", **(more or {})}.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            body = self._body(response, read_bytes_max) if read_bytes_max else b""
            return Reached(response.status, _kept(response), found, _certificate(stream), body)
        finally:
            stream.close()

    def _checked(self, host: str, port: int) -> str:
        """Return one address of a host. Raises `RefusedError` if any of them is not on the public internet."""
        found = self.resolve(host, port)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if not self.allow_private and not all(is_public(each) for each in found):
            raise RefusedError
        return found[0]

    def _connected(self, found: str, port: int) -> socket.socket:
        if not self.proxy:
            return socket.create_connection((found, port), timeout=self.timeout_s)
        by = urlsplit(self.proxy)
        stream = socket.create_connection((by.hostname or "", by.port or 3128), timeout=self.timeout_s)
        try:
            _tunnel(stream, f"[{found}]:{port}" if ":" in found else f"{found}:{port}")
        except BaseException:
            stream.close()
            raise
        return stream

    def _body(self, response: http.client.HTTPResponse, bytes_max: int) -> bytes:
        end_s, read = time.monotonic() + self.timeout_s, bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            read += chunk
            if len(read) > bytes_max or time.monotonic() > end_s:
                raise TooMuchError
        return bytes(read)


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, whatever it is wrapped in."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return parsed.is_global and not parsed.is_multicast and (inner is None or inner.is_global)


def _target(parts: SplitResult) -> str:
    query = f"?{quote(parts.query, safe=_PATH_SAFE)}" if parts.query else ""
    return quote(parts.path or "/", safe=_PATH_SAFE) + query


def _kept(response: http.client.HTTPResponse) -> dict[str, str]:
    named = ((name, response.getheader(name, "")) for name in KEPT)
    return {name: value[:HEADER_CHARACTERS_MAX] for name, value in named if value}


def _certificate(stream: socket.socket) -> str:
    leaf = stream.getpeercert(binary_form=True) if isinstance(stream, ssl.SSLSocket) else None
    return hashlib.sha256(leaf).hexdigest() if leaf else ""


def _tunnel(stream: socket.socket, to: str) -> None:
    """Ask a proxy to connect us, and read no byte beyond its answer."""
    stream.sendall(f"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n".encode("ascii"))
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.recv(1)
        if not byte or len(head) > _PROXY_HEAD_BYTES_MAX:
            raise ConnectionError("the vantage point did not connect us")
        head += byte
    if head.split(b" ", 2)[1:2] != [b"200"]:
        raise ConnectionError("the vantage point refused to connect us")
