"""The embedded database's connections: one that could not be made ready leaves nothing open."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path

import pytest
from django.db.utils import ConnectionHandler

from tutela.entry.config import Settings
from tutela.entry.database import django_database


@pytest.fixture
def nobody_collects():
    gc.disable()
    yield
    gc.enable()


def test_a_connection_that_could_not_be_prepared_does_not_keep_its_file_open(tmp_path, nobody_collects):
    home = tmp_path.resolve()
    (home / "tutela.sqlite3").write_bytes(b"this is no database" * 100)
    described = ConnectionHandler({"default": django_database(Settings(home=home))})
    connection = described["default"]
    with pytest.raises(sqlite3.DatabaseError) as kept:
        connection.get_new_connection(connection.get_connection_params())
    assert kept.value.__traceback__ is not None  # as a failed request keeps it, with every frame
    assert [link for link in _open_files() if link.startswith(str(home))] == []


def _open_files() -> list[str]:
    return [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
