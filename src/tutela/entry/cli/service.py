"""`tutela up`, `serve` and `worker`: the service, whole or in parts."""

from __future__ import annotations

import click

from tutela.entry.cli.lazy import examples


@click.command(
    "up",
    epilog=examples(
        "tutela up",
        "TUTELA_HOME=/srv/tutela tutela up",
        after="Settings come from the environment or from the file that TUTELA_CONFIG names.",
    ),
)
def up_command() -> None:
    """Run everything that one desk needs: web process and worker.

    On first run the tables are made and the set-up code of the first
    administrator is printed, once. A part that dies is started again;
    one that keeps dying ends the whole. SIGTERM or Ctrl-C stops
    gracefully: requests and the job at hand are finished first.
    """
    from tutela.entry.up import up  # noqa: PLC0415 - help must not load Django

    up()


@click.command("serve", epilog=examples("tutela serve"))
def serve_command() -> None:
    """Run the web process alone: console and API.

    For more than one process or machine: any number of these over one
    PostgreSQL, with at least one tutela worker beside them.
    """
    from tutela.entry.serve import serve  # noqa: PLC0415 - help must not load Django

    serve()


@click.command("worker", epilog=examples("tutela worker"))
def worker_command() -> None:
    """Run a worker alone: background jobs, and the record's sequencer.

    Run as many as there should be jobs at once. SIGTERM or Ctrl-C lets
    the job at hand end.
    """
    from tutela.entry.work import work  # noqa: PLC0415 - help must not load Django

    work()
