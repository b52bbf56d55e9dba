"""Tutela as the measurements use it: one sandbox with every layer on, files in, examinations out.

with Ours(workers=1) as ours:
    hashes = ours.hashes(Path("a.jpg"))
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from tutela.domain.limits import DecodeLimits
from tutela.domain.signals import View
from tutela.engine.sandbox import Request, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from tutela.domain.media import Examination
    from tutela.domain.signals import PictureHash
    from tutela.engine.sandbox import Ticket


class Ours:
    """A sandbox with `workers` workers. No layer of confinement may be missing: a figure without it means nothing."""

    def __init__(self, *, workers: int, limits: DecodeLimits | None = None) -> None:
        self._workers = workers
        self._stack = ExitStack()
        self._sandbox = self._stack.enter_context(Sandbox(limits or DecodeLimits(), workers=workers))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def layers(self) -> str:
        """The layers of confinement in force, for a record's notes."""
        found = self._sandbox.status.confinement
        return f"{', '.join(sorted(found.layers))} (Landlock ABI {found.landlock_abi}, {found.architecture})"

    def examine(self, path: Path, *, scaled: bool = False, video_interval_ms: int = 1000) -> Examination:
        """Examine one file."""
        return self.examine_all([path], scaled=scaled, video_interval_ms=video_interval_ms)[0]

    def examine_all(
        self, paths: Iterable[Path], *, scaled: bool = False, video_interval_ms: int = 1000
    ) -> list[Examination]:
        """Examine files, as many at once as there are workers; answers in the order of the paths."""
        waiting, answers = [], []
        for path in paths:
            descriptor = os.open(path, os.O_RDONLY)
            size_bytes = os.fstat(descriptor).st_size
            request = Request(size_bytes=size_bytes, scaled=scaled, video_interval_ms=video_interval_ms)
            waiting.append((descriptor, self._sandbox.start(descriptor, request)))
            if len(waiting) == self._workers:
                answers.append(_finish(*waiting.pop(0)))
        return answers + [_finish(*pair) for pair in waiting]

    def hashes(self, path: Path) -> tuple[PictureHash, ...]:
        """The hashes of one file; empty where it was not hashed."""
        return self.examine(path).hashes


def seen(hashes: Iterable[PictureHash]) -> PictureHash:
    """The hash of the picture as a person sees it, first frame."""
    return next(picture for picture in hashes if picture.view is View.SEEN and picture.frame == 0)


def _finish(descriptor: int, ticket: Ticket) -> Examination:
    try:
        return ticket.result()
    finally:
        os.close(descriptor)
