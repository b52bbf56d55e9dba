"""The short summary that ends a scan and answers `report show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutela.domain.paths import MEMBER_SEPARATOR, as_text, for_display
from tutela.domain.scan import BY_DESIGN, ListTally
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.words import plural, size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.domain.scan import ScanHeader, ScanRow, ScanSummary

_REASONS_SHOWN = 4


def show_counts(header: ScanHeader, summary: ScanSummary) -> None:
    """Print what was found, what was not examined, and what could not be found at all."""
    within = f", {summary.members:,} more inside archives" if summary.members else ""
    click.echo(f"  {'files':<20}{summary.files:,}{within}, {size(summary.bytes_read)} read")
    _count("exact matches", summary.exact, "known" if summary.exact else "", "red")
    _count("near matches", summary.near, "questions: a person must decide" if summary.near else "", "yellow")
    _count("not fully examined", summary.not_fully_examined, _reasons(summary), "cyan")
    for used in header.lists:
        found = summary.lists.get(used.name, ListTally())
        click.echo(
            f"  {'list ' + used.name:<20}{found.exact:,} exact, {found.near:,} near, of {used.entries:,} entries"
        )
        if used.unmatchable:
            click.echo(f"  {'':<20}{used.unmatchable:,} entries have only signals that are not matched here")
    for note, count in summary.notes.items():
        click.echo(f"  {'note':<20}{plural(count, 'file')}: {note}")


def _count(label: str, count: int, words: str, colour: str) -> None:
    number = click.style(f"{count:,}", fg=colour, bold=True) if count else "0"
    click.echo(f"  {label:<20}{number}{'  ' + words if words else ''}")


def _reasons(summary: ScanSummary) -> str:
    by_design = {reason.value for reason in BY_DESIGN}
    ranked = sorted(
        ((count, reason) for reason, count in summary.reasons.items() if reason not in by_design), reverse=True
    )
    shown = [f"{count:,} {reason}" for count, reason in ranked[:_REASONS_SHOWN]]
    return ", ".join(shown) + (", ..." if len(ranked) > _REASONS_SHOWN else "")


def print_names(rows: Iterable[ScanRow]) -> None:
    """Print the names of files with hits. Only on request: names are evidence too."""
    for row in rows:
        best = row.best
        if best is None:
            continue
        name = as_text(row.path) + (MEMBER_SEPARATOR + as_text(row.member) if row.member else "")
        distance = f" {best.distance}/{best.threshold}" if best.distance is not None else ""
        click.echo(f"{best.kind.value}{distance}\t{for_display(best.list_name)}\t{for_display(name)}")


def exit_code_of(summary: ScanSummary) -> ExitCode:
    """Return the exit code of a finished scan."""
    if summary.exact or summary.near:
        return ExitCode.FOUND
    return ExitCode.INCOMPLETE if summary.not_fully_examined else ExitCode.OK
