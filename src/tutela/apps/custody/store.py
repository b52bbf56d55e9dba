"""SQL that the ORM cannot say, or says too slowly. All but the lock is the same on both databases.

`ENTRY` writes the canonical bytes of an entry (engine.ledger.leaf) out of its row: keys sorted, no white space. The
alphabets of the fields hold nothing that JSON would escape. A test holds it to the engine's own encoder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import BinaryField

from tutela.engine.ledger import ProofError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from django.db.models import Field, Model

    from tutela.apps.custody.models import DataKey

    Columns = Mapping[Field[Any, Any], Sequence[Any]]

_ROWS_AT_ONCE: Final = 2000
_PLACED_AT_ONCE: Final = 250
_COPIED_MIN: Final = 10  # leaves; fewer are inserted as quickly
_LOCK: Final = 0x7475_7465_6C61_0001  # "tutela", 1

FIELDS: Final = (
    "action", "actor", "detail", "detail_digest", "event", "kind", "object", "policy", "previous", "reason", "time",
)  # fmt: skip
_LEAF_COLUMNS: Final = f"chain_id, object_id, sealed, {', '.join(FIELDS)}"
INSERT_LEAVES: Final = f"INSERT INTO custody_leaf ({_LEAF_COLUMNS}) VALUES {{rows}}"  # noqa: S608 - constants
COPY_LEAVES: Final = f"COPY custody_leaf ({_LEAF_COLUMNS}) FROM STDIN"
SELECT_KEY: Final = "SELECT wrapped, master, destroyed_at FROM custody_datakey WHERE subject_id = %s"
SELECT_KEYS: Final = (
    "SELECT subject_id, wrapped, master, destroyed_at FROM custody_datakey WHERE subject_id IN ({marks})"
)
INSERT_KEYS: Final = """
    INSERT INTO custody_datakey (subject_id, wrapped, master, created_at) VALUES {rows}
    ON CONFLICT (subject_id) DO NOTHING
"""
PLACE_LEAVES: Final = """
    UPDATE custody_leaf SET position = placed.column1, previous = placed.column2
    FROM {rows}
    WHERE custody_leaf.serial = placed.column3 AND custody_leaf.position IS NULL
"""
PLACES_AS_ROWS: Final = "(VALUES {marks}) AS placed"
PLACES_AS_COLUMNS: Final = "unnest(%s::bigint[], %s::text[], %s::bigint[]) AS placed (column1, column2, column3)"
SELECT_ROWS: Final = "SELECT {columns} FROM {table} WHERE {so}"
HELD: Final = " ORDER BY id FOR UPDATE"
INSERT_ROWS: Final = "INSERT INTO {table} ({columns}) VALUES ({marks})"
INSERT_DOCUMENT: Final = (
    "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
)
UNLESS_THERE: Final = " ON CONFLICT DO NOTHING"
UPDATE_ROWS: Final = "UPDATE {table} SET {changed} WHERE id = %s"
UPDATE_DOCUMENT: Final = """
    UPDATE {table} SET {given} FROM json_populate_recordset(NULL::{table}, %s) AS given WHERE {table}.id = given.id
"""
TRY_LOCK: Final = "SELECT pg_try_advisory_xact_lock(%s)"
ENTRY: Final = """
    '{"action":"' || action || '","actor":"' || actor || '","detail":"' || detail || '","detail_digest":"' ||
    detail_digest || '","event":"' || event || '","kind":"' || kind || '","object":"' || object || '","policy":"' ||
    policy || '","previous":"' || previous || '","reason":"' || reason || '","time":"' || time || '","version":1}'
"""
ENTRIES: Final = f"SELECT position, {ENTRY} FROM custody_leaf WHERE position < %s ORDER BY position"  # noqa: S608 - a constant
CHAIN_ENTRIES: Final = (
    f"SELECT position, {ENTRY} FROM custody_leaf WHERE chain_id = %s AND position < %s ORDER BY position"  # noqa: S608 - a constant
)
NEWEST_OF_CHAINS: Final = """
    SELECT leaf.chain_id, leaf.event FROM custody_leaf AS leaf
    JOIN (SELECT chain_id, MAX(position) AS position FROM custody_leaf
          WHERE position IS NOT NULL AND chain_id IN ({marks}) GROUP BY chain_id) AS newest
    ON leaf.position = newest.position
"""
MISFILED: Final = """
    SELECT position FROM (
        SELECT position, previous,
               COALESCE(LAG(event) OVER (PARTITION BY chain_id ORDER BY position), '') AS expected
        FROM custody_leaf WHERE position IS NOT NULL) AS chained
    WHERE previous <> expected ORDER BY position LIMIT 100
"""
EARLIER_THAN_BEFORE: Final = """
    SELECT position FROM (
        SELECT position, time, LAG(time) OVER (ORDER BY position) AS before
        FROM custody_leaf WHERE position IS NOT NULL) AS timed
    WHERE time < before ORDER BY position LIMIT 1000
"""


def data_key(subject_id: UUID) -> tuple[bytes, str, bool] | None:
    """Return a subject's wrapped key, the id of its master key, and whether it was destroyed; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(SELECT_KEY, [_uuid(subject_id)])
        row = cursor.fetchone()
    return None if row is None else (bytes(row[0]), row[1], row[2] is not None)


def data_keys(subject_ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, str, bool]]:
    """Return the same for many subjects, those that have a key."""
    found: dict[UUID, tuple[bytes, str, bool]] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(subject_ids), _ROWS_AT_ONCE):
            some = subject_ids[start : start + _ROWS_AT_ONCE]
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(SELECT_KEYS.format(marks=marks), [_uuid(subject_id) for subject_id in some])
            found |= {_read_uuid(row[0]): (bytes(row[1]), row[2], row[3] is not None) for row in cursor.fetchall()}
    return found


def insert_data_keys(keys: Sequence[DataKey]) -> int:
    """Insert the keys of subjects, but for those of which somebody else's came first; return how many."""
    rows = [
        (_uuid(key.subject_id), key.wrapped, key.master, connection.ops.adapt_datetimefield_value(key.created_at))
        for key in keys
    ]
    return _insert(INSERT_KEYS, rows)


@dataclass(frozen=True, slots=True)
class NewLeaf:
    """A leaf before it is inserted; `fields` by the names of `FIELDS`."""

    fields: Mapping[str, str]
    chain_id: UUID
    object_id: UUID
    sealed: bytes


def insert_leaves(leaves: Sequence[NewLeaf]) -> None:
    """Insert leaves in the caller's transaction, in their order, without a detour through the ORM."""
    rows = [
        (_uuid(leaf.chain_id), _uuid(leaf.object_id), leaf.sealed, *(leaf.fields[name] for name in FIELDS))
        for leaf in leaves
    ]
    if len(rows) < _COPIED_MIN or connection.vendor != "postgresql":
        _insert(INSERT_LEAVES, rows)
        return
    with connection.cursor() as cursor, cursor.copy(COPY_LEAVES) as copy:
        for row in rows:
            copy.write_row(row)


def _insert(statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows, so many with a statement; return how many there are now that were not before."""
    count = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            marks = f"({', '.join(['%s'] * len(some[0]))})"
            values = [value for row in some for value in row]
            cursor.execute(statement.format(rows=", ".join([marks] * len(some))), values)
            count += cursor.rowcount
    return count


def select_rows(model: type[Model], where: Mapping[Field[Any, Any], Any], *, lock: bool) -> list[list[Any]]:
    """Return the rows of a table, as its model has them: each column equal to a value, one of a list, or null."""
    quote = connection.ops.quote_name
    so: list[str] = []
    values: list[Any] = []
    for field, value in where.items():
        name = quote(str(field.column))
        if value is None:
            so.append(f"{name} IS NULL")
        elif isinstance(value, list):
            so.append(f"{name} {_one_of()}")
            values.append(_several([field.get_db_prep_value(each, connection) for each in value]))
        else:
            so.append(f"{name} = %s")
            values.append(field.get_db_prep_value(value, connection))
    statement = SELECT_ROWS.format(
        columns=", ".join(quote(str(field.column)) for field in model._meta.concrete_fields),
        table=quote(model._meta.db_table),
        so=" AND ".join(so) or "TRUE",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement + HELD * (lock and connection.vendor == "postgresql"), values)
        return [_read_row(model, row) for row in cursor.fetchall()]


def _one_of() -> str:
    return "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"


def _several(values: list[Any]) -> Any:
    return values if connection.vendor == "postgresql" else json.dumps(values)


def _read_row(model: type[Model], row: Sequence[Any]) -> list[Any]:
    values = list(row)
    for place, column, convert in _converters(model, connection.vendor):
        values[place] = convert(values[place], column, connection)
    return values


@lru_cache(maxsize=128)
def _converters(model: type[Model], _vendor: str) -> list[tuple[int, Any, Callable[[Any, Any, Any], Any]]]:
    """Return what Django does with what a database gives: which place of a row, and how."""
    columns = [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]
    return [
        (place, column, convert)
        for place, column in enumerate(columns)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
    ]


def insert_rows(tables: Sequence[Columns], *, unless_there: bool) -> int:
    """Insert rows of tables, given as their columns; return how many there are now that were not before."""
    statement = INSERT_DOCUMENT if connection.vendor == "postgresql" else INSERT_ROWS
    return _write(statement + (UNLESS_THERE if unless_there else ""), tables)


def update_rows(columns: Columns) -> int:
    """Update rows, given as columns of their table of which `id` is the last; return how many."""
    return _write(UPDATE_DOCUMENT if connection.vendor == "postgresql" else UPDATE_ROWS, [columns])


def _write(statement: str, tables: Sequence[Columns]) -> int:
    """Send rows: to PostgreSQL as a document a table, in one journey; one by one to SQLite, which is none."""
    written = [(_named(statement, columns), columns) for columns in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("; ".join(words for words, _ in written), [_document(columns) for _, columns in written])
            count = cursor.rowcount
            while cursor.nextset():
                count += cursor.rowcount
            return count
        count = 0
        for words, columns in written:
            cursor.executemany(words, _adapted(columns))
            count += cursor.rowcount
        return count


def _named(statement: str, columns: Columns) -> str:
    quote = connection.ops.quote_name
    names = [quote(str(field.column)) for field in columns]
    return statement.format(
        table=quote(next(iter(columns)).model._meta.db_table),
        columns=", ".join(names),
        marks=", ".join(["%s"] * len(names)),
        changed=", ".join(f"{name} = %s" for name in names[:-1]),
        given=", ".join(f"{name} = given.{name}" for name in names[:-1]),
    )


def _document(columns: Columns) -> str:
    keys = [str(field.column) for field in columns]
    plain = [_plain(field, values) for field, values in columns.items()]
    document = [dict(zip(keys, row, strict=True)) for row in zip(*plain, strict=True)]
    return msgspec.json.encode(document).decode()


def _adapted(columns: Columns) -> list[tuple[Any, ...]]:
    adapted = [[field.get_db_prep_save(value, connection) for value in values] for field, values in columns.items()]
    return list(zip(*adapted, strict=True))


def _plain(field: Field[Any, Any], values: Sequence[Any]) -> Sequence[Any]:
    """Return values as JSON says them to PostgreSQL."""
    if not isinstance(field, BinaryField):
        return values
    return [None if value is None else f"\\x{value.hex()}" for value in values]


def lock() -> bool:
    """Become the one sequencer until the transaction ends. False if somebody else is.

    On SQLite a transaction that begins immediately already holds the one lock on writing.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [_LOCK])
        return bool(cursor.fetchone()[0])


def place(rows: Sequence[tuple[int, str, int]]) -> None:
    """Give leaves their place: position, previous, serial. Raises `ProofError` unless each was waiting for one."""
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _PLACED_AT_ONCE):
            part = rows[start : start + _PLACED_AT_ONCE]
            cursor.execute(*_placing(part))
            if cursor.rowcount != len(part):
                raise ProofError("Somebody else placed leaves at the same time")


def _placing(rows: Sequence[tuple[int, str, int]]) -> tuple[str, list[Any]]:
    if connection.vendor == "postgresql":
        return PLACE_LEAVES.format(rows=PLACES_AS_COLUMNS), [list(column) for column in zip(*rows, strict=True)]
    marks = ", ".join(["(%s, %s, %s)"] * len(rows))
    return PLACE_LEAVES.format(rows=PLACES_AS_ROWS.format(marks=marks)), [value for row in rows for value in row]


def newest_of_chains(chain_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the newest sequenced event of each chain that has begun."""
    marks = ", ".join(["%s"] * len(chain_ids))
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_OF_CHAINS.format(marks=marks), [_uuid(chain_id) for chain_id in chain_ids])
        return {_read_uuid(found): event for found, event in cursor.fetchall()}


def entries(size: int) -> Iterator[tuple[int, bytes]]:
    """Yield position and canonical bytes of the first `size` entries, in order."""
    yield from _stream(ENTRIES, [size])


def chain_entries(chain_id: UUID, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield position and canonical bytes of one chain's entries among the first `size`."""
    yield from _stream(CHAIN_ENTRIES, [_uuid(chain_id), size])


def misfiled() -> list[int]:
    """Return positions (up to 100) whose row is filed under another chain than the entry itself says."""
    return _positions(MISFILED)


def earlier_than_before() -> list[int]:
    """Return positions (up to 1,000) whose time is earlier than that of the entry before: the clock was set back."""
    return _positions(EARLIER_THAN_BEFORE)


def _positions(statement: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def _stream(statement: str, values: Sequence[Any]) -> Iterator[tuple[int, bytes]]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for position, entry in rows:
                yield position, entry.encode("ascii", "backslashreplace")


def _uuid(value: UUID) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


def _read_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
