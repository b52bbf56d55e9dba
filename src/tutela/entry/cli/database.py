"""`tutela database prepare`: the two roles of a PostgreSQL, and what the application role may see."""

from __future__ import annotations

import click

from tutela.entry.cli.lazy import examples
from tutela.entry.cli.words import plural


@click.group("database")
def database() -> None:
    """Prepare a PostgreSQL for the service."""


@database.command(
    "prepare",
    epilog=examples(
        "tutela database prepare",
        after="TUTELA_MIGRATION_URL names the role that owns the tables, TUTELA_DATABASE_URL the one that the "
        "service signs in with. Run it before the first start and after every upgrade.",
    ),
)
def prepare_database() -> None:
    """Make tables, application role, rights and row-level security.

    The application role owns nothing: it sees only rows of the
    organisation that it acts for, and can add to the record but never
    change or remove what stands there. May be repeated.
    """
    from tutela.entry.owning import prepare  # noqa: PLC0415 - help must not load Django

    done = prepare()
    made = "made" if done.role_made else "there already"
    click.echo(f"The role {done.role} was {made}; {plural(done.tables, 'table')} show it one organisation at a time.")
