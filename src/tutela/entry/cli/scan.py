"""`tutela scan`: find files that are on a list, in folders of evidence."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from tutela import __version__
from tutela.domain.paths import for_display
from tutela.domain.scan import ScanHeader
from tutela.engine.formats import scan_jsonl
from tutela.engine.formats.scan_jsonl import open_report
from tutela.engine.matching import ListStore, Matcher, in_force
from tutela.engine.scanning import ScanOutcome, resolve_roots, scan
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.home import lists_folder, utc_now
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.output import write_file
from tutela.entry.cli.progress import showing_progress
from tutela.entry.cli.report import page_of
from tutela.entry.cli.rooms import cores, examination_options, fingerprinting, list_uses, options_from
from tutela.entry.cli.summary import exit_code_of, print_names, show_counts
from tutela.entry.cli.words import plural, size, span

if TYPE_CHECKING:
    from collections.abc import Generator

_STOPPED_BY = {
    signal.SIGINT: ExitCode.INTERRUPTED,
    signal.SIGTERM: ExitCode.TERMINATED,
    signal.SIGHUP: ExitCode.HANGUP,
}


@click.command(
    "scan",
    epilog=examples(
        "tutela scan /mnt/exhibit-1 --list known --report exhibit-1.jsonl",
        "tutela scan /mnt/exhibit-1 --list known --report exhibit-1.jsonl --resume",
        "tutela scan photos/ --list national --list partner --page photos.html",
        after="Exit codes: 0 nothing found and everything examined, 1 something found, "
        "4 nothing found but not everything examined. tutela --help has all.",
    ),
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--list", "names", metavar="NAME", multiple=True, required=True, help="A list to match; may be repeated.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the report.  [default: tutela-scan-TIME.jsonl]",
)
@click.option("--resume", is_flag=True, help="Go on with the report of an interrupted scan.")
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Also write an HTML page."
)
@click.option(
    "--workers", type=click.IntRange(1, 1024), metavar="N", help="Files at a time.  [default: one for each core]"
)
@examination_options
@click.option("--show-names", is_flag=True, help="Print the names of files with a match at the end.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def scan_command(
    paths: tuple[Path, ...],
    names: tuple[str, ...],
    report: Path | None,
    page: Path | None,
    workers: int | None,
    *,
    resume: bool,
    show_names: bool,
    quiet: bool,
    **examination: Any,
) -> ExitCode:
    """Scan folders and files for what is on a list of known hashes.

    Everything below each PATH is examined, archives too. Evidence is opened
    read-only; links are not followed; nothing is written but the report. Each
    file becomes one row, with a reason where it could not be examined.

    After any interruption, the same command with --resume goes on and reports
    every file exactly once. Names are not printed unless asked for: they are
    in the report.
    """
    if resume and report is None:
        raise click.UsageError("--resume needs the --report to go on with")
    _check_paths(paths)
    if page is not None and page.exists():
        raise click.BadParameter(f"{for_display(str(page))} is already there", param_hint="--page")
    report = report or Path(f"tutela-scan-{_file_time()}.jsonl")
    options = options_from(**examination)
    workers = workers or cores()
    with fingerprinting(options, workers=workers) as (fingerprinter, confinement):  # loads while lists are opened
        store = ListStore(lists_folder())
        lists = in_force(store, sorted(set(names)))
        header = ScanHeader(
            version=__version__,
            started_at=utc_now(),
            roots=resolve_roots(os.fsencode(path) for path in paths),
            lists=list_uses(packed.info for packed in lists),
            options=options,
            confinement=confinement,
        )
        with stopping() as stop, showing_progress(quiet=quiet) as on_progress:
            outcome = scan(
                header,
                report,
                fingerprinter=fingerprinter,
                matcher=Matcher(lists),
                codec=scan_jsonl,
                now=utc_now,
                workers=workers,
                resume=resume,
                stop=stop.event,
                on_progress=on_progress,
            )
    return _tell(outcome, header, report, page, stop, show_names=show_names)


def _check_paths(paths: tuple[Path, ...]) -> None:
    for path in paths:
        if not os.path.lexists(path):
            raise click.BadParameter(f"{for_display(str(path))} does not exist", param_hint="PATH")


def _file_time() -> str:
    return datetime.fromisoformat(utc_now()).astimezone(UTC).strftime("%Y%m%d-%H%M%S")


class Stop:
    """Whether somebody asked the scan to stop, and how."""

    def __init__(self) -> None:
        self.event = Event()
        self.code: ExitCode | None = None


@contextmanager
def stopping() -> Generator[Stop]:
    """Turn the first Ctrl-C, SIGTERM or lost terminal into a request; a second one acts as usual.

    What the caller told us to ignore (nohup does that with SIGHUP) stays ignored.
    """
    stop = Stop()

    def ask(number: int, _frame: object) -> None:
        stop.code = _STOPPED_BY[signal.Signals(number)]
        stop.event.set()
        for each in before:
            signal.signal(each, signal.SIG_DFL)

    before = {number: signal.getsignal(number) for number in _STOPPED_BY}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(
    outcome: ScanOutcome, header: ScanHeader, report: Path, page: Path | None, stop: Stop, *, show_names: bool
) -> ExitCode:
    name = for_display(str(report))
    if outcome.nothing_to_do:
        click.echo("This report was already finished; nothing was examined again.")
    elif outcome.files_kept:
        cut = f"; a torn tail of {size(outcome.cut_bytes)} was examined again" if outcome.cut_bytes else ""
        click.echo(f"Resumed: {plural(outcome.files_kept, 'file')} had been reported before{cut}.")
    summary = outcome.summary
    if not outcome.finished:
        click.echo(f"Stopped after {plural(summary.files, 'file')}. Not finished: conclude nothing from it yet.")
        click.echo(f"  {'report':<20}{name}")
        click.echo(f"  {'go on':<20}the same command with --report {name} --resume")
        return stop.code or ExitCode.INTERRUPTED
    fresh = summary.files - outcome.files_kept
    rate = f" ({fresh / summary.wall_s:,.0f} files/s)" if summary.wall_s and not outcome.nothing_to_do else ""
    click.echo(f"Finished in {span(summary.wall_s)}{rate}")
    show_counts(header, summary)
    click.echo(f"  {'report':<20}{name}")
    _write_page(report, page)
    if show_names:
        with open_report(report) as opened:
            print_names(opened.rows())
    return exit_code_of(summary)


def _write_page(report: Path, page: Path | None) -> None:
    if page is None:
        click.echo(f"  {'for a page':<20}tutela report convert {for_display(str(report))} --to html")
        return
    with open_report(report) as opened:
        write_file(page, [page_of(opened)], replace=False)
    click.echo(f"  {'page':<20}{for_display(str(page))}")
