"""E4, small: a report killed on its way in before a step, and sent again, is one report with five equal answers."""

from __future__ import annotations

import json

import pytest

from bench.service import Service

EVERY = 29  # `make evidence ID=E4` takes every step, on both databases, and kills at random moments under load


@pytest.mark.slow
def test_killed_on_its_way_in_and_sent_again_it_is_there_once_and_whole():
    with Service() as service:
        secret = service.run("bench.once_load", "desk").strip()
        told = json.loads(service.run("bench.once_load", "steps", secret, EVERY))
        state = service.ask("bench.once_load", "state")
    assert told["killed"] >= 5
    assert told["without five equal answers"] == told["without exactly one report"] == 0
    assert state["faults"] == []
    assert {what: count for what, count in state["half"].items() if count} == {}
