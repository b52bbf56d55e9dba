"""`tutela report`: show a scan report, or convert it for people and other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.paths import for_display
from tutela.domain.scan import Tally
from tutela.engine.formats import scan_csv, scan_page, vics_report
from tutela.engine.formats.scan_jsonl import ScanReport, open_report
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.output import STANDARD_OUTPUT, write_file
from tutela.entry.cli.summary import exit_code_of, print_names, show_counts
from tutela.entry.cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.domain.scan import ScanSummary

_SUFFIXES = {"csv": ".csv", "vics": ".vics.json", "html": ".html"}
_REPORT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def report() -> None:
    """Show a scan report, or convert it for people and other tools."""


@report.command(
    epilog=examples(
        "tutela report show exhibit-1.jsonl",
    )
)
@click.argument("file", metavar="REPORT", type=_REPORT)
@click.option("--show-names", is_flag=True, help="Also print the names of files with a match.")
def show(file: Path, *, show_names: bool) -> ExitCode:
    """Say in a few lines what a scan found.

    Ends with the exit code that the scan had (see tutela --help), or 4 where
    it did not finish.
    """
    with open_report(file) as opened:
        summary = count(opened)
        state = f"finished {summary.finished_at}" if opened.summary else "NOT FINISHED: resume it before concluding"
        click.echo(f"Scan started {opened.header.started_at}, {state}")
        show_counts(opened.header, summary)
        if opened.resumptions:
            click.echo(f"  {'resumed':<20}{plural(len(opened.resumptions), 'time')}")
        if show_names:
            print_names(opened.rows())
        return exit_code_of(summary) if opened.summary else ExitCode.INCOMPLETE


def count(opened: ScanReport) -> ScanSummary:
    """Count the rows of a report, whether or not it has a summary."""
    tally = Tally()
    for row in opened.rows():
        tally.add(row)
    return opened.summary or tally.summary("", 0.0)


@report.command(
    epilog=examples(
        "tutela report convert exhibit-1.jsonl --to html",
        "tutela report convert exhibit-1.jsonl --to csv -o -",
        "tutela report convert exhibit-1.jsonl --to vics --profile US",
    )
)
@click.argument("file", metavar="REPORT", type=_REPORT)
@click.option("--to", "kind", required=True, type=click.Choice(list(_SUFFIXES)), help="What to write.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; - is standard output."
)
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
@click.option("--case-number", default="", metavar="TEXT", help="For vics: the number of the case.")
@click.option(
    "--profile",
    default="Default",
    show_default=True,
    metavar="NAME",
    help="For vics: the national profile that the categories belong to.",
)
def convert(file: Path, kind: str, output: Path | None, *, force: bool, case_number: str, profile: str) -> ExitCode:
    """Write a scan report as CSV, VICS JSON or an HTML page.

    The file is written beside the report, unless -o says otherwise. The page
    needs nothing but a browser, holds no picture, and covers file names until
    asked. In CSV, no cell can act as a formula.
    """
    output = output or file.with_name(file.stem + _SUFFIXES[kind])
    with open_report(file) as opened:
        try:
            pieces = _pieces(opened, kind, case_number=case_number, profile=profile)
            write_file(output, pieces, replace=force)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--profile") from None
        finished = opened.summary is not None
    if not finished:
        click.echo("warning: the scan did not finish; what was written covers only what it reached", err=True)
    if output != STANDARD_OUTPUT:
        click.echo(f"wrote {for_display(str(output))}")
    return ExitCode.OK if finished else ExitCode.INCOMPLETE


def _pieces(opened: ScanReport, kind: str, *, case_number: str, profile: str) -> Iterable[bytes]:
    if kind == "csv":
        return scan_csv.write(opened.rows())
    if kind == "vics":
        return vics_report.write(opened.header, opened.rows, case_number=case_number, profile=profile)
    return [page_of(opened)]


def page_of(opened: ScanReport) -> bytes:
    """Make the HTML page of a report."""
    summary = count(opened)  # whether it finished is known only at its end
    return scan_page.page(opened.header, opened.rows(), finished_at=summary.finished_at)
