"""The gateway beside the service, in real processes: keys made there are let in here, and no longer when revoked there."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.entry.gateway.world import HASHES, fill
from tests.service.gateway import until
from tests.service.installation import Installation, children
from tutela.client import Channel, Client, Kind, Patience, RefusedError, UnreachableError
from tutela.entry.gateway import keys, publishing

KNOWN = HASHES[0].tobytes().hex()


class Asked:
    """A gateway's port, chosen in the settings of an installation."""

    def __init__(self, installation):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{free.getsockname()[1]}"
        installation.environment |= {
            "TUTELA_GATEWAY_UP": "1",
            "TUTELA_GATEWAY_LISTEN": self._address,
            "TUTELA_GATEWAY_PROCESSES": "2",
            "TUTELA_LOOKUPS": "public:NL",
        }

    def told(self, key):
        """The verdict on what is known, or the code of the refusal."""
        try:
            with Client(f"http://{self._address}", key, Channel.PUBLIC, "NL", patience=Patience(5, 1)) as asking:
                return asking.match(Kind.PDQ, KNOWN).verdict.value
        except RefusedError as refused:
            return refused.code
        except UnreachableError:
            return "nobody"

    def all_tell(self, key):
        """What every process says, if all say the same: each has its own snapshot, and connections are shared out."""
        told = {self.told(key) for _ in range(12)}
        return told.pop() if len(told) == 1 else None


def tree(parent):
    """Every process below one."""
    own = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return own + [each for child in own for each in tree(child)]


def answering(installation):
    """Start everything there; give who asks, what runs, and a key of the service that the gateway lets in."""
    asked = Asked(installation)
    fill(installation.home)
    up = installation.start("up")
    installation.wait_until_ready()
    made = installation.act("lookup-key")
    until(lambda: asked.all_tell(made["key"]) == "near")
    return asked, up, made


def test_the_stated_delay_is_that_of_the_looks():
    assert publishing.LOOK_S + keys.RELOAD_S < keys.REVOKED_S_MAX


def test_up_answers_with_a_key_of_the_service_until_it_is_revoked_there(installation):
    asked, up, made = answering(installation)
    installation.act("revoke-key", made["id"])
    until(lambda: asked.all_tell(made["key"]) == "expired-key")
    everybody = tree(up.pid)
    assert installation.stop(up) == 0
    assert [pid for pid in everybody if Path(f"/proc/{pid}").exists()] == []


def test_a_killed_gateway_is_started_again_and_knows_its_keys(embedded):
    asked, up, made = answering(embedded)
    first = children(up.pid)
    assert sorted(first) == ["gateway", "serve", "worker"]
    os.kill(first["gateway"], signal.SIGKILL)
    until(lambda: children(up.pid).get("gateway", first["gateway"]) != first["gateway"])
    until(lambda: asked.all_tell(made["key"]) == "near")
    assert children(up.pid)["serve"] == first["serve"]


def test_without_an_index_the_gateway_says_so_and_the_service_works(embedded):
    asked = Asked(embedded)
    embedded.start("up")
    embedded.wait_until_ready()
    made = embedded.act("lookup-key")
    until(lambda: asked.all_tell(made["key"]) == "no-index")
    assert embedded.get("/readyz").status == 200
    fill(embedded.home)
    until(lambda: asked.all_tell(made["key"]) == "near")


def test_a_gateway_on_a_machine_without_a_service_knows_the_keys_of_the_database(apart, tmp_path):
    elsewhere = Installation(tmp_path / "elsewhere")
    elsewhere.environment["TUTELA_DATABASE_URL"] = apart.environment["TUTELA_DATABASE_URL"]
    asked = Asked(elsewhere)
    fill(elsewhere.home)
    elsewhere.start("gateway", "run")
    try:
        made = apart.act("lookup-key")
        until(lambda: asked.all_tell(made["key"]) == "near")
        apart.act("revoke-key", made["id"])
        until(lambda: asked.all_tell(made["key"]) == "expired-key")
        assert asked.told(made["key"]) == "expired-key"  # and stays so
    finally:
        elsewhere.close()


@pytest.mark.parametrize("signalled", [signal.SIGKILL, signal.SIGSTOP])
def test_keys_are_believed_while_nobody_looks_but_readiness_and_time_end_that(embedded, signalled):
    """The publisher is killed: it is started again. It is stopped: what it published goes on for now."""
    asked, up, made = answering(embedded)
    publisher = publisher_of(up.pid)
    os.kill(publisher, signalled)
    if signalled == signal.SIGKILL:
        until(lambda: publisher_of(up.pid) not in {None, publisher})
        other = embedded.act("lookup-key")
        until(lambda: asked.all_tell(other["key"]) == "near")
        return
    assert asked.all_tell(made["key"]) == "near"
    copy = embedded.home / "run" / "service.keys"
    past_s = copy.stat().st_mtime - keys.GOOD_S
    os.utime(copy, (past_s, past_s))
    until(lambda: asked.all_tell(made["key"]) == "keys-stale")
    os.kill(publisher, signal.SIGCONT)
    until(lambda: asked.all_tell(made["key"]) == "near")


def publisher_of(up):
    """The process that publishes, somewhere below."""
    for pid in tree(up):
        if b"tutela.entry.gateway.publishing" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None
