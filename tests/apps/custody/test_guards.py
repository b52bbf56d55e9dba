"""What the database itself refuses, also to plain SQL."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tutela.apps.custody import guards
from tutela.apps.custody.models import Leaf
from tutela.engine import clock

pytestmark = pytest.mark.django_db

REFUSED = [
    "UPDATE custody_leaf SET reason = 'mistake' WHERE position = 1",
    "UPDATE custody_leaf SET position = 99 WHERE position = 1",
    "UPDATE custody_leaf SET position = NULL WHERE position = 1",
    "UPDATE custody_leaf SET position = 99, reason = 'mistake' WHERE position IS NULL",
    "UPDATE custody_leaf SET reason = 'mistake' WHERE position IS NULL",
    "DELETE FROM custody_leaf WHERE position = 1",
    "DELETE FROM custody_leaf WHERE position IS NULL",
    "UPDATE custody_checkpoint SET note = ''",
    "DELETE FROM custody_checkpoint",
    "DELETE FROM custody_datakey",
]


def attempt(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", REFUSED)
def test_changing_the_record_is_refused(record, statement):
    record.filled(1)
    record.case(1)
    with pytest.raises(DatabaseError, match="only ever added to"):
        attempt(statement)
    assert record.holds()


def test_a_leaf_cannot_be_added_at_a_place(record):
    record.filled(1)
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        Leaf.objects.create(position=77, chain_id=clock.new_id(), object_id=clock.new_id(), event="e")


def test_a_destroyed_key_stays_destroyed(record):
    case = record.case(1)
    field = Leaf._meta.get_field("chain_id")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE custody_datakey SET destroyed_at = created_at, wrapped = '', master = ''")
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE custody_datakey SET destroyed_at = NULL WHERE subject_id = %s",
            [field.get_db_prep_value(case, connection)],
        )


def test_a_replacing_insert_does_not_slip_past(record, database):
    if database != "sqlite":
        pytest.skip("PostgreSQL has no replacing insert")
    record.filled(1)
    columns = ", ".join(field.column for field in Leaf._meta.fields if field.column != "position")
    changed = columns.replace("reason", "'mistake'")
    with pytest.raises(DatabaseError, match="only ever added to"):
        attempt(
            f"INSERT OR REPLACE INTO custody_leaf ({columns}) SELECT {changed} FROM custody_leaf WHERE position = 1"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_leaf SET reason = 'mistake'",
        "DELETE FROM custody_leaf",
        "TRUNCATE custody_leaf",
        "UPDATE custody_checkpoint SET note = ''",
        "DELETE FROM custody_checkpoint",
        "DELETE FROM custody_datakey",
        "UPDATE custody_reason SET sealed = ''",
        "DROP TABLE custody_leaf",
        "ALTER TABLE custody_leaf DISABLE TRIGGER ALL",
    ],
)
def test_the_application_role_has_no_right_to_it(record, database, statement):
    if database != "postgres":
        pytest.skip("SQLite has no roles")
    record.filled(1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE tutela_application")
        guards.grant(connection, "tutela_application")
        cursor.execute("GRANT USAGE ON SCHEMA public TO tutela_application")
        cursor.execute("SET ROLE tutela_application")
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        attempt(statement)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_the_application_role_can_record_and_sequence(record, database):
    if database != "postgres":
        pytest.skip("SQLite has no roles")
    record.filled(1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE tutela_application")
        guards.grant(connection, "tutela_application")
        cursor.execute("GRANT USAGE ON SCHEMA public TO tutela_application")
        cursor.execute("SET ROLE tutela_application")
    record.filled(2)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert record.holds()
