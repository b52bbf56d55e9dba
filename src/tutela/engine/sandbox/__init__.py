"""The only code that decodes hostile media: in worker processes that can read one descriptor, compute, and answer.

    caller --fd, Request--> Sandbox --order--> worker (rlimits + Landlock + seccomp) --records--> Examination

A file that cannot be decoded, kills its decoder, takes it over or takes too long is a verdict with a reason. An error
means that this host cannot confine workers; nothing is ever decoded without confinement unless the caller names, in
`allow_missing`, the layer that may be missing.

Worked example:

    with Sandbox(workers=2) as sandbox:
        ticket = sandbox.start(fd, Request(size_bytes))     # returns at once: digest the file meanwhile
        examination = ticket.result()
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from tutela.domain.limits import MIB, DecodeLimits
from tutela.domain.media import Examination, MediaKind, MediaType, Verdict
from tutela.engine.sandbox import confine
from tutela.engine.sandbox.confine import Confinement, Layer
from tutela.engine.sandbox.contract import REDUCED_SIDE_PX_MAX, Form, ReducedPicture, Task
from tutela.engine.sandbox.exchange import Exchange, Ticket
from tutela.engine.sandbox.pool import Isolation, Pool
from tutela.engine.sandbox.sniff import HEAD_BYTES, sniff
from tutela.engine.sandbox.zygote import Decoders

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

__all__ = [
    "Confinement",
    "Decoders",
    "Form",
    "Isolation",
    "Layer",
    "ReducedPicture",
    "Request",
    "Sandbox",
    "SandboxStatus",
    "Ticket",
]

MEMORY_BYTES_MAX_DEFAULT: Final = 192 * MIB  # for large pictures, all workers together


@dataclass(frozen=True, slots=True)
class Request:
    """What to examine, and how. `media_type` None: told here from the first bytes.

    `dihedral`: also hash the seven other orientations. `scaled`: large pictures may be decoded at reduced size where
    the guard allows it. `video_interval_ms`: one frame hash for each such interval, 0 for every frame.
    """

    size_bytes: int
    media_type: MediaType | None = None
    dihedral: bool = False
    scaled: bool = False
    video_interval_ms: int = 1000


@dataclass(frozen=True, slots=True)
class SandboxStatus:
    """What stands between a hostile file and this host."""

    confinement: Confinement
    isolation: Isolation
    workers: int


class Sandbox:
    """A pool of confined workers. Thread-safe; one for each process; close it, or use it as a context manager."""

    def __init__(
        self,
        limits: DecodeLimits = DecodeLimits(),  # noqa: B008  - frozen
        *,
        workers: int,
        isolation: Isolation = Isolation.PERSISTENT,
        allow_missing: Collection[Layer] = (),
        memory_bytes_max: int = MEMORY_BYTES_MAX_DEFAULT,
        decoders: Decoders = Decoders(),  # noqa: B008  - frozen
    ) -> None:
        """`SandboxLayerMissingError` where this host lacks a layer that is not in `allow_missing`.

        `memory_bytes_max` bounds what all workers together reserve for large pictures; a single larger one is still
        decoded, alone. `decoders` names what runs inside; only tests name anything else.
        """
        found = confine.probe()
        confine.require(found, allow_missing)
        self.limits = limits
        self.status = SandboxStatus(found, isolation, workers)
        self._pool = Pool(
            limits,
            decoders,
            workers=workers,
            isolation=isolation,
            allow_missing=allow_missing,
            memory_bytes_max=memory_bytes_max,
        )
        self._pool.spawner.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every worker. Examinations under way end with `SandboxError`."""
        self._pool.close()

    def start(self, fd: int, request: Request) -> Ticket:
        """Begin to examine the file open at `fd`; blocks only while all workers are busy.

        The descriptor must be open for reading only and stay open until the ticket's `result`. A hostile worker may
        move its offset: read with `os.pread`. `OSError` where its first bytes cannot be read.
        """
        media_type = request.media_type or sniff(os.pread(fd, HEAD_BYTES, 0))
        if media_type is MediaType.OTHER:
            return Ticket(None, Examination(media_type, Verdict.DIGESTED))
        task = Task(
            size_bytes=request.size_bytes,
            media_type=media_type,
            dihedral=request.dihedral,
            scaled=request.scaled,
            video_interval_ms=request.video_interval_ms,
        )
        return Ticket(Exchange(self._pool, fd, task, side_px_max=0))

    def examine(self, fd: int, request: Request) -> Examination:
        """Examine the file open at `fd` and wait for the result (see `start`)."""
        return self.start(fd, request).result()

    def reduce(
        self, fd: int, size_bytes: int, *, side_px_max: int, form: Form = Form.COLOUR
    ) -> ReducedPicture | Examination:
        """Return one small picture, neither side longer than `side_px_max`, or the examination that says why not.

        Of a `form` that shows less, the worker gives no more than that.
        """
        if not 0 < side_px_max <= REDUCED_SIDE_PX_MAX:
            raise ValueError(f"side_px_max must be 1..{REDUCED_SIDE_PX_MAX}")
        media_type = sniff(os.pread(fd, HEAD_BYTES, 0))
        if media_type.kind is not MediaKind.PICTURE:
            return Examination(media_type, Verdict.DIGESTED)
        task = Task(size_bytes, media_type, form=form)
        exchange = Exchange(self._pool, fd, task, side_px_max=min(side_px_max, form.side_px_max))
        return Ticket(exchange).answer()

    @property
    def zygote_pid(self) -> int | None:
        """Process id of the zygote, for measurements and tests."""
        return self._pool.spawner.zygote_pid

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """Process ids of the workers that have answered at least once, for measurements and tests."""
        return tuple(slot.pid for slot in self._pool.slots if slot.pid)
