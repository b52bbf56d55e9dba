"""`tutela gateway retro` as a person types it."""

from __future__ import annotations

import pytest

from tests.entry.gateway.world import World
from tutela.domain.lists import Entry
from tutela.engine.matching.live import Add, Updater
from tutela.engine.matching.retro import Joiner
from tutela.entry.cli import ExitCode
from tutela.entry.gateway.retro import shelf_of

LATER = bytes(range(1, 33))


@pytest.fixture
def asked(home, monkeypatch):
    """A gateway that was asked for something that was listed later."""
    monkeypatch.setenv("TUTELA_HOME", str(home / "state"))
    monkeypatch.setenv("TUTELA_LOOKUPS", "public:NL, private:NL")
    monkeypatch.setenv("TUTELA_RETRO", "public:NL")
    world = World(home / "state", retro="public:NL")
    world.ask(world.key(), value=LATER.hex())
    world.close()
    Updater(world.home / "lists" / ".index").apply([Add("known", Entry("later", "1", pdq=LATER))])
    return world


def test_a_run_joins_and_the_status_tells_what_came_of_it(tutela, asked):
    assert tutela("gateway", "retro", "run")[:2] == (ExitCode.OK, "1 values remembered, 1 finds so far\n")
    code, out, _ = tutela("gateway", "retro", "status")
    assert code == ExitCode.OK
    assert out.splitlines()[0] == "grounds       public:NL"
    assert "finds         1" in out.splitlines()


def test_a_second_run_beside_the_first_is_refused(tutela, asked):
    with Joiner(shelf_of(asked.settings), asked.home / "lists" / ".index"):
        code, _, err = tutela("gateway", "retro", "run")
    assert code == ExitCode.FAILED
    assert "joined already, by another process" in err


def test_without_a_ground_a_run_forgets_what_is_there(tutela, asked, monkeypatch):
    monkeypatch.setenv("TUTELA_RETRO", "")
    assert tutela("gateway", "retro", "run")[1].startswith("Nothing is remembered")
    assert list(asked.home.rglob("*.asked")) == []


def test_the_status_says_that_it_is_off(tutela, home, monkeypatch):
    monkeypatch.setenv("TUTELA_HOME", str(home / "state"))
    assert "none: nothing is remembered" in tutela("gateway", "retro", "status")[1]
