"""Video: frame hashes inside the sandbox beside vpdq, one thread, the same generated file.

The video wanders over photographs, 1280x720, 30 frames a second, H.264: real texture and real motion, no person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
import numpy as np
from PIL import Image

from bench import corpus, peers
from bench.cpu import Meter
from bench.hashes import bits_off, middle, spread
from bench.ours import Ours
from bench.peers import FOLDER, Peer
from bench.record import Measurement

if TYPE_CHECKING:
    from pathlib import Path

    from tutela.domain.signals import PictureHash

_VIDEO: Final = FOLDER / "video-1.mp4"
_WIDE_PX, _HIGH_PX = 1280, 720
_RATE: Final = 30
_SCENES: Final = 4
_SCENE_FRAMES: Final = 90
_ROUNDS: Final = 3
_MATCH_BITS: Final = 31
_EVERY: Final = "every frame, 1280x720"
_SECOND: Final = "one hash a second, 1280x720"
_CLOSE: Final = "frames within 31 bits of vpdq's"


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    if peers.vpdq_fault():
        for name in (_EVERY, _SECOND, _CLOSE):
            found.put(name, None)
        found.notes.append(f"not run: {peers.vpdq_fault()}")
        return found
    path, frames = _video(), _SCENES * _SCENE_FRAMES
    ours_s: dict[int, list[float]] = {0: [], 1000: []}
    theirs_s: dict[int, list[float]] = {0: [], 1000: []}
    with Peer() as peer, Ours(workers=1) as ours:
        for _ in range(_ROUNDS):
            for interval_ms in (0, 1000):
                meter = Meter()
                examination = ours.examine(path, video_interval_ms=interval_ms)
                ours_s[interval_ms].append(meter.spent_s())
                answer = peer.ask("vpdq", path=str(path), seconds_per_hash=interval_ms / 1000)
                theirs_s[interval_ms].append(answer["cpu_s"])
                if interval_ms == 0:
                    _compare(found, examination.hashes, answer["hashes"])
    rows: list[tuple[object, ...]] = []
    for name, interval_ms in ((_EVERY, 0), (_SECOND, 1000)):
        each_s, their_s = middle(ours_s[interval_ms]), middle(theirs_s[interval_ms])
        found.put(name, frames / each_s, frames / their_s)
        rows.append((name, frames, each_s, their_s))
    found.table(f"CPU seconds a video, medians of {_ROUNDS}", ("hashes", "frames", "ours", "vpdq"), rows)
    found.notes.append("frames/s are frames of the video, hashed or not, for each second of CPU (all processes)")
    return found


def _compare(found: Measurement, ours: tuple[PictureHash, ...], theirs: list[tuple[int, str]]) -> None:
    """Frame by frame, by the frame's number."""
    by_frame = {frame: bytes.fromhex(text) for frame, text in theirs}
    off = [bits_off(picture.pdq, by_frame[picture.frame]) for picture in ours if picture.frame in by_frame]
    if not off:
        found.put(_CLOSE, None)
        return
    found.put(_CLOSE, 100 * sum(bits <= _MATCH_BITS for bits in off) / len(by_frame))
    if not any(each["title"].startswith("Bits off") for each in found.tables):
        columns = ("frames of ours", "frames of vpdq", "compared", "p50", "p95", "p99", "most")
        found.table("Bits off vpdq, frame by frame", columns, [(len(ours), len(theirs), len(off), *spread(off))])


def _video() -> Path:
    """Make the video once."""
    if _VIDEO.exists():
        return _VIDEO
    partial = _VIDEO.with_suffix(".partial.mp4")
    with av.open(partial, "w") as container:
        stream = container.add_stream("libx264", rate=_RATE)
        stream.width, stream.height, stream.pix_fmt = _WIDE_PX, _HIGH_PX, "yuv420p"
        for path in corpus.files(corpus.MP12, _SCENES):
            with Image.open(path) as picture:
                scene = np.asarray(picture.convert("RGB").resize((2000, 1500)))
            for step in range(_SCENE_FRAMES):
                left, top = step * 6, step * 4
                view = np.ascontiguousarray(scene[top : top + _HIGH_PX, left : left + _WIDE_PX])
                container.mux(stream.encode(av.VideoFrame.from_ndarray(view, format="rgb24")))
        container.mux(stream.encode())
    partial.rename(_VIDEO)
    return _VIDEO
