"""SQL of PostgreSQL's second lock: two roles, and rows that only their own organisation sees.

The *migration role* owns the tables. The *application role* uses them and owns nothing, so it can neither change a
table nor switch its row-level security off, which is forced on the owner too. What belongs to an organisation is
found in the models (`bound_tables`): a table with `organisation`, or with a foreign key to such a
table. New tables need no line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import transaction

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import ForeignKey, Model

    from tutela.apps.access.scope import Scope

SET_SCOPE: Final = "SELECT set_config('tutela.organisation', %s, %s), set_config('tutela.everything', %s, %s)"
SEES_EVERYTHING: Final = "-c tutela.everything=on"  # an option of a connection: migrations, backups

_EVERYTHING: Final = "COALESCE(current_setting('tutela.everything', true), '') = 'on'"
_OWN: Final = "{column} = NULLIF(current_setting('tutela.organisation', true), '')::uuid"
_THROUGH: Final = "{column} IN (SELECT {target_column} FROM {target})"
PROTECT: Final = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    "DROP POLICY IF EXISTS tutela_organisation ON {table}",
    "CREATE POLICY tutela_organisation ON {table} USING ({rule}) WITH CHECK ({rule})",
)
ROLE_EXISTS: Final = "SELECT 1 FROM pg_roles WHERE rolname = %s"
ROLE_IS_STRONG: Final = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s"
OWNED: Final = """
    SELECT count(*) FROM pg_tables
    WHERE schemaname = current_schema() AND pg_has_role(%s, tableowner, 'MEMBER')
"""
CREATE_ROLE: Final = "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
WITH_PASSWORD: Final = "ALTER ROLE {role} PASSWORD %s"  # noqa: S105 - a statement, not a secret
GRANTS: Final = (
    "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
)
SCHEMA: Final = "SELECT current_schema()"


@dataclass(frozen=True, slots=True)
class BoundTable:
    """A table whose rows belong to organisations: by a column of its own, or through a row of another such table."""

    table: str
    column: str
    target: str = ""
    target_column: str = ""


def bound_tables() -> list[BoundTable]:
    """Return every table that belongs to organisations, in the order of their names."""
    organisation: Any = apps.get_model("access", "Organisation")
    found: dict[type[Model], BoundTable] = {organisation: BoundTable(_options(organisation).db_table, "id")}
    before = 0
    while len(found) > before:
        before = len(found)
        for model in apps.get_models(include_auto_created=True):
            if model not in found and (link := _link(model, found)) is not None:
                found[model] = _bound(model, link, organisation)
    return sorted(found.values(), key=lambda bound: bound.table)


@transaction.atomic(using="owner")
def protect(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give the application role the use of every table, and show it only rows in scope. May be repeated."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        schema = quote(cursor.fetchone()[0])
        for statement in GRANTS:
            cursor.execute(statement.format(schema=schema, role=quote(role)))
        for bound in bound_tables():
            names = {"column": bound.column, "target": bound.target, "target_column": bound.target_column}
            quoted = {name: quote(value) for name, value in names.items() if value}
            rule = f"{_EVERYTHING} OR {(_THROUGH if bound.target else _OWN).format(**quoted)}"
            for statement in PROTECT:
                cursor.execute(statement.format(table=quote(bound.table), rule=rule))


def make_role(connection: BaseDatabaseWrapper, role: str, password: str) -> bool:
    """Make the application role where it is not there. False if it was."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE_EXISTS, [role])
        if cursor.fetchone():
            return False
        cursor.execute(CREATE_ROLE.format(role=connection.ops.quote_name(role)))
        if password:  # only its verifier travels, so that no log of the server can hold the password
            driver: Any = connection.connection
            verifier = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
            cursor.execute(WITH_PASSWORD.format(role=connection.ops.quote_name(role)), [verifier])
    return True


def is_too_strong(connection: BaseDatabaseWrapper, role: str) -> bool:
    """Whether a role slips past the lock: a superuser, one that bypasses row-level security, or an owner of tables."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE_IS_STRONG, [role])
        found = cursor.fetchone()
        cursor.execute(OWNED, [role])
        return bool(found and found[0]) or bool(cursor.fetchone()[0])


def send_scope(driver: Any, scope: Scope, *, local: bool) -> None:
    """Tell the server whose rows may be seen: until the transaction ends, or for the session."""
    everything = "on" if scope.everything else ""
    with driver.cursor() as cursor:
        cursor.execute(SET_SCOPE, [scope.organisation, local, everything, local])


def _link(model: type[Model], found: dict[type[Model], BoundTable]) -> ForeignKey[Any] | None:
    """Return the foreign key by which a model belongs to organisations: `organisation`, or one that is never empty."""
    keys: list[Any] = [
        each
        for each in _options(model).local_fields
        if each.remote_field and each.related_model in found and not each.null
    ]
    return min(keys, key=lambda each: each.name != "organisation", default=None)


def _bound(model: type[Model], link: ForeignKey[Any], organisation: type[Model]) -> BoundTable:
    table, column = _options(model).db_table, str(link.column)
    if link.related_model is organisation:
        return BoundTable(table, column)
    target: Any = link.related_model
    return BoundTable(table, column, _options(target).db_table, str(link.target_field.column))


def _options(model: type[Model]) -> Any:
    return model._meta
