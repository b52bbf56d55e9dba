from __future__ import annotations

import os

import pytest

from tests.cluster import Cluster, binaries
from tests.crash.stage import Stage
from tests.entry.conftest import confinement  # noqa: F401  - the same fixture


@pytest.fixture(scope="module")
def _cluster():
    programs = binaries()
    if programs is None:
        reason = "PostgreSQL's programs (initdb, postgres) are not on this machine"
        (pytest.fail if "postgres" in os.environ.get("TUTELA_REQUIRE", "") else pytest.skip)(reason)
    made = Cluster(programs)
    yield made
    made.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def stage(request, tmp_path):
    """A fresh home and database for processes of their own."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    made = Stage(home, request.getfixturevalue("_cluster") if request.param == "postgres" else None)
    yield made
    made.close()
