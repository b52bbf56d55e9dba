"""`tutela backup` and `tutela restore`."""

from __future__ import annotations

from pathlib import Path

import click

from tutela.domain.paths import for_display
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.words import plural

_LABEL = 20


@click.command(
    "backup",
    epilog=examples(
        "tutela backup /mnt/backup/2026-11-22",
        after="Keys are never copied: with them, whoever takes the copy could read everything, and what was "
        "erased would come back with every old copy. The command names the files; keep them elsewhere.",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path))
def backup_command(folder: Path) -> None:
    """Copy the database and the lists into a new FOLDER while the service runs.

    The copy is of one moment. The embedded SQLite is copied by its own
    backup, a PostgreSQL by pg_dump. Rows are counted, so that a restore can
    prove that all are there again.
    """
    from tutela.entry.backup import backup  # noqa: PLC0415 - help must not load Django

    made = backup(folder)
    click.echo(f"Backed up to {for_display(str(folder))}")
    click.echo(f"  {'rows':<{_LABEL}}{made.rows:,} in {plural(len(made.counts), 'table')}")
    click.echo(f"  {'record':<{_LABEL}}{made.entries:,} entries, root {made.root}")
    click.echo(f"  {'NOT in the copy':<{_LABEL}}these keys; keep them apart from it:")
    for name in made.keys:
        click.echo(f"  {'':<{_LABEL}}{for_display(name)}")


@click.command("restore", epilog=examples("tutela restore /mnt/backup/2026-11-22"))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore_command(folder: Path) -> None:
    """Restore a backup FOLDER into an empty installation.

    Put the keys back into TUTELA_HOME first; the command names those that
    are missing. It never writes over a database that is there. Afterwards
    rows are counted and the record is verified.
    """
    from tutela.entry.backup import restore  # noqa: PLC0415 - help must not load Django

    found = restore(folder)
    click.echo(f"Restored from {for_display(str(folder))}")
    click.echo(f"  {'rows':<{_LABEL}}{found.rows:,}, as many as were backed up")
    click.echo(f"  {'record':<{_LABEL}}holds: {found.entries:,} entries, root {found.root}")
