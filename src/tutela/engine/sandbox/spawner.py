"""The parent's hand on its zygote: start one, fork workers, learn how each ended, start another when it is gone.

A thread listens to each zygote: it wakes only when a worker ends. Whatever the zygote or a worker suffers, waiting here
ends: a worker that is gone has a wait status, or `LOST` where the zygote went first and nobody can know.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import SandboxError
from tutela.engine.sandbox.zygote import CONTROL, Configuration, ControlKind, Decoders

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutela.domain.limits import DecodeLimits
    from tutela.engine.sandbox.confine import Layer

LOST: Final = -2  # a wait status that no process has: the zygote went before it could tell

_MIB: Final = 1024 * 1024
_ENDED_WAIT_S: Final = 5.0
_STILLBORN_MAX: Final = 5
_BOOT: Final = (
    "import sys; from json import loads; sys.path[:] = loads(sys.argv[1])['path']; "
    "from tutela.engine.sandbox.zygote import main; main(sys.argv[1])"
)
# Several allocators' worth of memory would be kept for threads that come and go; buffers of large pictures go back to
# the kernel when freed, those of ordinary ones are reused (asking for their pages again costs a fifth of the decoding).
_ENVIRONMENT: Final = {
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * _MIB),
    "MALLOC_TRIM_THRESHOLD_": str(32 * _MIB),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_ENVIRONMENT_KEPT: Final = ("LD_LIBRARY_PATH", "TUTELA_NATIVE")


class Child:
    """One worker process: its socket, and how it ended once it has."""

    __slots__ = ("_ended", "_zygote", "channel", "number", "status")

    def __init__(self, zygote: _Zygote, number: int, channel: socket.socket) -> None:
        self.number = number
        self.channel = channel
        self.status = LOST
        self._zygote = zygote
        self._ended = threading.Event()

    def kill(self) -> None:
        """End the process; whoever listens on its socket hears the end."""
        self._zygote.kill(self.number)

    def has_ended(self, status: int) -> None:
        """Take note of the wait status (called by the zygote's listener)."""
        self.status = status
        self._ended.set()

    def wait(self) -> int:
        """Return the wait status of a process whose socket has closed, `LOST` where it cannot be known."""
        self._zygote.kill(self.number)  # should it have closed its socket and live on; the status of a dead one stays
        self._ended.wait(_ENDED_WAIT_S)
        if self.status == LOST and self._zygote.failure:
            raise SandboxError(
                f"The decoders cannot be loaded: {self._zygote.failure}.",
                hint="Install Tutela again with all of its dependencies.",
            )
        return self.status


class _Zygote:
    """One zygote process and its listener."""

    def __init__(self, limits: DecodeLimits, decoders: Decoders, allow_missing: Collection[Layer]) -> None:
        self.alive = True
        self.ready = False
        self.failure = ""
        self._lock = threading.RLock()  # a finalizer may end a worker while this thread starts one
        self._children: dict[int, Child] = {}
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            configuration = Configuration(
                control_fd=theirs.fileno(),
                parent_pid=os.getpid(),
                path=[os.path.abspath(entry) for entry in sys.path if entry],  # noqa: PTH100  - plain strings, as sys.path
                decoders=decoders,
                limits=limits,
                allow_missing=allow_missing,
            )
            kept = {name: os.environ[name] for name in _ENVIRONMENT_KEPT if name in os.environ}
            # Isolated (-I) and without site (-S): what it imports is what this process would import.
            self._process = subprocess.Popen(  # noqa: S603  - our own interpreter and our own words
                [sys.executable, "-I", "-S", "-c", _BOOT, configuration.to_json()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT | kept,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C on the terminal is for the parent to handle
            )
        self._listener = threading.Thread(target=self._listen, name="tutela-zygote", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def fork(self, number: int, cpu_s: int) -> Child:
        """Ask for one more worker; it may not run yet on return. `ConnectionError` where the zygote is gone."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        child = Child(self, number, ours)
        try:
            with theirs, self._lock:
                if not self.alive:
                    raise ConnectionError
                self._children[number] = child
                message = CONTROL.pack(ControlKind.FORK, number, cpu_s)
                socket.send_fds(self._control, [message], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise ConnectionError from error
        return child

    def kill(self, number: int) -> None:
        """End one worker, if it has not ended."""
        with self._lock, contextlib.suppress(OSError):
            if number in self._children:
                self._control.send(CONTROL.pack(ControlKind.KILL, number, 0))

    def close(self) -> None:
        """End the zygote and, with it, its workers."""
        with self._lock, contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._listener.join()

    def _listen(self) -> None:
        while message := self._next_message():
            if message[0] == ControlKind.FAILED:
                self.failure = message[1:].decode(errors="replace")
            elif message[0] == ControlKind.READY:
                self.ready = True
            elif message[0] == ControlKind.ENDED:
                _, number, status = CONTROL.unpack(message)
                with self._lock:
                    child = self._children.pop(number)
                child.has_ended(status)
        self._process.kill()
        self._process.wait()
        with self._lock:
            self.alive = False
            self._control.close()
            orphans = list(self._children.values())
            self._children.clear()
        for child in orphans:
            child.has_ended(LOST)

    def _next_message(self) -> bytes:
        try:
            return self._control.recv(4096)
        except OSError:
            return b""


class Spawner:
    """Workers on demand, over as many zygotes as it takes. Thread-safe."""

    def __init__(self, limits: DecodeLimits, decoders: Decoders, allow_missing: Collection[Layer]) -> None:
        self._make = lambda: _Zygote(limits, decoders, allow_missing)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._zygote: _Zygote | None = None
        self._closed = False
        self._stillborn = 0  # zygotes in a row that ended before they were ready

    @property
    def zygote_pid(self) -> int | None:
        """Process id of the zygote; None before the first."""
        return self._zygote.pid if self._zygote else None

    def start(self) -> None:
        """Start the zygote, so that it loads while the parent does other things."""
        self._living()

    def spawn(self, cpu_s: int) -> Child:
        """Return a new worker that may use `cpu_s` seconds of CPU. It says READY on its socket when it is."""
        while True:
            with contextlib.suppress(ConnectionError):
                return self._living().fork(next(self._numbers), cpu_s)

    def close(self) -> None:
        """End everything."""
        with self._lock:
            self._closed = True
            zygote = self._zygote
        if zygote:
            zygote.close()

    def _living(self) -> _Zygote:
        with self._lock:
            if self._closed:
                raise SandboxError("The sandbox is closed.")
            if self._zygote is None or not self._zygote.alive:
                self._stillborn += 1 if self._zygote and not self._zygote.ready else -self._stillborn
                if self._stillborn > _STILLBORN_MAX:
                    raise SandboxError(
                        "The process that loads the decoders ends before it is ready.",
                        hint="Something ends it: look for a memory or process limit. A scan can be resumed afterwards.",
                    )
                self._zygote = self._make()
            return self._zygote
