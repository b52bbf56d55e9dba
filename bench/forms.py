"""The same picture in other modes, formats and orientations: what a person would still call the same picture.

Each form is written so that it *shows* the original: an orientation is stored turned the other way round, alpha is
opaque, CMYK has no profile. HEIC has to be written by the peers' environment (our libraries only read it).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.peers import Peer

_ORIENTATION_TAG: Final = 0x0112
_TURNED_BACK: Final = {  # how a picture is stored so that the orientation shows it upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def write_forms(original: Image.Image, folder: Path, peer: Peer) -> dict[str, Path]:
    """Write every mode and format; the key is what the table calls it."""
    made: dict[str, Path] = {}
    for name, (suffix, save) in _FORMS.items():
        made[name] = folder / f"{name.replace(' ', '-')}{suffix}"
        save(original, made[name])
    source, made["HEIC"] = folder / "heic-source.png", folder / "HEIC.heic"
    original.save(source)
    peer.ask("save_heic", source=str(source), target=str(made["HEIC"]), quality=80)
    return made


def write_orientations(original: Image.Image, folder: Path) -> dict[str, Path]:
    """Write the picture as JPEG with each of the 8 EXIF orientations."""
    made: dict[str, Path] = {}
    for orientation in range(1, 9):
        turn = _TURNED_BACK.get(orientation)
        stored = original if turn is None else original.transpose(turn)
        exif = Image.Exif()
        exif[_ORIENTATION_TAG] = orientation
        made[f"EXIF orientation {orientation}"] = path = folder / f"orientation-{orientation}.jpg"
        stored.save(path, quality=90, exif=exif)
    return made


def _sixteen_bit_grey(picture: Image.Image, path: Path) -> None:
    grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
    Image.fromarray(grey).save(path)


def sixteen_bit_rgb(picture: Image.Image, path: Path) -> None:
    """A PNG of 16 bits a channel, which Pillow cannot write."""
    wide = (np.asarray(picture).astype(np.uint16) * 257).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in wide)
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def _as(mode: str, **options: object) -> Callable[[Image.Image, Path], None]:
    def save(picture: Image.Image, path: Path) -> None:
        picture.convert(mode).save(path, **options)

    return save


def _palette(picture: Image.Image, path: Path) -> None:
    picture.quantize(256).save(path)


_FORMS: Final[dict[str, tuple[str, Callable[[Image.Image, Path], None]]]] = {
    "palette PNG": (".png", _palette),
    "grey PNG": (".png", _as("L")),
    "grey-alpha PNG": (".png", _as("LA")),
    "RGBA PNG": (".png", _as("RGBA")),
    "16-bit grey PNG": (".png", _sixteen_bit_grey),
    "16-bit RGB PNG": (".png", sixteen_bit_rgb),
    "16-bit grey TIFF": (".tif", _sixteen_bit_grey),
    "CMYK JPEG": (".jpg", _as("CMYK", quality=90)),
    "CMYK TIFF": (".tif", _as("CMYK")),
    "grey JPEG": (".jpg", _as("L", quality=90)),
    "BMP": (".bmp", _as("RGB")),
    "GIF": (".gif", _palette),
    "WebP": (".webp", _as("RGB", quality=80)),
    "AVIF": (".avif", _as("RGB", quality=80)),
}
