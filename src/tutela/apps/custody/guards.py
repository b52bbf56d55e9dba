"""What the database itself refuses, whoever asks: leaves and checkpoints are added, never changed and never removed.

The one change allowed is the sequencer's: a leaf without a place gets one, with its predecessor, once. Destroyed
keys stay destroyed. On SQLite these are triggers; a replacing insert, which would slip past a trigger on deletion, is
caught too. On PostgreSQL the same triggers stand behind rights: the application role may insert and select, and update
the two columns of the sequencer (`grants`). Neither stops the owner of the file or
the database; checkpoints kept outside do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_REFUSED: Final = "the record is only ever added to"
_TABLES: Final = ("custody_leaf", "custody_checkpoint")
_UNCHANGED: Final = (
    "serial", "chain_id", "object_id", "event", "time", "actor", "action", "kind", "object", "reason", "policy",
    "detail", "detail_digest", "sealed",
)  # fmt: skip

_SQLITE_CHANGED: Final = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _UNCHANGED)
# Every name in these statements is a constant above.
# ruff: noqa: S608
_SQLITE: Final = {
    "custody_leaf_added": f"""BEFORE INSERT ON custody_leaf
        WHEN NEW.position IS NOT NULL
          OR EXISTS (SELECT 1 FROM custody_leaf WHERE serial = NEW.serial OR event = NEW.event)
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    "custody_leaf_placed": f"""BEFORE UPDATE ON custody_leaf
        WHEN OLD.position IS NOT NULL OR NEW.position IS NULL OR {_SQLITE_CHANGED}
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    "custody_leaf_kept": f"BEFORE DELETE ON custody_leaf BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "custody_checkpoint_added": f"""BEFORE INSERT ON custody_checkpoint
        WHEN EXISTS (SELECT 1 FROM custody_checkpoint WHERE size >= NEW.size)
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    "custody_checkpoint_unchanged": f"""BEFORE UPDATE ON custody_checkpoint
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    "custody_checkpoint_kept": f"BEFORE DELETE ON custody_checkpoint BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    "custody_datakey_destroyed": f"""BEFORE UPDATE ON custody_datakey WHEN OLD.destroyed_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    "custody_datakey_kept": f"BEFORE DELETE ON custody_datakey BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
}

_POSTGRES_CHANGED: Final = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _UNCHANGED)
_POSTGRES_FUNCTION: Final = f"""
    CREATE OR REPLACE FUNCTION custody_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'insufficient_privilege'; END $$"""
_POSTGRES: Final = {
    "custody_leaf_added": "BEFORE INSERT ON custody_leaf FOR EACH ROW WHEN (NEW.position IS NOT NULL)",
    "custody_leaf_placed": f"""BEFORE UPDATE ON custody_leaf FOR EACH ROW
        WHEN (OLD.position IS NOT NULL OR NEW.position IS NULL OR {_POSTGRES_CHANGED})""",
    "custody_leaf_kept": "BEFORE DELETE ON custody_leaf FOR EACH ROW",
    "custody_leaf_not_emptied": "BEFORE TRUNCATE ON custody_leaf FOR EACH STATEMENT",
    "custody_checkpoint_kept": "BEFORE UPDATE OR DELETE ON custody_checkpoint FOR EACH ROW",
    "custody_checkpoint_not_emptied": "BEFORE TRUNCATE ON custody_checkpoint FOR EACH STATEMENT",
    "custody_datakey_destroyed": """BEFORE UPDATE ON custody_datakey FOR EACH ROW
        WHEN (OLD.destroyed_at IS NOT NULL)""",
    "custody_datakey_kept": "BEFORE DELETE ON custody_datakey FOR EACH ROW",
    "custody_datakey_not_emptied": "BEFORE TRUNCATE ON custody_datakey FOR EACH STATEMENT",
}
_POSTGRES_TABLE: Final = {name: "custody_" + name.split("_")[1] for name in _POSTGRES}

_GRANTED: Final = (
    "custody_leaf, custody_checkpoint, custody_tile, custody_datakey, custody_reason, custody_hold, custody_disposal"
)
GRANTS: Final = (
    f"REVOKE ALL ON {_GRANTED} FROM {{role}}",
    f"GRANT SELECT, INSERT ON {_GRANTED} TO {{role}}",
    "GRANT UPDATE (position, previous) ON custody_leaf TO {role}",
    "GRANT UPDATE (hashes) ON custody_tile TO {role}",
    "GRANT UPDATE (wrapped, master, destroyed_at) ON custody_datakey TO {role}",
    "GRANT UPDATE (ended_at) ON custody_hold TO {role}",
    "GRANT USAGE ON SEQUENCE custody_leaf_serial_seq TO {role}",
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place. The caller owns the tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
            for name, when in _POSTGRES.items():
                cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION custody_refuse()")
        else:
            for name, when in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {when}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: to undo the migration, and to empty the tables of tests."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, table in _POSTGRES_TABLE.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            cursor.execute("DROP FUNCTION IF EXISTS custody_refuse()")
        else:
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give an application role of PostgreSQL exactly what it needs on these tables. The caller owns them."""
    if connection.vendor != "postgresql":
        return
    quoted = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        for statement in GRANTS:
            cursor.execute(statement.format(role=quoted))
