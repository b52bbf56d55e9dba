"""`tutela demo`: make harmless pictures, list a third, alter copies, scan, and show what was found and what was not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutela import __version__
from tutela.domain.errors import TutelaError
from tutela.domain.lists import Entry, MatchPolicy
from tutela.domain.media import MediaKind
from tutela.domain.paths import for_display
from tutela.domain.scan import ScanHeader, ScanOptions
from tutela.domain.signals import View
from tutela.engine.formats import scan_jsonl
from tutela.engine.formats.scan_jsonl import open_report
from tutela.engine.matching import ListStore, Matcher
from tutela.engine.scanning import resolve_roots, scan
from tutela.entry.cli.home import utc_now
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.output import write_file
from tutela.entry.cli.progress import showing_progress
from tutela.entry.cli.report import page_of
from tutela.entry.cli.rooms import cores, fingerprinting, list_uses
from tutela.entry.cli.scan import stopping
from tutela.entry.cli.words import plural, span
from tutela.entry.demo import encode, plan
from tutela.entry.demo.score import Line, score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.domain.scan import ScanSummary
    from tutela.engine.fingerprint import Fingerprinter

_MARK = ".made-by-tutela-demo"
_LIST = "demo"
_ARCHIVE = "downloads/holiday.zip"


@click.command(epilog=examples("tutela demo", "tutela demo --folder /tmp/tutela-demo"))
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tutela-demo"),
    show_default=True,
    help="Where to work; made anew each time.",
)
def demo(folder: Path) -> None:
    """Make harmless pictures, scan them, and show what is found.

    Several hundred pictures, short videos and an archive are drawn. A third of
    the originals goes on a list called known; altered copies of those, and all
    the others, are scanned. The table says what was found, how near, and what
    was missed, held against what was really planted.
    """
    folder = folder.absolute()
    _make_anew(folder)
    evidence, report, page = folder / "evidence", folder / "report.jsonl", folder / "report.html"
    with fingerprinting(ScanOptions(), workers=cores()) as (fingerprinter, confinement):
        click.echo("Drawing harmless pictures ...")
        store = ListStore(folder / "home" / "lists")
        info = store.add(
            _LIST,
            "Tutela demo",
            __version__,
            "demo: drawn shapes, harmless",
            MatchPolicy(),
            _entries(fingerprinter),
            imported_at=utc_now(),
        )
        truth = _plant(evidence)
        click.echo(
            f"Listed {plural(info.entries, 'original')}; scanning {plural(len(truth) + 1, 'file')}, "
            "the archive and those in it included ..."
        )
        packed = store.open(_LIST)
        header = ScanHeader(
            version=__version__,
            started_at=utc_now(),
            roots=resolve_roots([os.fsencode(evidence)]),
            lists=list_uses([packed.info]),
            confinement=confinement,
        )
        with stopping() as stop, showing_progress(quiet=False) as on_progress:
            outcome = scan(
                header,
                report,
                fingerprinter=fingerprinter,
                matcher=Matcher([packed]),
                codec=scan_jsonl,
                now=utc_now,
                workers=cores(),
                stop=stop.event,
                on_progress=on_progress,
            )
    if not outcome.finished:
        raise click.Abort
    with open_report(report) as opened:
        lines = score(opened.rows(), truth)
        write_file(page, [page_of(opened)], replace=True)
    _show(lines, outcome.summary)
    click.echo(
        f"\nOpen  {for_display(str(page))}\nList  TUTELA_HOME={for_display(str(folder / 'home'))} tutela list show demo"
    )


def _make_anew(folder: Path) -> None:
    """Empty the demo's folder, if it is the demo's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise TutelaError(
                f"{for_display(str(folder))} holds something that the demo did not make",
                hint="Choose another --folder.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


def _entries(fingerprinter: Fingerprinter) -> Iterator[Entry]:
    """Fingerprint the known originals, as the owner of a list would."""
    for original in plan.known():
        made = fingerprinter.fingerprint_bytes(original.data)
        if made.digests is None:
            raise TutelaError(f"the demo's own {original.entry_id} could not be read")
        seen = [one for one in made.examination.hashes if one.view is View.SEEN]
        video = made.examination.media_type.kind is MediaKind.VIDEO
        yield Entry(
            entry_id=original.entry_id,
            classification="shapes",
            source="drawn by the demo",
            md5=made.digests.md5,
            sha1=made.digests.sha1,
            sha256=made.digests.sha256,
            pdq=None if video or not seen else seen[0].pdq,
            frames=tuple((one.pdq, one.quality, one.time_ms or 0) for one in seen) if video else (),
        )


def _plant(evidence: Path) -> dict[tuple[bytes, bytes], tuple[str, str]]:
    """Write the evidence; say of every file what it is made from."""
    truth: dict[tuple[bytes, bytes], tuple[str, str]] = {}
    for planted in plan.evidence():
        plan.write(evidence, planted)
        truth[os.fsencode(evidence / planted.place), b""] = (planted.entry_id, planted.kind)
    inside = plan.archived()
    packed = encode.archive({one.place: one.data for one in inside})
    plan.write(evidence, plan.Planted(_ARCHIVE, "", "", packed))
    for one in inside:
        truth[os.fsencode(evidence / _ARCHIVE), one.place.encode()] = (one.entry_id, one.kind)
    return truth


def _show(lines: list[Line], summary: ScanSummary) -> None:
    click.echo(f"\n{'':<40}{'files':>6}{'exact':>7}{'near':>6}  {'bits off':<14}{'missed':>7}")
    for line in lines:
        away = sorted(line.distances)
        bits = f"{away[0]}..{away[-1]}, mid {away[len(away) // 2]}" if away else ""
        missed = str(line.missed) if line.missed else ""
        false = click.style(f"  {line.false} FALSE", fg="red", bold=True) if line.false else ""
        exact, near = str(line.exact or ""), str(line.near or "")
        click.echo(f"{line.kind:<40}{line.planted:>6}{exact:>7}{near:>6}  {bits:<14}{missed:>7}{false}")
    total = sum(line.planted for line in lines)
    missed, false = sum(line.missed for line in lines), sum(line.false for line in lines)
    click.echo(
        f"\n{plural(sum(line.exact for line in lines), 'exact match', 'exact matches')}, "
        f"{plural(sum(line.near for line in lines), 'near match', 'near matches')}, {missed:,} missed, "
        f"{plural(false, 'false match', 'false matches')} among {total:,} files."
    )
    scanned = summary.files + summary.members
    click.echo(f"Scanned in {span(summary.wall_s)}: {scanned / summary.wall_s:,.0f} files/s.")
    if missed:
        click.echo(
            "Missed copies were altered beyond what PDQ forgives within 31 bits; "
            "tutela scan --dihedral finds mirrored ones."
        )
