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
        click.echo(f"{_done(progress)} · {_rate(progress)} · {_found(progress)} · {_left(progress)}", err=True)


@contextmanager
def _bar() -> Generator[Callable[[Progress], None]]:
    from rich.console import Console  # noqa: PLC0415  - a tenth of a second that other commands need not pay
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[done]} · {task.fields[rate]} · {task.fields[found]} · {task.fields[left]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=5) as bar:
        task = bar.add_task("scan", total=None, done="starting", rate="", found="", left="")
        yield lambda now: bar.update(
            task,
            completed=now.files,
            total=now.files_total if now.total_complete else None,
            done=_done(now),
            rate=_rate(now),
            found=_found(now),
            left=_left(now),
        )


def _done(progress: Progress) -> str:
    total = f"{progress.files_total:,}" if progress.total_complete else f"{progress.files_total:,}+"
    return f"{progress.files:,}/{total} files, {size(progress.bytes_read)}"


def _rate(progress: Progress) -> str:
    return f"{_files_per_s(progress):,.0f}/s"


def _found(progress: Progress) -> str:
    return f"{progress.exact:,} exact, {progress.near:,} near, {progress.not_fully_examined:,} unexamined"


def _left(progress: Progress) -> str:
    rate = _files_per_s(progress)
    if not progress.total_complete or not rate:
        return "counting"
    return f"{span((progress.files_total - progress.files) / rate)} left"


def _files_per_s(progress: Progress) -> float:
    return (progress.files - progress.files_kept) / max(progress.elapsed_s, 0.001)
