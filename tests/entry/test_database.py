"""The embedded database's connections: one that is closed, or could not be made ready, leaves nothing open."""

from __future__ import annotations

import gc
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db.utils import ConnectionHandler

from tutela.entry.config import Settings
from tutela.entry.database import django_database

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@pytest.fixture
def nobody_collects():
    gc.disable()
    yield
    gc.enable()


def test_a_connection_that_could_not_be_prepared_does_not_keep_its_file_open(tmp_path, nobody_collects):
    home = tmp_path.resolve()
    (home / "tutela.sqlite3").write_bytes(b"this is no database" * 100)
    connection = _connection(home)
    with pytest.raises(sqlite3.DatabaseError) as kept:
        connection.get_new_connection(connection.get_connection_params())
    assert kept.value.__traceback__ is not None  # as a failed request keeps it, with every frame
    assert _open_files(home) == []


def test_a_connection_that_waited_for_a_lock_in_vain_does_not_keep_its_file_open(tmp_path, nobody_collects):
    home = tmp_path.resolve()
    wrapper = _connection(home)
    connection = wrapper.get_new_connection(wrapper.get_connection_params())
    with closing(sqlite3.connect(home / "tutela.sqlite3", isolation_level=None)) as holder:
        holder.execute("CREATE TABLE anything (id)")
        holder.execute("BEGIN IMMEDIATE")
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=1")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            cursor.execute("INSERT INTO anything VALUES (1)")
    connection.close()
    assert cursor is not None  # as a failed request keeps it, in a frame of the error
    assert _open_files(home) == []


def _connection(home: Path) -> BaseDatabaseWrapper:
    return ConnectionHandler({"default": django_database(Settings(home=home))})["default"]


def _open_files(home: Path) -> list[Path]:
    links = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return [link for link in links if link.is_relative_to(home)]
