"""Run one scan: a walker, N examiners, and the calling thread, which watches, synchronises and is where signals arrive.

    walker --open files (a short queue)--> examiners --whole blocks--> journal
       └────────── rows of what is not read ────────────────────────────┘

Stopping: set `stop`. Nobody starts another file; those under way get `STOP_GRACE_S`, and what is not done by then is
simply not in the report, so that `--resume` examines it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import ReportError
from tutela.domain.limits import ScanLimits
from tutela.domain.scan import Resumption, ScanHeader, ScanRow, ScanSummary, Tally
from tutela.engine.scanning.counting import FileCount
from tutela.engine.scanning.examining import examine, refused_row
from tutela.engine.scanning.journal import Journal
from tutela.engine.scanning.recovery import Kept, recover
from tutela.engine.scanning.walk import Found, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tutela.engine.scanning.ports import Fingerprinting, Matching, ReportCodec

STOP_GRACE_S: Final = 3.0
_TICK_S: Final = 0.2
_SYNC_S: Final = 1.0
_QUEUE_PER_WORKER: Final = 4  # open files that wait; each holds a descriptor


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a scan stands. `files` counts those of earlier runs too; `files_total` is an estimate that grows."""

    files: int
    files_kept: int
    bytes_read: int
    exact: int
    near: int
    not_fully_examined: int
    files_total: int
    total_complete: bool
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """How a run ended. Not `finished` means stopped: the report has no summary and can be resumed."""

    finished: bool
    summary: ScanSummary
    files_kept: int = 0
    cut_bytes: int = 0
    nothing_to_do: bool = False  # the report was already finished


def scan(
    header: ScanHeader,
    report: Path,
    *,
    fingerprinter: Fingerprinting,
    matcher: Matching,
    codec: ReportCodec,
    now: Callable[[], str],
    workers: int,
    resume: bool = False,
    stop: Event | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    limits: ScanLimits = ScanLimits(),  # noqa: B008  - frozen
) -> ScanOutcome:
    """Scan `header.roots` (see `resolve_roots`) into `report`. `now` gives UTC time as ISO 8601.

    Raises `ReportError` where the report cannot be written or belongs to another scan, and whatever `TutelaError` the
    fingerprinter or matcher meets. What was reported until then stays.
    """
    journal = Journal.open(report, resume=resume)
    try:
        kept = _begin(journal, header, codec, now, resume=resume)
        if kept is not None and kept.summary is not None:
            return ScanOutcome(True, kept.summary, len(kept.done), nothing_to_do=True)
        run = _Run(
            journal,
            codec=codec,
            fingerprinter=fingerprinter,
            matcher=matcher,
            kept=kept,
            stop=stop or Event(),
        )
        walk = Walk(
            header.roots,
            limits=limits,
            is_done=kept.done.__contains__ if kept else lambda _path: False,
            own=journal.identity,
        )
        finished = run.until_done(walk, header.roots, workers, on_progress)
        summary = run.tally.summary(now(), run.elapsed_s())
        if finished:
            journal.append(codec.encode(summary))
        return ScanOutcome(finished, summary, run.files_kept, kept.cut_bytes if kept else 0)
    finally:
        journal.close()


def _begin(
    journal: Journal, header: ScanHeader, codec: ReportCodec, now: Callable[[], str], *, resume: bool
) -> Kept | None:
    """Write the header, or check the one that is there and cut what was torn."""
    kept = recover(journal, codec) if resume else None
    if kept is None:
        journal.cut(0)
        journal.append(codec.encode(header))
        journal.sync()
        return None
    _refuse_other_scan(kept.header, header, journal.name)
    if kept.summary is None:
        journal.cut(kept.end)
        journal.append(codec.encode(Resumption(now(), header.version, len(kept.done), kept.cut_bytes)))
        kept.tally.resumptions += 1
    return kept


def _refuse_other_scan(old: ScanHeader, new: ScanHeader, name: str) -> None:
    differing = [
        what
        for what, before, after in (
            ("the paths", old.roots, new.roots),
            ("the lists", old.lists, new.lists),
            ("the options", old.options, new.options),
        )
        if before != after
    ]
    if differing:
        raise ReportError(
            f"the report {name} belongs to another scan: {' and '.join(differing)} differ",
            hint="Give the same paths, lists and options as then (its first line has them), or begin a new --report.",
        )


class _Run:
    """The threads of one run and what they share."""

    def __init__(
        self,
        journal: Journal,
        *,
        codec: ReportCodec,
        fingerprinter: Fingerprinting,
        matcher: Matching,
        kept: Kept | None,
        stop: Event,
    ) -> None:
        self._journal = journal
        self._codec = codec
        self._fingerprinter = fingerprinter
        self._matcher = matcher
        self._stop = stop
        self._failures: list[BaseException] = []
        self._writing = Lock()
        self._began_s = time.monotonic()
        self._synced_s = self._began_s
        self._count = FileCount()
        self.tally = kept.tally if kept else Tally()
        self.files_kept = self.tally.files

    def elapsed_s(self) -> float:
        return time.monotonic() - self._began_s

    def until_done(
        self,
        walk: Walk,
        roots: Sequence[bytes],
        workers: int,
        on_progress: Callable[[Progress], None] | None,
    ) -> bool:
        """Examine everything; False when stopped before the end. Raises the first failure of any thread."""
        queue: Queue[Found | None] = Queue(workers * _QUEUE_PER_WORKER)
        threads = [Thread(target=self._walk, args=(walk, queue, workers), name="walk", daemon=True)]
        threads += [Thread(target=self._work, args=(queue,), name="examine", daemon=True) for _ in range(workers)]
        if on_progress is not None:
            Thread(target=self._count.run, args=(roots, self._stop), name="count", daemon=True).start()
        for thread in threads:
            thread.start()
        try:
            self._watch(threads, on_progress)
        finally:
            interrupted = self._stop.is_set() or any(thread.is_alive() for thread in threads)
            self._stop.set()
            self._drain(threads, queue)
        if self._failures:
            raise self._failures[0]
        if on_progress is not None:
            on_progress(self._progress())  # the threads may have ended unseen, between two looks
        return not interrupted

    def _watch(self, threads: Sequence[Thread], on_progress: Callable[[Progress], None] | None) -> None:
        for thread in threads:
            while thread.is_alive() and not self._stop.is_set():
                thread.join(_TICK_S)
                if time.monotonic() - self._synced_s >= _SYNC_S:
                    self._journal.sync()
                    self._synced_s = time.monotonic()
                if on_progress is not None:
                    on_progress(self._progress())

    def _drain(self, threads: Sequence[Thread], queue: Queue[Found | None]) -> None:
        """Wait a moment for the files under way, and close those that nobody will take."""
        deadline_s = time.monotonic() + STOP_GRACE_S
        for thread in threads:
            thread.join(max(0.0, deadline_s - time.monotonic()))
        while True:
            try:
                left = queue.get_nowait()
            except Empty:
                return
            if left is not None:
                os.close(left.opened.fd)

    def _progress(self) -> Progress:
        tally = self.tally
        return Progress(
            files=tally.files,
            files_kept=self.files_kept,
            bytes_read=tally.bytes_read,
            exact=tally.exact,
            near=tally.near,
            not_fully_examined=tally.not_fully_examined,
            files_total=max(self._count.total, tally.files),
            total_complete=self._count.complete,
            elapsed_s=self.elapsed_s(),
        )

    #### What the threads do ####

    def _walk(self, walk: Walk, queue: Queue[Found | None], workers: int) -> None:
        try:
            for met in walk:
                if isinstance(met, Found):
                    self._hand_over(met, queue)
                else:
                    self._write([refused_row(met)])
                if self._stop.is_set():
                    break
        except BaseException as error:  # noqa: BLE001  - raised again by the calling thread
            self._fail(error)
        for _ in range(workers):
            self._put(None, queue)

    def _hand_over(self, found: Found, queue: Queue[Found | None]) -> None:
        if not self._put(found, queue):
            os.close(found.opened.fd)

    def _put(self, item: Found | None, queue: Queue[Found | None]) -> bool:
        while not self._stop.is_set():
            try:
                queue.put(item, timeout=_TICK_S)
            except Full:
                continue
            return True
        return False

    def _work(self, queue: Queue[Found | None]) -> None:
        while not self._stop.is_set():
            try:
                found = queue.get(timeout=_TICK_S)
            except Empty:
                continue
            if found is None:
                return
            try:
                self._write(examine(found, self._fingerprinter, self._matcher))
            except BaseException as error:  # noqa: BLE001  - raised again by the calling thread
                self._fail(error)
            finally:
                os.close(found.opened.fd)

    def _write(self, rows: Sequence[ScanRow]) -> None:
        block = b"".join(self._codec.encode(row) for row in rows)
        with self._writing:
            if self._journal.append(block):
                for row in rows:
                    self.tally.add(row)

    def _fail(self, error: BaseException) -> None:
        self._failures.append(error)
        self._stop.set()
