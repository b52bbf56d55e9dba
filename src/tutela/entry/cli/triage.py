"""`tutela triage`: why a case stands where it stands; ranking the queue anew; series and how they go round."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.actors import SYSTEM, Permission
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.words import plural, span
from tutela.entry.start import DeskError, at_the_desk

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_EXAMPLE_ID = "019a4f3c-6e20-7000-8000-000000000000"


@click.group("triage")
def triage() -> None:
    """Explain the order of the queue, rank it anew, count how series go round.

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


@triage.command(
    "series",
    epilog=examples("tutela triage series national series.csv --organisation Hotline"),
)
@click.argument("list_name", metavar="LIST")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", required=True, metavar="NAME", help="Whose sightings are counted.")
def import_series(list_name: str, file: Path, *, organisation: str) -> None:
    """Keep which entries of LIST are of which series, from a CSV FILE.

    Its columns are entry_id, series and status (identified, unidentified or
    not-said). Every line is kept, or none.
    """
    with at_the_desk():
        from tutela.apps.access.public import organisation_named  # noqa: PLC0415 - needs Django set up
        from tutela.apps.triage import series  # noqa: PLC0415 - as above

        found = organisation_named(organisation)
        if found is None:
            raise DeskError("There is no organisation of that name here", hint="Check the name.")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            count = series.import_rows(SYSTEM, found, list_name, series.read_rows(lines))
    click.echo(f"{plural(count, 'entry', 'entries')} new.")


@triage.command(
    "circulation",
    epilog=examples(
        f"tutela triage circulation {_EXAMPLE_ID} -o a.pdf",
    ),
)
@click.argument("series", type=click.UUID)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day.  [default: of the first sighting]")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day after the last.  [default: today]")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where it is written; PDF, or JSON if it ends so.",
)
def state_circulation(series: UUID, *, since: datetime | None, until: datetime | None, output: Path) -> None:
    """Write a statement of circulation of a SERIES, for a court.

    It counts sightings that were reported here, which is not the number of
    copies or viewers. That it was made is recorded.
    """
    with at_the_desk():
        from tutela.apps.triage.circulation import statement  # noqa: PLC0415 - needs Django set up

        begin, end = (each.date() if each else None for each in (since, until))
        made = statement(SYSTEM, series, since=begin, until=end)
        output.write_bytes(made.json() if output.suffix == ".json" else made.pdf())
    click.echo(f"{plural(made.content['counts']['sightings'], 'sighting')} stated.")
