"""`tutela intake`: files of reports, and scans that somebody pushes."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.actors import SYSTEM
from tutela.domain.paths import for_display
from tutela.domain.reports import LegalBasis
from tutela.engine.formats.scan_jsonl import open_report
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.lazy import examples
from tutela.entry.start import DeskError, at_the_desk, spare_what_is_loaded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.apps.intake.importing import Brought
    from tutela.apps.intake.models import Import
    from tutela.domain.ids import OrganisationId
    from tutela.engine.formats.reports import Row

_LABEL = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FORMATS = ["csv", "jsonl", "vics"]
_SENDER_CHARACTERS_MAX = 100
_SCAN = "scan"


@click.group("intake")
def intake() -> None:
    """Take files of reports in; push what a scan found."""


@intake.command(
    "import",
    epilog=examples(
        "tutela intake import new.csv --organisation Hotline --sender partner",
        "tutela intake import case.json --organisation Hotline --sender police",
    ),
)
@click.argument("file", type=_FILE)
@click.option("--organisation", required=True, metavar="NAME", help="Whose reports they become.")
@click.option("--sender", required=True, metavar="NAME", help="Who brought the file; its own ids mean something there.")
@click.option("--format", "told", type=click.Choice(_FORMATS), help="What the file is.  [default: told by its content]")
@click.option(
    "--results", type=click.Path(dir_okay=False, path_type=Path), help="Also write each row's outcome as CSV."
)
def import_command(file: Path, *, organisation: str, sender: str, told: str | None, results: Path | None) -> ExitCode:
    """Take the reports of a file in, a thousand at a time.

    A row that cannot be taken in is kept with its reason and hides no other;
    the exit code is then 4. After an interruption, run the same command
    again: it goes on where it stopped.
    """
    with at_the_desk():
        from tutela.apps.intake.importing import Brought  # noqa: PLC0415 - needs Django set up
        from tutela.engine.formats.reports import ReportFormat, open_reports  # noqa: PLC0415 - help must be quick

        with open_reports(file, ReportFormat(told) if told else None) as rows:
            brought = Brought(_organisation(organisation), _sender(sender), _digest(file), rows.format.value)
            run = _take_in(brought, rows)
            if rows.notes.columns_unread:
                names = ", ".join(map(for_display, rows.notes.columns_unread))
                click.echo(f"  {'columns not read':<{_LABEL}}{names}", err=True)
        return _tell(run, results)


@intake.command(
    "push-scan",
    epilog=examples(
        "tutela intake push-scan a.jsonl --organisation Desk --legal-basis legal-duty",
    ),
)
@click.argument("report", type=_FILE)
@click.option("--organisation", required=True, metavar="NAME", help="Whose reports they become.")
@click.option(
    "--legal-basis",
    "basis",
    type=click.Choice([each.value for each in LegalBasis if each]),
    help="Why this may leave the investigation; it is kept with each report and in the record.",
)
@click.option(
    "--results", type=click.Path(dir_okay=False, path_type=Path), help="Also write each row's outcome as CSV."
)
def push_scan(report: Path, *, organisation: str, basis: str | None, results: Path | None) -> ExitCode:
    """Make reports of what a scan found that a list knows exactly.

    Nothing that was seized becomes a report by itself, and nothing without
    its legal basis. Names of files stay behind, near matches too: they are
    questions. May be repeated: what is there already is not taken in again.
    """
    with at_the_desk():
        from tutela.apps.intake.importing import Brought, require_basis, scan_rows  # noqa: PLC0415 - needs Django set up
        from tutela.apps.intake.models import Door  # noqa: PLC0415 - as above

        legal_basis = LegalBasis(basis or "")
        require_basis(legal_basis)
        with open_report(report) as opened:
            rows = scan_rows(opened.rows(), legal_basis)
            digest = hashlib.sha256(f"{legal_basis}\n{_digest(report)}".encode()).hexdigest()
            brought = Brought(_organisation(organisation), _SCAN, digest, _SCAN, Door.MACHINE)
            run = _take_in(brought, rows)
            if opened.summary is None:
                click.echo("warning: the scan did not finish; what was pushed covers only what it reached", err=True)
        return _tell(run, results)


def _organisation(name: str) -> OrganisationId:
    from tutela.apps.access.public import organisation_named  # noqa: PLC0415 - needs Django set up

    found = organisation_named(name)
    if found is None:
        raise DeskError("There is no organisation of that name here", hint="Check the name.")
    return found


def _sender(name: str) -> str:
    if not 1 <= len(name) <= _SENDER_CHARACTERS_MAX or not name.isprintable():
        raise click.BadParameter(f"a name of 1 to {_SENDER_CHARACTERS_MAX} characters", param_hint="--sender")
    return name


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _take_in(brought: Brought, rows: Iterable[Row]) -> Import:
    from tutela.apps.intake.importing import begin, take_in  # noqa: PLC0415 - needs Django set up

    run = begin(SYSTEM, brought)
    spare_what_is_loaded()
    if run.rows_done and run.finished_at is None:
        click.echo(f"Going on after row {run.rows_done:,}", err=True)
    for run in take_in(SYSTEM, brought, rows):
        if run.finished_at is None:
            click.echo(f"{run.rows_done:,} rows done", err=True)
    return run


def _tell(run: Import, results: Path | None) -> ExitCode:
    from tutela.apps.intake.importing import outcomes  # noqa: PLC0415 - needs Django set up
    from tutela.apps.intake.models import RowOutcome  # noqa: PLC0415 - as above

    counts = outcomes(run)
    click.echo(f"Import {run.id}")
    for outcome, count in counts.items():
        click.echo(f"  {outcome.value:<{_LABEL}}{count:,}")
    if results is not None:
        with results.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("row", "outcome", "problem", "report"))
            rows = run.rows.values_list("number", "outcome", "problem", "report_id").iterator()
            writer.writerows(rows)
        click.echo(f"wrote {for_display(str(results))}")
    is_whole = not {RowOutcome.REFUSED, RowOutcome.KEY_REUSED} & counts.keys()
    return ExitCode.OK if is_whole else ExitCode.INCOMPLETE
