"""The command line: fingerprints, lists and scans; the service and its keeping.

Only click is imported here; each command brings its own needs. What a person can mend is a message and a hint with an
exit code (`exits`), never a traceback.
"""

from __future__ import annotations

import os
import sys

import click

from tutela import __version__
from tutela.domain.errors import TutelaError
from tutela.domain.paths import for_display
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.lazy import Lazy, LazyGroup, examples

_COMMANDS = {
    "list": Lazy("tutela.entry.cli.lists:lists", "Import, show and remove hash lists."),
    "index": Lazy("tutela.entry.cli.index:index", "Build the index over lists, change it, ask it."),
    "scan": Lazy("tutela.entry.cli.scan:scan_command", "Scan folders for files on a list."),
    "report": Lazy("tutela.entry.cli.report:report", "Show a scan report, or convert it."),
    "hash": Lazy("tutela.entry.cli.hash:hash_command", "Show the fingerprints of files."),
    "demo": Lazy("tutela.entry.cli.demo:demo", "Make harmless pictures, scan them, show what is found."),
    "up": Lazy("tutela.entry.cli.service:up_command", "Run the service: web process and worker."),
    "serve": Lazy("tutela.entry.cli.service:serve_command", "Run the web process alone."),
    "worker": Lazy("tutela.entry.cli.service:worker_command", "Run a worker alone."),
    "gateway": Lazy("tutela.entry.cli.gateway:gateway", "Answer machines that ask what is known."),
    "intake": Lazy("tutela.entry.cli.intake:intake", "Take files of reports in; push a scan."),
    "custody": Lazy("tutela.entry.cli.custody:custody", "Verify, publish and export the record."),
    "jobs": Lazy("tutela.entry.cli.jobs:jobs", "See and decide work that was given up."),
    "referral": Lazy("tutela.entry.cli.referral:referral", "Rehearse reports to authorities."),
    "triage": Lazy("tutela.entry.cli.triage:triage", "Explain the order of the queue, rank it anew."),
    "takedown": Lazy("tutela.entry.cli.takedown:takedown", "See how takedowns stand, look again, take answers in."),
    "assess": Lazy("tutela.entry.cli.assess:assess", "Build editions, estimate effects and costs."),
    "backup": Lazy("tutela.entry.cli.copies:backup_command", "Copy database and lists, not the keys."),
    "restore": Lazy("tutela.entry.cli.copies:restore_command", "Restore a backup into an empty installation."),
    "database": Lazy("tutela.entry.cli.database:database", "Prepare a PostgreSQL for the service."),
}
_EXAMPLES = examples(
    'tutela list import known.csv --name known --owner "Example hotline"',
    "tutela scan /mnt/exhibit-1 --list known --report exhibit-1.jsonl",
    "tutela scan /mnt/exhibit-1 --list known --report exhibit-1.jsonl --resume",
    "tutela report convert exhibit-1.jsonl --to html",
)
_CODES = "\b\nExit codes:\n" + "".join(f"  {code.value:>3}  {code.meaning}\n" for code in ExitCode)
_HOME = """
Lists and the service keep their state in the folder TUTELA_HOME, by default
~/.local/share/tutela.
"""


@click.group(
    cls=LazyGroup,
    lazy=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=_EXAMPLES + _CODES + _HOME,
)
@click.version_option(__version__, "-V", "--version", message="tutela %(version)s")
def tutela() -> None:
    """Find files that are on a list of known hashes, without looking at any.

    Evidence is only read. A scan writes one file, its report, and can be
    resumed after any interruption. Exact matches are known; near matches are
    questions for a person.

    tutela up runs the service around it, in which people decide.
    """


def main() -> None:
    """Run the command line and end the process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        result = tutela.main(arguments, prog_name="tutela", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except (click.ClickException, click.Abort, KeyboardInterrupt, TutelaError, OSError) as error:
        return _answer(error)
    return int(result) if isinstance(result, int) else ExitCode.OK


def _answer(error: BaseException) -> ExitCode:
    """Say what went wrong and how to mend it."""
    if isinstance(error, click.ClickException):
        error.show()
        return ExitCode.USAGE
    if isinstance(error, TutelaError):
        return _fail(str(error), error.hint)
    if isinstance(error, BrokenPipeError):  # the reader of a pipe has gone: nobody to say anything to
        sys.stderr.close()
        return ExitCode.FAILED
    if isinstance(error, OSError) and error.strerror is not None:
        where = f"{for_display(os.fsdecode(error.filename))}: " if error.filename else ""
        return _fail(f"{where}{error.strerror}", "")
    if isinstance(error, OSError):
        raise error
    return ExitCode.INTERRUPTED


def _fail(message: str, hint: str) -> ExitCode:
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)
    if hint:
        click.echo(f"{click.style('hint:', bold=True)} {hint}", err=True)
    return ExitCode.FAILED
