"""`tutela hash`: the fingerprints of files, for people or as JSON lines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tutela.domain.media import MediaKind
from tutela.domain.paths import MEMBER_SEPARATOR, as_text, for_display
from tutela.domain.signals import View
from tutela.engine.formats import scan_jsonl
from tutela.engine.matching import Matcher
from tutela.engine.scanning import Found, Walk, examine, refused_row, resolve_roots
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.rooms import examination_options, fingerprinting, options_from
from tutela.entry.cli.words import size, span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.domain.scan import ScanRow
    from tutela.engine.fingerprint import Fingerprinter

_FRAMES_SHOWN = 3


@click.command(
    "hash",
    epilog=examples(
        "tutela hash picture.jpg",
        "tutela hash --json folder/ > fingerprints.jsonl",
    ),
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as in the report of a scan.")
@examination_options
def hash_command(paths: tuple[Path, ...], *, as_json: bool, **examination: Any) -> ExitCode:
    """Show the fingerprints of files: MD5, SHA-1, SHA-256, and PDQ of pictures.

    A folder stands for everything below it. Files inside archives are shown
    before the archive. Pictures are hashed as a person sees them; where the
    stored pixels differ, their hash is shown too.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise click.BadParameter(f"{for_display(str(path))} does not exist", param_hint="PATH")
    complete = True
    with fingerprinting(options_from(**examination), workers=1) as (fingerprinter, _):
        for row in _rows(paths, fingerprinter):
            complete &= row.fully_examined
            if as_json:
                click.echo(scan_jsonl.encode(row), nl=False)
            else:
                _show(row)
    return ExitCode.OK if complete else ExitCode.INCOMPLETE


def _rows(paths: tuple[Path, ...], fingerprinter: Fingerprinter) -> Iterator[ScanRow]:
    nothing = Matcher([])
    for met in Walk(resolve_roots(os.fsencode(path) for path in paths)):
        if isinstance(met, Found):
            try:
                yield from examine(met, fingerprinter, nothing)
            finally:
                os.close(met.opened.fd)
        else:
            yield refused_row(met)


def _show(row: ScanRow) -> None:
    name = as_text(row.path) + (MEMBER_SEPARATOR + as_text(row.member) if row.member else "")
    click.secho(for_display(name), bold=True)
    for label, value in _lines(row):
        click.echo(f"  {label:<8}{value}")


def _lines(row: ScanRow) -> Iterator[tuple[str, str]]:
    if row.digests:
        shape = f", {row.width_px} x {row.height_px}" if row.width_px else ""
        length = f", {span(row.duration_ms / 1000)}" if row.duration_ms is not None else ""
        yield "type", f"{row.media_type.value}{shape}{length}"
        yield "size", size(row.size_bytes)
        yield "md5", row.digests.md5.hex()
        yield "sha1", row.digests.sha1.hex()
        yield "sha256", row.digests.sha256.hex()
    yield from _hash_lines(row)
    if row.reason:
        yield "note", f"{row.verdict.value}, {row.reason.value}{': ' + row.detail if row.detail else ''}"


def _hash_lines(row: ScanRow) -> Iterator[tuple[str, str]]:
    video = row.media_type.kind is MediaKind.VIDEO
    shown = row.hashes[:_FRAMES_SHOWN] if video or len({made.frame for made in row.hashes}) > 1 else row.hashes
    for made in shown:
        view = f", {made.view.value}" if made.view is not View.SEEN else ""
        time = f", at {made.time_ms / 1000:g} s" if made.time_ms is not None else ""
        yield "pdq", f"{made.pdq.hex()}"
        yield "", f"quality {made.quality}{view}{time}"
    if len(row.hashes) > len(shown):
        yield "", f"and {len(row.hashes) - len(shown):,} more (--json shows all)"
