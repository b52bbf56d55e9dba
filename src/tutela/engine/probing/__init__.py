"""Asking whether something is still there, without taking anything: the one guarded way out to addresses of material.

Rules:

1. Only the status line and headers are read. A body is never read, kept or decoded; the connection is closed.
2. The name is resolved once, *every* answer must be a public address, and the connection goes to that very address: a
   name that changes its mind between check and use leads nowhere. Private, loopback and link-local addresses are
   refused, unless the caller allows them (tests do).
3. No redirect is followed, no proxy and no cookie is used. HEAD first; where a server does not know HEAD, GET.
4. Everything that goes wrong is an answer, not an error: a probe that could not be made is a row with its reason.

>>> probe("http://127.0.0.1/").failure
<Failure.REFUSED_ADDRESS: 'refused-address'>
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlsplit

TIMEOUT_S: Final = 15.0
_AGENT: Final = "Tutela/probe"
_PORTS: Final = {"http": 80, "https": 443}
_NO_HEAD: Final = frozenset({405, 501})
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._?"


class Failure(StrEnum):
    """Why nobody answered."""

    REFUSED_ADDRESS = "refused-address"  # not http(s), or not on the public internet
    NO_NAME = "no-name"  # the name does not resolve
    NO_ANSWER = "no-answer"  # no connection, or nothing in time
    NO_TRUST = "no-trust"  # the certificate is not valid


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """Either the HTTP status that came back, or why none did."""

    http_status: int | None = None
    failure: Failure | None = None


class _RefusedError(Exception):
    """The address must not be asked."""


def probe(address: str, *, timeout_s: float = TIMEOUT_S, allow_private: bool = False) -> ProbeAnswer:
    """Ask for one address. Takes at most four times `timeout_s`; never raises for what the other side does."""
    try:
        status = _ask(address, "HEAD", timeout_s, allow_private=allow_private)
        if status in _NO_HEAD:
            status = _ask(address, "GET", timeout_s, allow_private=allow_private)
    except _RefusedError:
        return ProbeAnswer(failure=Failure.REFUSED_ADDRESS)
    except socket.gaierror:
        return ProbeAnswer(failure=Failure.NO_NAME)
    except ssl.SSLError:
        return ProbeAnswer(failure=Failure.NO_TRUST)
    except (OSError, http.client.HTTPException, ValueError):
        return ProbeAnswer(failure=Failure.NO_ANSWER)
    return ProbeAnswer(http_status=status)


def _ask(address: str, method: str, timeout_s: float, *, allow_private: bool) -> int:
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _RefusedError
    port = parts.port or _PORTS[parts.scheme]
    found = _resolve(parts.hostname, port, allow_private=allow_private)
    stream = socket.create_connection((found, port), timeout=timeout_s)
    try:
        if parts.scheme == "https":
            stream = ssl.create_default_context().wrap_socket(stream, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=timeout_s)
        connection.sock = stream
        target = quote(parts.path or "/", safe=_PATH_SAFE) + (
            f"?{quote(parts.query, safe=_PATH_SAFE)}" if parts.query else ""
        )
        connection.putrequest(method, target, skip_accept_encoding=True)
        connection.putheader("User-Agent", _AGENT)
        connection.putheader("Connection", "close")
        if method == "GET":
            connection.putheader("Range", "bytes=0-0")
        connection.endheaders()
        return connection.getresponse().status
    finally:
        stream.close()


def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    """Return one address of a host. Raises `_RefusedError` if any of them is not on the public internet."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = [str(answer[4][0]) for answer in answers]
    if not found:
        raise socket.gaierror
    if not allow_private and not all(_is_public(each) for each in found):
        raise _RefusedError
    return found[0]


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return parsed.is_global and not parsed.is_multicast and (inner is None or inner.is_global)
