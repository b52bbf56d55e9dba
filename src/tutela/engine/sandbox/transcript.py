"""What a worker has said about one file so far, read strictly: whoever speaks may have been taken over.

Every length, number and order of records is checked before it is kept; the first thing that does not fit raises
`SandboxProtocolError`, whatever the bytes, and nothing else is ever raised. What was kept before stays: a worker that
dies in an archive leaves the members it had finished, and the next worker goes on behind the one to blame.

Worked example: header, hash record, outcome record -> `transcript.outcome` is set, `hashes` holds one `PictureHash`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from tutela.domain.errors import SandboxProtocolError
from tutela.domain.media import Examination, MediaKind, MediaType, Member, Reason, Verdict
from tutela.domain.signals import PDQ_BYTES, Digests, PictureHash
from tutela.engine.sandbox import protocol
from tutela.engine.sandbox.contract import Form, Outcome, ReducedPicture
from tutela.engine.sandbox.protocol import RECORD_BYTES, MessageKind, RecordKind
from tutela.engine.sandbox.sentences import sentence

if TYPE_CHECKING:
    import struct
    from collections.abc import Callable

    from tutela.domain.limits import DecodeLimits

    _Readers = dict[int, Callable[["Transcript", bytes], None]]

_NUMBER_MAX: Final = 1 << 53  # what JSON readers hold exactly
_ZEROS: Final = bytes(RECORD_BYTES)
_CHANNELS: Final = (1, 3)
_PICTURED: Final = (MediaKind.PICTURE, MediaKind.VIDEO)


def hashes_max(limits: DecodeLimits) -> int:
    """How many hashes one examination may give, all members of an archive together."""
    return max(limits.frames_max, limits.video_frames_max) * len(protocol.VIEWS)


def _require(condition: object, what: str) -> None:
    if not condition:
        raise SandboxProtocolError(f"A worker's answer breaks the protocol: {what}.")


def _numbers(layout: struct.Struct, record: bytes) -> tuple[int, ...]:
    """The fields of a record (those that are bytes are taken from the record itself)."""
    _require(record.endswith(_ZEROS[layout.size :]), "unused bytes are not zero")
    return layout.unpack_from(record)


@dataclass(slots=True)
class _OpenMember:
    index: int
    path: bytes
    hashes: list[PictureHash] = field(default_factory=list[PictureHash])


class Transcript:
    """The checked answer to one request, over as many workers as it took."""

    __slots__ = (
        "_begun",
        "_form",
        "_hash_count",
        "_hashes",
        "_limits",
        "_media_type",
        "_members",
        "_open",
        "_path",
        "_pixels",
        "_readers",
        "_shape",
        "_side_px_max",
        "_stumbled",
        "outcome",
        "reserve_bytes",
    )

    def __init__(
        self,
        media_type: MediaType,
        kind: MediaKind,
        limits: DecodeLimits,
        *,
        side_px_max: int = 0,
        form: Form = Form.COLOUR,
    ) -> None:
        """`kind` is that of `media_type`. `side_px_max` > 0: the request was for a reduced picture of this form."""
        self._media_type = media_type
        self._limits = limits
        self._side_px_max = side_px_max
        self._form = form
        self._hashes: list[PictureHash] = []
        self._hash_count = 0
        self._members: dict[int, Member] = {}
        self._begun = 0
        self._open: list[_OpenMember] = []
        self._path: bytearray | None = None
        self._shape: tuple[int, int, int] | None = None
        self._pixels = bytearray()
        self._stumbled = Reason.NONE
        self.outcome: Outcome | None = None
        self.reserve_bytes = 0  # asked for by the last message; the reader sets it back after granting
        self._readers = self._readers_of(kind, side_px_max)

    #### Reading ####

    def read(self, message: bytes, number: int) -> None:
        """Take in one message of the answer to order `number`. `SandboxProtocolError` where anything is off."""
        _require(self.outcome is None, "it goes on after the outcome")
        _require(len(message) >= protocol.HEADER.size, "a message is too short")
        magic, version, kind, count, said_number = protocol.HEADER.unpack_from(message)
        _require((magic, version) == (protocol.MESSAGE_MAGIC, protocol.VERSION), "wrong magic number or version")
        _require(said_number == number, "it answers another order")
        body = message[protocol.HEADER.size :]
        if kind == MessageKind.PIXELS:
            self._read_pixels(body, count)
            return
        _require(kind == MessageKind.RECORDS, "unknown kind of message")
        _require(0 < count <= protocol.RECORDS_PER_MESSAGE_MAX, "number of records")
        _require(len(body) == count * RECORD_BYTES, "length of the message")
        for at in range(0, len(body), RECORD_BYTES):
            _require(self.outcome is None and not self.reserve_bytes, "records after the last one")
            record = body[at : at + RECORD_BYTES]
            if record[0] == RecordKind.RESERVE:
                self._read_reserve(record)
                continue
            reader = self._readers.get(record[0])
            if reader is None:
                raise SandboxProtocolError("A worker's answer breaks the protocol: a record out of place.")
            _require(self._path is None or record[0] == RecordKind.MEMBER_PATH, "half a path")
            reader(self, record)

    def _read_hash(self, record: bytes) -> None:
        pdq = record[1 : 1 + PDQ_BYTES]
        quality, view, has_time, frame, time_ms = _numbers(protocol.HASH, record)[2:]
        _require(quality <= 100, "quality above 100")
        _require(view < len(protocol.VIEWS), "unknown view")
        _require(has_time <= 1 and (has_time or not time_ms), "a time that is none")
        self._hash_count += 1
        _require(self._hash_count <= hashes_max(self._limits), "more hashes than allowed")
        picture = PictureHash(pdq, quality, protocol.VIEWS[view], frame, time_ms if has_time else None)
        if self._open:
            self._open[-1].hashes.append(picture)
        else:
            _require(self._readers is not self._ARCHIVE, "a hash of an archive itself")
            self._hashes.append(picture)

    def _read_member_path(self, record: bytes) -> None:
        _require(record.endswith(_ZEROS[protocol.MEMBER_PATH.size :]), "unused bytes are not zero")
        _, last, length, part = protocol.MEMBER_PATH.unpack_from(record)
        _require(last <= 1 and length <= protocol.PATH_PART_BYTES, "length of a path")
        _require(last or length == protocol.PATH_PART_BYTES, "a path with a gap")
        _require(part.endswith(_ZEROS[: len(part) - length]), "unused bytes are not zero")
        path = self._path or bytearray()
        path += part[:length]
        _require(len(path) <= protocol.PATH_BYTES_MAX, "a path longer than allowed")
        if not last:
            self._path = path
            return
        self._path = None
        _require(len(self._open) <= self._limits.archive_depth_max, "members nested deeper than allowed")
        _require(self._begun < self._limits.archive_members_max, "more members than allowed")
        self._open.append(_OpenMember(self._begun, bytes(path)))
        self._begun += 1

    def _read_member_end(self, record: bytes) -> None:
        said = _numbers(protocol.MEMBER_END, record)
        has_digests, size_bytes = said[10], said[-1]
        _require(has_digests <= 1, "a flag that is none")
        _require(size_bytes <= _NUMBER_MAX, "size of a member")
        if not self._open:
            raise SandboxProtocolError("A worker's answer breaks the protocol: the end of no member.")
        member = self._open.pop()
        digests = Digests(*(record[part] for part in protocol.MEMBER_DIGESTS)) if has_digests else None
        outcome = _outcome(said[1:10])
        _require_hash(outcome, member.hashes)
        self._members[member.index] = Member(member.path, size_bytes, digests, _examination(outcome, member.hashes))

    def _read_reserve(self, record: bytes) -> None:
        _, memory_bytes = _numbers(protocol.RESERVE, record)
        _require(0 < memory_bytes <= _NUMBER_MAX, "an amount of memory")
        self.reserve_bytes = memory_bytes

    def _read_picture(self, record: bytes) -> None:
        _, channels, width, height = _numbers(protocol.PICTURE, record)
        _require(self._shape is None, "two pictures")
        _require(channels in _CHANNELS, "number of channels")
        _require(channels == 1 or self._form is Form.COLOUR, "colours in a form that has none")
        _require(0 < width <= self._side_px_max and 0 < height <= self._side_px_max, "size of the picture")
        self._shape = (channels, width, height)

    def _read_pixels(self, body: bytes, count: int) -> None:
        _require(self._shape is not None and count == 0, "pixels of no picture")
        _require(0 < len(body) <= protocol.PIXELS_PER_MESSAGE_MAX, "length of the message")
        self._pixels += body
        _require(len(self._pixels) <= self._pixel_bytes(), "more pixels than announced")

    def _read_outcome(self, record: bytes) -> None:
        _require(not self._open, "a member without an end")
        outcome = _outcome(_numbers(protocol.OUTCOME, record)[1:])
        if self._side_px_max:
            _require(len(self._pixels) == self._pixel_bytes(), "fewer pixels than announced")
            is_drawn = self._form is not Form.LINES or not self._pixels.translate(None, b"\x00\xff")
            _require(is_drawn, "more than lines in a drawing")
        else:
            _require_hash(outcome, self._hashes)
        self.outcome = outcome

    # Which records may stand in which answer.
    _PICTURE: ClassVar[_Readers] = {RecordKind.HASH: _read_hash, RecordKind.OUTCOME: _read_outcome}
    _ARCHIVE: ClassVar[_Readers] = {
        **_PICTURE,
        RecordKind.MEMBER_PATH: _read_member_path,
        RecordKind.MEMBER_END: _read_member_end,
    }
    _REDUCTION: ClassVar[_Readers] = {RecordKind.PICTURE: _read_picture, RecordKind.OUTCOME: _read_outcome}

    def _readers_of(self, kind: MediaKind, side_px_max: int) -> _Readers:
        if side_px_max:
            return self._REDUCTION
        return self._ARCHIVE if kind is MediaKind.ARCHIVE else self._PICTURE

    def _pixel_bytes(self) -> int:
        channels, width, height = self._shape or (0, 0, 0)
        return channels * width * height

    #### When a worker is lost ####

    @property
    def members_begun(self) -> int:
        """How many members the next worker need not report again."""
        return self._begun

    @property
    def in_member(self) -> bool:
        """Whether a member is open, so that it is to blame for what happens now."""
        return bool(self._open)

    def blame(self, reason: Reason) -> None:
        """Close the open members, the innermost with `reason`, and forget half a path: another worker goes on."""
        self._stumbled = reason
        for open_member in self._open:
            verdict = _verdict_without_worker(reason, something=bool(open_member.hashes))
            if open_member is not self._open[-1]:
                verdict = Verdict.PARTIAL  # an archive around the member to blame
            outcome = Outcome(MediaType.OTHER, verdict, reason)
            examination = _examination(outcome, open_member.hashes)
            self._members[open_member.index] = Member(open_member.path, 0, None, examination)
        self._forget_half()

    def rewind(self) -> None:
        """Forget what the lost worker had not finished: another one says it again."""
        if self._open:
            self._begun = self._open[0].index
            self._members = {index: member for index, member in self._members.items() if index < self._begun}
        self._forget_half()
        self._hashes.clear()
        self._hash_count = sum(len(member.examination.hashes) for member in self._members.values())

    def _forget_half(self) -> None:
        self._open.clear()
        self._path = None
        self._shape = None
        self._pixels.clear()
        self.reserve_bytes = 0

    #### The answer ####

    def examination(self) -> Examination:
        """The examination as the worker ended it; call it once `outcome` is set."""
        assert self.outcome is not None
        outcome = self.outcome
        if self._stumbled and outcome.verdict is Verdict.HASHED:
            outcome = Outcome(outcome.media_type, Verdict.PARTIAL, self._stumbled)
        return _examination(outcome, self._hashes, self._member_list())

    def reduced(self) -> ReducedPicture | None:
        """The reduced picture; None where the worker gave none."""
        if self._shape is None:
            return None
        channels, width, height = self._shape
        return ReducedPicture(width, height, channels, bytes(self._pixels))

    def given_up(self, reason: Reason) -> Examination:
        """The examination where no worker came to an end: what was said so far, and `reason`."""
        if self._open:
            self.blame(reason)
        something = bool(self._hashes or self._members)
        outcome = Outcome(self._media_type, _verdict_without_worker(reason, something=something), reason)
        return _examination(outcome, self._hashes, self._member_list())

    def _member_list(self) -> tuple[Member, ...]:
        return tuple(self._members[index] for index in sorted(self._members))


def _verdict_without_worker(reason: Reason, *, something: bool) -> Verdict:
    if something:
        return Verdict.PARTIAL
    limited = reason in (Reason.OUT_OF_TIME, Reason.OUT_OF_MEMORY)
    return Verdict.REFUSED if limited else Verdict.UNDECODABLE


def _outcome(said: tuple[int, ...]) -> Outcome:
    media, verdict, reason, has_duration, width_px, height_px, duration_ms, found, limit = said
    _require(media < len(protocol.MEDIA_TYPES), "unknown media type")
    _require(verdict < len(protocol.VERDICTS), "unknown verdict")
    _require(reason < len(protocol.REASONS), "unknown reason")
    _require(has_duration <= 1 and (has_duration or not duration_ms), "a duration that is none")
    _require(max(duration_ms, found, limit) <= _NUMBER_MAX, "a number out of range")
    return Outcome(
        protocol.MEDIA_TYPES[media],
        protocol.VERDICTS[verdict],
        protocol.REASONS[reason],
        width_px,
        height_px,
        duration_ms if has_duration else None,
        found,
        limit,
    )


def _require_hash(outcome: Outcome, hashes: list[PictureHash]) -> None:
    pictured = outcome.verdict is Verdict.HASHED and outcome.media_type.kind in _PICTURED
    _require(hashes or not pictured, "a hashed picture without a hash")


def _examination(outcome: Outcome, hashes: list[PictureHash], members: tuple[Member, ...] = ()) -> Examination:
    return Examination(
        media_type=outcome.media_type,
        verdict=outcome.verdict,
        reason=outcome.reason,
        detail=sentence(outcome.reason, outcome.found, outcome.limit),
        width_px=outcome.width_px,
        height_px=outcome.height_px,
        duration_ms=outcome.duration_ms,
        hashes=tuple(hashes),
        members=members,
    )
