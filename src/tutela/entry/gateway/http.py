"""Uvicorn's HTTP protocol, with our shape of error for what is no HTTP at all."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tutela.entry.gateway.errors import refusal

_BODY: Final = refusal("bad-request").body
_ANSWER: Final = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
) % (len(_BODY), _BODY)


class GatewayProtocol(HttpToolsProtocol):
    """One connection."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  - it may quote what was sent
        """Answer what cannot be read as HTTP, and hang up."""
        self.transport.write(_ANSWER)
        self.transport.close()
