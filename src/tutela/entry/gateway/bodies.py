"""Bodies: read whole, in memory, within their limits; and JSON in which no field stands twice."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tutela.entry.gateway.errors import not_valid, of_decoding, refusal

if TYPE_CHECKING:
    from tutela.entry.bodies import Message, Receive


class GoneError(Exception):
    """Whoever asked has gone: nobody is there to be answered."""


async def read(receive: Receive, length: int, wait_s_max: float) -> bytes:
    """Read a body of the length that was announced."""
    message = await receive() if length < _AT_ONCE_BYTES else {"more_body": True, "type": "http.request"}
    if not message.get("more_body", False):
        return _whole(message, message.get("body", b""), length)
    try:
        async with asyncio.timeout(wait_s_max):
            return await _rest(receive, message, length)
    except TimeoutError:
        raise refusal("too-slow") from None


async def _rest(receive: Receive, message: Message, length: int) -> bytes:
    parts: list[bytes] = [message.get("body", b"")]
    while message.get("more_body", False):
        message = await receive()
        parts.append(_body(message))
    return _whole(message, b"".join(parts), length)


def _whole(message: Message, body: bytes, length: int) -> bytes:
    _body(message)
    if len(body) != length:
        raise refusal("bad-request")
    return body


def _body(message: Message) -> bytes:
    if message["type"] != "http.request":
        raise GoneError
    return message.get("body", b"")


_AT_ONCE_BYTES: Final = 8192


class JsonBody:
    """Decodes one kind of body.

    No value may hold a colon. Where a body has as many as fields were found in it that say more than their default, no
    field can stand twice: only another number is looked into.
    """

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._decode = msgspec.json.Decoder(kind).decode
        self._required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
        self._optional = dict(zip(kind.__struct_fields__[self._required :], kind.__struct_defaults__, strict=True))

    def decode(self, body: bytes) -> Any:
        """Return the struct, or refuse with the field that is wrong."""
        try:
            decoded = self._decode(body)
        except msgspec.DecodeError as error:
            raise of_decoding(error) from None
        except RecursionError:
            raise refusal("malformed-json") from None
        if (colons := body.count(b":")) != self._required and colons != self._found(decoded):
            json.loads(body, object_pairs_hook=_each_once)
        return decoded

    def _found(self, decoded: msgspec.Struct) -> int:
        return self._required + sum(getattr(decoded, name) != default for name, default in self._optional.items())


def _each_once(pairs: list[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        twice = next(name for name in names if names.count(name) > 1)
        raise not_valid(twice, "given-twice")
