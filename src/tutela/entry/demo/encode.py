"""Arrays of our own to files. Media libraries are imported here to encode what we drew, never to decode anything.

This is the one named exception to "only the sandbox touches media libraries" (see pyproject.toml).
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

import av
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutela.entry.demo.draw import Picture

_FRAMES_PER_S: Final = 8
_MEMBER_TIME: Final = (2026, 1, 1, 0, 0, 0)  # the same archive for the same seed
FORMATS: Final = ("jpg", "png", "webp")


def still(picture: Picture, kind: str, *, quality: int = 90) -> bytes:
    """Encode one picture as jpg, png or webp."""
    out = io.BytesIO()
    image = Image.fromarray(picture)
    if kind == "png":
        image.save(out, "PNG", compress_level=1)
    elif kind == "webp":
        image.save(out, "WEBP", quality=quality, method=0)
    else:
        image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def film(frames: Iterable[Picture], *, bit_rate: int) -> bytes:
    """Encode frames as MP4 with MPEG-4 video, which every build of FFmpeg can."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = None
        for picture in frames:
            if stream is None:
                stream = container.add_stream("mpeg4", rate=_FRAMES_PER_S)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.bit_rate = bit_rate
                stream.codec_context.thread_count = 1
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if stream is not None:
            container.mux(stream.encode())
    return out.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    """Put files into a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name, _MEMBER_TIME), content)
    return out.getvalue()
