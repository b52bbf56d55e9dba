"""The OpenAPI 3.1 document, made from the route table and the structs of `client.words`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from tutela import __version__
from tutela.client import words
from tutela.client.words import Kind
from tutela.domain.lookups import Channel
from tutela.domain.signals import SignalKind
from tutela.entry.gateway.errors import CODES
from tutela.entry.gateway.routes import ROUTES, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

_REF: Final = "#/components/schemas/{name}"
_OPEN: Final = ("bad-request", "not-found", "method-not-allowed", "internal")
_KEYED: Final = (*_OPEN, "no-valid-key", "expired-key", "too-many-requests", "keys-stale", "no-index")
_PAGED: Final = (*_KEYED, "refused", "no-retro", "not-valid", "probing", "busy")
_ASKED: Final = (
    *_KEYED,
    *("malformed-json", "refused", "not-enabled", "too-slow", "length-required", "too-large", "wrong-content-type"),
    *("not-valid", "probing", "busy"),
)


def document() -> dict[str, Any]:
    """Return the document."""
    structs = [struct for route in ROUTES for struct in (route.asks, route.answers) if struct]
    _, components = msgspec.json.schema_components([*structs, words.ErrorBody], ref_template=_REF)
    for struct in (words.Ask, words.AskMany):
        components[struct.__name__] = _by_kind(components[struct.__name__])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tutela gateway", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": {route.path: {route.method.lower(): _operation(route)} for route in ROUTES},
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def codes_of(route: Route) -> Iterator[str]:
    """Yield the codes of every refusal that an address may answer with."""
    if route.open_because:
        yield from _OPEN
    elif route.says_in_address:
        yield from _PAGED
    elif not route.takes:
        yield from _KEYED
    else:
        yield from _ASKED
        if route.says_ground_in_address:
            yield "no-sandbox"


def _operation(route: Route) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.about,
        "security": [] if route.open_because else [{"key": [route.scope] if route.scope else []}],
        "responses": {"200": {"description": "The answer.", "content": _content(route.gives, route.answers)}},
    }
    if route.name == "readyz":
        described["responses"]["503"] = {"description": "Not ready.", "content": _content(route.gives, route.answers)}
    if route.says_ground_in_address:
        described["parameters"] = [_parameter("channel"), _parameter("jurisdiction"), _REFERENCE]
    if route.says_in_address:
        described["parameters"] = [_number(name) for name in route.says_in_address]
    if route.takes:
        described["requestBody"] = {"required": True, "content": _content(route.takes, route.asks)}
    by_status: dict[int, list[str]] = {}
    for code in codes_of(route):
        by_status.setdefault(CODES[code][0], []).append(f"`{code}`: {CODES[code][1]}")
    for status, lines in sorted(by_status.items()):
        answer: dict[str, Any] = {
            "description": "; ".join(lines),
            "content": _content(b"application/json", words.ErrorBody),
        }
        if status in {429, 503}:
            answer["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
        described["responses"].setdefault(str(status), answer)
    return described


def _by_kind(schema: dict[str, Any]) -> dict[str, Any]:
    """Say of each kind what its values look like, and that only a PDQ has a quality: a struct cannot."""
    return {
        "title": schema["title"],
        "description": schema["description"],
        "type": "object",
        "oneOf": [_of_kind(kind, schema) for kind in Kind],
    }


def _of_kind(kind: Kind, schema: dict[str, Any]) -> dict[str, Any]:
    given = schema["properties"]
    value = {"type": "string", "pattern": f"^[0-9A-Fa-f]{{{2 * SignalKind(kind.value).digest_bytes}}}$"}
    said = {"kind": {"const": kind.value}, "value": value, "values": given.get("values", {}) | {"items": value}}
    return {
        "type": "object",
        "properties": {
            name: said.get(name, inner)
            for name, inner in given.items()
            if kind is Kind.PDQ or name not in {"quality", "qualities"}
        },
        "required": schema["required"],
        "additionalProperties": False,
    }


def _content(kind: bytes, struct: type[msgspec.Struct] | None) -> dict[str, Any]:
    media = kind.decode().partition(";")[0]
    if struct is not None:
        return {media: {"schema": {"$ref": _REF.format(name=struct.__name__)}}}
    if media == "application/json":
        return {media: {"schema": {"type": "object"}}}
    binary = media == "application/octet-stream"
    return {media: {"schema": {"type": "string", "format": "binary"} if binary else {"type": "string"}}}


def _parameter(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z]{2}$"}
    if name == "channel":
        schema = {"type": "string", "enum": [channel.value for channel in Channel]}
    return {"name": name, "in": "query", "required": True, "schema": schema}


def _number(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": words.RETRO.find_number_max}
    if name == "limit":
        schema |= {"minimum": 1, "maximum": words.RETRO.finds_page_max}
    return {"name": name, "in": "query", "required": False, "schema": schema}


_REFERENCE: Final[dict[str, Any]] = {
    "name": "reference",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]*$", "maxLength": words.RETRO.reference_chars_max},
}
