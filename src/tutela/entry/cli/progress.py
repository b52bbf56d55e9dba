"""Progress of a scan on standard error: a bar on a terminal, else a plain line now and then. Never a file name."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tutela.entry.cli.words import size, span

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tutela.engine.scanning import Progress

_PLAIN_LINE_S = 10.0


@contextmanager
def showing_progress(*, quiet: bool) -> Generator[Callable[[Progress], None] | None]:
    """Give what a scan calls with its `Progress`, or None where nothing is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as update:
            yield update
    else:
        yield _PlainLines()


class _PlainLines:
    def __init__(self) -> None:
        self._next_s = _PLAIN_LINE_S

    def __call__(self, progress: Progress) -> None:
        if progress.elapsed_s < self._next_s:
            return
        self._next_s = progress.elapsed_s + _PLAIN_LINE_S
        read = f"{size(progress.bytes_read)} read"
        words = (_done(progress), read, _rate(progress), _found(progress), _left(progress))
        click.echo(" · ".join(words), err=True)


@contextmanager
def _bar() -> Generator[Callable[[Progress], None]]:
    """A bar with the time left, and what was found below it."""
    from rich.console import Console, Group  # noqa: PLC0415  - a tenth of a second that other commands need not pay
    from rich.live import Live  # noqa: PLC0415
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    bar = Bar(BarColumn(bar_width=None), TextColumn("{task.description}"))
    task = bar.add_task("starting", total=None)
    with Live(console=Console(stderr=True), transient=True, refresh_per_second=5) as live:

        def update(now: Progress) -> None:
            bar.update(
                task,
                completed=now.files,
                total=now.files_total if now.total_complete else None,
                description=f"{_done(now)} · {_rate(now)} · {_left(now)}",
            )
            live.update(Group(bar, Text(f"{size(now.bytes_read)} read · {_found(now)}", style="dim")))

        yield update


def _done(progress: Progress) -> str:
    total = f"{progress.files_total:,}" if progress.total_complete else f"{progress.files_total:,}+"
    return f"{progress.files:,} of {total} files"


def _rate(progress: Progress) -> str:
    return f"{_files_per_s(progress):,.0f}/s"


def _found(progress: Progress) -> str:
    return f"{progress.exact:,} exact, {progress.near:,} near, {progress.not_fully_examined:,} not fully examined"


def _left(progress: Progress) -> str:
    rate = _files_per_s(progress)
    if not progress.total_complete or not rate:
        return "counting"
    return f"{span((progress.files_total - progress.files) / rate)} left"


def _files_per_s(progress: Progress) -> float:
    return (progress.files - progress.files_kept) / max(progress.elapsed_s, 0.001)
