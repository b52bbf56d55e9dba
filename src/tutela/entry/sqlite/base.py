"""Django's SQLite connection, which leaves no file open: neither half made, nor after it was closed.

* Django opens a file and then prepares it (write ahead, sync fully). Where that fails, say on a disk that became
  read-only, the half-made connection is nobody's, and its file stays open until Python happens to collect it.
  Connections of one process share what they know of a file: while one is open that may only read, none that comes later
  may write, though the disk is well again.
* A connection that was closed keeps its files, and what it was reading, until the last of its cursors is gone. A cursor
  whose statement failed (a lock that nobody gave up) lives as long as the traceback of its error does: until Python
  happens to collect it. So a connection closes its cursors first.
"""

from __future__ import annotations

import sqlite3
from typing import Any
from weakref import WeakSet

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open and prepare a connection, or close it again."""
        made: list[_Connection] = []

        def factory(*arguments: Any, **options: Any) -> _Connection:
            made.append(_Connection(*arguments, **options))
            return made[-1]

        try:
            return super().get_new_connection(conn_params | {"factory": factory})
        except BaseException:
            for each in made:
                each.close()
            raise


class _Connection(sqlite3.Connection):
    """Its cursors end with it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        made = super().cursor(*arguments, **options)
        self._cursors.add(made)
        return made

    def close(self) -> None:
        for each in self._cursors:
            each.close()
        super().close()
