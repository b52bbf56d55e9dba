"""Sessions that a request is done with, kept for the next: a new one costs PostgreSQL a process that knows nothing yet.

Rules:

1. Only the web process keeps any (`keep`): there each request has a thread to itself, and so a connection.
2. Nothing that a request did goes on to the next: before a session is used again, the server forgets whose rows were
   seen, locks, settings, cursors and tables of its own. A session that does not manage that is closed, and was only
   idle. What it keeps is how to run a statement, which holds no row and asks each time whose rows may be seen: this is
   `DISCARD ALL` but for the plans, without which each check of a foreign key would be planned anew.
3. What ended inside a transaction, or in an error, is closed as ever.
4. No session grows older than `AGE_S_MAX`: what was changed for the database or its roles since holds soon, and a
   server that takes nobody any more is noticed.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from psycopg import Error
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from psycopg import Connection

IDLE_MAX: Final = 16  # of one process and database
AGE_S_MAX: Final = 20.0
FORGET: Final = """
    CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
    DISCARD TEMP; DISCARD SEQUENCES
"""

_lock = threading.Lock()
_kept: defaultdict[tuple[int, str], list[tuple[float, Connection[Any]]]] = defaultdict(list)
_born_s: WeakKeyDictionary[Connection[Any], float] = WeakKeyDictionary()
_keeps = False


def keep() -> None:
    """Keep sessions in this process from now on."""
    global _keeps  # noqa: PLW0603  - the process is one thing
    _keeps = True


def give_back(name: str, session: Connection[Any]) -> bool:
    """Keep a session under the name of its database; False where it has to be closed."""
    if not _keeps or session.closed or session.info.transaction_status != TransactionStatus.IDLE:
        return False
    with _lock:
        idle = _kept[os.getpid(), name]
        if len(idle) >= IDLE_MAX:
            return False
        idle.append((_born_s.setdefault(session, time.monotonic()), session))
    return True


def take(name: str) -> Connection[Any] | None:
    """Return a session that knows nothing any more; None where there is none."""
    while True:
        with _lock:
            idle = _kept[os.getpid(), name]
            if not idle:
                return None
            born_s, session = idle.pop()
        if time.monotonic() - born_s < AGE_S_MAX and _forgets(session):
            return session
        session.close()


def close_all() -> None:
    """Close what is kept, and keep nothing more."""
    global _keeps  # noqa: PLW0603  - as above
    with _lock:
        _keeps = False
        idle = [session for (pid, _), kept in _kept.items() if pid == os.getpid() for _, session in kept]
        _kept.clear()
    for session in idle:
        session.close()


def _forgets(session: Connection[Any]) -> bool:
    with suppress(Error):
        session.autocommit = True  # outside any transaction, as the statement asks
        session.execute(FORGET)
        return True
    return False
