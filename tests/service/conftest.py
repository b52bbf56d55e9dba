from __future__ import annotations

import os

import pytest

from tests.cluster import Cluster, binaries
from tests.service.installation import Installation, RolesApart


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL of our own, whose roles and restarts disturb nobody."""
    programs = binaries()
    if programs is None:
        reason = "PostgreSQL's programs (initdb, postgres) are not on this machine"
        (pytest.fail if "postgres" in os.environ.get("TUTELA_REQUIRE", "") else pytest.skip)(reason)
    made = Cluster(programs)
    yield made
    made.stop()


@pytest.fixture
def embedded(tmp_path):
    """An installation on the embedded SQLite."""
    made = Installation(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def apart(tmp_path, server):
    """An installation on PostgreSQL, where one role owns and another works."""
    made = RolesApart(tmp_path / "home", server)
    yield made
    made.close()


@pytest.fixture(params=["embedded", "apart"])
def installation(request):
    """Both, one after the other."""
    return request.getfixturevalue(request.param)
