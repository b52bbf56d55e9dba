"""Putting the engine's parts together for a command: sandbox, fingerprinter, lists."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from tutela.domain.scan import ListUse, ScanOptions
from tutela.engine.fingerprint import Fingerprinter
from tutela.engine.sandbox import Isolation, Layer, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from tutela.domain.lists import ListInfo

_MS = 1000


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def examination_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how files are examined; `options_from` reads them."""
    for option in reversed(
        (
            click.option(
                "--isolation",
                type=click.Choice([kind.value for kind in Isolation]),
                default=Isolation.PERSISTENT.value,
                show_default=True,
                help="per-file: a fresh confined process for each file; the most careful, and slower.",
            ),
            click.option("--dihedral", is_flag=True, help="Also match turned and mirrored pictures."),
            click.option(
                "--scaled",
                is_flag=True,
                help="Decode large JPEG pictures at reduced size where that is safe: faster, a few bits off.",
            ),
            click.option(
                "--video-every",
                "video_every_s",
                type=click.FloatRange(min=0),
                default=1.0,
                show_default=True,
                metavar="SECONDS",
                help="One frame of a video for each such span; 0 for every frame.",
            ),
            click.option(
                "--allow-missing",
                multiple=True,
                type=click.Choice([layer.value for layer in Layer]),
                help="Go on although this host lacks that layer of confinement. Risky; may be repeated.",
            ),
        )
    ):
        command = option(command)
    return command


def options_from(
    *, isolation: str, dihedral: bool, scaled: bool, video_every_s: float, allow_missing: tuple[str, ...]
) -> ScanOptions:
    """Turn what the command line says into the value that a report keeps."""
    return ScanOptions(isolation, dihedral, scaled, round(video_every_s * _MS), tuple(sorted(set(allow_missing))))


@contextmanager
def fingerprinting(options: ScanOptions, *, workers: int) -> Generator[tuple[Fingerprinter, str]]:
    """Start the sandbox; give the fingerprinter and which confinement is in force, in words."""
    with Sandbox(
        workers=workers,
        isolation=Isolation(options.isolation),
        allow_missing=[Layer(name) for name in options.allow_missing],
    ) as sandbox:
        fingerprinter = Fingerprinter(
            sandbox,
            dihedral=options.dihedral,
            scaled=options.scaled,
            video_interval_ms=options.video_interval_ms,
        )
        yield fingerprinter, _in_words(sandbox)


def _in_words(sandbox: Sandbox) -> str:
    found = sandbox.status.confinement
    layers = ", ".join(sorted(layer.value for layer in found.layers)) or "no layer"
    return f"confined by {layers} (Landlock ABI {found.landlock_abi}, {found.architecture})"


def list_uses(infos: Iterable[ListInfo]) -> tuple[ListUse, ...]:
    """Take what a report keeps of lists. A list that was changed since its import comes in parts: one use each list."""
    uses: dict[str, ListUse] = {}
    for info in infos:
        before = uses.get(info.name)
        uses[info.name] = ListUse(
            name=info.name,
            version=info.version,
            owner=info.owner,
            label=info.label,
            scheme=info.scheme,
            entries=info.entries + (before.entries if before else 0),
            unmatchable=info.unmatchable + (before.unmatchable if before else 0),
            degenerate_pdq=info.degenerate_pdq + (before.degenerate_pdq if before else 0),
            pdq_distance_max=info.policy.pdq_distance_max,
        )
    return tuple(uses.values())
