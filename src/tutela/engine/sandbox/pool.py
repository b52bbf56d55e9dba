"""The workers of one process: as many slots as workers, each with a living worker or none.

A slot is leased for one request at a time. Its worker is kept for the next one unless there is a reason not to: it has
done its share of files, something about the last file was odd, or every file is to have a worker of its own. Then it is
ended at once and the next lease starts another, which costs some milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import struct
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import SandboxError, SandboxProtocolError
from tutela.engine.sandbox import confine, protocol
from tutela.engine.sandbox.confine import Confinement
from tutela.engine.sandbox.memory_gate import MemoryGate
from tutela.engine.sandbox.spawner import Spawner

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutela.domain.limits import DecodeLimits
    from tutela.engine.sandbox.confine import Layer
    from tutela.engine.sandbox.protocol import Order
    from tutela.engine.sandbox.spawner import Child
    from tutela.engine.sandbox.zygote import Decoders

_READY_WAIT_S: Final = 60.0  # loading the decoders takes a fraction of a second; a loaded machine takes longer
_CPU_S: Final = 3600  # for all files of one worker together, unless one video may take more
_FINE_TIMEOUT_S: Final = 2.0
_FD: Final = struct.Struct("@i")
_TIMEVAL: Final = struct.Struct("@ll")
_CORES: Final = os.cpu_count() or 1


class Isolation(StrEnum):
    """Who shares a worker."""

    PERSISTENT = "persistent"  # many files, one after the other
    PER_FILE = "per-file"  # nobody: slower, for the most careful


class PooledWorker:
    """One worker and the conversation with it."""

    def __init__(self, child: Child, cpu_s: int, allow_missing: Collection[Layer]) -> None:
        self._child = child
        self._allow_missing = allow_missing
        self._ready = False
        self._timeout_s = 0.0
        self._message = bytearray(protocol.MESSAGE_BYTES_MAX + 1)
        self.cpu_left_s = float(cpu_s)
        self.orders = 0  # the number of the current order
        self.files = 0  # examined so far, members of archives included
        self.pid = 0
        self.landlock_abi = 0

    def send(self, order: Order, fd: int) -> None:
        """Send an order with the file's descriptor. `ConnectionError` where the worker is gone or reads no more."""
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, _FD.pack(fd))]
        try:
            self._child.channel.sendmsg([order.pack()], ancillary, socket.MSG_DONTWAIT)
        except BlockingIOError:
            raise ConnectionError from None

    def grant(self, order: Order) -> None:
        """Answer a reservation. `ConnectionError` where the worker is gone."""
        try:
            self._child.channel.send(order.pack(), socket.MSG_DONTWAIT)
        except BlockingIOError:
            raise SandboxProtocolError("A worker breaks the protocol: it does not read its grants.") from None

    def wait_ready(self) -> None:
        """Wait until a new worker is confined; at once for one that is. `ConnectionError` where it is gone.

        `SandboxError` where it could not be confined: it has read no byte of any file then.
        """
        if self._ready:
            return
        message = self.receive(_READY_WAIT_S)
        if not message:
            status = self.how_it_ended()
            if status >= 0 and os.WIFEXITED(status):
                raise SandboxError(
                    "A worker of the sandbox could not be confined. Nothing was decoded.",
                    hint="See the requirements in docs/guide/scan.md.",
                )
            raise ConnectionError
        layers, self.landlock_abi, self.pid = protocol.read_ready(message)
        confine.require(Confinement(layers, self.landlock_abi, ""), self._allow_missing)
        self._ready = True

    def receive(self, timeout_s: float) -> bytes:
        """Return the next message, empty where the worker has closed its end. `TimeoutError` where none comes."""
        self._set_timeout(timeout_s)
        try:
            size = self._child.channel.recv_into(self._message)
        except BlockingIOError:
            raise TimeoutError from None
        except ConnectionError:
            return b""
        if size > protocol.MESSAGE_BYTES_MAX:
            raise SandboxProtocolError("A worker's answer breaks the protocol: a message is too long.")
        return bytes(memoryview(self._message)[:size])

    def _set_timeout(self, timeout_s: float) -> None:
        """Have the kernel keep the time, rounded up, so that most messages need no call to set it anew."""
        if timeout_s > _FINE_TIMEOUT_S:
            timeout_s = ceil(timeout_s * 4) / 4
        if timeout_s != self._timeout_s:
            whole_s = int(timeout_s)
            timeval = _TIMEVAL.pack(whole_s, max(1, int((timeout_s - whole_s) * 1e6)))
            self._child.channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
            self._timeout_s = timeout_s

    def how_it_ended(self) -> int:
        """Return the wait status of a worker that has closed its end (`spawner.LOST` where nobody knows)."""
        return self._child.wait()

    def kill(self) -> None:
        """End the process; whoever listens to it hears that."""
        self._child.kill()

    def end(self) -> None:
        """End the process and close its socket. Only for the thread that holds the lease."""
        self._child.kill()
        self._child.channel.close()


class Slot:
    """Room for one worker."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._worker: PooledWorker | None = None

    @property
    def worker(self) -> PooledWorker:
        """The worker at work."""
        assert self._worker is not None
        return self._worker

    @property
    def pid(self) -> int:
        """Process id of the worker, 0 where there is none or it has not spoken yet."""
        worker = self._worker
        return worker.pid if worker else 0

    def worker_for(self, wall_s: float) -> PooledWorker:
        """Return a worker that may still work for `wall_s` on every core, a new one if needed."""
        needed_s = wall_s * _CORES
        if self._worker and self._worker.cpu_left_s < needed_s:
            self.end_worker()
        if self._worker is None:
            cpu_s = max(_CPU_S, int(needed_s) + 1)
            child = self._pool.spawner.spawn(cpu_s)
            self._worker = PooledWorker(child, cpu_s, self._pool.allow_missing)
        return self._worker

    def kill_worker(self) -> None:
        """End the worker under the hands of the thread that listens to it."""
        if worker := self._worker:
            worker.kill()

    def end_worker(self) -> None:
        """End the worker, if there is one."""
        if self._worker:
            self._worker.end()
            self._worker = None

    def give_back(self, *, files: int, busy_s: float, spotless: bool) -> None:
        """End the lease. `spotless`: nothing about the last request was odd."""
        worker = self._worker
        if worker:
            worker.files += files
            worker.cpu_left_s -= busy_s * _CORES
            if not spotless or worker.files >= self._pool.files_per_worker_max:
                self.end_worker()
        if self._pool.isolation is Isolation.PER_FILE:
            with contextlib.suppress(SandboxError):  # closed meanwhile
                self.worker_for(0)  # it starts while the caller does other things
        self._pool.take_back(self)


class Pool:
    """All slots. Thread-safe."""

    def __init__(
        self,
        limits: DecodeLimits,
        decoders: Decoders,
        *,
        workers: int,
        isolation: Isolation,
        allow_missing: Collection[Layer],
        memory_bytes_max: int,
    ) -> None:
        self.limits = limits
        self.isolation = isolation
        self.allow_missing = frozenset(allow_missing)
        self.files_per_worker_max = 1 if isolation is Isolation.PER_FILE else limits.files_per_worker_max
        self.memory_gate = MemoryGate(memory_bytes_max)
        self.spawner = Spawner(limits, decoders, self.allow_missing)
        self.slots = [Slot(self) for _ in range(workers)]
        # This queue may be put to from anywhere, a finalizer that interrupts another put included.
        self._free: queue.SimpleQueue[Slot | None] = queue.SimpleQueue()
        for slot in self.slots:
            self._free.put(slot)

    def lease(self) -> Slot:
        """Wait for a free slot. `SandboxError` where the pool is closed."""
        slot = self._free.get()
        if slot is None:
            self._free.put(None)
            raise SandboxError("The sandbox is closed.")
        return slot

    def take_back(self, slot: Slot) -> None:
        """Let the next one have the slot."""
        self._free.put(slot)

    def close(self) -> None:
        """End every worker and the zygote; whoever waits for a slot gets a `SandboxError`."""
        self._free.put(None)
        self.spawner.close()
        for slot in self.slots:
            slot.end_worker()
