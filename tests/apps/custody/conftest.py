from __future__ import annotations

import pytest


@pytest.fixture
def record(home, db):
    """The record of an empty world, and verbs to fill it."""
    from tests.apps.custody.world import World

    return World(home)
