"""Django's PostgreSQL connection, which tells the server whose rows may be seen (`apps.access.scope`).

Inside a transaction the scope is set for that transaction alone, before its first statement. A statement outside any
transaction has the scope of the session, which is set anew whenever it differs. Rolling back, wholly or to a savepoint,
forgets what was set, so it is sent again. A scope that was never set shows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.backends.postgresql import base

from tutela.apps.access import store
from tutela.apps.access.scope import NOTHING, current
from tutela.entry.postgres import idle

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.apps.access.scope import Scope

_OF_TRANSACTIONS: Final = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET TRANSACTION")


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._of_session = NOTHING
        self._of_transaction: Scope | None = None  # None: nobody can tell, so send it
        self.execute_wrappers.append(self._in_scope)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Begin a session, or take one that forgot everything: it sees nothing."""
        self._of_session = NOTHING
        return idle.take(self._kept_as) or super().get_new_connection(conn_params)

    def _close(self) -> None:
        if self.connection is None or not idle.give_back(self._kept_as, self.connection):
            super()._close()  # pyright: ignore[reportAttributeAccessIssue] - untyped there

    @property
    def _kept_as(self) -> str:
        told = self.settings_dict
        return "\n".join(str(told[name]) for name in ("HOST", "PORT", "NAME", "USER", "OPTIONS"))

    def _in_scope(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        if not str(sql).startswith(_OF_TRANSACTIONS):
            self._send(current())
        return execute(sql, params, many, context)

    def _send(self, scope: Scope) -> None:
        local = not self.get_autocommit()
        if scope == (self._of_transaction if local else self._of_session):
            return
        with self.wrap_database_errors:
            store.send_scope(self.connection, scope, local=local)
        if local:
            self._of_transaction = scope
        else:
            self._of_session = scope

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django's signature
        super()._set_autocommit(autocommit)  # pyright: ignore[reportAttributeAccessIssue] - untyped there
        self._of_transaction = self._of_session

    def _commit(self) -> None:
        super()._commit()  # pyright: ignore[reportAttributeAccessIssue] - untyped there
        self._of_transaction = self._of_session

    def _rollback(self) -> None:
        super()._rollback()  # pyright: ignore[reportAttributeAccessIssue] - untyped there
        self._of_transaction = self._of_session

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # pyright: ignore[reportAttributeAccessIssue] - untyped there
        self._of_transaction = None
