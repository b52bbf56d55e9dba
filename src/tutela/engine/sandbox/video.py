"""Video to frame hashes that a vPDQ list can be matched with.

Which frames: vPDQ counts frames as they leave the decoder and hashes every n-th, n = int(interval x average frame
rate), at least 1; so do we. Every frame keeps its row, equal ones too: vPDQ matches by the share of frames.

What of a frame: vPDQ converts to RGB and takes its luma. That luma is the Y plane up to a scale and a clip, and PDQ's
bits do not change with scale; so the Y plane is hashed as it is (at most 4 bits off, and no conversion). Quality does
change with scale: a frame that is not of full quality is converted and hashed again. Other pixel formats are converted.

A display matrix (phones store portrait lying) turns what is seen; the stored picture is what vPDQ tools hash: both.

The demuxer is fixed by the sniffed type, so no playlist or other format that names files is ever probed; opening
anything is refused besides.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final, NoReturn

import av
import numpy as np
from av.error import InvalidDataError
from av.stream import Disposition

from tutela.domain.media import MediaType, Reason
from tutela.engine.sandbox import views
from tutela.engine.sandbox.headers import SIDE_PX_MIN
from tutela.engine.sandbox.work import Ending, StopError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.frame import Frame
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from tutela.domain.signals import View
    from tutela.engine.native import Pdq
    from tutela.engine.sandbox.contract import Outcome
    from tutela.engine.sandbox.source import Source
    from tutela.engine.sandbox.views import Pixels
    from tutela.engine.sandbox.work import Work

_DEMUXERS: Final = {
    MediaType.MP4: "mov",
    MediaType.QUICKTIME: "mov",
    MediaType.MATROSKA: "matroska",
    MediaType.WEBM: "matroska",
    MediaType.AVI: "avi",
}
_CODECS: Final = frozenset(
    {
        *("h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "libvpx", "libvpx-vp9", "theora", "vvc"),
        *("mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "mpeg1video", "mpeg2video", "h263", "h263p", "flv"),
        *("wmv1", "wmv2", "wmv3", "vc1", "svq1", "svq3", "cinepak", "indeo3", "indeo4", "indeo5", "vp6", "vp6f"),
        *("mjpeg", "mjpegb", "png", "rawvideo", "huffyuv", "ffvhuff", "ffv1", "utvideo", "dvvideo", "prores"),
        *("dnxhd", "cfhd", "qtrle", "rpza", "msvideo1", "msrle", "8bps", "v210", "magicyuv"),
    }
)
# Plane 0 of these is luma of 8 bits.
_LUMA_FIRST: Final = frozenset(
    {
        *("yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "nv12", "nv21", "nv16", "gray"),
        *("yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "yuvj411p", "yuva420p", "yuva422p", "yuva444p"),
    }
)
_DEEP_LUMA: Final = ("yuv", "gray", "p0", "p2", "nv", "y2")  # prefixes of further formats made of luma and chroma
_READ_BYTES: Final = 1 << 18
_FRAME_RATE_MAX: Final = 1000  # a faster claim is a lie: then every frame counts
_QUALITY_FULL: Final = 100
_BYTES_PER_PIXEL: Final = 16  # some ten reference frames of 1.5 bytes
_WHOLE_SHARE: Final = 0.95  # less of the frames or time that the container claims: the file is cut short
_SOUND_TAIL_S: Final = 2.0
_TAIL_FRAMES: Final = 3
_TIME_MS_MAX: Final = (1 << 32) - 1
_DISPLAY_MATRIX: Final = struct.Struct("=9i")

_ORIENTATIONS: Final = {  # signs of the matrix (a b; c d), as (a, b, c, d)
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}


def examine_video(source: Source, media_type: MediaType, work: Work) -> Outcome:
    """Hash the frames of the first video stream."""
    width = height = 0
    duration_ms = None
    try:
        with _open(source, media_type) as container:
            stream = _picture_stream(container)
            if not container.streams:
                return work.outcome(media_type, Ending(Reason.CORRUPT))
            if stream is None or stream.codec_context.codec.name not in _CODECS:
                return work.outcome(media_type, Ending(Reason.UNSUPPORTED))
            width, height = stream.codec_context.width, stream.codec_context.height
            duration_ms = int(container.duration / 1000) if container.duration else None
            ending = _claims(width, height, work) or _hash_stream(container, stream, work)
    except MemoryError:
        ending = Ending(Reason.OUT_OF_MEMORY, width * height, work.limits.pixels_max)
    except StopError as stop:
        ending = stop.ending
    except Exception:  # noqa: BLE001  - whatever FFmpeg's binding raises on hostile bytes is a verdict
        ending = Ending(Reason.CORRUPT)
    return work.outcome(
        media_type, ending._replace(duration_ms=duration_ms), width_px=max(width, 0), height_px=max(height, 0)
    )


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise PermissionError


def _open(source: Source, media_type: MediaType) -> InputContainer:
    return av.open(
        source.open(),
        "r",
        format=_DEMUXERS[media_type],
        options={"protocol_whitelist": "none"},
        metadata_errors="ignore",
        buffer_size=_READ_BYTES,
        io_open=_refuse,
    )


def _picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the first video stream; a cover picture only where there is no other."""
    streams = container.streams.video
    moving = [stream for stream in streams if not stream.disposition & Disposition.attached_pic]
    return next(iter(moving or streams), None)


def _claims(width: int, height: int, work: Work) -> Ending | None:
    """Return why the claimed size is refused, or None."""
    limits = work.limits
    if max(width, height) > limits.side_px_max:
        return Ending(Reason.TOO_MANY_PIXELS, max(width, height), limits.side_px_max)
    if width * height > limits.pixels_max:
        return Ending(Reason.TOO_MANY_PIXELS, width * height, limits.pixels_max)
    if 0 < min(width, height) < SIDE_PX_MIN:
        return Ending(Reason.TOO_SMALL, min(width, height), SIDE_PX_MIN)
    return None


def _hash_stream(container: InputContainer, stream: VideoStream, work: Work) -> Ending:
    codec = stream.codec_context
    work.reserve(codec.width * codec.height * _BYTES_PER_PIXEL)
    codec.thread_count = 1
    codec.options = {"max_pixels": str(work.limits.pixels_max)}
    rate = float(stream.average_rate or stream.base_rate or 0)
    every = max(1, int(work.task.video_interval_ms * rate / 1000)) if rate <= _FRAME_RATE_MAX else 1
    limit = work.limits.video_frames_max
    hashed, last_s, number = 0, 0.0, -1
    damage = _Damage()
    for number, frame in enumerate(_frames(container, stream, damage)):
        last_s = _time_s(frame, number, rate)
        if number % every == 0:
            if hashed >= limit:
                return Ending(Reason.TOO_MANY_FRAMES, max(stream.frames // every, hashed + 1), limit)
            views.say(work, _hash(frame, work), frame=number, time_ms=_clamped_ms(last_s))
            hashed += 1
        if work.allowance.passed():
            return Ending(Reason.OUT_OF_TIME, number + 1, max(stream.frames, number + 1))
    if number < 0:
        return Ending(Reason.CORRUPT)
    if damage.found:
        return Ending(Reason.CORRUPT, number + 1, max(stream.frames, number + 1))
    if number + 1 < stream.frames * _WHOLE_SHARE or _ends_early(container, last_s, rate):
        return Ending(Reason.TRUNCATED, number + 1, stream.frames)
    return Ending()


def _ends_early(container: InputContainer, last_s: float, rate: float) -> bool:
    """Tell whether the pictures stop well before the end that the container claims; sound may last a little longer."""
    claimed_s = (container.duration or 0) / av.time_base
    slack_s = (_SOUND_TAIL_S if container.streams.audio else 0.0) + _TAIL_FRAMES / max(rate, 1.0)
    return last_s < claimed_s * _WHOLE_SHARE - slack_s


class _Damage:
    """Whether a packet could not be decoded. Players go on after one, and so do we."""

    def __init__(self) -> None:
        self.found = False


def _frames(container: InputContainer, stream: VideoStream, damage: _Damage) -> Iterator[VideoFrame]:
    """Give every frame that can be decoded, in the order of showing."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except InvalidDataError:  # the container itself is damaged here
            damage.found = True
            return
        if packet is None:
            return
        try:
            yield from packet.decode()
        except InvalidDataError:
            damage.found = True


def _hash(frame: VideoFrame, work: Work) -> list[tuple[View, Pdq]]:
    """Hash one frame; a frame that changed its size on the way is held to the same limits."""
    if frame.width * frame.height > work.limits.pixels_max:
        raise MemoryError
    orientation = _orientation(frame)
    dihedral = work.task.dihedral
    if frame.format.name in _LUMA_FIRST:
        made = views.make(_plane(frame), orientation, dihedral=dihedral)
        if made[0][1].quality >= _QUALITY_FULL:
            return made
    return views.make(_converted(frame), orientation, dihedral=dihedral)


def _plane(frame: VideoFrame) -> Pixels:
    plane = frame.planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


def _converted(frame: VideoFrame) -> Pixels:
    """Return a frame of any pixel format as full-range grey, or as RGB where it holds colours and no luma."""
    if frame.format.name.startswith(_DEEP_LUMA):
        return _plane(frame.reformat(format="gray", threads=1))
    return frame.reformat(format="rgb24", threads=1).to_ndarray()


def _orientation(frame: VideoFrame) -> int:
    """Return the EXIF number that a frame's display matrix stands for; 1 for slanted ones."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return views.UPRIGHT
    a, b, _, c, d, *_ = _DISPLAY_MATRIX.unpack(bytes(data)[: _DISPLAY_MATRIX.size])
    return _ORIENTATIONS.get((_sign(a), _sign(b), _sign(c), _sign(d)), views.UPRIGHT)


def _time_s(frame: Frame, number: int, rate: float) -> float:
    """Return when a frame is shown; by its number where the container does not say."""
    if frame.time is not None:
        return frame.time
    return number / rate if rate else 0.0


def _clamped_ms(time_s: float) -> int:
    return min(max(round(time_s * 1000), 0), _TIME_MS_MAX)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
