from __future__ import annotations

import pytest

from tests.entry.gateway.world import World


@pytest.fixture
def make_world(tmp_path):
    """Makes gateways in one folder; they end with the test."""
    made = []

    def make(**options):
        made.append(World(tmp_path / "home", **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def world(make_world):
    return make_world()
