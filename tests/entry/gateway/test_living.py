"""What goes on beside the requests: new keys and lists are found, and what is damaged does not stop the process."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.entry.gateway.world import fill
from tutela.entry.gateway import app


class Lifespan:
    """Starts the application, lets something happen, and stops it."""

    def __init__(self, world):
        self._world = world
        self._told = asyncio.Queue()
        self.said = []

    async def __aenter__(self):
        async def send(message):
            self.said.append(message["type"])

        await self._told.put({"type": "lifespan.startup"})
        self._running = asyncio.create_task(self._world.gateway({"type": "lifespan"}, self._told.get, send))
        await wait(lambda: self.said)

    async def __aexit__(self, *_):
        await self._told.put({"type": "lifespan.shutdown"})
        await self._running
        assert self.said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def wait(true):
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(app, "REFRESH_S", 0.01)
    monkeypatch.setattr(app, "RELOAD_S", 0.01)


def test_keys_and_lists_that_come_later_are_found(make_world):
    world = make_world(filled=False)

    async def live():
        async with Lifespan(world):
            assert world.desk.index.snapshot() is None
            fill(world.home)
            await wait(lambda: world.desk.index.snapshot() is not None)
            shown = world.keys.add("x", days=1, requests_per_minute_max=9, scopes=[]).shown
            await wait(lambda: shown[4:12] in world.desk.keyring._keys)

    asyncio.run(live())


def test_damaged_keys_are_logged_once_and_the_process_says_it_is_not_ready(make_world, log):
    world = make_world()
    (world.home / "gateway").mkdir(exist_ok=True)
    (world.home / "gateway" / "keys.json").write_text("damaged")

    async def live():
        async with Lifespan(world):
            await asyncio.sleep(0.2)
            return await world.answer("GET", "/readyz")

    reply = asyncio.run(live())
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(line["event"], line["kind"]) for line in lines] == [("refresh", "keys")]
    assert (reply.status, reply.json["checks"]) == (503, {"index": True, "keys": False})
