"""Backup and restore: a folder that holds one moment of the database, the lists, and a manifest.

    manifest.json        what was copied, rows of each table, entries and root of the record; written last
    tutela.sqlite3       the embedded database, by SQLite's own online backup; or
    tutela.pgdump        a PostgreSQL, by `pg_dump` in its custom format, of the very snapshot that was counted
    lists/               the packed hash lists

Why the keys are not in it: a case is erased by destroying its key, and that key lies in the database, wrapped by a
master key. A copy that carried both would undo every later erasure, and would give whoever takes it everything. So the
manifest names the key files, and the operator keeps them elsewhere; `restore` refuses to begin while one is missing,
since making new ones would leave a database that nobody can read.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tutela import __version__
from tutela.engine import clock
from tutela.entry import config, postgres_programs, store
from tutela.entry.start import DeskError, at_the_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST: Final = "manifest.json"
SQLITE: Final = "tutela.sqlite3"
POSTGRES: Final = "tutela.pgdump"
LISTS: Final = "lists"
KEYS: Final = ("secret.key", "custody/master.keys", "custody/pseudonym.key", "custody/log.key")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup."""

    made_at: str
    version: str
    database: str
    counts: dict[str, int]
    entries: int
    root: str
    keys: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.counts.values())


def backup(folder: Path) -> Manifest:
    """Copy into `folder`, which must be new or empty. The service may go on running."""
    with at_the_desk():
        from django.conf import settings  # noqa: PLC0415 - needs Django set up

        if folder.exists() and any(folder.iterdir()):
            raise DeskError(f"{folder} is not empty", hint="Name a new folder; a backup never writes over another.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home = settings.TUTELA.home
        try:
            if settings.TUTELA.database_url:
                found, kind = _copy_postgres(folder / POSTGRES), "postgresql"
            else:
                found, kind = _copy_sqlite(home / SQLITE, folder / SQLITE), "sqlite"
        except store.NoTablesError:
            (folder / SQLITE).unlink(missing_ok=True)
            raise DeskError(
                "The database has no tables yet: there is nothing to back up", hint="`tutela up` makes them."
            ) from None
        if (home / LISTS).exists():
            shutil.copytree(home / LISTS, folder / LISTS, symlinks=True)
        keys = tuple(name for name in KEYS if (home / name).exists())
        made = Manifest(clock.now().isoformat(), __version__, kind, found.counts, found.entries, found.root, keys)
        _write(folder / MANIFEST, json.dumps(asdict(made), indent=1, sort_keys=True) + "\n")
        return made


def restore(folder: Path) -> Manifest:
    """Fill an empty installation from `folder`, count the rows and verify the record. `DeskError` where they differ."""
    manifest = _read(folder)
    chosen = config.load()
    missing = [name for name in manifest.keys if not (chosen.home / name).exists()]
    if missing:
        raise DeskError(
            f"These keys are not in {chosen.home}: {', '.join(missing)}",
            hint="Put them back first. Without them nobody can read what was sealed or continue the record.",
        )
    if (kind := "postgresql" if chosen.database_url else "sqlite") != manifest.database:
        raise DeskError(f"The backup is of {manifest.database}, and this installation is set to {kind}")
    with at_the_desk():
        if chosen.database_url:
            found = _fill_postgres(folder / POSTGRES)
        else:
            found = _fill_sqlite(folder / SQLITE, chosen.home / SQLITE)
        if (folder / LISTS).exists() and not (chosen.home / LISTS).exists():
            shutil.copytree(folder / LISTS, chosen.home / LISTS, symlinks=True)
        if faults := [*_differences(manifest, found), *_faults_of_record()]:
            raise DeskError("What was restored is not what was backed up: " + "; ".join(faults))
    return manifest


#### The embedded database ####


def _copy_sqlite(path: Path, target: Path) -> store.Contents:
    if not path.exists():
        raise DeskError(f"There is no database {path}", hint="`tutela up` makes one.")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        target.chmod(0o600)
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole by itself
        cursor = copy.cursor()
        if (said := cursor.execute(store.SQLITE_INTEGRITY).fetchone()[0]) != "ok":
            raise DeskError(f"The copy is not sound: {said}")
        found = store.contents(cursor, store.SQLITE_TABLES)
    _sync(target)
    return found


def _fill_sqlite(copy: Path, target: Path) -> store.Contents:
    if any(
        target.with_name(target.name + more).exists() for more in ("", "-wal", "-shm")
    ):  # an old log would be replayed
        raise DeskError(f"{target} (or its -wal) is there already", hint="Stop the service and move it away first.")
    draft = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(copy, draft)
    draft.chmod(0o600)
    _sync(draft)
    draft.replace(target)
    _sync(target.parent)
    with closing(sqlite3.connect(target)) as restored:
        return store.contents(restored.cursor(), store.SQLITE_TABLES)


#### PostgreSQL ####


def _copy_postgres(target: Path) -> store.Contents:
    from django.db import transaction  # noqa: PLC0415 - needs Django set up

    connection = _strongest()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(store.ONE_MOMENT)
        cursor.execute(store.EXPORT_SNAPSHOT)
        snapshot = cursor.fetchone()[0]
        found = store.contents(cursor, store.POSTGRES_TABLES)
        postgres_programs.dump(_url(), target, snapshot)
    target.chmod(0o600)
    _sync(target)
    return found


def _fill_postgres(copy: Path) -> store.Contents:
    from django.conf import settings  # noqa: PLC0415 - needs Django set up

    connection = _strongest()
    with connection.cursor() as cursor:
        cursor.execute(store.POSTGRES_TABLES)
        if cursor.fetchone():
            raise DeskError("The database is not empty", hint="Stop the service and name an empty one.")
    connection.close()
    postgres_programs.restore(_url(), copy)
    if settings.TUTELA.migration_url:
        from tutela.entry.owning import give_rights  # noqa: PLC0415 - needs Django set up

        give_rights(settings.TUTELA.database_url)
    with connection.cursor() as cursor:
        return store.contents(cursor, store.POSTGRES_TABLES)


def _strongest() -> Any:
    """Return the owner's connection where one is set, else the service's own."""
    from django.db import connections  # noqa: PLC0415 - needs Django set up

    return connections["owner" if "owner" in connections.settings else "default"]


def _url() -> str:
    from django.conf import settings  # noqa: PLC0415 - needs Django set up

    return settings.TUTELA.migration_url or settings.TUTELA.database_url


#### What must agree ####


def _differences(manifest: Manifest, found: store.Contents) -> Iterator[str]:
    for name in sorted(manifest.counts.keys() | found.counts.keys()):
        before, now = manifest.counts.get(name), found.counts.get(name)
        if before != now:
            yield f"{name} had {before} rows and has {now}"
    if (manifest.entries, manifest.root) != (found.entries, found.root):
        yield f"the record had {manifest.entries} entries and has {found.entries}"


def _faults_of_record() -> Iterator[str]:
    from tutela.apps.custody import keyring, sequencer, verifying  # noqa: PLC0415 - needs Django set up
    from tutela.apps.custody.models import DataKey  # noqa: PLC0415 - as above

    yield from verifying.verify_log().faults
    known = [key.id for key in keyring.masters()]
    if unknown := DataKey.objects.exclude(master="").exclude(master__in=known).count():
        yield f"{unknown} keys of cases are wrapped by a master key that is not in custody/master.keys"
    try:
        sequencer.check_published(keyring.folder())
    except sequencer.BehindError as error:
        yield f"{error} (changes, erasures among them, were made after this backup: {error.hint})"


def _read(folder: Path) -> Manifest:
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(**(told | {"keys": tuple(told["keys"])}))
    except FileNotFoundError:
        raise DeskError(f"{folder} holds no finished backup: there is no {MANIFEST}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise DeskError(f"{folder / MANIFEST} is not a manifest of this version") from error


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
