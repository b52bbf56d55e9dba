"""One request, from order to answer, over as many workers as it takes.

A worker is lost in one of five ways, told apart by how it ended:

    late ............... still silent when the time is over -> out-of-time
    misbehaved ......... broke the protocol, or made a forbidden system call (SIGSYS)
    died ............... crashed, or ended by itself
    out of CPU ......... SIGXCPU -> out-of-time
    ended from outside . SIGKILL that we did not send, or its zygote went: no fault of the file

What happens then: a worker that had examined other files before may have been spoilt by one of them, so its loss
proves nothing and a new worker tries again. The loss of a new worker is the file's fault: that is the verdict, and in
an archive another worker goes on behind the member to blame. Restarts are counted, and the time allowed stays the same.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from tutela.domain.errors import SandboxError, SandboxProtocolError
from tutela.domain.media import Examination, MediaKind, Reason, Verdict
from tutela.engine.sandbox.protocol import Order, OrderKind
from tutela.engine.sandbox.transcript import Transcript

if TYPE_CHECKING:
    from tutela.engine.sandbox.contract import ReducedPicture, Task
    from tutela.engine.sandbox.pool import Pool, PooledWorker

_RESTARTS_MAX: Final = 8
_HARD_SHARE: Final = 0.95  # of the time allowed, when the worker is ended: the verdict comes within all of it
_SOFT_SHARE: Final = 0.8  # of the hard time, when an honest worker ends by itself
_SILENCE_SHARE: Final = 0.5  # of the hard time, that one member of an archive may say nothing
_GRACE_S: Final = 0.25  # for an answer that has waited for its reader
_POLL_S: Final = 0.001
_MIB: Final = 1024 * 1024
_BLAMED_ON_NEW_WORKERS: Final = (Reason.DECODER_DIED, Reason.DECODER_MISBEHAVED)
_SPOTLESS: Final = (Verdict.HASHED, Verdict.DIGESTED)


class _Loss(NamedTuple):
    """Why a worker is lost. `blameless`: no fault of the file. `final`: no time is left for another worker."""

    reason: Reason
    blameless: bool = False
    final: bool = False


class Exchange:
    """One request. The order is sent at once; then `run` once, from one thread."""

    def __init__(self, pool: Pool, fd: int, task: Task, side_px_max: int) -> None:
        kind = task.media_type.kind
        # Whether the answer may outgrow a socket's buffer, or the file is digested for longer than it is decoded.
        self.long = kind is not MediaKind.PICTURE or task.size_bytes >= _MIB
        self._pool = pool
        self._fd = fd
        self._task = task
        self._side_px_max = side_px_max
        still = kind is MediaKind.PICTURE
        allowed_s = pool.limits.wall_s_max if still else pool.limits.wall_s(task.size_bytes)
        self._hard_s = allowed_s * _HARD_SHARE
        self._transcript = Transcript(task.media_type, kind, pool.limits, side_px_max=side_px_max, form=task.form)
        self._restarts = 0
        self._reserved = 0
        self._cancelled = False
        self._over = False
        self._lease = threading.Lock()
        self._slot = pool.lease()
        self._begun_s = time.monotonic()
        self._deadline_s = self._begun_s + self._hard_s
        self._silent_since_s = self._begun_s
        try:
            self._send()
        except BaseException:
            self._leave(spotless=False)
            raise

    #### The caller's side ####

    def run(self) -> Examination | ReducedPicture:
        """Hear the worker out and return the answer. `SandboxError` only where this host cannot run workers at all."""
        spotless = False
        try:
            self._deadline_s = max(self._deadline_s, time.monotonic() + _GRACE_S)
            while loss := self._listen():
                spoilt = self._slot.worker.files > 0 and loss.reason in _BLAMED_ON_NEW_WORKERS
                self._slot.end_worker()
                if not self._goes_on_after(loss._replace(blameless=loss.blameless or spoilt)):
                    return self._transcript.given_up(loss.reason)
                self._restarts += 1
                self._send()
                if self._cancelled:
                    raise SandboxError("The examination was cancelled.")
            examination = self._transcript.examination()
            spotless = examination.verdict in _SPOTLESS
            return self._transcript.reduced() or examination
        finally:
            self._leave(spotless=spotless)

    def cancel(self) -> None:
        """Give the request up: whoever runs it is interrupted."""
        with self._lease:
            if not self._over:  # the slot is still ours
                self._cancelled = True
                self._slot.kill_worker()

    def abandon(self) -> None:
        """Give up a request that nobody runs."""
        self._leave(spotless=False)

    def _leave(self, *, spotless: bool) -> None:
        with self._lease:
            self._over = True
        self._pool.memory_gate.give_back(self._reserved)
        self._reserved = 0
        if not spotless:
            self._slot.end_worker()
        self._slot.give_back(
            files=1 + self._transcript.members_begun,
            busy_s=time.monotonic() - self._begun_s,
            spotless=spotless,
        )

    #### The worker's side ####

    def _order(self, kind: OrderKind, number: int) -> Order:
        task = self._task
        soft_s = max(0.0, self._deadline_s - time.monotonic()) * _SOFT_SHARE
        return Order(
            kind=kind,
            number=number,
            size_bytes=task.size_bytes,
            media_type=task.media_type,
            dihedral=task.dihedral,
            scaled=task.scaled,
            video_interval_ms=task.video_interval_ms,
            skip_members=self._transcript.members_begun,
            soft_ms=int(soft_s * 1000),
            side_px_max=self._side_px_max,
            form=task.form,
        )

    def _send(self) -> None:
        """Send the order to the slot's worker, or to a new one where that one is gone."""
        kind = OrderKind.REDUCE if self._side_px_max else OrderKind.EXAMINE
        if not self._sent(kind):
            self._slot.end_worker()  # it had ended while idle
            self._sent(kind)  # should that one be gone too, whoever listens will find out

    def _sent(self, kind: OrderKind) -> bool:
        worker = self._slot.worker_for(self._hard_s)
        worker.orders += 1
        try:
            worker.send(self._order(kind, worker.orders), self._fd)
        except ConnectionError:
            return False
        return True

    def _listen(self) -> _Loss | None:
        """Hear the worker until its outcome (None) or its loss."""
        worker = self._slot.worker
        transcript = self._transcript
        try:
            self._wait_ready(worker)
            while transcript.outcome is None:
                message = worker.receive(self._patience_s())
                if not message:
                    return _cause(worker.how_it_ended())
                transcript.read(message, worker.orders)
                self._silent_since_s = time.monotonic()
                if transcript.reserve_bytes:
                    self._reserve(worker)
        except TimeoutError:
            return _Loss(Reason.OUT_OF_TIME, final=time.monotonic() >= self._deadline_s)
        except SandboxProtocolError:
            return _Loss(Reason.DECODER_MISBEHAVED)
        except ConnectionError:
            return _cause(worker.how_it_ended())
        return None

    def _wait_ready(self, worker: PooledWorker) -> None:
        """Wait for a new worker. Its start does not count against the file's time."""
        before_s = time.monotonic()
        worker.wait_ready()
        self._deadline_s += time.monotonic() - before_s
        self._silent_since_s = time.monotonic()

    def _patience_s(self) -> float:
        """How long the next message may take. `TimeoutError` where even steady talk has gone on for too long."""
        until_s = self._deadline_s
        if self._transcript.in_member:
            until_s = min(until_s, self._silent_since_s + self._hard_s * _SILENCE_SHARE)
        left_s = until_s - time.monotonic()
        if left_s < -_GRACE_S:
            raise TimeoutError
        return max(left_s, _POLL_S)

    def _reserve(self, worker: PooledWorker) -> None:
        """Give the worker the memory it asked for. Waiting does not count against the file's time."""
        gate = self._pool.memory_gate
        gate.give_back(self._reserved)
        self._reserved = 0
        before_s = time.monotonic()
        gate.take(self._transcript.reserve_bytes)
        self._reserved = self._transcript.reserve_bytes
        self._transcript.reserve_bytes = 0
        self._deadline_s += time.monotonic() - before_s
        worker.grant(Order(OrderKind.GRANT, worker.orders))

    def _goes_on_after(self, loss: _Loss) -> bool:
        """Decide whether another worker takes over, and where."""
        if loss.final or self._restarts == _RESTARTS_MAX or time.monotonic() >= self._deadline_s:
            return False
        if loss.blameless:
            self._transcript.rewind()
            return True
        if self._transcript.in_member:
            self._transcript.blame(loss.reason)
            return True
        return False


class _Answer:
    """What an exchange came to, for whoever asks."""

    __slots__ = ("error", "value")

    def __init__(self, value: Examination | ReducedPicture | None = None) -> None:
        self.value = value
        self.error: BaseException | None = None

    def fill(self, exchange: Exchange) -> None:
        """Run the exchange to its end."""
        try:
            self.value = exchange.run()
        except BaseException as error:  # noqa: BLE001  - raised to whoever asks for the result
            self.error = error


class Ticket:
    """An examination under way. Ask `result` once, or `cancel` it; one that is forgotten is cancelled.

    The descriptor must stay open until then.
    """

    __slots__ = ("_answer", "_exchange", "_thread")

    def __init__(self, exchange: Exchange | None, known: Examination | None = None) -> None:
        """A long exchange is heard from a thread of its own, so that its worker never waits for its reader."""
        self._answer = _Answer(known)
        self._exchange = exchange
        self._thread: threading.Thread | None = None
        if exchange and exchange.long:
            # The thread holds the answer, not the ticket: a forgotten ticket is still noticed.
            self._thread = threading.Thread(target=self._answer.fill, args=(exchange,), daemon=True)
            self._thread.start()

    def result(self) -> Examination:
        """Wait for the worker and return what it found. A dead, lying or late worker is a verdict, never an error.

        `SandboxError` only where this host cannot run workers at all, or the sandbox was closed meanwhile.
        """
        answer = self.answer()
        assert isinstance(answer, Examination)
        return answer

    def answer(self) -> Examination | ReducedPicture:
        """As `result`; a reduced picture where that was asked for."""
        exchange, self._exchange = self._exchange, None
        if self._thread:
            self._thread.join()
        elif exchange:
            self._answer.fill(exchange)
        if self._answer.error:
            raise self._answer.error
        assert self._answer.value is not None
        return self._answer.value

    def cancel(self) -> None:
        """Give the examination up and its worker back; nothing happens after `result`."""
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            return
        if self._thread:
            exchange.cancel()  # its thread gives the worker back
        else:
            exchange.abandon()

    def __del__(self) -> None:
        self.cancel()


def _cause(status: int) -> _Loss:
    """Tell from the wait status why a worker ended by itself."""
    if status < 0:
        return _Loss(Reason.DECODER_DIED, blameless=True)
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if by == signal.SIGKILL:
        return _Loss(Reason.DECODER_DIED, blameless=True)
    if by == signal.SIGSYS:
        return _Loss(Reason.DECODER_MISBEHAVED)
    if by == signal.SIGXCPU:
        return _Loss(Reason.OUT_OF_TIME)
    return _Loss(Reason.DECODER_DIED)
