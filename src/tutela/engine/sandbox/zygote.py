"""The zygote: a small, single-threaded process that imports the decoders once and forks workers on demand.

A forked worker starts in milliseconds and shares the zygote's pages. The zygote itself never reads a byte of a file
under examination. It is the parent's only hand on the workers: it ends them (they are its children, so a process id
cannot have been given to another meanwhile) and says how each one ended.

    parent -> zygote   FORK (worker's number, CPU seconds) + the worker's end of a socket pair;   KILL (number)
    zygote -> parent   READY once;   ENDED (number, wait status);   FAILED (text) where the decoders do not even load

If the parent ends, the zygote notices at once (a descriptor of the parent's process, or the end of its control socket),
ends, and the kernel ends the workers with it.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import warnings
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from tutela.domain.limits import DecodeLimits
from tutela.engine.sandbox.confine import Layer
from tutela.engine.sandbox.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

CONTROL: Final = struct.Struct("=BIi")  # kind, worker's number, CPU seconds or wait status
FAILURE_TEXT_BYTES_MAX: Final = 2000
NOT_FORKED: Final = -1  # a wait status that no process has
_CONTROL_BYTES_MAX: Final = 4096
_FD_BYTES: Final = array.array("i").itemsize
_EXIT_UNCONFINED: Final = 70  # the worker could not confine itself: it never took an order


class ControlKind(IntEnum):
    """What a control message says."""

    FORK = 1
    KILL = 2
    READY = 3
    ENDED = 4
    FAILED = 5


@dataclass(frozen=True, slots=True)
class Decoders:
    """Dotted names (`package.module:function`) of what runs inside. Tests name attackers here; nothing else does."""

    examine: str = "tutela.engine.sandbox.examine:examine"
    reduce: str = "tutela.engine.sandbox.examine:reduce"
    warm_up: str = "tutela.engine.sandbox.warm:warm_up"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the parent gives a zygote on its command line."""

    control_fd: int
    parent_pid: int
    path: Sequence[str]
    decoders: Decoders
    limits: DecodeLimits
    allow_missing: Collection[Layer]

    def to_json(self) -> str:
        """Return the configuration as one argument."""
        return json.dumps(asdict(self) | {"allow_missing": sorted(self.allow_missing)})

    @classmethod
    def from_json(cls, text: str) -> Configuration:
        """Read what `to_json` wrote."""
        fields = cast("dict[str, Any]", json.loads(text))
        return cls(
            control_fd=fields["control_fd"],
            parent_pid=fields["parent_pid"],
            path=fields["path"],
            decoders=Decoders(**fields["decoders"]),
            limits=DecodeLimits(**fields["limits"]),
            allow_missing=frozenset(Layer(name) for name in fields["allow_missing"]),
        )


def main(argument: str) -> NoReturn:
    """Run the zygote until its parent ends."""
    configuration = Configuration.from_json(argument)
    control = socket.socket(fileno=configuration.control_fd)
    try:
        parent_fd = os.pidfd_open(configuration.parent_pid)
        warnings.simplefilter("ignore")  # a worker that prints one would look for its source line, and die
        decoders = configuration.decoders
        _function(decoders.warm_up)()
        template = Worker(
            examine=_function(decoders.examine),
            reduce=_function(decoders.reduce),
            limits=configuration.limits,
            allow_missing=configuration.allow_missing,
        )
    except Exception as error:  # noqa: BLE001  - said to the parent, which raises it
        text = f"{type(error).__name__}: {error}".encode(errors="replace")
        control.send(bytes([ControlKind.FAILED]) + text[:FAILURE_TEXT_BYTES_MAX])
        sys.exit(1)
    gc.collect()
    gc.freeze()  # the collector would write to pages that the workers share
    control.send(CONTROL.pack(ControlKind.READY, 0, 0))
    _Nursery(control, parent_fd, template).serve()
    os._exit(0)  # the kernel ends the workers


def _function(dotted: str) -> Callable[..., Any]:
    module, _, name = dotted.partition(":")
    return cast("Callable[..., Any]", getattr(importlib.import_module(module), name))


class _Nursery:
    """The workers alive, by number."""

    def __init__(self, control: socket.socket, parent_fd: int, template: Worker) -> None:
        self._control = control
        self._parent_fd = parent_fd
        self._template = template
        self._pid = os.getpid()
        self._poll = select.poll()
        self._pids: dict[int, int] = {}  # worker's number -> process id
        self._numbers: dict[int, int] = {}  # descriptor of the worker's process -> worker's number

    def serve(self) -> None:
        """Fork and end workers until the parent ends."""
        control_fd = self._control.fileno()
        for fd in (control_fd, self._parent_fd):
            self._poll.register(fd, select.POLLIN)
        while True:
            for fd, _ in self._poll.poll():
                if fd == self._parent_fd:
                    return
                if fd != control_fd:
                    self._bury(fd)
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        """Do what the parent says next; False where it is gone."""
        try:
            message, ancillary, _, _ = self._control.recvmsg(_CONTROL_BYTES_MAX, socket.CMSG_SPACE(_FD_BYTES))
        except ConnectionError:
            return False
        if not message:
            return False
        kind, number, cpu_s = CONTROL.unpack(message)
        if kind == ControlKind.FORK:
            worker_fd = array.array("i", ancillary[0][2][:_FD_BYTES])[0]
            self._fork(number, socket.socket(fileno=worker_fd), cpu_s)
        elif number in self._pids:
            os.kill(self._pids[number], signal.SIGKILL)
        return True

    def _fork(self, number: int, channel: socket.socket, cpu_s: int) -> None:
        with channel:
            try:
                pid = os.fork()
            except OSError:
                self._say_ended(number, NOT_FORKED)
                return
            if pid == 0:
                self._become_worker(channel, cpu_s)
        process_fd = os.pidfd_open(pid)
        self._pids[number] = pid
        self._numbers[process_fd] = number
        self._poll.register(process_fd, select.POLLIN)

    def _become_worker(self, channel: socket.socket, cpu_s: int) -> NoReturn:
        code = _EXIT_UNCONFINED
        try:
            self._template.run(channel, self._pid, cpu_s)
            code = 0
        except ConnectionError:
            code = 0  # the parent closed the socket while we answered
        finally:
            os._exit(code)

    def _bury(self, process_fd: int) -> None:
        """Reap a worker that ended, and say how."""
        number = self._numbers.pop(process_fd)
        self._poll.unregister(process_fd)
        os.close(process_fd)
        _, status = os.waitpid(self._pids.pop(number), 0)
        self._say_ended(number, status)

    def _say_ended(self, number: int, status: int) -> None:
        with contextlib.suppress(ConnectionError):
            self._control.send(CONTROL.pack(ControlKind.ENDED, number, status))
