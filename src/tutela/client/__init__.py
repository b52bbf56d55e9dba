"""A client of the gateway, for platforms: typed answers, retries, batches. Needs nothing but msgspec.

with Client("https://match.example", key, Channel.PUBLIC, "NL") as client:
    client.match(Kind.PDQ, "f8f8f0cc...").verdict                    # Verdict.NONE
    client.match_many(Kind.SHA256, digests)                         # as many as you like, one answer for each
    client.match_bytes(data)
    client.finds(after=0)                                           # what became known since, where that is enabled

async with AsyncClient("https://match.example", key, Channel.PUBLIC, "NL") as client:
    await client.match(Kind.PDQ, "f8f8f0cc...")
"""

from __future__ import annotations

from tutela.client.calls import Patience
from tutela.client.clients import AsyncClient, Client
from tutela.client.errors import ClientError, RefusedError, UnreachableError
from tutela.client.words import Answer, BytesAnswer, HitPart, Kind, RetroFind, Status, Verdict
from tutela.domain.lookups import Channel

__all__ = [
    "Answer",
    "AsyncClient",
    "BytesAnswer",
    "Channel",
    "Client",
    "ClientError",
    "HitPart",
    "Kind",
    "Patience",
    "RefusedError",
    "RetroFind",
    "Status",
    "UnreachableError",
    "Verdict",
]
