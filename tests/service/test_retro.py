"""Retro-matching as an operator runs it: two processes that remember, a third that joins, a client that is told."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.entry.gateway.world import turned
from tests.service.gateway import RunningGateway, until
from tests.service.test_gateway import PATIENT, client
from tutela.client import AsyncClient, Channel, Kind
from tutela.domain.lists import Entry
from tutela.engine.matching import ListStore
from tutela.engine.matching.live import Add, Updater

LATER = [bytes(range(first, first + 32)) for first in range(20)]


@pytest.fixture
def gateway(tmp_path):
    made = RunningGateway(tmp_path / "home", retro="public:NL")
    yield made
    made.close()


def listed(gateway, *values):
    updater = Updater(ListStore(gateway.home / "lists").index_folder)
    updater.apply([Add("known", Entry(value.hex(), "1", pdq=value)) for value in values])


def joiner(gateway):
    """The process that joins."""
    return gateway.child("retro")


def test_a_client_is_told_although_every_process_is_killed_on_the_way(gateway):
    key = gateway.key()
    gateway.start()
    with client(gateway, key) as asking:
        for number, value in enumerate(LATER):
            asking.match(Kind.PDQ, turned(value, 5).hex(), reference=f"post-{number}")
        asking.match_many(Kind.PDQ, [value.hex() for value in LATER], references=[f"many-{n}" for n in range(20)])
        remembered = gateway.home / "retro" / "asked" / "public-nl"
        until(lambda: sum(path.stat().st_size for path in remembered.glob("*.asked")) >= 40 * 96)
        listed(gateway, *LATER[:10])
        for _ in range(3):
            os.kill(until(lambda: joiner(gateway)), signal.SIGKILL)
        for pid in gateway.children():
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(list(asking.finds())) >= 20)
        listed(gateway, *LATER[10:])
        until(lambda: len(list(asking.finds())) >= 40)
        told = [(find.number, find.reference) for find in asking.finds()]
    assert [number for number, _ in told] == list(range(1, 41))
    assert sorted(called for _, called in told) == sorted(f"{how}-{n}" for how in ("post", "many") for n in range(20))

    async def again():
        async with AsyncClient(gateway.address, key, Channel.PUBLIC, "NL", patience=PATIENT) as asking:
            return [(find.number, find.reference) async for find in asking.finds(after=38)]

    assert asyncio.run(again()) == told[38:]


def test_a_stop_ends_the_joiner_and_keeps_what_was_asked(gateway):
    key = gateway.key()
    gateway.start()
    until(lambda: joiner(gateway))
    pids = gateway.pids()
    with client(gateway, key) as asking:
        asking.match(Kind.PDQ, LATER[0].hex())
    assert gateway.stop() == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert len(list((gateway.home / "retro").rglob("*.asked"))) == 1
