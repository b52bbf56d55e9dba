"""One desk, one command: the web process, a worker and the gateway as supervised children in one process group.

Rules:

1. `SIGTERM` or `SIGINT` stops everything gracefully: each child has `grace_s` to finish what it is at.
2. A child that dies is started again: at once, then after 1, 2, 4, ... at most 30 seconds.
3. A child that dies (or cannot be started) `deaths_max` times without ever having lived for a minute cannot work here:
   the others are stopped and the exit code says so. Restarting for ever would hide what a person must see.
4. Should the supervisor itself be killed, the kernel asks the children to stop: none is left behind.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import click

from tutela.entry.start import DeskError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

WEB: Final = (sys.executable, "-m", "tutela", "serve")
GATEWAY: Final = (sys.executable, "-m", "tutela", "gateway", "run")
WORKER: Final = (sys.executable, "-m", "tutela", "worker")
_PR_SET_PDEATHSIG: Final = 1
_POLL_S: Final = 0.1
_libc: Final = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the supervisor waits, in seconds, and how often it tries."""

    grace_s: float = 30.0
    wait_s_min: float = 1.0
    wait_s_max: float = 30.0
    lived_s_min: float = 60.0
    deaths_max: int = 6


@dataclass(slots=True)
class _Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at_s: float = 0.0
    next_start_s: float = 0.0
    deaths: int = field(default=0)


class Supervisor:
    """Runs children until it is asked to stop, or until one of them cannot go on."""

    def __init__(
        self, commands: Mapping[str, Sequence[str]], patience: Patience | None = None, *, kept: Sequence[int] = ()
    ) -> None:
        """`kept`: descriptors that every child inherits, under the same numbers."""
        self._children = [_Child(name, command) for name, command in commands.items()]
        self._patience = patience or Patience()
        self._stop = threading.Event()
        self._kept = tuple(kept)

    def run(self) -> None:
        """Supervise until a signal. Raises `DeskError` when a child keeps dying."""
        before = {number: signal.signal(number, self._ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._stop.is_set():
                for child in self._children:
                    self._look_after(child)
                self._stop.wait(_POLL_S)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _look_after(self, child: _Child) -> None:
        now_s = time.monotonic()
        if child.process is None:
            if now_s >= child.next_start_s:
                self._start(child, now_s)
        elif (code := child.process.poll()) is not None:
            self._mourn(child, f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}", now_s)

    def _start(self, child: _Child, now_s: float) -> None:
        child.started_at_s = now_s
        try:
            child.process = subprocess.Popen(child.command, preexec_fn=_end_with_parent, pass_fds=self._kept)  # noqa: PLW1509, S603 - one system call, our own command
        except OSError as error:  # no memory or no process left, for now
            self._mourn(child, f"before it began: {error.strerror}", now_s)

    def _mourn(self, child: _Child, how: str, now_s: float) -> None:
        """Decide when a child that died is started again, if at all."""
        patience = self._patience
        child.process = None
        child.deaths = 1 if now_s - child.started_at_s >= patience.lived_s_min else child.deaths + 1
        if child.deaths >= patience.deaths_max:
            raise DeskError(
                f"The {child.name} ended {child.deaths} times, last {how}, and is not started again",
                hint="Its last lines above say why.",
            )
        wait_s = 0.0 if child.deaths == 1 else min(patience.wait_s_max, patience.wait_s_min * 2 ** (child.deaths - 2))
        child.next_start_s = now_s + wait_s
        click.echo(f"The {child.name} ended {how}; it starts again in {wait_s:.0f} s", err=True)

    def _stop_all(self) -> None:
        alive = [child.process for child in self._children if child.process is not None]
        for process in alive:
            process.terminate()
        end_s = time.monotonic() + self._patience.grace_s
        for process in alive:
            try:
                process.wait(max(0.0, end_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def up() -> None:
    """Prepare once, then run the web process, one worker, and the gateway where the settings say so."""
    from tutela.entry.config import load  # noqa: PLC0415 - as below
    from tutela.entry.serve import prepare  # noqa: PLC0415 - only now is Django needed
    from tutela.entry.start import at_the_desk  # noqa: PLC0415 - as above

    with at_the_desk():
        prepare()
    commands = {"web process": WEB, "worker": WORKER}
    if load().gateway_up:
        commands["gateway"] = GATEWAY
    Supervisor(commands).run()


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
