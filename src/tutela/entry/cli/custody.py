"""`tutela custody`: verify the record, show its checkpoints, export it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.actors import SYSTEM
from tutela.domain.paths import for_display
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.output import STANDARD_OUTPUT, write_file
from tutela.entry.cli.words import plural
from tutela.entry.start import at_the_desk

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.apps.custody.verifying import Report

_LABEL = 20


@click.group("custody")
def custody() -> None:
    """Verify, publish and export the record of every change."""


@custody.command(
    "verify",
    epilog=examples(
        "tutela custody verify",
        "tutela custody verify --checkpoint kept-in-march.txt",
        "tutela custody verify 019a4f3c-6e20-7000-8000-000000000000",
        after="Exit codes: 0 the record holds, 3 it does not, or could not be read.",
    ),
)
@click.argument("case", type=click.UUID, required=False)
@click.option(
    "--checkpoint",
    "kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A checkpoint that was kept outside; may be repeated.",
)
def verify_record(case: UUID | None, kept: tuple[Path, ...]) -> ExitCode:
    """Verify the whole record, or one CASE, from its entries.

    CASE is the id of a case, as the address of its page has it. A checkpoint
    that was kept on another machine also proves that nobody rewrote the record
    and signed it anew: give it with --checkpoint.
    """
    with at_the_desk():
        from tutela.apps.custody import services  # noqa: PLC0415 - needs Django set up

        outside = [path.read_bytes() for path in kept]
        report = services.verify_case(SYSTEM, case, outside) if case else services.verify_log(SYSTEM, outside)
    _tell(report)
    return ExitCode.OK if report.holds else ExitCode.FAILED


def _tell(report: Report) -> None:
    if report.holds:
        click.secho("The record holds.", fg="green", bold=True)
    else:
        click.secho("The record does NOT hold.", fg="red", bold=True)
    for label, value in (
        ("entries", f"{report.size:,}"),
        ("root", report.root),
        ("checkpoints held", f"{report.checkpoints:,}"),
        ("without a place yet", f"{report.waiting:,}"),
    ):
        click.echo(f"  {label:<{_LABEL}}{value}")
    for fault in report.faults:
        click.echo(f"  {'fault':<{_LABEL}}{fault}")
    for remark in report.remarks:
        click.echo(f"  {'remark':<{_LABEL}}{remark}")


@custody.command(
    "checkpoint",
    epilog=examples("tutela custody checkpoint", "tutela custody checkpoint > kept-in-march.txt"),
)
def show_checkpoint() -> None:
    """Print the newest signed checkpoint, to be kept elsewhere.

    It says nothing about anybody. Whoever keeps one can prove later that
    nothing below it was changed.
    """
    with at_the_desk():
        from tutela.apps.custody import services  # noqa: PLC0415 - needs Django set up

        newest = services.checkpoints(SYSTEM).first()
    if newest is None:
        raise click.ClickException("nothing has been recorded yet")
    click.echo(newest.note, nl=False)


@custody.command(
    "export",
    epilog=examples(
        "tutela custody export -o record.jsonl",
        "tutela custody export 019a4f3c-6e20-7000-8000-000000000000 -o case.jsonl",
    ),
)
@click.argument("case", type=click.UUID, required=False)
@click.option(
    "-o",
    "--output",
    default=str(STANDARD_OUTPUT),
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it.  [default: standard output]",
)
@click.option(
    "--including",
    multiple=True,
    type=click.IntRange(min=0),
    metavar="SIZE",
    help="Prove growth since a kept checkpoint of SIZE entries; may be repeated.",
)
def export_record(case: UUID | None, output: Path, including: tuple[int, ...]) -> None:
    """Export the whole record, or one CASE, with its proofs.

    A stranger can verify the file with the independent verifier, without
    this installation. That it was made is itself recorded.
    """
    with at_the_desk():
        from tutela.apps.custody import services  # noqa: PLC0415 - needs Django set up

        if case:
            lines = services.export_case(SYSTEM, case, including=including)
        else:
            lines = services.export_log(SYSTEM, including=including)
        write_file(output, lines, replace=False)
    if output != STANDARD_OUTPUT:
        asked = f", with {plural(len(including), 'checkpoint')} asked for" if including else ""
        click.echo(f"Exported to {for_display(str(output))}{asked}.")
