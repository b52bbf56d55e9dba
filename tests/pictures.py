"""Benign pictures, videos and files made of them, varied enough that PDQ tells them apart with certainty.

A picture is a few octaves of smooth noise in random colours with shapes and the word "sample" on top, all from one
seed: `picture(7)` is the same picture for ever, and is about 128 bits from `picture(8)`.
"""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Iterable

VGA = (640, 480)
EXIF_ORIENTATION = 0x0112


def picture(seed: int, size: tuple[int, int] = VGA) -> np.ndarray:
    """Return RGB pixels, (height, width, 3) uint8."""
    return np.asarray(image(seed, size))


def image(seed: int, size: tuple[int, int] = VGA) -> Image.Image:
    """Return the picture of a seed as a Pillow image of mode RGB."""
    random = np.random.default_rng(seed)
    total = np.zeros((size[1], size[0], 3), np.float32)
    for cells, weight in ((3, 0.9), (6, 1.0), (12, 0.8), (24, 0.4)):
        grid = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        total += weight * np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC), np.float32)
    total -= total.min()
    made = Image.fromarray((total * (255.0 / max(1.0, float(total.max())))).astype(np.uint8))
    _draw_shapes(made, random)
    return made


def _draw_shapes(made: Image.Image, random: np.random.Generator) -> None:
    draw = ImageDraw.Draw(made)
    width, height = made.size
    for _ in range(10):
        left, top = random.uniform(0, 0.8, 2)
        box = (
            left * width,
            top * height,
            (left + random.uniform(0.05, 0.35)) * width,
            (top + random.uniform(0.05, 0.35)) * height,
        )
        colour = tuple(int(part) for part in random.integers(0, 256, 3))
        shape = random.integers(3)
        if shape == 0:
            draw.ellipse(box, fill=colour)
        elif shape == 1:
            draw.rectangle(box, fill=colour)
        else:
            draw.line(box, fill=colour, width=max(1, width // 60))
    draw.text((width * 0.1, height * 0.9), "sample", fill=(255, 255, 255))


def encode(made: Image.Image, kind: str, **options) -> bytes:
    """Return the file of a picture; `kind` is a Pillow format name."""
    buffer = io.BytesIO()
    made.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int) -> bytes:
    """Return an EXIF block that names an orientation."""
    block = Image.Exif()
    block[EXIF_ORIENTATION] = orientation
    return block.tobytes()


def stored_turned(made: Image.Image, orientation: int) -> Image.Image:
    """Return how a camera would store `made` so that applying `orientation` shows it upright."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return made if orientation == 1 else made.transpose(undo[orientation])


def video(
    frames: Iterable[np.ndarray],
    *,
    container: str = "mp4",
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    frame_rate: int = 10,
    options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
) -> bytes:
    """Return a video file of RGB frames of one size, whose sides must be even."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container, container_options=options or {}) as output:
        stream = output.add_stream(codec, rate=frame_rate)
        stream.pix_fmt = pixel_format
        stream.codec_context.thread_count = 1
        stream.codec_context.options = codec_options or {}
        for number, pixels in enumerate(frames):
            if not number:
                stream.height, stream.width = pixels.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, frame_rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return buffer.getvalue()


#### HEIC, which nothing installed here writes: one HEVC picture in boxes of our own ####


def heic(made: Image.Image, *, orientation: int = 1, claimed_size: tuple[int, int] | None = None) -> bytes:
    """Return a HEIC file whose boxes turn `made` by an EXIF orientation number when it is shown."""
    alone = "log-level=none:info=0:pools=none:frame-threads=1"  # no threads: the same bytes every time
    raw = video([np.asarray(made)], container="hevc", codec="libx265", codec_options={"x265-params": alone})
    units = [unit for unit in raw.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]
    configuration = _hevc_configuration({unit[0] >> 1: unit for unit in units if unit[0] >> 1 in _PARAMETER_SETS})
    coded = b"".join(_u32(len(unit)) + unit for unit in units if unit[0] >> 1 not in _PARAMETER_SETS)
    width, height = claimed_size or made.size
    turns = {6: 3, 3: 2, 8: 1}  # irot counts quarter turns anticlockwise
    mirrors = {2: (0, 1), 4: (0, 0), 5: (1, 0), 7: (3, 0)}  # (quarter turns after which, axis)
    properties = [_box(b"hvcC", configuration), _full_box(b"ispe", _u32(width) + _u32(height))]
    if orientation in turns:
        properties.append(_box(b"irot", bytes([turns[orientation]])))
    elif orientation in mirrors:
        quarter, axis = mirrors[orientation]
        if quarter:
            properties.append(_box(b"irot", bytes([quarter])))
        properties.append(_box(b"imir", bytes([axis])))
    essential = bytes(0x80 | number if number != 2 else number for number in range(1, len(properties) + 1))
    association = _u32(1) + b"\0\1" + bytes([len(properties)]) + essential

    def meta(offset: int) -> bytes:
        location = b"\x44\x00" + b"\0\1" + b"\0\1" + b"\0\0" + b"\0\1" + _u32(offset) + _u32(len(coded))
        item = _full_box(b"infe", b"\0\1\0\0hvc1\0", version=2)
        return _full_box(
            b"meta",
            _full_box(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + _full_box(b"pitm", b"\0\1")
            + _full_box(b"iloc", location)
            + _full_box(b"iinf", b"\0\1" + item)
            + _box(b"iprp", _box(b"ipco", b"".join(properties)) + _full_box(b"ipma", association)),
        )

    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    offset = len(head) + len(meta(0)) + 8
    return head + meta(offset) + _box(b"mdat", coded)


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _box(kind: bytes, content: bytes) -> bytes:
    return _u32(len(content) + 8) + kind + content


def _full_box(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + content)


_PARAMETER_SETS = (32, 33, 34)  # video, sequence, picture


def _hevc_configuration(sets: dict[int, bytes]) -> bytes:
    """Return the content of an hvcC box (ISO/IEC 14496-15): profile and level stand at the head of the sequence set."""
    profile = sets[33].replace(b"\0\0\3", b"\0\0")[3:15]
    arrays = b"".join(
        bytes([0x80 | kind]) + b"\0\1" + len(sets[kind]).to_bytes(2, "big") + sets[kind] for kind in _PARAMETER_SETS
    )
    return b"\1" + profile + b"\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f\3" + arrays
