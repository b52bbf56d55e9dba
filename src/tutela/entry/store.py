"""SQL of backup and restore, over plain cursors: what is copied is looked at where it was copied to, without Django."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

SQLITE_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
POSTGRES_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
COUNT: Final = 'SELECT count(*) FROM "{table}"'
NEWEST_CHECKPOINT: Final = "SELECT note FROM custody_checkpoint ORDER BY size DESC LIMIT 1"
SQLITE_INTEGRITY: Final = "PRAGMA integrity_check"
ONE_MOMENT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
EXPORT_SNAPSHOT: Final = "SELECT pg_export_snapshot()"
RECORD_TABLE: Final = "custody_checkpoint"


class NoTablesError(Exception):
    """The database holds no record: nobody has made its tables yet."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: rows of each table; entries and root of the record as it was last signed."""

    counts: dict[str, int]
    entries: int
    root: str


def contents(cursor: Any, tables: str) -> Contents:
    """Count every row and read the newest checkpoint. `tables`: one of the two statements above.

    Raises:
        NoTablesError: there is no record.
    """
    cursor.execute(tables)
    names = sorted(row[0] for row in cursor.fetchall())
    if RECORD_TABLE not in names:
        raise NoTablesError
    counts: dict[str, int] = {}
    for name in names:
        cursor.execute(COUNT.format(table=name.replace('"', '""')))
        counts[name] = cursor.fetchone()[0]
    cursor.execute(NEWEST_CHECKPOINT)
    newest = cursor.fetchone()
    if newest is None:
        return Contents(counts, 0, "")
    _origin, size, root, *_signatures = newest[0].split("\n")
    return Contents(counts, int(size), base64.b64decode(root).hex())
