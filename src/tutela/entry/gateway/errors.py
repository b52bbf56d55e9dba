"""Refusals: one exception, one shape (that of `entry.errors.error_body`), and what each code means.

A message never repeats what was sent, and never shows the inside of the service.

>>> refusal("busy", retry_after_s=1).body
b'{"error":{"code":"busy","message":"too much is under way; try again"}}'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import msgspec

from tutela.client.words import ErrorBody, Fault, FieldFault

_encode: Final = msgspec.json.Encoder().encode
CODES: Final[dict[str, tuple[int, str]]] = {
    "bad-request": (400, "this is no HTTP request that can be read"),
    "malformed-json": (400, "the body is not JSON"),
    "no-valid-key": (401, "give a valid key as a bearer token"),
    "expired-key": (401, "this key is past its end or was revoked"),
    "refused": (403, "this key may not do that"),
    "not-enabled": (403, "look-ups on this channel in this jurisdiction are not enabled here"),
    "no-retro": (403, "retro-matching is not enabled here"),
    "not-found": (404, "not found"),
    "method-not-allowed": (405, "this address has another method"),
    "too-slow": (408, "the body did not come in time"),
    "length-required": (411, "say the length of the body (Content-Length)"),
    "too-large": (413, "the body is larger than this address takes"),
    "wrong-content-type": (415, "this address takes another content type"),
    "not-valid": (422, "some fields are not valid"),
    "too-many-requests": (429, "too many requests for this key"),
    "probing": (429, "too many near variants of one picture; this key is slowed"),
    "internal": (500, "internal"),
    "busy": (503, "too much is under way; try again"),
    "keys-stale": (503, "keys cannot be checked at present; try again"),
    "no-index": (503, "there is no list that can be asked"),
    "no-sandbox": (503, "files cannot be examined on this host"),
}
_PLACE: Final = re.compile(r"`(?:key in )?\$\.?([A-Za-z_]*)(.*)`$")
_UNKNOWN: Final = re.compile(r"unknown field")
_MISSING: Final = re.compile(r"missing required field `(\w+)`")


@dataclass(frozen=True)
class RefusalError(Exception):
    """Why a request is not answered. `extra_headers` are lower-case, as ASGI wants them."""

    status: int
    body: bytes
    code: str
    extra_headers: tuple[tuple[bytes, bytes], ...] = ()


def refusal(code: str, *, retry_after_s: int = 0, fields: tuple[FieldFault, ...] = (), allow: str = "") -> RefusalError:
    """Make a refusal."""
    status, message = CODES[code]
    headers: list[tuple[bytes, bytes]] = []
    if retry_after_s:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    if allow:
        headers.append((b"allow", allow.encode()))
    if status in {408, 413}:  # what is left of the body is not waited for
        headers.append((b"connection", b"close"))
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    return RefusalError(status, _encode(ErrorBody(Fault(code, message, fields))), code, tuple(headers))


def not_valid(field: str, problem: str) -> RefusalError:
    """Refuse one field."""
    return refusal("not-valid", fields=(FieldFault(field, problem),))


def of_decoding(error: msgspec.DecodeError) -> RefusalError:
    """Say which field msgspec refused, without what stood in it."""
    if not isinstance(error, msgspec.ValidationError):
        return refusal("malformed-json")
    said = str(error)
    if missing := _MISSING.search(said):
        return not_valid(missing[1], "missing")
    if _UNKNOWN.search(said):
        return not_valid("", "unknown-field")
    place = _PLACE.search(said)
    return not_valid(place[1] if place else "", _problem(said))


def _problem(said: str) -> str:
    if "length" in said:
        return "wrong-length"
    if "enum" in said:
        return "not-one-of"
    if "regex" in said:
        return "wrong-form"
    if "<=" in said or ">=" in said:
        return "out-of-range"
    return "wrong-type"
