"""The ASGI application: one function from a request to its answer, with nothing between.

Order of the checks: address, method, key, scope, rate, content type, length, what is under way, body. What is cheap and
needs no body comes first. No middleware and no request object: for one look-up they would cost more than the look-up.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import msgspec
import structlog

from tutela.client.words import RETRO, Alive, Ready
from tutela.entry.gateway import bodies
from tutela.entry.gateway.bodies import GoneError, JsonBody
from tutela.entry.gateway.desk import ground_of
from tutela.entry.gateway.errors import RefusalError, not_valid, refusal
from tutela.entry.gateway.keys import RELOAD_S
from tutela.entry.gateway.looking import REFRESH_S
from tutela.entry.gateway.openapi import document
from tutela.entry.gateway.retro import flushing
from tutela.entry.gateway.routes import BY_PATH, JSON, ROUTES, UNKNOWN, Route, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.domain.lookups import Ground
    from tutela.entry.bodies import Message, Receive, Send
    from tutela.entry.gateway.desk import Desk
    from tutela.entry.gateway.keys import Key

_log = structlog.stdlib.get_logger("tutela.gateway")
_encode: Final = msgspec.json.Encoder().encode
_ALIVE: Final = _encode(Alive(alive=True))
_DIGITS_MAX: Final = 12  # of a length: more is larger than anything that is taken
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._-]*", re.ASCII)


class Gateway:
    """Answers for one process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._limits = desk.limits
        self._decoders = {route.number: JsonBody(route.asks).decode for route in ROUTES if route.asks}
        self._pools = {
            Work.BATCH: ThreadPoolExecutor(1, "tutela-batch"),
            Work.UPLOAD: ThreadPoolExecutor(1, "tutela-upload"),
        }
        self._waiting = dict.fromkeys(self._pools, 0)
        self._waiting_max = {
            Work.BATCH: self._limits.batches_waiting_max,
            Work.UPLOAD: self._limits.uploads_waiting_max,
        }
        self._requests = 0
        self._bytes = 0
        self._keeping: list[asyncio.Task[None]] = []
        self._openapi = _encode(document())

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._live(scope, receive, send)
            return
        began_ns = time.perf_counter_ns()
        route = BY_PATH.get(scope["path"])
        gives, extra = JSON, ()
        self._requests += 1
        try:
            status, body = await self._answer(route, scope, receive)
            if route is not None:
                gives = route.gives
        except RefusalError as refused:
            status, body, extra = refused.status, refused.body, refused.extra_headers
        except GoneError:
            self._requests -= 1
            return
        except Exception:  # noqa: BLE001 - whatever it is, who asked is answered in our shape, and it is logged
            _log.exception("request", route=route.name if route else "unknown", status=500)
            broken = refusal("internal")
            status, body = broken.status, broken.body
        self._requests -= 1
        headers = [(b"content-type", gives), (b"content-length", b"%d" % len(body)), *extra]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        counters = self._desk.counters
        counters.count_request(route.number if route else UNKNOWN, status, time.perf_counter_ns() - began_ns)

    async def _answer(self, route: Route | None, scope: Message, receive: Receive) -> tuple[int, bytes]:
        if route is None:
            raise refusal("not-found")
        if scope["method"] != route.method:
            raise refusal("method-not-allowed", allow=route.method)
        authorization, content_type, length = _headers(scope["headers"])
        if route.open_because:
            return self._answer_open(route, scope, authorization)
        desk = self._desk
        key = desk.let_in(authorization, route.scope)
        if route.says_in_address:
            return 200, await self._apart(route.work, partial(desk.finds, key, *_page(scope["query_string"])))
        if route.method == "GET":
            return 200, desk.status(key)
        if content_type != route.takes and content_type.partition(b";")[0].strip().lower() != route.takes:
            raise refusal("wrong-content-type")
        upload = _upload(desk, scope["query_string"]) if route.says_ground_in_address else ()
        body = await self._body(route, length, receive)
        try:
            if route.work is Work.HERE:
                return 200, desk.look_up(key, self._decoders[route.number](body))
            if route.work is Work.UPLOAD:
                return 200, await self._apart(route.work, partial(desk.look_up_bytes, key, body, *upload))
            return 200, await self._apart(route.work, partial(_many, desk, self._decoders[route.number], key, body))
        finally:
            self._bytes -= len(body)

    async def _body(self, route: Route, length: bytes, receive: Receive) -> bytes:
        """Read the body; the caller gives its bytes back to `_bytes`."""
        if not length.isdigit() or len(length) > _DIGITS_MAX:
            raise refusal("too-large" if length.isdigit() else "length-required")
        size, limits = int(length), self._limits
        if size > route.body_bytes_max:
            raise refusal("too-large")
        if (
            self._requests > limits.requests_in_flight_max
            or self._bytes + size > limits.bytes_in_flight_max
            or (route.work in self._waiting and self._waiting[route.work] >= self._waiting_max[route.work])
        ):
            raise refusal("busy", retry_after_s=1)
        self._bytes += size
        try:
            return await bodies.read(receive, size, limits.body_wait_s_max)
        except BaseException:
            self._bytes -= size
            raise

    async def _apart(self, work: Work, answer: Callable[[], bytes]) -> bytes:
        """Answer in a thread, unless too many wait for it already."""
        if self._waiting[work] >= self._waiting_max[work]:
            raise refusal("busy", retry_after_s=1)
        self._waiting[work] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pools[work], answer)
        finally:
            self._waiting[work] -= 1

    def _answer_open(self, route: Route, scope: Message, authorization: bytes) -> tuple[int, bytes]:
        desk = self._desk
        if route.name == "healthz":
            return 200, _ALIVE
        if route.name == "openapi":
            return 200, self._openapi
        if route.name == "readyz":
            checks = {"index": desk.index.snapshot() is not None, "keys": desk.keyring.sound}
            ready = all(checks.values())
            return 200 if ready else 503, _encode(Ready(ready, checks))
        if not (_is_from_here(scope) or _has(authorization, desk.metrics_key)):
            raise refusal("not-found")
        return 200, desk.metrics()

    #### Beside the requests ####

    async def _live(self, scope: Message, receive: Receive, send: Send) -> None:
        """Start and stop with the server; other protocols than HTTP are not spoken."""
        if scope["type"] != "lifespan":
            return
        await receive()
        looks = [
            (self._desk.index.refresh, "index", REFRESH_S),
            (self._desk.keyring.reload, "keys", RELOAD_S),
            *flushing(self._desk.retro),
        ]
        self._keeping = [
            *[asyncio.create_task(_keep(look, kind, every_s, well=_look(look, kind))) for look, kind, every_s in looks],
            asyncio.create_task(self._tell()),
        ]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self._keeping:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(self.close)
        await send({"type": "lifespan.shutdown.complete"})

    def close(self) -> None:
        """End threads and sandbox; what they were at is finished."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
        self._desk.close()

    async def _tell(self) -> None:
        """Write how much is under way: a gauge that is a quarter of a second old costs the requests nothing."""
        while True:
            self._desk.counters.set_in_flight(self._requests)
            await asyncio.sleep(REFRESH_S)


async def _keep(look: Callable[[], Any], kind: str, every_s: float, *, well: bool) -> None:
    """Look now and then, in a thread. What cannot be read is logged once, and what was read before stays."""
    while True:
        await asyncio.sleep(every_s)
        well = await asyncio.to_thread(_look, look, kind, told=not well)


def _look(look: Callable[[], Any], kind: str, *, told: bool = False) -> bool:
    try:
        look()
    except Exception:  # noqa: BLE001 - looking goes on, whatever stood in the way this time
        if not told:
            _log.exception("refresh", kind=kind)
        return False
    return True


def _headers(given: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bytes]:
    """Return authorization, content type and length; empty where they were not sent."""
    authorization = content_type = length = b""
    for name, value in given:
        if name == b"authorization":
            authorization = value
        elif name == b"content-type":
            content_type = value
        elif name == b"content-length":
            length = value
    return authorization, content_type, length


def _many(desk: Desk, decode: Callable[[bytes], Any], key: Key, body: bytes) -> bytes:
    return desk.look_up_many(key, decode(body))


def _upload(desk: Desk, query: bytes) -> tuple[Ground, str]:
    """Read `channel=...&jurisdiction=...&reference=...`, of which the last may be absent."""
    given = _given(query, "channel", "jurisdiction", "reference")
    reference = given.get("reference", "")
    if len(reference) > RETRO.reference_chars_max or not _REFERENCE.fullmatch(reference):
        raise not_valid("reference", "wrong-form")
    return desk.check_ground(*ground_of(given.get("channel", ""), given.get("jurisdiction", ""))), reference


def _page(query: bytes) -> tuple[int, int]:
    """Read `after=...&limit=...`, which both may be absent."""
    given = _given(query, "after", "limit")
    for name, value in given.items():
        if not value.isascii() or not value.isdigit() or len(value) > _DIGITS_MAX:
            raise not_valid(name, "wrong-form")
    limit = int(given.get("limit", RETRO.finds_page_max))
    if not 1 <= limit <= RETRO.finds_page_max:
        raise not_valid("limit", "out-of-range")
    return int(given.get("after", 0)), limit


def _given(query: bytes, *names: str) -> dict[str, str]:
    """Read what stands after the question mark; each once, and nothing else."""
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    for name, values in given.items():
        if name not in names:
            raise not_valid("", "unknown-field")
        if len(values) > 1:
            raise not_valid(name, "given-twice")
    return {name: values[0] for name, values in given.items()}


def _is_from_here(scope: Message) -> bool:
    """A proxy on this machine speaks for others, and says so in a header: then the request is not from here."""
    if any(name in {b"x-forwarded-for", b"forwarded"} for name, _ in scope["headers"]):
        return False
    try:
        return ipaddress.ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False


def _has(authorization: bytes, key: str) -> bool:
    return bool(key) and hmac.compare_digest(authorization.removeprefix(b"Bearer "), key.encode())
