"""The wire between parent and worker: numbers only, fixed sizes, one message a picture each way.

    parent -> worker   one order of 40 bytes: a task (with the file's descriptor beside it), or a grant of memory
    worker -> parent   messages: a header of 12 bytes, then `count` records of 128 bytes, or one run of pixels

A message travels whole (SOCK_SEQPACKET). Records of one examination, in order:

    hash* ( member-path+ hash* member-end )* outcome            for `examine`; members of archives may nest
    picture pixels+ outcome, or outcome alone                   for `reduce`
    reserve                                                     anywhere before the outcome; answered by a grant

Enumerations travel as their place in the tables below. Every byte that a record does not use is zero. This module
writes and lays out; `transcript` reads, and trusts nothing.

Worked example: a JPEG is answered by one message of 12 + 2 x 128 bytes: header, hash, outcome.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.media import MediaType, Reason, Verdict
from tutela.domain.signals import View
from tutela.engine.sandbox.confine import Layer
from tutela.engine.sandbox.contract import Form

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutela.domain.signals import Digests, PictureHash
    from tutela.engine.sandbox.contract import Outcome

VERSION: Final = 1
PATH_BYTES_MAX: Final = 4096  # of a member; the worker cuts longer ones

MEDIA_TYPES: Final = tuple(MediaType)
VERDICTS: Final = (Verdict.HASHED, Verdict.DIGESTED, Verdict.PARTIAL, Verdict.UNDECODABLE, Verdict.REFUSED)
REASONS: Final = (  # those that only the parent says (a dead decoder, the file system) are not on the wire
    Reason.NONE,
    Reason.TOO_MANY_PIXELS,
    Reason.TOO_MANY_SCANS,
    Reason.TOO_MANY_FRAMES,
    Reason.TOO_MANY_MEMBERS,
    Reason.NESTED_TOO_DEEP,
    Reason.EXPANDS_TOO_MUCH,
    Reason.TOO_LARGE,
    Reason.TOO_SMALL,
    Reason.OUT_OF_TIME,
    Reason.OUT_OF_MEMORY,
    Reason.TRUNCATED,
    Reason.CORRUPT,
    Reason.ENCRYPTED,
    Reason.UNSUPPORTED,
)
VIEWS: Final = tuple(View)

_MEDIA_NUMBER: Final = {media_type: number for number, media_type in enumerate(MEDIA_TYPES)}
_VERDICT_NUMBER: Final = {verdict: number for number, verdict in enumerate(VERDICTS)}
_REASON_NUMBER: Final = {reason: number for number, reason in enumerate(REASONS)}
_VIEW_NUMBER: Final = {view: number for number, view in enumerate(VIEWS)}


#### Orders: parent to worker ####

ORDER_MAGIC: Final = 0x5455_5430
_ORDER: Final = struct.Struct("=IBBBBIIQIIII")
ORDER_BYTES: Final = _ORDER.size
_DIHEDRAL: Final = 1
_SCALED: Final = 2


class OrderKind(IntEnum):
    """What the parent wants."""

    EXAMINE = 1
    REDUCE = 2
    GRANT = 3


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `number` counts the worker's tasks: every answer carries it. `soft_ms`: end by yourself by then."""

    kind: OrderKind
    number: int
    size_bytes: int = 0
    media_type: MediaType = MediaType.OTHER
    dihedral: bool = False
    scaled: bool = False
    video_interval_ms: int = 0
    skip_members: int = 0
    soft_ms: int = 0
    side_px_max: int = 0
    form: Form = Form.COLOUR

    def pack(self) -> bytes:
        """Return the order as it travels."""
        return _ORDER.pack(
            ORDER_MAGIC,
            VERSION,
            self.kind,
            _MEDIA_NUMBER[self.media_type],
            (_DIHEDRAL if self.dihedral else 0) | (_SCALED if self.scaled else 0),
            self.number,
            self.form,
            self.size_bytes,
            self.video_interval_ms,
            self.skip_members,
            self.soft_ms,
            self.side_px_max,
        )

    @classmethod
    def unpack(cls, data: bytes) -> Order:
        """Read an order inside the worker. The parent is trusted, so a bad one is a bug: `ValueError`."""
        if len(data) != ORDER_BYTES:
            raise ValueError("an order of another length")
        fields: tuple[int, ...] = _ORDER.unpack(data)
        magic, version, kind, media, flags, number, form, size, interval, skip, soft, side = fields
        if (magic, version) != (ORDER_MAGIC, VERSION):
            raise ValueError("an order of another protocol")
        return cls(
            kind=OrderKind(kind),
            number=number,
            size_bytes=size,
            media_type=MEDIA_TYPES[media],
            dihedral=bool(flags & _DIHEDRAL),
            scaled=bool(flags & _SCALED),
            video_interval_ms=interval,
            skip_members=skip,
            soft_ms=soft,
            side_px_max=side,
            form=Form(form),
        )


#### Messages and records: worker to parent ####

MESSAGE_MAGIC: Final = 0x5455_5431
HEADER: Final = struct.Struct("=IBBHI")  # magic, version, message kind, count of records or 0, order number
RECORD_BYTES: Final = 128
RECORDS_PER_MESSAGE_MAX: Final = 256
PIXELS_PER_MESSAGE_MAX: Final = 32 * 1024
MESSAGE_BYTES_MAX: Final = HEADER.size + max(RECORDS_PER_MESSAGE_MAX * RECORD_BYTES, PIXELS_PER_MESSAGE_MAX)


class MessageKind(IntEnum):
    """What a message holds after its header."""

    READY = 1  # confined, waiting for orders
    RECORDS = 2
    PIXELS = 3


class RecordKind(IntEnum):
    """First byte of a record."""

    HASH = 1
    MEMBER_PATH = 2
    MEMBER_END = 3
    OUTCOME = 4
    RESERVE = 5
    PICTURE = 6


READY: Final = struct.Struct("=BBHI")  # 0, layers as bits, Landlock ABI, process id

# Every layout of a record begins with its kind.
HASH: Final = struct.Struct("=B32sBBBII")  # pdq, quality, view, has time, frame, time in ms
MEMBER_PATH: Final = struct.Struct("=BBB120s")  # last part, length, part of the path
OUTCOME: Final = struct.Struct("=BBBBBIIQQQ")  # type, verdict, reason, has duration, width, height, duration, ...
MEMBER_END: Final = struct.Struct("=BBBBBIIQQQB16s20s32sQ")  # an outcome, has digests, MD5, SHA-1, SHA-256, size
MEMBER_DIGESTS: Final = (slice(38, 54), slice(54, 74), slice(74, 106))  # where they stand in it
RESERVE: Final = struct.Struct("=BQ")  # bytes of memory
PICTURE: Final = struct.Struct("=BBHH")  # channels, width, height
PATH_PART_BYTES: Final = 120

_NO_DIGESTS: Final = (0, b"", b"", b"")


def header(kind: MessageKind, count: int, number: int) -> bytes:
    """Return the header of a message."""
    return HEADER.pack(MESSAGE_MAGIC, VERSION, kind, count, number)


def ready_message(layers: Collection[Layer], landlock_abi: int, pid: int) -> bytes:
    """Return a new worker's first message."""
    bits = sum(1 << place for place, layer in enumerate(Layer) if layer in layers)
    return header(MessageKind.READY, 0, 0) + READY.pack(0, bits, landlock_abi, pid)


def read_ready(message: bytes) -> tuple[frozenset[Layer], int, int]:
    """Return the layers in force, Landlock's ABI and the process id. It is said before any hostile byte is read."""
    if len(message) != HEADER.size + READY.size or HEADER.unpack_from(message)[2] != MessageKind.READY:
        raise ValueError("a new worker did not say that it is ready")
    _, bits, abi, pid = READY.unpack_from(message, HEADER.size)
    return frozenset(layer for place, layer in enumerate(Layer) if bits >> place & 1), abi, pid


def hash_record(picture: PictureHash) -> bytes:
    """Return the record of one hash."""
    has_time = picture.time_ms is not None
    return _padded(
        HASH.pack(
            RecordKind.HASH,
            picture.pdq,
            picture.quality,
            _VIEW_NUMBER[picture.view],
            has_time,
            picture.frame,
            picture.time_ms or 0,
        )
    )


def member_path_records(path: bytes) -> list[bytes]:
    """Return the records that begin a member; the path is cut at `PATH_BYTES_MAX`."""
    path = path[:PATH_BYTES_MAX]
    parts = [path[at : at + PATH_PART_BYTES] for at in range(0, len(path), PATH_PART_BYTES)] or [b""]
    last = len(parts) - 1
    return [
        _padded(MEMBER_PATH.pack(RecordKind.MEMBER_PATH, index == last, len(part), part))
        for index, part in enumerate(parts)
    ]


def member_end_record(size_bytes: int, digests: Digests | None, outcome: Outcome) -> bytes:
    """Return the record that ends the innermost open member."""
    said = (1, digests.md5, digests.sha1, digests.sha256) if digests else _NO_DIGESTS
    return _padded(MEMBER_END.pack(RecordKind.MEMBER_END, *_outcome_fields(outcome), *said, size_bytes))


def outcome_record(outcome: Outcome) -> bytes:
    """Return the last record of an examination."""
    return _padded(OUTCOME.pack(RecordKind.OUTCOME, *_outcome_fields(outcome)))


def reserve_record(memory_bytes: int) -> bytes:
    """Return the record that asks for memory."""
    return _padded(RESERVE.pack(RecordKind.RESERVE, memory_bytes))


def picture_record(channels: int, width_px: int, height_px: int) -> bytes:
    """Return the record that announces pixels."""
    return _padded(PICTURE.pack(RecordKind.PICTURE, channels, width_px, height_px))


def _outcome_fields(outcome: Outcome) -> tuple[int, ...]:
    return (
        _MEDIA_NUMBER[outcome.media_type],
        _VERDICT_NUMBER[outcome.verdict],
        _REASON_NUMBER[outcome.reason],
        outcome.duration_ms is not None,
        outcome.width_px,
        outcome.height_px,
        outcome.duration_ms or 0,
        outcome.found,
        outcome.limit,
    )


def _padded(record: bytes) -> bytes:
    return record.ljust(RECORD_BYTES, b"\0")
