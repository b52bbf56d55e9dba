"""`tutela triage`: why a case stands where it stands; ranking the queue anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from tutela.domain.actors import SYSTEM, Permission
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.words import plural, span
from tutela.entry.start import at_the_desk

if TYPE_CHECKING:
    from uuid import UUID

_EXAMPLE_ID = "019a4f3c-6e20-7000-8000-000000000000"


@click.group("triage")
def triage() -> None:
    """Explain the order of the queue, or rank the queue anew.

    Scores order and explain; a person decides.
    """


@triage.command("explain", epilog=examples(f"tutela triage explain {_EXAMPLE_ID}"))
@click.argument("case", type=click.UUID)
def explain_case(case: UUID) -> None:
    """Say why a CASE stands where it stands: every reason with its points."""
    with at_the_desk():
        from tutela.apps.triage import public  # noqa: PLC0415 - needs Django set up

        found = public.case(SYSTEM, case, Permission.REVIEW_ITEM_READ)
        why = public.because(found)
        version = f"version {why.version}" if why.version else "those that Tutela comes with"
        click.secho(f"{found.id}  {found.state}", bold=True)
        click.echo(f"  {why.score:>6}  harm now {why.harm}, actionability {why.actionability}; weights: {version}")
        for reason in why.reasons:
            click.echo(f"  {reason.points:>+6}  {reason.sentence} ({reason.part})")
        if not why.reasons:
            click.echo("       0  Nothing known yet")
        for sentence in filter(None, [public.why_here(found), *public.proposals_of(found)]):
            click.echo(f"  route   {sentence}")
        for clock in public.running(found):
            click.echo(f"  clock   {clock.sentence}")


@triage.command("rank", epilog=examples("tutela triage rank"))
def rank_queues() -> None:
    """Weigh every waiting case anew, while the queue goes on being served.

    Weights that were adopted and are still being ranked take over at the end;
    elsewhere cases are weighed again by the weights in force.
    """
    with at_the_desk():
        from tutela.apps.triage import public  # noqa: PLC0415 - needs Django set up

        start_s = time.monotonic()
        count = public.rank_all()
    click.echo(f"{plural(count, 'case')} ranked in {span(time.monotonic() - start_s)}.")
