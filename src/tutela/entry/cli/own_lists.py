"""`tutela list own | publish | withdraw`: what an organisation itself puts on lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutela.domain.actors import SYSTEM
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.words import plural
from tutela.entry.start import DeskError, at_the_desk

if TYPE_CHECKING:
    from uuid import UUID

_EXAMPLE_ID = "019a4f3c-6e20-7000-8000-000000000000"
_ORGANISATION = click.option("--organisation", required=True, metavar="NAME", help="Whose list it is.")
_KIND = click.option(
    "--kind",
    type=click.Choice(["hash", "address"]),
    default="hash",
    show_default=True,
    help="The list of files, or that of addresses.",
)


@click.command("own", epilog=examples("tutela list own --organisation Hotline"))
@_ORGANISATION
@_KIND
def own_list(organisation: str, *, kind: str) -> None:
    """Show how an organisation's own list stands: entries, versions.

    What stands on it is shown by its ids alone, never by address.
    """
    with at_the_desk():
        from tutela.apps.lists import public  # noqa: PLC0415 - needs Django set up

        told = public.standing(_found(organisation), public.Kind(kind))
    click.secho(told.name, bold=True)
    for state, count in told.states:
        click.echo(f"  {state:<12}{count:>10,}")
    click.echo(f"  next version: {told.waits.added:,} to come, {told.waits.withdrawn:,} to leave")
    for version in told.versions:
        click.echo(
            f"  version {version.number}  {version.made_at:%Y-%m-%d %H:%M}  "
            f"{plural(version.entries, 'entry', 'entries')}  {version.digest[:16]}"
        )
    if not told.versions:
        click.echo("  No version was published yet.")


@click.command("publish", epilog=examples("tutela list publish --organisation Hotline --kind address"))
@_ORGANISATION
@_KIND
def publish_list(organisation: str, *, kind: str) -> None:
    """Publish the next version of an organisation's own list.

    Whoever takes the list is then told what came and what left.
    """
    with at_the_desk():
        from tutela.apps.lists import public  # noqa: PLC0415 - needs Django set up

        made = public.publish(SYSTEM, _found(organisation), public.Kind(kind))
    click.echo(f"Version {made.number}: {plural(made.entries, 'entry', 'entries')}, digest {made.digest}")


@click.command("withdraw", epilog=examples(f"tutela list withdraw {_EXAMPLE_ID} --why error"))
@click.argument("entry", metavar="ID", type=click.UUID)
@click.option("--why", type=click.Choice(["error", "gone"]), required=True, help="Only an address can be gone.")
def withdraw_entry(entry: UUID, *, why: str) -> None:
    """Take the entry ID off an organisation's own list.

    An error is told to every case that carried it, and never comes back.
    """
    with at_the_desk():
        from tutela.apps.lists import public  # noqa: PLC0415 - needs Django set up

        public.withdraw(SYSTEM, entry, public.Why(why))
    click.echo("Taken off. The next version says so to everybody who takes the list.")


def _found(name: str) -> UUID:
    from tutela.apps.access.public import organisation_named  # noqa: PLC0415 - needs Django set up

    found = organisation_named(name)
    if found is None:
        raise DeskError("There is no organisation of that name here", hint="Check the name.")
    return found
