"""PostgreSQL itself keeps organisations apart and the record whole: asked with bare SQL, as the application role."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from tests.service.installation import OWNER, SERVICE, RolesApart

OF_AN_ORGANISATION = ["access_apikey", "access_membership", "access_organisation", "access_person", "access_rolegrant",
                      "access_team"]  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory, server):
    here = RolesApart(tmp_path_factory.mktemp("apart") / "home", server)
    here.organisations = here.act("fill-and-place")["organisations"]
    yield here
    here.close()


@pytest.fixture
def bare(filled):
    """A bare connection as the application role; whatever a test does is rolled back."""
    with psycopg.connect(filled.url(SERVICE)) as connection:
        yield connection
        connection.rollback()


def within(connection, organisation):
    connection.execute("SELECT set_config('tutela.organisation', %s, true)", [organisation])


def counts(connection):
    return [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in OF_AN_ORGANISATION]


def test_without_an_actor_nothing_of_any_organisation_is_visible(bare):
    assert counts(bare) == [0] * len(OF_AN_ORGANISATION)


def test_not_even_the_owner_sees_rows_without_an_actor(filled):
    with psycopg.connect(filled.url(OWNER)) as owner:
        assert counts(owner) == [0] * len(OF_AN_ORGANISATION)


def test_rows_of_another_organisation_are_invisible(bare, filled):
    first, second = filled.organisations
    within(bare, first)
    assert counts(bare) == [1, 2, 1, 3, 3, 2]
    assert bare.execute("SELECT DISTINCT organisation_id::text FROM access_person").fetchall() == [(first,)]
    within(bare, second)
    assert counts(bare) == [0, 2, 1, 3, 3, 2]


def test_the_actor_ends_with_the_transaction(bare, filled):
    within(bare, filled.organisations[0])
    bare.commit()
    assert counts(bare) == [0] * len(OF_AN_ORGANISATION)


def test_rows_of_another_organisation_cannot_be_changed_or_removed(bare, filled):
    within(bare, filled.organisations[0])
    other = filled.organisations[1]
    assert bare.execute("UPDATE access_person SET pseudonym = 'x' WHERE organisation_id = %s", [other]).rowcount == 0
    assert bare.execute("DELETE FROM access_apikey WHERE organisation_id = %s", [other]).rowcount == 0


def test_a_row_cannot_be_moved_into_another_organisation(bare, filled):
    within(bare, filled.organisations[0])
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        bare.execute("UPDATE access_team SET organisation_id = %s", [filled.organisations[1]])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_leaf SET actor = 'somebody'",
        "UPDATE custody_leaf SET position = position + 1000000",
        "UPDATE custody_leaf SET position = NULL",
        "DELETE FROM custody_leaf",
        "TRUNCATE custody_leaf",
        "TRUNCATE custody_leaf CASCADE",
        "UPDATE custody_checkpoint SET note = ''",
        "DELETE FROM custody_checkpoint",
        "TRUNCATE custody_checkpoint",
        "DELETE FROM custody_datakey",
        "ALTER TABLE custody_leaf DISABLE TRIGGER ALL",
        "DROP TRIGGER custody_leaf_kept ON custody_leaf",
        "ALTER TABLE access_person DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE access_person NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tutela_organisation ON access_person",
        "DROP TABLE custody_leaf",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_migrations",
        "SET ROLE tutela_owner",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_role_cannot_change_the_record_or_open_the_lock(bare, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        bare.execute(statement)


def test_it_can_add_to_the_record_and_read_it(filled):
    assert filled.act("erase") == {"erased": False, "salt": True}
    assert filled.act("place") == {"waiting": 0}
    code, said = filled.tutela("custody", "verify")
    assert (code, "The record holds." in said) == (0, True)


def test_every_table_with_an_organisation_is_behind_the_lock(filled):
    with psycopg.connect(filled.url(OWNER)) as owner:
        having = owner.execute("SELECT table_name::text FROM information_schema.columns"
                               " WHERE table_schema = 'public' AND column_name = 'organisation_id'").fetchall()  # fmt: skip
        locked = owner.execute(
            "SELECT relname::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        ).fetchall()
    assert set(having) <= set(locked)
    assert {(name,) for name in OF_AN_ORGANISATION} <= set(locked)


def test_the_console_and_the_api_work_behind_the_lock(apart):
    assert apart.act("browse") == {
        "only_colleagues": True,
        "taken": [200, True],
        "fresh": True,
        "key": 200,
        "signed_in": [302, "/"],
        "scope": "Scope(organisation='', everything=False)",
    }


def test_preparing_twice_changes_nothing_and_a_role_that_owns_tables_is_refused(apart):
    code, said = apart.tutela("database", "prepare")
    assert (code, "was there already" in said) == (0, True)
    apart.environment["TUTELA_DATABASE_URL"] = apart.server.url.replace("/postgres?", f"/{apart.name}?")
    code, said = apart.tutela("database", "prepare")
    assert (code, "superuser" in said) == (3, True)


def test_the_service_role_says_what_to_do_when_the_tables_are_not_there(apart):
    apart.renew()
    del apart.environment["TUTELA_MIGRATION_URL"]
    code, said = apart.tutela("serve")
    assert (code, "tutela database prepare" in said) == (3, True)
