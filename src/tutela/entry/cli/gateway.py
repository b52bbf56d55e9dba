"""`tutela gateway`: run it, and give machines their keys."""

from __future__ import annotations

import click

from tutela.entry.cli.lazy import examples
from tutela.entry.cli.retro import retro


@click.group("gateway")
def gateway() -> None:
    """Answer machines that ask whether something is known.

    See docs/guide/gateway.md. Which look-ups are lawful here is said by the
    settings lookups and jurisdiction; nothing is enabled by default.
    """


gateway.add_command(retro)


@gateway.command(
    "run",
    epilog=examples(
        "TUTELA_LOOKUPS=public:NL tutela gateway run",
        after="TUTELA_GATEWAY_LISTEN and TUTELA_GATEWAY_PROCESSES say where and how many.",
    ),
)
def run_command() -> None:
    """Run the gateway: several processes on one port.

    They share one mapped index and take up a new version without a restart.
    A process that dies is started again. SIGTERM or Ctrl-C stops gracefully.
    """
    from tutela.entry.gateway.running import run  # noqa: PLC0415 - help must be quick

    run()


@gateway.command("add-key", epilog=examples('tutela gateway add-key --name "Example platform" --days 90'))
@click.option("--name", required=True, help="Whose key it is.")
@click.option("--days", type=click.IntRange(min=1), default=90, show_default=True, help="Days that it is in force.")
@click.option(
    "--per-minute", type=click.IntRange(min=1), default=6000, show_default=True, help="Requests it may make a minute."
)
@click.option("--details", is_flag=True, help="It may see distance, list and entry, not only a verdict.")
def add_key_command(name: str, *, days: int, per_minute: int, details: bool) -> None:
    """Make a key and print it, once: only its digest is kept.

    For a gateway without a service. Where there is one, an administrator makes
    the key there (Keys), so that it stands in the record.
    """
    from tutela.entry.config import load  # noqa: PLC0415 - help must be quick
    from tutela.entry.gateway.keys import FileKeys, KeysError, Scope  # noqa: PLC0415 - as above
    from tutela.entry.gateway.publishing import has_service  # noqa: PLC0415 - as above

    settings = load()
    if has_service(settings):
        raise KeysError(
            "this machine has a service, and its keys are made there, so that they stand in the record",
            hint="An administrator makes one under Keys; the gateway knows it within seconds.",
        )
    if days > settings.key_days_max:
        raise KeysError(f"a key lives {settings.key_days_max} days at most", hint="The setting is key_days_max.")
    scopes = [Scope.LOOKUP, Scope.DETAIL] if details else [Scope.LOOKUP]
    secret = FileKeys(settings.home).add(name, days=days, requests_per_minute_max=per_minute, scopes=scopes)
    click.echo(secret.shown)


@gateway.command("revoke-key", epilog=examples("tutela gateway revoke-key 7k3qm2xw"))
@click.argument("prefix")
def revoke_key_command(prefix: str) -> None:
    """End the key of a PREFIX (what follows tut_ in it).

    It is for keys of add-key: every process refuses it two seconds later at
    the latest. Keys of the service are revoked there.
    """
    from tutela.entry.config import load  # noqa: PLC0415 - help must be quick
    from tutela.entry.gateway.keys import FileKeys  # noqa: PLC0415 - as above

    FileKeys(load().home).revoke(prefix)
