from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture
def home(tmp_path, settings):
    """A state folder of this test's own: keys and published checkpoints."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    settings.TUTELA = replace(settings.TUTELA, home=folder)
    return folder


@pytest.fixture
def record(home, db):
    """The record of an empty world, and verbs to fill it."""
    from tests.apps.custody.world import World

    return World(home)
