"""One examination under way: its task, limits and clock, and what it has said so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from tutela.domain.media import MediaType, Reason, Verdict
from tutela.engine.sandbox.contract import Outcome

if TYPE_CHECKING:
    from tutela.domain.limits import DecodeLimits
    from tutela.domain.signals import PictureHash
    from tutela.engine.sandbox.contract import Sink, Task


class Ending(NamedTuple):
    """How a decoder ended: `reason` NONE means that nothing is missing."""

    reason: Reason = Reason.NONE
    found: int = 0
    limit: int = 0
    duration_ms: int | None = None


DONE: Final = Ending()

_NUMBER_MAX: Final = (1 << 53) - 1  # what the protocol and readers of JSON hold exactly
_TIME_MS_MAX: Final = (1 << 32) - 1
_VIEWS_A_FRAME_MAX: Final = 9  # seen, stored, and the seven other dihedral views


class StopError(Exception):
    """A limit of the whole examination is reached: no decoder may go on, and no handler may swallow this."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.reason.value)
        self.ending = ending


class Allowance:
    """What one examination may still use, shared by all members of an archive: time and hashes."""

    __slots__ = ("_at_s", "_hashes_left", "_hashes_max")

    def __init__(self, soft_s: float, limits: DecodeLimits) -> None:
        self._at_s = time.monotonic() + soft_s
        self._hashes_max = max(limits.frames_max, limits.video_frames_max) * _VIEWS_A_FRAME_MAX
        self._hashes_left = self._hashes_max

    def take_hash(self) -> None:
        """Count one hash; `StopError` where the examination has given all it may."""
        self._hashes_left -= 1
        if self._hashes_left < 0:
            raise StopError(Ending(Reason.TOO_MANY_FRAMES, self._hashes_max + 1, self._hashes_max))

    def extend(self, by_s: float) -> None:
        """Move the deadline: time spent waiting for memory is not the file's fault."""
        self._at_s += by_s

    def passed(self) -> bool:
        """Tell whether the examination should end by itself now."""
        return time.monotonic() >= self._at_s


@dataclass(slots=True)
class Work:
    """The examination of one run of bytes (a file, or one member of an archive).

    `held_bytes` is what the archives around it hold in memory meanwhile.
    """

    task: Task
    sink: Sink
    limits: DecodeLimits
    allowance: Allowance
    held_bytes: int = 0
    hashes: int = field(default=0, init=False)

    def say(self, picture: PictureHash) -> None:
        """Report one hash."""
        self.allowance.take_hash()
        self.hashes += 1
        self.sink.hash(picture)

    def reserve(self, memory_bytes: int) -> None:
        """Wait until there is room for this much memory."""
        began_s = time.monotonic()
        self.sink.reserve(self.held_bytes + memory_bytes)
        self.allowance.extend(time.monotonic() - began_s)

    def outcome(self, media_type: MediaType, ending: Ending, *, width_px: int = 0, height_px: int = 0) -> Outcome:
        """Turn the way a decoder ended into a verdict: `partial` where some hash was made before it stopped."""
        if ending.reason is Reason.NONE:
            verdict = Verdict.HASHED
        elif self.hashes:
            verdict = Verdict.PARTIAL
        elif ending.reason in _LIMITS:
            verdict = Verdict.REFUSED
        else:
            verdict = Verdict.UNDECODABLE
        return Outcome(
            media_type,
            verdict,
            ending.reason,
            width_px,
            height_px,
            None if ending.duration_ms is None else min(max(ending.duration_ms, 0), _TIME_MS_MAX),
            min(ending.found, _NUMBER_MAX),
            min(ending.limit, _NUMBER_MAX),
        )


_LIMITS = frozenset(
    {
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
    }
)
