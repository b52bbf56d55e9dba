"""What the two sides of the sandbox agree on inside a worker: the task, what it may say, and how it ends.

    parent (trusted) --Task + read-only descriptor--> worker (treated as hostile)
    parent <--records: hash*, member-begin, hash*, member-end, ..., outcome-- worker

`examine.examine` does the work and speaks only through a `Sink`; `worker` gives it a sink that writes protocol records,
tests give it one that keeps them in memory. Free text never crosses: an outcome is a closed `Reason` and two numbers
(what was found, what the limit is), from which the parent writes its sentence.

Worked example: a zip with one picture says member_begin(b"a.jpg"), hash(...), member_end(size, digests, Outcome(JPEG,
HASHED)), and returns Outcome(ZIP, HASHED).

Members are numbered from 0 in the order they are begun; a nested archive counts as one, and its members come after it.
A member may begin inside an open one only where the open one is an archive; members end innermost first. Those with a
number below `skip_members` are walked through (archives) or passed over, and not reported again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Protocol

from tutela.domain.media import MediaType, Reason, Verdict

if TYPE_CHECKING:
    from tutela.domain.signals import Digests, PictureHash

REDUCED_SIDE_PX_MAX: Final = 1024


class Form(IntEnum):
    """How much of a reduced picture is left. Each is made where the file is decoded: nothing more leaves the worker."""

    COLOUR = 0
    GREY = 1
    BLURRED = 2  # grey, of few pixels, and those blurred
    LINES = 3  # where it changes most, and nothing else

    @property
    def side_px_max(self) -> int:
        """The most pixels a side that this form ever has."""
        return {Form.BLURRED: 64, Form.LINES: 512}.get(self, REDUCED_SIDE_PX_MAX)


@dataclass(frozen=True, slots=True)
class Task:
    """One run of bytes to examine. `media_type` is what the parent told from the first bytes; `size_bytes` is real.

    `dihedral`: also hash the seven other orientations. `scaled`: pictures of 4 megapixels and more may be decoded at
    reduced size where the guard allows it. `video_interval_ms`: one frame hash for each such interval, 0 for every
    frame. `skip_members`: the first members of an archive that an earlier worker has already reported. `soft_s`:
    seconds after which the worker ends by itself and says `partial`. `form`: of a reduced picture.
    """

    size_bytes: int
    media_type: MediaType
    dihedral: bool = False
    scaled: bool = False
    video_interval_ms: int = 1000
    skip_members: int = 0
    soft_s: float = 8.0
    form: Form = Form.COLOUR


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run of bytes ended, in numbers only."""

    media_type: MediaType
    verdict: Verdict
    reason: Reason = Reason.NONE
    width_px: int = 0
    height_px: int = 0
    duration_ms: int | None = None
    found: int = 0  # what was met (pixels, scans, frames, members, bytes), for the sentence
    limit: int = 0  # what is allowed


@dataclass(frozen=True, slots=True)
class ReducedPicture:
    """One small picture as a person sees it: rows from the top, 1 (grey) or 3 (RGB) bytes for each pixel."""

    width_px: int
    height_px: int
    channels: int
    pixels: bytes


class Sink(Protocol):
    """Where the worker says what it finds, in order."""

    def hash(self, picture: PictureHash) -> None:
        """One PDQ of the current file or member."""
        ...

    def reserve(self, memory_bytes: int) -> None:
        """About to hold this much for one picture or frame: returns when the other workers leave room for it.

        Say it after the header checks and before decoding; it replaces what was reserved before, and small amounts
        cost nothing. The time spent waiting does not count against the parent's deadline.
        """
        ...

    def member_begin(self, path: bytes) -> None:
        """The next member of an archive is about to be opened: if the worker dies now, this one is to blame."""
        ...

    def member_end(self, size_bytes: int, digests: Digests | None, outcome: Outcome) -> None:
        """The current member is done."""
        ...
