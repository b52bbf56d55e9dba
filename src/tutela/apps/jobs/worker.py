"""The loop that does the work: one job at a time; run as many workers as there should be jobs at once.

Each round: reap what dead workers left, enqueue periodic work that is due, lease one job, do it, finish or fail it. A
second thread extends the lease meanwhile. Nothing that goes wrong in a job or the database ends the loop: an error of
the database makes it wait, up to `_AWAY_S_MAX`, and try again. A job that this befell goes back into the queue as soon
as the database answers; its lease need not run out first.

Stopping: with `stop` set, the loop ends after the job at hand. A process has `grace_s` for that (`run_worker_process`);
then the job is given back and the process ends, so that the database rolls its transaction back.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from tutela.apps.jobs import queue, registry
from tutela.apps.jobs.queue import Lease, LeaseLostError
from tutela.apps.jobs.rules import ErrorCode, PayloadError
from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

POLL_S: Final = 0.25
GRACE_S: Final = 20.0
_REAP_S: Final = 5.0
_TICK_S: Final = 0.5
_BEATS_A_LEASE: Final = 3
_AWAY_S_MAX: Final = 5.0
_OUR_CODE: Final = str(Path(__file__).parents[2])

log = structlog.get_logger(__name__)


def run_worker(
    *, name: str | None = None, stop: threading.Event | None = None, poll_s: float = POLL_S, until_idle: bool = False
) -> int:
    """Do jobs until `stop` is set; or, where `until_idle`, until none is ready or the database is away.

    Return how many attempts were made.
    """
    worker = _Worker(name or worker_name(), stop or threading.Event())
    with worker.heart:
        return worker.run(poll_s, until_idle=until_idle)


def run_worker_process(*, grace_s: float = GRACE_S) -> None:
    """Be a worker process: `SIGTERM` and `SIGINT` let the job at hand end, for at most `grace_s`."""
    worker = _Worker(worker_name(), threading.Event())

    def end(_signal: int, _frame: FrameType | None) -> None:
        worker.stop.set()
        threading.Thread(target=_end_by_force, args=(worker, grace_s), daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with worker.heart:
        worker.run(POLL_S, until_idle=False)


def worker_name() -> str:
    """Return a name that is this thread's alone: host, process, thread."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{threading.get_native_id()}"


class _Worker:
    """The loop and what it holds."""

    def __init__(self, name: str, stop: threading.Event) -> None:
        self.name = name
        self.stop = stop
        self.heart = _Heart()
        self._next_reap = self._next_tick = 0.0
        self._left: Lease | None = None  # a job that we could not even put back

    def run(self, poll_s: float, *, until_idle: bool) -> int:
        attempts, away_s = 0, poll_s
        while not self.stop.is_set():
            if not connection.in_atomic_block:  # where a caller's transaction is open, its connection is in use
                close_old_connections()
            try:
                did = self._round()
            except (DatabaseError, InterfaceError) as error:
                if until_idle:
                    raise
                log.warning("database-away", error=type(error).__qualname__, process=self.name)
                self.stop.wait(away_s)
                away_s = min(_AWAY_S_MAX, away_s * 2)
                continue
            attempts, away_s = attempts + did, poll_s
            if not did:
                if until_idle:
                    break
                self.stop.wait(poll_s)
        return attempts

    def _round(self) -> int:
        """Do what is due; return whether an attempt was made."""
        if self._left is not None:
            queue.fail(self._left, ErrorCode.DATABASE)
            self._left = None
        moment = time.monotonic()
        if moment >= self._next_reap:
            self._next_reap = moment + _REAP_S
            queue.reap()
        if moment >= self._next_tick:
            self._next_tick = moment + _TICK_S
            queue.tick()
        lease = queue.claim(self.name)
        if lease is None:
            return 0
        try:
            with self.heart.holding(lease):
                do(lease)
        except (OperationalError, InterfaceError):
            self._left = lease
            raise
        return 1


def do(lease: Lease) -> None:
    """Make one attempt, and finish or fail the job."""
    begun = time.monotonic()
    try:
        _attempt(lease)
    except LeaseLostError:
        log.warning("job-lost", job=lease.name, job_id=str(lease.job_id), attempt=lease.attempt)
        return
    except Exception as error:  # noqa: BLE001 - whatever the work raises is this job's failure, and must not end the worker
        code, place = code_of(error), _place(error)
        log.warning("job-failed", job=lease.name, job_id=str(lease.job_id), attempt=lease.attempt, reason=code)
        queue.fail(lease, code, place)
        return
    took_ms = round((time.monotonic() - begun) * 1000)
    log.info("job-done", job=lease.name, job_id=str(lease.job_id), attempt=lease.attempt, duration_ms=took_ms)


def code_of(error: Exception) -> ErrorCode:
    """Return the closed code for whatever work raised."""
    if isinstance(error, registry.UnknownJobError):
        return ErrorCode.UNKNOWN_NAME
    if isinstance(error, PayloadError):
        return ErrorCode.WRONG_ARGUMENTS
    if isinstance(error, (DatabaseError, InterfaceError)):
        return ErrorCode.DATABASE
    return ErrorCode.REFUSED if isinstance(error, TutelaError) else ErrorCode.FAILED


def _attempt(lease: Lease) -> None:
    work = registry.work_named(lease.name)
    work.check_arguments(lease.payload)
    if not work.own_transaction:
        with queue.finishing(lease):
            work.function(**lease.payload)
        return
    finish = _Finish(lease)
    work.function(**lease.payload, finish=finish)
    if not finish.called:
        with finish():
            pass


class _Finish:
    """What work with its own transaction calls, once, around its effects."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self.called = False

    def __call__(self) -> AbstractContextManager[None]:
        if self.called:
            raise RuntimeError("finish() is called once")
        self.called = True
        return queue.finishing(self._lease)


def _place(error: BaseException) -> str:
    """Where in our code it went wrong: module, line, function. Never the message, which may quote data."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_OUR_CODE) and frame.filename != __file__] or frames
    if not ours:
        return type(error).__qualname__
    last = ours[-1]
    return f"{type(error).__qualname__} at {Path(last.filename).name}:{last.lineno} {last.name}"


class _Heart:
    """A thread that extends the lease of the job at hand, over a connection of its own."""

    def __init__(self) -> None:
        self._lease: Lease | None = None
        self._change = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        with self._change:
            self._ended = True
            self._change.notify()
        self._thread.join(timeout=5)

    @property
    def lease(self) -> Lease | None:
        """The job at hand."""
        return self._lease

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[None]:
        """Beat for this lease inside the block."""
        self._set(lease)
        try:
            yield
        finally:
            self._set(None)

    def _set(self, lease: Lease | None) -> None:
        with self._change:
            self._lease = lease
            self._change.notify()

    def _beat(self) -> None:
        try:
            while True:
                with self._change:
                    lease = self._lease
                    self._change.wait(timeout=lease.lease_s / _BEATS_A_LEASE if lease else None)
                    if self._ended:
                        return
                    if lease is None or self._lease is not lease:
                        continue
                try:
                    queue.beat(lease)
                except (DatabaseError, InterfaceError):
                    connection.close()  # the next beat opens another; without any, the lease ends by itself
        finally:
            connection.close()


def _end_by_force(worker: _Worker, grace_s: float) -> None:
    time.sleep(grace_s)
    lease = worker.heart.lease
    with suppress(DatabaseError, InterfaceError):  # then the reaper will give it back
        if lease is not None:
            queue.give_back(lease)
    os._exit(0)
