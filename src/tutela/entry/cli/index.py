"""`tutela index`: build the index over lists, change what is in force, ask it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import numpy as np

from tutela.domain.paths import for_display
from tutela.domain.signals import PDQ_BYTES, SignalKind
from tutela.engine import clock
from tutela.engine.matching import ListStore, LiveIndex, Updater
from tutela.engine.matching.live import keep_up, upkeep
from tutela.engine.matching.policy import Judged, Quarantine, ReleaseReason
from tutela.entry.cli.changes import read_changes
from tutela.entry.cli.exits import ExitCode
from tutela.entry.cli.home import lists_folder
from tutela.entry.cli.lazy import examples
from tutela.entry.cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tutela.domain.lists import Hit
    from tutela.engine.matching import Snapshot
    from tutela.engine.matching.live import Tidied

_LABEL = 20
_NICENESS = 10  # merging is never urgent: whoever asks comes first
_TOGETHER = 4096  # hashes of a stream that are asked together
_KINDS = {32: (SignalKind.MD5,), 40: (SignalKind.SHA1,), 64: (SignalKind.SHA256, SignalKind.PDQ)}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("index")
def index() -> None:
    """Build the index over lists, change what is in force, ask it."""


@index.command(
    "build",
    epilog=examples(
        "tutela index build",
        "tutela index build --list national --list partner",
    ),
)
@click.option(
    "--list", "names", metavar="NAME", multiple=True, help="A list to cover; may be repeated.  [default: all]"
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def build_index(names: tuple[str, ...], *, quiet: bool) -> None:
    """Build the index, or bring it up to date and tidy it.

    A list that was imported again takes the place of what was there. One that
    was not keeps what tutela index update changed in it. Readers go on with
    the old state until the new one is whole.
    """
    store = ListStore(lists_folder())
    lists = [store.open(name) for name in (sorted(set(names)) or store.names())]
    if not lists:
        click.echo("There are no lists yet. See tutela list import --help.")
        return
    with _progress(quiet=quiet) as progress:
        Updater(store.index_folder).build(lists, progress)
    _show_info(_snapshot())


@index.command("info", epilog=examples("tutela index info", "tutela index info --json"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show_index(*, as_json: bool) -> None:
    """Show what the index holds, and since when."""
    snapshot = _snapshot()
    if as_json:
        click.echo(json.dumps(asdict(snapshot.info), ensure_ascii=False))
    else:
        _show_info(snapshot)


@index.command("verify", epilog=examples("tutela index verify"))
def verify_index() -> None:
    """Read every file of the index and compare it with its checksums."""
    snapshot = _snapshot()
    snapshot.verify()
    click.echo(f"Whole: {plural(snapshot.info.entries, 'entry', 'entries')}, version {snapshot.version}")


@index.command(
    "update",
    epilog=examples(
        "tutela index update --list national --add new.csv",
        "tutela index update --list national --remove ids.txt --correct mended.csv",
    ),
)
@click.option("--list", "name", metavar="NAME", required=True, help="The list to change.")
@click.option("--remove", type=_FILE, metavar="FILE", help="Ids to take out, one a line.")
@click.option("--correct", type=_FILE, metavar="FILE", help="Entries that take the place of those with their ids.")
@click.option("--add", type=_FILE, metavar="FILE", help="Entries to put in; those with their ids give way.")
def update_index(name: str, *, remove: Path | None, correct: Path | None, add: Path | None) -> ExitCode:
    """Change a list in one step, without importing it again.

    Entries come in any format that tutela list import understands, with the
    owner's ids. The same update may be sent twice. Whoever reads the index
    sees it within a second; the next import of the list replaces it.
    """
    if not (remove or correct or add):
        raise click.UsageError("nothing to do: give --remove, --correct or --add")
    changes, rejected = read_changes(name, remove=remove, correct=correct, add=add)
    version = Updater(ListStore(lists_folder()).index_folder).apply(changes)
    click.echo(f"{plural(len(changes), 'change')} in force, version {version}")
    for row in rejected:
        click.echo(f"  {'line ' + str(row.line):<{_LABEL}}{for_display(row.reason)}", err=True)
    return ExitCode.INCOMPLETE if rejected else ExitCode.OK


@index.command(
    "rules",
    epilog=examples(
        "tutela index rules",
        "tutela index rules rules.toml",
        after="docs/guide/index.md has all rules.",
    ),
)
@click.argument("file", required=False, type=_FILE)
def rules_of_index(file: Path | None) -> None:
    """Show the rules in force, or put those in FILE in force.

    Rules say how far each list or class reaches, whether it is off or off until
    later, for what share of uploads it counts, what is known to be harmless,
    and which entries are set apart. A file that is not understood is refused,
    and the rules in force stay. Rules do not hold for tutela scan.
    """
    updater = Updater(ListStore(lists_folder()).index_folder)
    if file is None:
        click.echo(updater.rules().decode() or "No rules are in force.\n", nl=False)
    else:
        click.echo(f"In force, version {updater.set_rules(file.read_bytes())}")


@index.command(
    "quarantine",
    epilog=examples(
        "tutela index quarantine",
        "tutela index quarantine --list own --release x-17 --reason entry-checked",
    ),
)
@click.option("--list", "name", metavar="NAME", help="The list of the entry.")
@click.option("--release", "entry", metavar="ENTRY", help="The entry that is to count again.")
@click.option("--reason", type=click.Choice([one.value for one in ReleaseReason]), help="Why it is released.")
def quarantine_of_index(name: str | None, entry: str | None, reason: str | None) -> None:
    """Show entries that were set apart because they flooded, or release one.

    What it hits is withheld until a person has looked and releases it. Every
    process of this machine then counts it again, from nothing. Entries that
    rules set apart are not shown: tutela index rules has them.
    """
    folder = ListStore(lists_folder()).index_folder
    quarantine = LiveIndex.open(folder).gate.quarantine
    if not (name or entry or reason):
        _show_quarantine(quarantine)
        return
    if name is None or entry is None or reason is None:
        raise click.UsageError("to release an entry give --list, --release and --reason")
    if not quarantine.release(name, entry, ReleaseReason(reason), by=os.getuid(), now=clock.now()):
        raise click.UsageError("this entry is not set apart: see tutela index quarantine")
    click.echo("Released: it counts again")


@index.command(
    "upkeep",
    epilog=examples("tutela index upkeep", after="The gateway runs it with --watch; without a gateway, cron may."),
)
@click.option("--watch", is_flag=True, help="Go on until stopped, and look every second.")
def upkeep_of_index(*, watch: bool) -> None:
    """Merge what has become many segments, or holds much that was removed.

    Updates and readers go on meanwhile. One process of a machine does it at a
    time. It may be ended at any moment.
    """
    folder = ListStore(lists_folder()).index_folder
    if watch:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # there is nothing to end well: it is safe to be killed
        os.nice(_NICENESS)
        keep_up(folder, _tell_done, threading.Event())
        return
    done = upkeep(folder)
    for one in done or ():
        _tell_done(one)
    if not done:
        click.echo("Another process is at it" if done is None else "Nothing is due")


@index.command(
    "query",
    epilog=examples(
        "tutela index query 9e107d9d372bb6826bd81d3542a419d6",
        "tutela index query --json < hashes.txt",
        after="Exit codes: 0 nothing found, 1 something found, 4 nothing found but a line was no hash.",
    ),
)
@click.argument("hashes", metavar="[HASH]...", nargs=-1)
@click.option(
    "--distance",
    type=click.IntRange(0, 255),
    metavar="BITS",
    help="PDQ bits that may differ, in the place of every list's own number.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each hash, a line each.")
def query_index(hashes: tuple[str, ...], *, distance: int | None, as_json: bool) -> ExitCode:
    """Ask for hashes: MD5, SHA-1, SHA-256 or PDQ, in hexadecimal.

    Without HASH they are read from standard input, one a line. 64 characters
    may be SHA-256 or PDQ: both are asked. Each answer names the version of the
    index that it is from.
    """
    for text in hashes:
        if _raw(text) is None:
            raise click.BadParameter("a hash has 32, 40 or 64 hexadecimal characters", param_hint="HASH")
    snapshot = _snapshot()
    found = incomplete = False
    for batch in _batches(hashes or (line.strip() for line in sys.stdin)):
        raws = [_raw(text) for text in batch]
        for place in (place for place, raw in enumerate(raws) if raw is None):
            incomplete = True
            click.echo(f"{for_display(batch[place][:80])}: no hash", err=True)
        asked = [raw for raw in raws if raw is not None]
        for raw, judged in zip(asked, _ask(snapshot, asked, distance), strict=True):
            found |= bool(judged.hits)
            _tell(raw, judged, snapshot.version, as_json=as_json)
    if found:
        return ExitCode.FOUND
    return ExitCode.INCOMPLETE if incomplete else ExitCode.OK


def _snapshot() -> Snapshot:
    return LiveIndex.open(ListStore(lists_folder()).index_folder).snapshot()


def _show_info(snapshot: Snapshot) -> None:
    info = snapshot.info
    click.secho("Index", bold=True)
    told = [
        ("version", info.version),
        ("made", f"{info.made_at}, state {info.serial}"),
        ("entries", f"{info.entries:,}"),
        ("hashes", f"{info.hashes:,}"),
        ("segments", f"{info.segments:,}"),
        ("removed, not merged", f"{info.tombstones:,}"),
        ("rules", "in force: tutela index rules" if snapshot.rules else "none"),
        *(
            (one.about.name, f"{plural(one.entries, 'entry', 'entries')}, {one.about.owner or 'owner not given'}")
            for one in info.lists
        ),
    ]
    for label, value in told:
        click.echo(f"  {label:<{_LABEL}}{for_display(value)}")


def _show_quarantine(quarantine: Quarantine) -> None:
    apart = sorted(quarantine.apart().values(), key=lambda one: one.since, reverse=True)
    for one in apart:
        click.secho(for_display(f"{one.list_name}, entry {one.entry_id}"), bold=True)
        click.echo(
            f"  more than {one.hits_max:,} hits within {one.window_s:,.0f} s, at {one.since:%Y-%m-%d %H:%M:%S %Z}"
        )
    if not apart:
        click.echo("No entry is set apart")
    if quarantine.unreadable:
        click.echo(f"{plural(quarantine.unreadable, 'line')} of {Quarantine.FILE} cannot be read", err=True)


def _tell_done(one: Tidied | Exception) -> None:
    if isinstance(one, Exception):
        click.echo(f"Upkeep of the index: {one}", err=True)
        return
    why = one.why.value if one.why else "asked for"
    click.echo(
        f"Merged {plural(one.segments, 'segment')} into one of {plural(one.entries, 'entry', 'entries')} ({why}), "
        f"version {one.version}"
    )


@contextmanager
def _progress(*, quiet: bool) -> Generator[Callable[[float], None]]:
    """A bar on a terminal; else nothing: building takes seconds."""
    if quiet or not sys.stderr.isatty():
        yield lambda _share: None
        return
    with click.progressbar(length=100, label="Building", file=sys.stderr, width=0) as bar:
        yield lambda share: bar.update(round(share * 100) - bar.pos)


def _raw(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) if len(text) in _KINDS else None
    except ValueError:
        return None


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        if text:
            batch.append(text)
        if len(batch) == _TOGETHER:
            yield batch
            batch = []
    yield batch


def _ask(snapshot: Snapshot, raws: list[bytes], distance: int | None) -> Iterator[Judged]:
    """Ask for each as whatever its length says it may be."""
    hashes = [raw for raw in raws if len(raw) == PDQ_BYTES]
    near = iter(
        snapshot.judge_many(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, PDQ_BYTES), distance_max=distance)
    )
    for raw, exact in zip(raws, snapshot.judge_digests(raws), strict=True):
        also = next(near) if len(raw) == PDQ_BYTES else Judged(())
        yield Judged((*exact.hits, *also.hits), (*exact.withheld, *also.withheld))


def _tell(raw: bytes, judged: Judged, version: str, *, as_json: bool) -> None:
    if as_json:
        told = {
            "asked": raw.hex(),
            "version": version,
            "hits": [_plain(hit) for hit in judged.hits],
            "withheld": [_plain(one.hit) | {"why": one.why.value} for one in judged.withheld],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.secho(raw.hex(), bold=True)
    for hit in judged.hits:
        click.echo(f"  {_in_words(hit)}")
    for one in judged.withheld:
        click.echo(f"  {_in_words(one.hit)} (withheld: {one.why.value})")
    if not judged.hits and not judged.withheld:
        click.echo("  not on any list")
    click.echo(f"  index version {version}")


def _plain(hit: Hit) -> dict[str, object]:
    return cast("dict[str, Any]", asdict(hit))


def _in_words(hit: Hit) -> str:
    near = f" at {hit.distance} of {hit.threshold} bits" if hit.distance is not None else ""
    named = f"{hit.list_name}, entry {hit.entry_id}" + (f", {hit.classification}" if hit.classification else "")
    return for_display(f"{hit.kind.value} by {hit.signal.value}{near}: {named}, list version {hit.list_version[:12]}")
