"""The two databases: an embedded SQLite, or PostgreSQL by its address.

SQLite writes ahead, syncs fully, begins immediately and waits: a commit that was acknowledged survives a power cut, and
two writers queue rather than fail. PostgreSQL is spoken to over a socket or a verified connection (`config.refusals`).

Nobody waits for ever: a server that does not take a connection, a machine that went away with the answer, a lock that
its holder never gives up are each errors within seconds, and the service answers 503 (`apps/passing`).

>>> from tutela.entry.config import Settings
>>> django_database(Settings(database_url="postgresql://tutela@db.example/tutela?sslmode=verify-full"))["HOST"]
'db.example'
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from tutela.apps.access.store import SEES_EVERYTHING

if TYPE_CHECKING:
    from tutela.entry.config import Settings

_BUSY_S_MAX: Final = 20  # for a lock, on either database
_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA secure_delete=ON;"  # an erased row leaves no bytes behind in the file
)
_PATIENCE: Final = {  # of libpq; whatever the address says itself comes after it
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "20000",  # milliseconds
}
_OF_SESSION: Final = f"-c lock_timeout={_BUSY_S_MAX}s -c TimeZone=UTC"  # as Django wants it, and so needs not ask for


def django_databases(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return Django's `DATABASES`: `default`, and `owner` (the migration role) where it is set."""
    databases = {"default": django_database(settings)}
    if settings.migration_url:
        owner = databases["owner"] = django_database(replace(settings, database_url=settings.migration_url))
        owner["OPTIONS"]["options"] = SEES_EVERYTHING
    return databases


def django_database(settings: Settings) -> dict[str, Any]:
    """Return one of them."""
    if not settings.database_url:
        return {
            "ENGINE": "tutela.entry.sqlite",
            "NAME": settings.home / "tutela.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": _BUSY_S_MAX,
                "init_command": _SQLITE_PRAGMAS,
            },
            "TEST": {"NAME": settings.home / "test.sqlite3"},
        }
    parts = urlsplit(settings.database_url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    of_session = f"{_OF_SESSION} {options.pop('options', '')}".strip()
    return {
        "ENGINE": "tutela.entry.postgres",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 0,  # a request's session goes back at its end: `postgres.idle` keeps some
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "tutela", "options": of_session, **_PATIENCE, **options},
    }
