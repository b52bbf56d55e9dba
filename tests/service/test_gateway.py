"""The gateway as an operator runs it: processes on one port, asked by the client that platforms use."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.entry.gateway.world import HASHES, SHA256, turned
from tests.service.gateway import RunningGateway, until
from tests.service.installation import ROOT
from tutela.client import AsyncClient, Channel, Client, Kind, Patience, RefusedError, UnreachableError, Verdict
from tutela.domain.lists import Entry
from tutela.engine.matching import ListStore
from tutela.engine.matching.live import Add, Updater
from tutela.engine.matching.live.folder import LiveFolder

KNOWN, NOTHING = HASHES[0].tobytes().hex(), bytes(range(32))[::-1].hex()
PATIENT = Patience(timeout_s=20, tries_max=12)


@pytest.fixture
def gateway(tmp_path):
    made = RunningGateway(tmp_path / "home")
    yield made
    made.close()


def client(gateway, key, patience=PATIENT):
    return Client(gateway.address, key, Channel.PUBLIC, "NL", patience=patience)


def test_the_client_is_answered_one_many_and_a_file(gateway):
    key = gateway.key(details=True)
    gateway.start()
    with client(gateway, key) as asking:
        assert asking.match(Kind.PDQ, KNOWN).hits[0].distance == 0
        assert asking.match(Kind.SHA256, SHA256.hex()).verdict is Verdict.EXACT
        values = [KNOWN, NOTHING] * 700
        assert [each.verdict for each in asking.match_many(Kind.PDQ, values, batch=300)] == [
            Verdict.NEAR,
            Verdict.NONE,
        ] * 700
        assert asking.match_bytes(b"a text").verdict is Verdict.NONE
        assert asking.index().entries == len(HASHES) + 1
        with pytest.raises(RefusedError) as caught:
            asking.match(Kind.PDQ, "zz" * 32)
        assert (caught.value.code, caught.value.fields[0].field) == ("not-valid", "value")


def test_the_async_client_is_answered_the_same(gateway):
    key = gateway.key()
    gateway.start()

    async def ask():
        async with AsyncClient(gateway.address, key, Channel.PUBLIC, "NL", patience=PATIENT) as asking:
            several = await asyncio.gather(*(asking.match(Kind.PDQ, KNOWN) for _ in range(20)))
            many = await asking.match_many(Kind.PDQ, [KNOWN, NOTHING] * 50, batch=10)
            return several, many, await asking.match_bytes(b"a text"), await asking.index()

    several, many, file, status = asyncio.run(ask())
    assert {each.verdict for each in several} == {Verdict.NEAR}
    assert [each.verdict for each in many] == [Verdict.NEAR, Verdict.NONE] * 50
    assert file.examination == "digested"
    assert status.index == several[0].index


def test_nobody_there_is_said_after_a_few_tries(gateway):
    with (
        client(gateway, gateway.key(), Patience(1, 2, 0.01, 0.02)) as asking,
        pytest.raises(UnreachableError, match="nobody answered"),
    ):
        asking.index()


def test_a_killed_process_is_started_again_and_a_client_notices_nothing(gateway):
    key = gateway.key()
    gateway.start()
    stop, told = threading.Event(), []

    def ask():
        with client(gateway, key) as asking:
            while not stop.is_set():
                told.append(asking.match(Kind.PDQ, KNOWN).verdict)

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for each in asking:
        each.start()
    first = gateway.pids()
    os.kill(first[0], signal.SIGKILL)
    again = until(lambda: (now := gateway.pids()) != first and len(now) == 2 and now)
    until(lambda: len(told) > 200)
    stop.set()
    for each in asking:
        each.join()
    assert first[1] in again
    assert set(told) == {Verdict.NEAR}


def test_a_new_version_is_picked_up_by_every_process_without_a_refusal(gateway):
    key = gateway.key()
    gateway.start()
    fresh = turned(HASHES[0].tobytes(), 200)
    stop, told = threading.Event(), []

    def ask():
        with client(gateway, key, Patience(tries_max=1)) as asking:
            while not stop.is_set():
                told.append(asking.match(Kind.PDQ, fresh.hex()))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for each in asking:
        each.start()
    until(lambda: len(told) > 50)
    updater = Updater(ListStore(gateway.home / "lists").index_folder)
    for number in range(3):
        entry = Entry(f"new-{number}", "1", pdq=fresh if not number else os.urandom(32))
        updater.apply([Add("known", entry)])
    until(lambda: all(each.verdict is Verdict.NEAR for each in told[-50:]))
    stop.set()
    for each in asking:
        each.join()
    verdicts = [each.verdict for each in told]
    assert {Verdict.NONE, Verdict.NEAR} == set(verdicts)


def test_the_index_is_merged_without_being_asked_also_after_the_keeper_was_killed(gateway):
    gateway.start()
    folder = ListStore(gateway.home / "lists").index_folder
    updater, rng = Updater(folder), np.random.default_rng(3)

    def grow(first):
        hashes = rng.integers(0, 256, (9000, 32), np.uint8)
        updater.apply([Add("known", Entry(f"m-{first + n}", "1", pdq=row.tobytes())) for n, row in enumerate(hashes)])

    def is_merged():
        return len(LiveFolder(folder).current()[1].segments) == 1

    grow(0)
    grow(10_000)
    until(is_merged)
    killed = gateway.keeper()
    os.kill(killed, signal.SIGKILL)
    until(lambda: gateway.keeper() not in {None, killed})
    grow(20_000)
    until(is_merged)
    assert len(gateway.pids()) == 2


def test_rates_and_numbers_are_right_over_all_processes(gateway):
    key = gateway.key(per_minute=20)
    gateway.start()
    told = []
    for _ in range(30):  # a connection each, so that every process is asked
        with client(gateway, key, Patience(tries_max=1)) as asking:
            try:
                told.append(asking.match(Kind.PDQ, NOTHING).verdict.value)
            except RefusedError as refused:
                told.append(refused.code)
    assert told.count("too-many-requests") in {9, 10}
    with socket.create_connection(("127.0.0.1", gateway.port)) as asking:
        asking.sendall(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        said = b"".join(iter(lambda: asking.recv(65536), b"")).decode()
    assert "tutela_gateway_processes 2.0" in said
    assert f'tutela_gateway_lookups_total{{verdict="none"}} {told.count("none")}.0' in said


def test_a_stop_ends_every_process_and_leaves_nobody(gateway):
    gateway.start()
    pids = gateway.children()
    assert len(pids) == 4  # two that serve, upkeep, keys of the service
    assert gateway.stop() == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_second_gateway_on_the_port_is_refused_and_harms_nothing(gateway):
    key = gateway.key()
    gateway.start()
    second = subprocess.run(
        [*gateway.process.args], env=gateway.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 3
    assert "cannot listen on" in second.stderr
    with client(gateway, key) as asking:
        assert asking.match(Kind.PDQ, KNOWN).verdict is Verdict.NEAR


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_is_refused_in_the_one_shape(gateway, sent):
    gateway.start()
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as asking:
        asking.sendall(sent)
        said = b"".join(iter(lambda: asking.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b'{"error":{"code":"bad-request"' in said


def test_every_example_of_the_guide_does_what_it_says(gateway):
    """Each curl example is run as it stands; the line below it is the beginning of what it prints."""
    gateway.environment["TUTELA_RETRO"] = "public:NL"
    key = gateway.key()
    gateway.start()
    guide = (ROOT / "docs/guide/gateway.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", guide, re.DOTALL) if "curl" in block]
    assert len(blocks) >= 4
    for block in blocks:
        command, _, printed = block.partition("\n# ")
        environment = gateway.environment | {"KEY": key, "GATEWAY": gateway.address}
        done = subprocess.run(
            ["sh", "-ec", command], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        for part in printed.split("…"):
            assert part.strip() in done.stdout, (command, done.stdout)
