"""`tutela gateway retro`: what was asked before, joined with what is known now."""

from __future__ import annotations

import click

from tutela.entry.cli.lazy import examples


@click.group("retro")
def retro() -> None:
    """Find yesterday's uploads when their hashes arrive today.

    Off unless the setting retro names grounds; see docs/guide/gateway.md.
    """


@retro.command("run", epilog=examples("tutela gateway retro run", "tutela gateway retro run --watch"))
@click.option("--watch", is_flag=True, help="Go on until SIGTERM, as the gateway does by itself.")
def run_command(*, watch: bool) -> None:
    """Join what was asked before with what is known now.

    One process at a time; what was found is told once, however often this is
    stopped and started again.
    """
    from tutela.entry.config import load  # noqa: PLC0415 - help must be quick
    from tutela.entry.gateway.retro import forget, join_on, join_once  # noqa: PLC0415 - as above

    settings = load()
    if not settings.retro_grounds:
        forget(settings)
        click.echo("Nothing is remembered: the setting retro names no ground.")
    elif watch:
        join_on(settings)
    else:
        tally = join_once(settings)
        click.echo(f"{tally.remembered:,} values remembered, {tally.found:,} finds so far")


@retro.command("status", epilog=examples("tutela gateway retro status"))
def status_command() -> None:
    """Tell what is remembered and what came of it."""
    from tutela.engine.matching.retro import read_tally  # noqa: PLC0415 - help must be quick
    from tutela.entry.config import load  # noqa: PLC0415 - as above
    from tutela.entry.gateway.retro import folder_of  # noqa: PLC0415 - as above

    settings = load()
    tally = read_tally(folder_of(settings))
    grounds = ", ".join(sorted(map(str, settings.retro_grounds))) or "none: nothing is remembered"
    click.echo(f"grounds       {grounds}")
    click.echo(f"remembered    {tally.remembered:,} values, {tally.bytes:,} bytes, {settings.retro_days} days at most")
    click.echo(f"joined        {tally.joined:,} values, with {tally.version[:12] or 'no index yet'} last")
    click.echo(f"finds         {tally.found:,}")
    click.echo(f"forgotten     {tally.expired:,} past their days, {tally.dropped:,} for want of room")
    click.echo(f"cut short     {tally.torn_bytes:,} bytes, by a crash")
    if tally.is_full:
        click.echo("Joining waits: there are more finds than are kept, until some are past their days.")
