"""Asking whether something is still there, and who can act, without taking anything: the one guarded way out.

Rules:

1. Of addresses of material only the status line and headers are read (`probe`). A body is never read, kept or decoded;
   the connection is closed. HEAD first; where a server does not know HEAD, GET of one byte that nobody reads.
2. Documents about who can act (`document`) are small texts of two known kinds. Anything else, and anything large, is
   refused before it is read.
3. `way` is the only road for both: one checked address, no redirect, no cookie. That http leads to https at the very
   same place is seen, and asked there.
4. Everything that goes wrong is an answer, not an error: a probe that could not be made is a row with its reason.

>>> probe("http://127.0.0.1/").failure
<Failure.REFUSED_ADDRESS: 'refused-address'>
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine.probing.way import TIMEOUT_S, Reached, RefusedError, Resolve, TooMuchError, Way, is_public

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TIMEOUT_S", "Document", "Failure", "ProbeAnswer", "Resolve", "Way", "document", "is_public", "probe"]

DOCUMENT_BYTES_MAX: Final = 256 * 1024
_NO_HEAD: Final = frozenset({405, 501})
_NO_SUCH_NAME: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
_KINDS: Final = ("application/rdap+json", "application/json", "text/plain")


class Failure(StrEnum):
    """Why nobody answered."""

    REFUSED_ADDRESS = "refused-address"  # not http(s), or not on the public internet
    NO_NAME = "no-name"  # the name does not resolve
    NO_ANSWER = "no-answer"  # no connection, or nothing in time
    NO_TRUST = "no-trust"  # the certificate is not valid
    NOT_WANTED = "not-wanted"  # a document of another kind, too large, or not there


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """Either the HTTP status that came back, with what may be kept of it, or why none did."""

    http_status: int | None = None
    failure: Failure | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    ip: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A small text about who can act, or why there is none."""

    text: str = ""
    failure: Failure | None = None


def probe(
    address: str, *, timeout_s: float = TIMEOUT_S, allow_private: bool = False, way: Way | None = None
) -> ProbeAnswer:
    """Ask for one address. Takes at most six times `timeout_s`; never raises for what the other side does."""
    way = way or Way(timeout_s=timeout_s, allow_private=allow_private)
    try:
        reached = _asked(way, address)
        secure = address.replace("http://", "https://", 1)
        if reached.headers.get("location") == secure != address:
            reached = _asked(way, secure)
    except (RefusedError, OSError, http.client.HTTPException, ValueError) as error:
        return ProbeAnswer(failure=_failure(error))
    return ProbeAnswer(reached.status, None, reached.headers, reached.ip, reached.certificate)


def document(address: str, way: Way, *, bytes_max: int = DOCUMENT_BYTES_MAX) -> Document:
    """Read one small text about who can act. Never raises for what the other side does."""
    try:
        reached = way.ask(address, "GET", read_bytes_max=bytes_max, more={"Accept": ", ".join(_KINDS)})
    except TooMuchError:
        return Document(failure=Failure.NOT_WANTED)
    except (RefusedError, OSError, http.client.HTTPException, ValueError) as error:
        return Document(failure=_failure(error))
    kind = reached.headers.get("content-type", "").partition(";")[0].strip().lower()
    if reached.status != 200 or kind not in _KINDS:
        return Document(failure=Failure.NOT_WANTED)
    return Document(reached.body.decode("utf-8", errors="replace"))


def _asked(way: Way, address: str) -> Reached:
    reached = way.ask(address, "HEAD")
    return way.ask(address, "GET", more={"Range": "bytes=0-0"}) if reached.status in _NO_HEAD else reached


def _failure(error: Exception) -> Failure:
    if isinstance(error, RefusedError):
        return Failure.REFUSED_ADDRESS
    if isinstance(error, socket.gaierror):
        return Failure.NO_NAME if error.errno in _NO_SUCH_NAME else Failure.NO_ANSWER
    return Failure.NO_TRUST if isinstance(error, ssl.SSLError) else Failure.NO_ANSWER
