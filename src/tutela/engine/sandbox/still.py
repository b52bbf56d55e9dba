"""Pictures that Pillow decodes: PNG, GIF, WebP, BMP, TIFF, AVIF, and JPEG in CMYK.

The first frame is hashed in every reading that may stand on a list (as seen, as stored, over black, colour managed);
the other frames of an animation, composed as a viewer shows them, and the other pages of a TIFF, as seen only. A frame
that hashes like the one before it is not reported again: a still minute would be a thousand equal rows.

Only the plugin of the sniffed type may open the bytes. What strict decoding refuses is decoded again with Pillow's
leniency for truncated files, and reported as `partial`.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from tutela.domain.media import MediaType, Reason
from tutela.domain.signals import View
from tutela.engine import native
from tutela.engine.sandbox import colour, views
from tutela.engine.sandbox.appearance import is_transparent, pixels_of
from tutela.engine.sandbox.headers import exif
from tutela.engine.sandbox.work import DONE, Ending, StopError

if TYPE_CHECKING:
    from collections.abc import Generator

    from tutela.engine.native import Pdq
    from tutela.engine.sandbox.headers import Header
    from tutela.engine.sandbox.views import Pixels
    from tutela.engine.sandbox.work import Work


class _WebP(WebPImagePlugin.WebPImageFile):
    """WebP whose frames are shown from where libwebp put them.

    Pillow copies each frame and keeps the decoder, whose two canvases are as large again: 400 MB at 24 megapixels. A
    still picture needs the decoder no more once it is decoded.
    """

    def load(self) -> Any:
        frame = self.tell()
        if frame != self._shown:
            self._seek(frame)
            data, self.info["timestamp"], self.info["duration"] = self._get_next()
            self._shown = frame
            if not self.is_animated:
                self._decoder = None
            self.im = Image.frombuffer(self.rawmode, self.size, data, "raw", self.rawmode, 0, 1).im
            self._mode = self.rawmode
        return self.im.pixel_access(self.readonly)

    _shown = -1


# The plugin classes are called directly: no search by content, no plugin but these is ever loaded.
_PLUGINS: Final = {
    MediaType.JPEG: JpegImagePlugin.JpegImageFile,
    MediaType.PNG: PngImagePlugin.PngImageFile,
    MediaType.GIF: GifImagePlugin.GifImageFile,
    MediaType.WEBP: _WebP,
    MediaType.BMP: BmpImagePlugin.BmpImageFile,
    MediaType.TIFF: TiffImagePlugin.TiffImageFile,
    MediaType.AVIF: AvifImagePlugin.AvifImageFile,
}
_TURNED_BY_DECODER: Final = frozenset({MediaType.TIFF})  # Pillow applies a TIFF's orientation while loading

_EXIF_PREFIX: Final = b"Exif\x00\x00"
_BYTES_PER_PIXEL: Final = 8  # Pillow's own pixels (4), ours (3), and what its codec holds
_BYTES_PER_PIXEL_BY_TYPE: Final = {MediaType.WEBP: 12, MediaType.AVIF: 10}  # these compose frames in further copies

AvifImagePlugin.DEFAULT_MAX_THREADS = 1
Image.MAX_IMAGE_PIXELS = None  # our limits speak first, and Pillow's warning would be lost


def hash_still(media_type: MediaType, data: bytes, header: Header, work: Work) -> Ending:
    """Hash every frame of a picture. Raises whatever Pillow raises where not even the first can be decoded."""
    _reserve(media_type, data, header, work)
    try:
        ending = _hash_frames(media_type, data, header, work)
        return Ending(header.flaw) if header.flaw and ending is DONE else ending
    except (MemoryError, StopError):
        raise
    except Exception as error:  # noqa: BLE001  - Pillow's plugins raise nearly anything on broken files
        reason = Reason.TRUNCATED if "truncated" in str(error) else Reason.CORRUPT
    if work.hashes or work.allowance.passed():
        return Ending(reason)
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        _hash_frames(media_type, data, header, work)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return Ending(reason)


def decode(media_type: MediaType, data: bytes, header: Header, work: Work) -> tuple[Pixels, int]:
    """Return the first frame as a person sees it, and the orientation still to be applied. Raises as Pillow does."""
    _reserve(media_type, data, header, work)
    with _quiet(), _PLUGINS[media_type](io.BytesIO(data)) as image:
        _load(image, work)
        return pixels_of(image), _left_to_turn(image, media_type, header)


def _reserve(media_type: MediaType, data: bytes, header: Header, work: Work) -> None:
    bytes_per_pixel = _BYTES_PER_PIXEL_BY_TYPE.get(media_type, _BYTES_PER_PIXEL)
    work.reserve(header.width_px * header.height_px * bytes_per_pixel + len(data))


@contextmanager
def _quiet() -> Generator[None]:
    """Drop Pillow's warnings: what they say is a verdict here, and showing one would open source files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _hash_frames(media_type: MediaType, data: bytes, header: Header, work: Work) -> Ending:
    with _quiet(), _PLUGINS[media_type](io.BytesIO(data)) as image:
        seen = _hash_first(image, media_type, header, work)
        frames = max(header.frames, int(getattr(image, "n_frames", 1)) if media_type is MediaType.AVIF else 1)
        return _hash_others(image, frames, seen, work) if frames > 1 else DONE


def _hash_first(image: Image.Image, media_type: MediaType, header: Header, work: Work) -> Pdq:
    profile = bytes(image.info.get("icc_profile") or b"")
    _load(image, work)
    orientation = _left_to_turn(image, media_type, header)
    stored = views.inverse(header.orientation) if media_type in _TURNED_BY_DECODER else views.UPRIGHT
    animated = getattr(image, "is_animated", False)
    made = views.make(pixels_of(image), orientation, stored=stored, dihedral=work.task.dihedral)
    seen = made[0][1]
    views.say(work, made, time_ms=0 if animated and media_type is not MediaType.TIFF else None)
    if is_transparent(image):
        views.say_other(work, View.ON_BLACK, native.pdq(pixels_of(image, "black"), orientation=orientation), seen)
        views.say_other(work, View.STORED, native.pdq(pixels_of(image, "dropped"), orientation=stored), seen)
    if profile and (strange := colour.managed(profile, image, orientation)):
        views.say_other(work, View.COLOUR_MANAGED, strange.managed, strange.plain)
    return seen


def _hash_others(image: Image.Image, frames: int, first: Pdq, work: Work) -> Ending:
    """Hash the frames after the first; each is reported where it differs from the one before."""
    limit = work.limits.frames_max
    timed = not isinstance(image, TiffImagePlugin.TiffImageFile)
    last, time_ms = first.hash, 0.0
    for number in range(1, min(frames, limit)):
        if work.allowance.passed():
            return Ending(Reason.OUT_OF_TIME, number, frames)
        time_ms += float(image.info.get("duration") or 0)
        try:
            image.seek(number)
        except EOFError:
            return Ending(Reason.TRUNCATED, number, frames)
        _load(image, work)
        made = views.make(pixels_of(image), views.UPRIGHT, dihedral=work.task.dihedral)
        if made[0][1].hash != last:
            views.say(work, made, frame=number, time_ms=int(time_ms) if timed else None)
            last = made[0][1].hash
    return Ending(Reason.TOO_MANY_FRAMES, frames, limit) if frames > limit else DONE


def _load(image: Image.Image, work: Work) -> None:
    """Decode the current frame; `MemoryError` where it claims more than the header walk saw and the limits allow."""
    if image.width * image.height > work.limits.pixels_max:
        raise MemoryError
    image.load()


def _left_to_turn(image: Image.Image, media_type: MediaType, header: Header) -> int:
    """Return the orientation that the decoder has not applied."""
    if media_type in _TURNED_BY_DECODER:
        return views.UPRIGHT
    if media_type is MediaType.JPEG:
        return header.orientation
    block = image.info.get("exif")
    return exif.orientation(block.removeprefix(_EXIF_PREFIX)) if isinstance(block, bytes) else views.UPRIGHT
