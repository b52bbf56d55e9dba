"""A gateway of one process, in memory: requests go straight to the application, as a server would hand them on.

world = World(tmp_path)
key = world.key()
world.ask(key, value=world.known_hash.hex()).json["verdict"]      # "near"
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tutela.domain.limits import GatewayLimits
from tutela.domain.lists import Entry, MatchPolicy
from tutela.engine.matching import ListStore
from tutela.engine.matching.live import Updater
from tutela.entry.config import Settings
from tutela.entry.gateway import probing
from tutela.entry.gateway.app import Gateway
from tutela.entry.gateway.counters import Counters
from tutela.entry.gateway.desk import COUNTERS, PROBING, Desk
from tutela.entry.gateway.examining import Examining
from tutela.entry.gateway.keys import FileKeys, Scope, ServiceKeys
from tutela.entry.gateway.looking import LiveLists
from tutela.entry.gateway.routes import NAMES

HASHES = np.random.default_rng(11).integers(0, 256, (64, 32), dtype=np.uint8)
SHA256 = bytes(range(32))
GROUND = {"channel": "public", "jurisdiction": "NL"}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @cached_property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]


def turned(value, bits):
    """The same hash with so many bits turned."""
    return (int.from_bytes(value) ^ ((1 << bits) - 1)).to_bytes(32)


def fill(home, hashes=HASHES):
    """Import a list and build its index."""
    store = ListStore(home / "lists")
    rows = [Entry(f"entry-{number}", "1", pdq=each.tobytes()) for number, each in enumerate(hashes)]
    rows.append(Entry("exact", "2", sha256=SHA256))
    store.add("known", "Example", "1", "scheme", MatchPolicy(), rows, imported_at="2026-11-22T00:00:00Z")
    Updater(store.index_folder).build([store.open("known")])


class World:
    def __init__(self, home, *, limits=None, filled=True, **settings):
        self.home = home
        self.settings = Settings(home=home, **{"lookups": "public:NL, private:NL", **settings})
        self.known_hash = HASHES[0].tobytes()
        self.keys, self.service_keys = FileKeys(home), ServiceKeys(home)
        if filled:
            fill(home)
        Counters.begin(home / "run" / COUNTERS, NAMES, 1)
        probing.begin(home / "run" / PROBING)
        index = LiveLists(ListStore(home / "lists").index_folder)
        index.refresh()
        self.desk = Desk(
            self.settings,
            index,
            (self.keys, self.service_keys),
            Examining(),
            NAMES,
            limits=replace(GatewayLimits(), **(limits or {})),
        )
        self.desk.keyring.reload()
        self.gateway = Gateway(self.desk)

    def key(self, *, details=False, per_minute=100_000, days=30, scopes=None):
        """A new key, known to the gateway."""
        scopes = scopes if scopes is not None else [Scope.LOOKUP, *([Scope.DETAIL] if details else [])]
        made = self.keys.add("Example platform", days=days, requests_per_minute_max=per_minute, scopes=scopes)
        self.desk.keyring.reload()
        return made.shown

    def ask(self, key, **more):
        """Ask one value."""
        return self.post("/v1/match", {**GROUND, "kind": "pdq", "value": self.known_hash.hex(), **more}, key)

    def ask_many(self, key, values, **more):
        """Ask many."""
        return self.post("/v1/match/batch", {**GROUND, "kind": "pdq", "values": values, **more}, key)

    def ask_bytes(self, key, data, query="channel=public&jurisdiction=NL"):
        """Ask for a file."""
        return self.send("POST", "/v1/match/bytes", key, data, kind="application/octet-stream", query=query)

    def post(self, path, body, key):
        return self.send("POST", path, key, body if isinstance(body, bytes) else json.dumps(body).encode())

    def get(self, path, key="", **more):
        return self.send("GET", path, key, **more)

    def send(self, method, path, key="", body=b"", *, kind="application/json", query="", headers=None, parts=None):
        """Send one request; `parts` in the place of a body that comes in one piece."""
        return asyncio.run(self.answer(method, path, key, body, kind=kind, query=query, headers=headers, parts=parts))

    async def answer(
        self, method, path, key="", body=b"", *, kind="application/json", query="", headers=None, parts=None
    ):
        given = {"host": "here", "content-type": kind, "content-length": str(len(body))}
        if key:
            given["authorization"] = f"Bearer {key}"
        given |= headers or {}
        waiting = list(parts if parts is not None else [body])
        said = []

        async def receive():
            if not waiting:
                await asyncio.Event().wait()
            part = waiting.pop(0)
            if part is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": part, "more_body": bool(waiting)}

        async def send(message):
            said.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items() if value is not None],
            "client": ("127.0.0.1", 1),
        }
        await self.gateway(scope, receive, send)
        if not said:
            return None
        start, end = said
        found = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(start["status"], found, end["body"])

    def close(self):
        self.gateway.close()
