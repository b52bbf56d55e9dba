"""Every test that touches the database runs twice: on the embedded SQLite, and on a throw-away PostgreSQL.

`@pytest.mark.django_db` (or a fixture that needs it) is all a test has to say. Where PostgreSQL's programs are missing,
its half is skipped with that reason; `TUTELA_REQUIRE=postgres` makes that a failure. `-k sqlite` runs one half.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import django
import pytest
from django.db.utils import load_backend
from pytest_django.plugin import blocking_manager_key

from tests.cluster import Cluster, binaries

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if not _WORKER:
    _OURS = {"TUTELA_REQUIRE", "TUTELA_NATIVE"}
    for _name in [name for name in os.environ if name.startswith("TUTELA_") and name not in _OURS]:
        del os.environ[_name]  # the tests choose their own settings
    os.environ["TUTELA_HOME"] = tempfile.mkdtemp(prefix="tutela-test-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tutela.entry.settings"
_HOME = Path(os.environ["TUTELA_HOME"])  # shared by the workers, which inherit it
django.setup()

_REQUIRED = set(filter(None, os.environ.get("TUTELA_REQUIRE", "").split(",")))
_DATABASES = ("sqlite", "postgres")
_PROGRAMS = binaries()


@dataclass(frozen=True, slots=True)
class _World:
    """One test database: the settings of new connections, the connection of the test's thread, the server if any."""

    settings: dict[str, Any]
    connection: Any
    cluster: Cluster | None


_worlds: dict[str, _World] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    needs = {"db", "transactional_db", "live_server"} & set(metafunc.fixturenames)
    if needs or metafunc.definition.get_closest_marker("django_db"):
        if "database" not in metafunc.fixturenames:
            metafunc.fixturenames.append("database")
        metafunc.parametrize("database", _DATABASES, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The name of the database that the test runs on."""
    return request.param


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Nothing: each world is made when the first test enters it."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    name = item.callspec.params.get("database") if hasattr(item, "callspec") else None
    if name is None:
        return
    if name == "postgres" and _PROGRAMS is None:
        reason = "PostgreSQL's programs (initdb, postgres) are not on this machine"
        (pytest.fail if "postgres" in _REQUIRED else pytest.skip)(reason)
    with item.config.stash[blocking_manager_key].unblock():
        if name not in _worlds:
            _worlds[name] = _made(name)
        _enter(_worlds[name])


def pytest_unconfigure(config: pytest.Config) -> None:
    with config.stash[blocking_manager_key].unblock():
        for world in _worlds.values():
            world.connection.close()
            if world.cluster:
                world.cluster.stop()
    if not _WORKER:
        shutil.rmtree(_HOME, ignore_errors=True)


def _made(name: str) -> _World:
    from django.conf import settings
    from django.db import connections

    from tutela.entry.database import django_database

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; production's is tested apart
    cluster = Cluster(_PROGRAMS) if name == "postgres" and _PROGRAMS else None
    chosen = replace(settings.TUTELA, database_url=cluster.url if cluster else "")
    described = django_database(chosen) | {"TEST": {"NAME": None if cluster else _HOME / f"test{_WORKER}.sqlite3"}}
    configured = connections.configure_settings({"default": described})["default"]
    connection = load_backend(configured["ENGINE"]).DatabaseWrapper(configured, "default")
    world = _World(configured, connection, cluster)
    _enter(world)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    return world


def _enter(world: _World) -> None:
    """Let the alias `default` mean this world's database, for this thread and for new ones."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connections

    connections.settings["default"] = world.settings
    connections["default"] = world.connection
    ContentType.objects.clear_cache()
