"""Django's SQLite connection, which leaves no file open where it could not be made ready.

Django opens a file and then prepares it (write ahead, sync fully). Where that fails, say on a disk that became
read-only, the half-made connection is nobody's, and its file stays open until Python happens to collect it. Connections
of one process share what they know of a file: while one is open that may only read, none that comes later may write,
though the disk is well again.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open and prepare a connection, or close it again."""
        made: list[sqlite3.Connection] = []

        def factory(*arguments: Any, **options: Any) -> sqlite3.Connection:
            made.append(sqlite3.Connection(*arguments, **options))
            return made[-1]

        try:
            return super().get_new_connection(conn_params | {"factory": factory})
        except BaseException:
            for each in made:
                each.close()
            raise
