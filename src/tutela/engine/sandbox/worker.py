"""One worker: confined, it takes orders from its socket, lets `examine` work, and answers, until the socket closes.

Everything it imports was imported and tried by the zygote before the fork: behind the confinement no file can be
opened, not even a Python module's. So nothing here may format a traceback, warn or log.

    zygote --fork--> close descriptors, confine, READY --order--> examine --records--> ... --end of socket--> exit
"""

from __future__ import annotations

import array
import os
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tutela.domain.media import MediaKind, Reason, Verdict
from tutela.engine.sandbox import confine, protocol
from tutela.engine.sandbox.contract import Outcome, ReducedPicture, Task
from tutela.engine.sandbox.protocol import MessageKind, Order, OrderKind
from tutela.engine.sandbox.source import Source
from tutela.engine.sandbox.transcript import hashes_max

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutela.domain.limits import DecodeLimits
    from tutela.domain.signals import Digests, PictureHash
    from tutela.engine.sandbox.confine import Layer
    from tutela.engine.sandbox.contract import Sink

UNRESERVED_BYTES_MAX: Final = 32 * 1024 * 1024  # what each worker may hold without asking: RGB of 10 megapixels
_FLUSH_S: Final = 1.0  # what a video has given is on the wire at least this often
_FD_BYTES: Final = array.array("i").itemsize
_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(_FD_BYTES)


class Examine(Protocol):
    """The function that decodes, named to the zygote on the parent's command line."""

    def __call__(self, source: Source, task: Task, sink: Sink, limits: DecodeLimits) -> Outcome:
        """Examine one run of bytes."""
        ...


class Reduce(Protocol):
    """The function that makes one small picture."""

    def __call__(
        self, source: Source, task: Task, sink: Sink, limits: DecodeLimits, side_px_max: int
    ) -> ReducedPicture | Outcome:
        """Return the picture, neither side longer than `side_px_max`, or why there is none."""
        ...


class _FullError(Exception):
    """As many hashes as one examination may give."""


class WireSink:
    """The sink that writes records to the parent, many in a message."""

    def __init__(self, channel: socket.socket, limits: DecodeLimits) -> None:
        self._channel = channel
        self._hashes_max = hashes_max(limits)
        self._records: list[bytes] = []
        self._number = 0
        self._hashes = 0
        self._open_members = 0
        self._spoken_s = 0.0
        self.said_something = False

    def begin(self, number: int) -> None:
        """Start the answer to order `number`."""
        self._records.clear()
        self._number = number
        self._hashes = self._open_members = 0
        self._spoken_s = time.monotonic()
        self.said_something = False

    def hash(self, picture: PictureHash) -> None:
        """Say one hash of the current file or member."""
        self._hashes += 1
        if self._hashes > self._hashes_max:
            raise _FullError
        self.said_something = True
        self._say(protocol.hash_record(picture))
        if time.monotonic() - self._spoken_s > _FLUSH_S:
            self._flush()

    def reserve(self, memory_bytes: int) -> None:
        """Ask the parent for memory and wait for its grant; small amounts need none."""
        if memory_bytes <= UNRESERVED_BYTES_MAX:
            return
        self._say(protocol.reserve_record(memory_bytes))
        self._flush()
        if self._channel.recv(protocol.ORDER_BYTES) == b"":
            os._exit(0)

    def member_begin(self, path: bytes) -> None:
        """Say which member is opened next, at once: if this process dies, that one is to blame."""
        self._open_members += 1
        self.said_something = True
        for record in protocol.member_path_records(path):
            self._say(record)
        self._flush()

    def member_end(self, size_bytes: int, digests: Digests | None, outcome: Outcome) -> None:
        """Say how the innermost open member ended."""
        self._open_members -= 1
        self._say(protocol.member_end_record(size_bytes, digests, outcome))

    def finish(self, outcome: Outcome) -> None:
        """End the answer. Members left open by an error end as the whole does."""
        while self._open_members:
            self.member_end(0, None, outcome)
        self._say(protocol.outcome_record(outcome))
        self._flush()

    def picture(self, picture: ReducedPicture) -> None:
        """Say a reduced picture."""
        self._say(protocol.picture_record(picture.channels, picture.width_px, picture.height_px))
        self._flush()
        head = protocol.header(MessageKind.PIXELS, 0, self._number)
        for at in range(0, len(picture.pixels), protocol.PIXELS_PER_MESSAGE_MAX):
            self._channel.send(head + picture.pixels[at : at + protocol.PIXELS_PER_MESSAGE_MAX])

    def _say(self, record: bytes) -> None:
        self._records.append(record)
        if len(self._records) == protocol.RECORDS_PER_MESSAGE_MAX:
            self._flush()

    def _flush(self) -> None:
        if self._records:
            head = protocol.header(MessageKind.RECORDS, len(self._records), self._number)
            self._channel.send(head + b"".join(self._records))
            self._records.clear()
            self._spoken_s = time.monotonic()


@dataclass(frozen=True, slots=True)
class Worker:
    """What one worker was given when it was forked."""

    examine: Examine
    reduce: Reduce
    limits: DecodeLimits
    allow_missing: Collection[Layer]

    def run(self, channel: socket.socket, zygote_pid: int, cpu_s: int) -> None:
        """Confine this process and serve until the parent closes the channel. Does not return to the zygote's work."""
        confine.keep_only(channel.detach())
        channel = socket.socket(fileno=confine.WORKER_SOCKET_FD)
        confine.die_with_parent(zygote_pid)
        confined = confine.confine(self.limits, cpu_s, self.allow_missing)
        channel.send(protocol.ready_message(confined.layers, confined.landlock_abi, os.getpid()))
        sink = WireSink(channel, self.limits)
        while (received := _receive(channel)) is not None:
            order, fd = received
            sink.begin(order.number)
            try:
                outcome = self._obey(order, fd, sink)
            except MemoryError:
                outcome = _stopped(order, sink, Verdict.REFUSED, Reason.OUT_OF_MEMORY)
            except _FullError:
                outcome = _stopped(order, sink, Verdict.REFUSED, Reason.TOO_MANY_FRAMES)
            except Exception:  # noqa: BLE001  - whatever a decoder raises is about the file, and a verdict
                outcome = _stopped(order, sink, Verdict.UNDECODABLE, Reason.CORRUPT)
            os.close(fd)
            sink.finish(outcome)

    def _obey(self, order: Order, fd: int, sink: WireSink) -> Outcome:
        task = Task(
            size_bytes=order.size_bytes,
            media_type=order.media_type,
            dihedral=order.dihedral,
            scaled=order.scaled,
            video_interval_ms=order.video_interval_ms,
            skip_members=order.skip_members,
            soft_s=order.soft_ms / 1000,
            form=order.form,
        )
        source = Source(fd, order.size_bytes)
        if order.kind is OrderKind.EXAMINE:
            return self.examine(source, task, sink, self.limits)
        answer = self.reduce(source, task, sink, self.limits, order.side_px_max)
        if isinstance(answer, Outcome):
            return answer
        sink.picture(answer)
        return Outcome(order.media_type, Verdict.HASHED)


def _receive(channel: socket.socket) -> tuple[Order, int] | None:
    """Wait for the next task and its descriptor; None where the parent closed the channel."""
    data, ancillary, _, _ = channel.recvmsg(protocol.ORDER_BYTES + 1, _ANCILLARY_BYTES)
    if not data:
        return None
    fds = array.array("i", ancillary[0][2][:_FD_BYTES])
    return Order.unpack(data), fds[0]


def _stopped(order: Order, sink: WireSink, verdict: Verdict, reason: Reason) -> Outcome:
    """The outcome of a task that an exception ended."""
    partial = sink.said_something and order.media_type.kind is not MediaKind.OTHER
    return Outcome(order.media_type, Verdict.PARTIAL if partial else verdict, reason)
