"""One picture, from bytes to verdict: header, limits, decoder, hashes.

    whole file -> headers.read -> headers.refusal -> jpeg | heic | still -> Outcome

Nothing is decoded before the header's claims are inside the limits, and nothing that a decoder raises gets out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tutela.domain.media import MediaType, Reason, Verdict
from tutela.engine.sandbox import headers, heic, jpeg, still, views
from tutela.engine.sandbox.buffer import PIXELS
from tutela.engine.sandbox.contract import Outcome, ReducedPicture
from tutela.engine.sandbox.forms import formed
from tutela.engine.sandbox.reduce import reduce_pixels, turned
from tutela.engine.sandbox.work import Ending, StopError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutela.engine.sandbox.headers import Header
    from tutela.engine.sandbox.source import Source
    from tutela.engine.sandbox.work import Work

_Answer = TypeVar("_Answer")

_JPEG_COMPONENTS: Final = frozenset({1, 3})


def examine_picture(source: Source, media_type: MediaType, work: Work) -> Outcome:
    """Hash one picture. `OSError` only where the source itself cannot be read."""
    admitted = _admit(source, media_type, work)
    if isinstance(admitted, Outcome):
        return admitted
    data, header = admitted
    ending = _guarded(lambda: _hash(media_type, data, header, work), header, work)
    return _outcome(media_type, ending, header, work)


def reduce_picture(source: Source, media_type: MediaType, work: Work, side_px_max: int) -> ReducedPicture | Outcome:
    """Decode one picture and make it small. `OSError` only where the source itself cannot be read."""
    admitted = _admit(source, media_type, work)
    if isinstance(admitted, Outcome):
        return admitted
    data, header = admitted
    answer = _guarded(lambda: _reduce(media_type, data, header, work, side_px_max), header, work)
    return _outcome(media_type, answer, header, work) if isinstance(answer, Ending) else answer


def _admit(source: Source, media_type: MediaType, work: Work) -> tuple[bytes, Header] | Outcome:
    """Return the bytes and what they claim, or why they are not to be decoded."""
    limit = work.limits.member_bytes_max
    if source.size_bytes > limit:
        return work.outcome(media_type, Ending(Reason.TOO_LARGE, source.size_bytes, limit))
    data = source.whole()
    try:
        header = headers.read(media_type, data)
    except headers.HeaderError as error:
        return Outcome(media_type, Verdict.UNDECODABLE, error.reason)
    return headers.refusal(media_type, header, work.limits) or (data, header)


def _guarded(decode: Callable[[], _Answer], header: Header, work: Work) -> _Answer | Ending:
    """Run a decoder; whatever it raises on hostile bytes is an ending."""
    try:
        return decode()
    except MemoryError:
        return Ending(Reason.OUT_OF_MEMORY, header.width_px * header.height_px, work.limits.pixels_max)
    except StopError as stop:
        return stop.ending
    except Exception:  # noqa: BLE001  - decoders raise nearly anything
        return Ending(header.flaw or Reason.CORRUPT)
    finally:
        PIXELS.give_back()


def _outcome(media_type: MediaType, ending: Ending, header: Header, work: Work) -> Outcome:
    return work.outcome(media_type, ending, width_px=header.width_px, height_px=header.height_px)


def _hash(media_type: MediaType, data: bytes, header: Header, work: Work) -> Ending:
    if media_type is MediaType.JPEG and header.components in _JPEG_COMPONENTS:
        return jpeg.hash_jpeg(data, header, work)
    if media_type is MediaType.HEIC:
        return heic.hash_heic(data, header, work)
    return still.hash_still(media_type, data, header, work)


def _reduce(media_type: MediaType, data: bytes, header: Header, work: Work, side_px_max: int) -> ReducedPicture:
    if media_type is MediaType.JPEG and header.components in _JPEG_COMPONENTS:
        pixels, orientation = jpeg.decode(data, header, work)[0], header.orientation
    elif media_type is MediaType.HEIC:
        pixels, orientation = heic.decode(data, header, work), views.UPRIGHT
    else:
        pixels, orientation = still.decode(media_type, data, header, work)
    small = formed(turned(reduce_pixels(pixels, side_px_max), orientation), work.task.form)
    return ReducedPicture(small.width, small.height, len(small.getbands()), small.tobytes())
