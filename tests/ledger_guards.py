"""Emptying the tables between tests that commit: the only place where the record's own guards step aside."""

from __future__ import annotations

from django.db.backends.base.operations import BaseDatabaseOperations

_flush = BaseDatabaseOperations.execute_sql_flush


def _without_guards(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
    from tutela.apps.custody import guards

    guards.remove(self.connection)
    try:
        _flush(self, sql_list)
    finally:
        guards.install(self.connection)


BaseDatabaseOperations.execute_sql_flush = _without_guards
