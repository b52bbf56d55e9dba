"""Request bodies stay in memory (law 2). Django spools a body above its limit to disk; here it never gets that far.

An announced length above the limit is refused before a byte is read; a body that lies about its length, or announces
none, is refused when it grows past the limit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]  # frameworks type these three each in their own way

_ANSWER: Final = b'{"error": {"code": "too-large", "message": "the request is larger than request_bytes_max"}}'


class _TooLargeError(Exception):
    """The body grew past the limit."""


class BodyLimit:
    """An ASGI application that refuses bodies above `bytes_max` and hands everything else on."""

    def __init__(self, application: Application, bytes_max: int) -> None:
        self._application, self._bytes_max = application, bytes_max

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._bytes_max:
            await _refuse(send)
            return
        read_bytes = 0

        async def counted() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > self._bytes_max:
                raise _TooLargeError
            return message

        try:
            await self._application(scope, counted, send)
        except _TooLargeError:
            await _refuse(send)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})
