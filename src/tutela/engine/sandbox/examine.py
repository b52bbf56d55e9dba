"""The front door of a worker: one run of bytes in, hashes said, one outcome out.

    examine(source, task, sink, limits) -> Outcome(JPEG, HASHED, width_px=640, height_px=480)
    reduce(source, task, sink, limits, side_px_max) -> ReducedPicture, or the Outcome that says why there is none

Neither raises for anything that a file can hold; what they raise comes from the sink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.domain.media import MediaKind, MediaType, Reason, Verdict
from tutela.engine.sandbox.archive import examine_archive
from tutela.engine.sandbox.contract import Outcome
from tutela.engine.sandbox.picture import examine_picture, reduce_picture
from tutela.engine.sandbox.video import examine_video
from tutela.engine.sandbox.work import Allowance, Ending, Work

if TYPE_CHECKING:
    from tutela.domain.limits import DecodeLimits
    from tutela.engine.sandbox.contract import ReducedPicture, Sink, Task
    from tutela.engine.sandbox.source import Source


def examine(source: Source, task: Task, sink: Sink, limits: DecodeLimits) -> Outcome:
    """Examine one file: say its hashes and members to `sink`, return how it ended."""
    work = Work(task, sink, limits, Allowance(task.soft_s, limits))
    try:
        if task.media_type.kind is MediaKind.ARCHIVE:
            return examine_archive(source, task.media_type, work, _examine_media)
        return _examine_media(source, task.media_type, work)
    except MemoryError:
        return work.outcome(task.media_type, Ending(Reason.OUT_OF_MEMORY, task.size_bytes))
    except OSError:  # the disk, not the content: a part of the file cannot be read
        return work.outcome(task.media_type, Ending(Reason.TRUNCATED))


def reduce(source: Source, task: Task, sink: Sink, limits: DecodeLimits, side_px_max: int) -> ReducedPicture | Outcome:
    """Make one small picture of a picture as a person sees it, neither side longer than `side_px_max`."""
    work = Work(task, sink, limits, Allowance(task.soft_s, limits))
    if task.media_type.kind is not MediaKind.PICTURE:
        return Outcome(task.media_type, Verdict.UNDECODABLE, Reason.UNSUPPORTED)
    try:
        return reduce_picture(source, task.media_type, work, side_px_max)
    except OSError:
        return work.outcome(task.media_type, Ending(Reason.TRUNCATED))


def _examine_media(source: Source, media_type: MediaType, work: Work) -> Outcome:
    """Examine a picture or a video; anything else has digests only."""
    kind = media_type.kind
    if kind is MediaKind.PICTURE:
        return examine_picture(source, media_type, work)
    if kind is MediaKind.VIDEO:
        return examine_video(source, media_type, work)
    return Outcome(media_type, Verdict.DIGESTED)
