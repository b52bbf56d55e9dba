"""What a client may raise. Each says whether asking again can help; the client has done so already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from tutela.client.words import FieldFault


class ClientError(TutelaError):
    """A look-up was not answered."""


class RefusedError(ClientError):
    """The gateway refused: `code` says why, `fields` which fields are wrong."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[FieldFault, ...] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.fields = status, code, fields


class UnreachableError(ClientError):
    """Nobody answered, or not in time, or it was not the gateway."""
