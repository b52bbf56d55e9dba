"""How a command becomes part of the service: settings read and judged, logs in place, tables as they must be.

    with at_the_desk():                  # Django is set up; the command acts as the system
        ...

What a person can mend comes out as a `TutelaError`: a database that does not answer, a thing that is not there.
"""

from __future__ import annotations

import gc
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from tutela.domain.actors import SYSTEM
from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from django.db.backends.base.base import BaseDatabaseWrapper

CACHE_TABLE: Final = "entry_cache"
_NO_RIGHT: Final = "42501"  # PostgreSQL: insufficient privilege
_AWAY_S_MAX: Final = 60.0
_RETRY_S: Final = 0.5
_YOUNG_OBJECTS: Final = 50_000  # what one batch of a thousand reports makes, about
Found = TypeVar("Found")


class DeskError(TutelaError):
    """The service cannot start, or a command cannot reach what it needs."""


def start() -> None:
    """Read and judge the settings, set Django up, put the logs in place."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.entry.settings")
    import django  # noqa: PLC0415 - settings are read here, and may be refused
    from django.conf import settings  # noqa: PLC0415 - as above

    django.setup(set_prefix=False)
    from tutela.entry import logs  # noqa: PLC0415 - needs the settings

    logs.configure(settings.LOGGING)


def spare_what_is_loaded() -> None:
    """Let the collector of garbage walk only what work makes from here on, and less often.

    What is loaded by now stays until the end. Walking it again and again took a fifth of the CPU of a report.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


@contextmanager
def at_the_desk() -> Generator[None]:
    """Start, act as the system inside the block, and say in plain words what is missing or away."""
    start()
    from django.db import DatabaseError  # noqa: PLC0415 - needs Django set up
    from django.http import Http404  # noqa: PLC0415 - as above

    from tutela.apps.access.public import acting_as  # noqa: PLC0415 - as above
    from tutela.apps.passing import is_passing  # noqa: PLC0415 - as above

    try:
        with acting_as(SYSTEM):
            yield
    except Http404:
        raise DeskError("There is no such thing in this installation") from None
    except DatabaseError as error:
        if not is_passing(error):
            raise
        raise DeskError(
            "The database does not answer, is locked, full or read-only, or has no tables yet",
            hint="`tutela up` makes the tables; docs/guide/operate.md says what to look at.",
        ) from error


def once_it_answers(act: Callable[[], Found], *, away_s_max: float = _AWAY_S_MAX) -> Found:
    """Do what a process begins with, as soon as the database lets it: a server may be starting or recovering.

    It is tried again for `away_s_max` seconds; a person is told once that we wait. Then the error itself is raised.
    """
    from django.db import DatabaseError, InterfaceError, connections  # noqa: PLC0415 - needs Django set up

    from tutela.apps.passing import is_passing  # noqa: PLC0415 - as above

    end_s, told = time.monotonic() + away_s_max, False
    while True:
        try:
            return act()
        except (DatabaseError, InterfaceError) as error:
            if not is_passing(error) or time.monotonic() > end_s:
                raise
            if not told:
                click.echo(f"The database cannot be used yet; waiting up to {away_s_max:.0f} s for it", err=True)
                told = True
        connections.close_all()
        time.sleep(_RETRY_S)


def pending_changes(connection: BaseDatabaseWrapper) -> int:
    """Return how many migrations the tables lack."""
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - needs Django set up

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up_to_date(database: str = "default") -> None:
    """Apply the migrations that the tables lack. `DeskError` where this role may not."""
    from django.core.management import call_command  # noqa: PLC0415 - needs Django set up
    from django.db import ProgrammingError, connections  # noqa: PLC0415 - as above
    from django.db.migrations.exceptions import MigrationSchemaMissing  # noqa: PLC0415 - as above

    try:
        if pending_changes(connections[database]):
            call_command("migrate", database=database, interactive=False, verbosity=0)
        if CACHE_TABLE not in connections[database].introspection.table_names():
            call_command("createcachetable", database=database, verbosity=0)
    except (ProgrammingError, MigrationSchemaMissing) as error:
        cause: Any = error.__cause__
        if isinstance(error, ProgrammingError) and getattr(cause, "sqlstate", None) != _NO_RIGHT:
            raise
        raise DeskError(
            "The tables are not those of this version, and this role may not change them",
            hint="Run `tutela database prepare` with TUTELA_MIGRATION_URL set.",
        ) from error


def require_tables() -> None:
    """Raise `DeskError` unless the tables are those of this version."""
    from django.db import connection  # noqa: PLC0415 - needs Django set up

    if missing := pending_changes(connection):
        raise DeskError(
            f"The tables lack {missing} changes of this version",
            hint="Run `tutela serve` or `tutela up` first, or `tutela database prepare` where the roles are apart.",
        )
