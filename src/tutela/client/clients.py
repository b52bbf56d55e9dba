"""The two clients. They differ in how they wait; what they ask is written once, in `_Questions`."""

from __future__ import annotations

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Self, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET

from tutela.client.calls import Answered, Patience, Request, Wait, asked, batches
from tutela.client.connections import Connections
from tutela.client.errors import UnreachableError
from tutela.client.words import LIMITS, Answer, Ask, AskMany, BytesAnswer, Kind, RetroFind, RetroFinds, Status, Verdicts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterable, Iterator

    from tutela.client.calls import Step
    from tutela.domain.lookups import Channel

_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"
_BATCH: Final = 1000
_SENT_AT_ONCE: Final = 8
_encode: Final = msgspec.json.Encoder().encode
Struct = TypeVar("Struct", bound=msgspec.Struct)


class _Questions:
    """Questions on one ground, as requests."""

    def __init__(
        self, address: str, key: str, channel: Channel, jurisdiction: str, *, patience: Patience | None = None
    ) -> None:
        """`key` is sent with each request; channel and jurisdiction are the ground of each look-up."""
        self._patience = patience or Patience()
        self._connections = Connections(address, key, self._patience.timeout_s)
        self._channel, self._jurisdiction = channel, jurisdiction
        self._jitter = random.SystemRandom().random

    def _one(self, kind: Kind, value: str, quality: float | None, reference: str) -> Request:
        said = UNSET if quality is None else quality
        ask = Ask(self._channel, self._jurisdiction, kind, value, reference, said)
        return Request("POST", "/v1/match", _JSON, _encode(ask))

    def _many(
        self, kind: Kind, values: Iterable[str], qualities: Iterable[float] | None, references: Iterable[str], size: int
    ) -> list[Request]:
        if not 1 <= size <= LIMITS.batch_values_max:
            raise ValueError(f"a batch has 1 to {LIMITS.batch_values_max} values")
        asked, called = list(values), list(references)
        said = None if qualities is None else list(qualities)
        if said is not None and len(said) != len(asked):
            raise ValueError("say the quality of each value, or of none")
        if called and len(called) != len(asked):
            raise ValueError("there is one reference for each value, or none at all")
        parts = batches(asked, size)
        qualities_of = [None] * len(parts) if said is None else batches(said, size)
        references_of = batches(called, size) if called else [[]] * len(parts)
        return [
            self._batch(kind, part, own, names)
            for part, own, names in zip(parts, qualities_of, references_of, strict=True)
        ]

    def _batch(self, kind: Kind, values: list[str], qualities: list[float] | None, references: list[str]) -> Request:
        said = UNSET if qualities is None else tuple(qualities)
        ask = AskMany(self._channel, self._jurisdiction, kind, tuple(values), tuple(references), said)
        return Request("POST", "/v1/match/batch", _JSON, _encode(ask))

    def _bytes(self, data: bytes, reference: str) -> Request:
        said = {"channel": self._channel.value, "jurisdiction": self._jurisdiction}
        said |= {"reference": reference} if reference else {}
        return Request("POST", f"/v1/match/bytes?{urlencode(said)}", _BYTES, data)

    def _finds(self, after: int) -> Request:
        return Request("GET", f"/v1/retro/finds?after={after}")

    def _exchange(self, request: Request) -> Generator[Step, Answered | None, bytes]:
        return asked(request, self._patience, self._jitter)


class Client(_Questions):
    """Asks and waits. Threads may share one. Errors: see `client.errors`."""

    def match(self, kind: Kind, value: str, *, quality: float | None = None, reference: str = "") -> Answer:
        """Ask one value, in hexadecimal.

        `quality`: of a PDQ, 0 to 100. `reference`: what you call it, should it become known (retro-matching).
        """
        return _read(self._ask(self._one(kind, value, quality, reference)), Answer)

    def match_many(
        self,
        kind: Kind,
        values: Iterable[str],
        *,
        qualities: Iterable[float] | None = None,
        references: Iterable[str] = (),
        batch: int = _BATCH,
    ) -> list[Answer]:
        """Ask any number of values of one kind; one answer for each, in their order. What is said is said of each."""
        found: list[Answer] = []
        for request in self._many(kind, values, qualities, references, batch):
            found += _each(_read(self._ask(request), Verdicts))
        return found

    def match_bytes(self, data: bytes, *, reference: str = "") -> BytesAnswer:
        """Ask for a whole file."""
        return _read(self._ask(self._bytes(data, reference)), BytesAnswer)

    def index(self) -> Status:
        """Ask which index is in force."""
        return _read(self._ask(Request("GET", "/v1/index")), Status)

    def finds(self, after: int = 0) -> Iterator[RetroFind]:
        """Yield what became known of what this key asked before, after a number; keep the last number."""
        more = True
        while more:
            page = _read(self._ask(self._finds(after)), RetroFinds)
            yield from page.finds
            after, more = page.next, page.more

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: Request) -> bytes:
        exchange = self._exchange(request)
        answered: Answered | None = None
        while True:
            try:
                step = exchange.send(answered)
            except StopIteration as end:
                return end.value
            answered = None
            if isinstance(step, Wait):
                time.sleep(step.seconds)
            else:
                answered = self._connections.send(step)


class AsyncClient(_Questions):
    """Asks without holding the event loop up: each request is sent from one of a few threads of its own."""

    def __init__(
        self, address: str, key: str, channel: Channel, jurisdiction: str, *, patience: Patience | None = None
    ) -> None:
        """See `_Questions`."""
        super().__init__(address, key, channel, jurisdiction, patience=patience)
        self._threads = ThreadPoolExecutor(_SENT_AT_ONCE, thread_name_prefix="tutela-client")

    async def match(self, kind: Kind, value: str, *, quality: float | None = None, reference: str = "") -> Answer:
        """Ask one value, as `Client.match`."""
        return _read(await self._ask(self._one(kind, value, quality, reference)), Answer)

    async def match_many(
        self,
        kind: Kind,
        values: Iterable[str],
        *,
        qualities: Iterable[float] | None = None,
        references: Iterable[str] = (),
        batch: int = _BATCH,
    ) -> list[Answer]:
        """Ask any number of values, as `Client.match_many`, but several batches at once."""
        parts = await asyncio.gather(*map(self._ask, self._many(kind, values, qualities, references, batch)))
        return [answer for part in parts for answer in _each(_read(part, Verdicts))]

    async def match_bytes(self, data: bytes, *, reference: str = "") -> BytesAnswer:
        """Ask for a whole file."""
        return _read(await self._ask(self._bytes(data, reference)), BytesAnswer)

    async def index(self) -> Status:
        """Ask which index is in force."""
        return _read(await self._ask(Request("GET", "/v1/index")), Status)

    async def finds(self, after: int = 0) -> AsyncIterator[RetroFind]:
        """Yield what became known of what this key asked before, after a number; keep the last number."""
        more = True
        while more:
            page = _read(await self._ask(self._finds(after)), RetroFinds)
            for find in page.finds:
                yield find
            after, more = page.next, page.more

    async def close(self) -> None:
        """Close the connections, when what was sent is answered."""
        await asyncio.to_thread(self._threads.shutdown)
        self._connections.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _ask(self, request: Request) -> bytes:
        exchange = self._exchange(request)
        answered: Answered | None = None
        while True:
            try:
                step = exchange.send(answered)
            except StopIteration as end:
                return end.value
            answered = None
            if isinstance(step, Wait):
                await asyncio.sleep(step.seconds)
            else:
                answered = await asyncio.get_running_loop().run_in_executor(self._threads, self._connections.send, step)


def _read(body: bytes, kind: type[Struct]) -> Struct:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError:
        raise UnreachableError("what answered was not the gateway") from None


def _each(many: Verdicts) -> list[Answer]:
    hits = many.hits or (None,) * len(many.verdicts)
    return [Answer(many.index, verdict, own) for verdict, own in zip(many.verdicts, hits, strict=True)]
