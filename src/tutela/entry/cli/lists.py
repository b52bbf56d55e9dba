"""`tutela list`: import, show and remove hash lists; publish those of an organisation's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela.domain.lists import PDQ_DISTANCE_MAX_DEFAULT, Entry, MatchPolicy, RejectedRow
from tutela.domain.paths import for_display
from tutela.domain.signals import SignalKind
from tutela.engine.formats import ListFormat, open_list
from tutela.engine.matching import ListStore
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.home import lists_folder, utc_now
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.own_lists import own_list, publish_list, withdraw_entry
from tutela.entry.cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutela.domain.lists import ListInfo

_REJECTED_SHOWN = 10
_LABEL = 20


@click.group("list")
def lists() -> None:
    """Import, show and remove hash lists; publish an organisation's own."""


for own in (own_list, publish_list, withdraw_entry):
    lists.add_command(own)


@lists.command(
    "import",
    epilog=examples(
        'tutela list import known.csv --name known --owner "Example hotline"',
        'tutela list import vic.json --name vic --scheme "VICS 2.0 US" --distance 16',
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="What to call it here; importing again replaces it.")
@click.option("--owner", default="", help="Who answers for the list.")
@click.option("--label", default="", help="What the owner calls this version.")
@click.option("--scheme", default="", help="The scheme of its classifications, e.g. 'VICS 2.0 US'.")
@click.option(
    "--format",
    "told",
    type=click.Choice([told.value for told in ListFormat]),
    help="What the file is.  [default: told by its content]",
)
@click.option(
    "--kind",
    type=click.Choice([SignalKind.SHA256.value, SignalKind.PDQ.value]),
    help="What a bare hash of 64 characters is.",
)
@click.option(
    "--column",
    "columns",
    metavar="THEIRS=OURS",
    multiple=True,
    help="A column or key of the file and what it is, e.g. Prüfsumme=md5; may be repeated.",
)
@click.option(
    "--distance",
    type=click.IntRange(0, 256),
    default=PDQ_DISTANCE_MAX_DEFAULT,
    metavar="BITS",
    show_default=True,
    help="PDQ bits that may differ for a near match; 0 for equal pictures only.",
)
@click.option("--strict", is_flag=True, help="Stop at the first malformed row instead of leaving it out.")
def import_list(
    file: Path,
    *,
    name: str,
    owner: str,
    label: str,
    scheme: str,
    told: str | None,
    kind: str | None,
    columns: tuple[str, ...],
    distance: int,
    strict: bool,
) -> ExitCode:
    """Import a list of known hashes, or a new version of one.

    Understood: CSV and JSON lines (columns md5, sha1, sha256, pdq,
    classification, source, id under many names), text with one hash a line,
    Project VIC VICS JSON, threatexchange exports. Signals that cannot be
    matched here, such as PhotoDNA, are kept and counted.

    A malformed row is left out and reported with its line; the exit code is
    then 4.
    """
    told_format = ListFormat(told) if told else None
    signal = SignalKind(kind) if kind else None
    with open_list(file, told_format, kind=signal, columns=_columns(columns), strict=strict) as rows:
        shown = _Rejected(rows)
        info = ListStore(lists_folder()).add(
            name, owner, label, scheme, MatchPolicy(pdq_distance_max=distance), shown, imported_at=utc_now()
        )
        click.echo(f"Imported {for_display(str(file))} as {rows.format.value}")
    _show_info(info)
    for row in shown.first:
        click.echo(f"  {'line ' + str(row.line):<{_LABEL}}{for_display(row.reason)}", err=True)
    if info.rows_rejected > len(shown.first):
        more = info.rows_rejected - len(shown.first)
        click.echo(f"  and {more:,} more: tutela list show {name} --rejected", err=True)
    return ExitCode.INCOMPLETE if info.rows_rejected else ExitCode.OK


def _columns(pairs: tuple[str, ...]) -> dict[str, str] | None:
    named: dict[str, str] = {}
    for pair in pairs:
        theirs, found, ours = pair.rpartition("=")
        if not found or not theirs or not ours:
            raise click.BadParameter(f"{pair!r} is not THEIRS=OURS", param_hint="--column")
        named[theirs] = ours
    return named or None


class _Rejected:
    """Passes rows on and remembers the first that were rejected."""

    def __init__(self, rows: Iterable[Entry | RejectedRow]) -> None:
        self._rows = rows
        self.first: list[RejectedRow] = []

    def __iter__(self) -> Iterator[Entry | RejectedRow]:
        for row in self._rows:
            if isinstance(row, RejectedRow) and len(self.first) < _REJECTED_SHOWN:
                self.first.append(row)
            yield row


@lists.command(
    "show",
    epilog=examples(
        "tutela list show",
        "tutela list show known --rejected",
    ),
)
@click.argument("name", required=False)
@click.option("--rejected", is_flag=True, help="Also the rows that were left out when it was imported.")
def show_list(name: str | None, *, rejected: bool) -> None:
    """Show all lists, or what one says about itself."""
    store = ListStore(lists_folder())
    if name is None:
        for each in store.names():
            info = store.info(each)
            click.echo(f"{each:<{_LABEL}}  {info.entries:>12,} entries  {for_display(info.owner)}")
        if not store.names():
            click.echo("There are no lists yet. See tutela list import --help.")
        return
    _show_info(store.info(name))
    if rejected:
        for row in store.open(name).rejected():
            click.echo(f"  {'line ' + str(row.line):<{_LABEL}}{for_display(row.reason)}")


def _show_info(info: ListInfo) -> None:
    click.secho(info.name, bold=True)
    told = [
        ("owner", info.owner or "not given"),
        ("version", info.version + (f" ({info.label})" if info.label else "")),
        ("scheme", info.scheme or "not given: its classifications mean nothing without one"),
        ("imported", info.imported_at),
        ("entries", f"{info.entries:,}"),
        *((f"  with {kind}", f"{count:,}") for kind, count in info.counts.items() if count),
        ("near matches", f"within {info.policy.pdq_distance_max} of 256 bits"),
    ]
    if info.unmatchable:
        told.append(("not matched here", f"{plural(info.unmatchable, 'entry', 'entries')} with other signals only"))
    if info.degenerate_pdq:
        told.append(("too flat", f"{plural(info.degenerate_pdq, 'PDQ')}, not matched near"))
    if info.rows_rejected:
        told.append(("left out", plural(info.rows_rejected, "malformed row")))
    for label, value in told:
        click.echo(f"  {label:<{_LABEL}}{for_display(value)}")


@lists.command(
    "remove",
    epilog=examples(
        "tutela list remove known",
    ),
)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_list(name: str, *, yes: bool) -> None:
    """Remove a list from this installation. Reports keep what they say."""
    store = ListStore(lists_folder())
    info = store.info(name)
    if not yes:
        click.confirm(f"Remove {name} with its {info.entries:,} entries?", abort=True)
    store.remove(name)
    click.echo(f"Removed {name}.")
