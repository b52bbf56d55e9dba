"""`tutela jobs`: background work that was given up, for a person to understand and decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutela.domain.actors import SYSTEM
from tutela.entry.cli.lazy import examples
from tutela.entry.start import at_the_desk

if TYPE_CHECKING:
    from uuid import UUID

_LABEL = 20
_EXAMPLE_ID = "019a4f3c-6e20-7000-8000-000000000000"


@click.group("jobs")
def jobs() -> None:
    """See, explain, run again or discard work that was given up.

    A JOB is named by its id, which tutela jobs list shows.
    """


@jobs.command("list", epilog=examples("tutela jobs list"))
def list_jobs() -> None:
    """Show how the queue is, and every job that was given up."""
    with at_the_desk():
        from tutela.apps.jobs.public import backlog, dead_jobs  # noqa: PLC0415 - needs Django set up

        queue = backlog()
        click.echo(f"{queue.waiting:,} waiting, {queue.running:,} running, {queue.dead:,} given up")
        for dead in dead_jobs(SYSTEM):
            click.echo(f"  {dead.id}  {dead.died_at:%Y-%m-%d %H:%M}  {dead.name}  {dead.error}")


@jobs.command("explain", epilog=examples(f"tutela jobs explain {_EXAMPLE_ID}"))
@click.argument("job", type=click.UUID)
def explain_job(job: UUID) -> None:
    """Say why a JOB was given up, and whether running it again may help."""
    with at_the_desk():
        from tutela.apps.jobs.public import dead_job, explain  # noqa: PLC0415 - needs Django set up

        dead = dead_job(SYSTEM, job)
        why = explain(dead)
        click.secho(dead.name, bold=True)
        for label, value in (
            ("why", f"{dead.error}: {why.what}"),
            ("attempts", f"{why.attempts}"),
            ("place in the code", why.place or "not known"),
            ("arguments", ", ".join(f"{name}={value}" for name, value in dead.payload.items()) or "none"),
            ("run it again?", "it may help" if why.worth_a_rerun else "it will not help"),
        ):
            click.echo(f"  {label:<{_LABEL}}{value}")


@jobs.command("rerun", epilog=examples(f"tutela jobs rerun {_EXAMPLE_ID}"))
@click.argument("job", type=click.UUID)
def rerun_job(job: UUID) -> None:
    """Put a JOB back into the queue, with all its attempts before it."""
    with at_the_desk():
        from tutela.apps.jobs.public import rerun  # noqa: PLC0415 - needs Django set up

        made = rerun(SYSTEM, job)
    click.echo(f"In the queue again as {made}.")


@jobs.command("discard", epilog=examples(f"tutela jobs discard {_EXAMPLE_ID}"))
@click.argument("job", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
def discard_job(job: UUID, *, yes: bool) -> None:
    """Give a JOB up for good. That it was is recorded."""
    with at_the_desk():
        from tutela.apps.jobs.public import dead_job, discard  # noqa: PLC0415 - needs Django set up

        name = dead_job(SYSTEM, job).name
        if not yes:
            click.confirm(f"Give up {name} for good?", abort=True)
        discard(SYSTEM, job)
    click.echo("Discarded.")
