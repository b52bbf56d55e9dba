"""The eight ways to turn and mirror a picture, named by EXIF orientation numbers, and hashing several in one pass.

Orientation n names what must be done to the stored picture so that a person sees it upright:

    1 nothing   2 mirror   3 turn 180   4 flip   5 transpose   6 turn 90 clockwise   7 transverse   8 turn 270

>>> after(6, 6)  # a quarter turn twice is a half turn
3
>>> inverse(6)
8
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tutela.domain.signals import PictureHash, View
from tutela.engine import native

if TYPE_CHECKING:
    import numpy as np

    from tutela.engine.native import Pdq
    from tutela.engine.sandbox.work import Work

    Pixels = np.ndarray[Any, np.dtype[Any]]

UPRIGHT: Final = 1
VIEW_BITS_MIN: Final = 6  # another reading of a picture is reported where more bits than these differ from `seen`

_TURNED: Final = {
    6: View.ROTATED_90,
    3: View.ROTATED_180,
    8: View.ROTATED_270,
    2: View.MIRRORED,
    4: View.FLIPPED,
    5: View.TRANSPOSED,
    7: View.TRANSVERSED,
}

# What each orientation does to the corners (top left, top right, bottom left, bottom right): which of the stored ones
# comes to stand there.
_CORNERS: Final = {
    1: (0, 1, 2, 3),
    2: (1, 0, 3, 2),
    3: (3, 2, 1, 0),
    4: (2, 3, 0, 1),
    5: (0, 2, 1, 3),
    6: (2, 0, 3, 1),
    7: (3, 1, 2, 0),
    8: (1, 3, 0, 2),
}
_BY_CORNERS: Final = {corners: number for number, corners in _CORNERS.items()}


def after(first: int, then: int) -> int:
    """Return the one orientation that does what `first` and `then`, in this order, do."""
    stored = _CORNERS[first]
    a, b, c, d = _CORNERS[then]
    return _BY_CORNERS[(stored[a], stored[b], stored[c], stored[d])]


def inverse(orientation: int) -> int:
    """Return the orientation that undoes `orientation`."""
    return {6: 8, 8: 6}.get(orientation, orientation)


def make(
    pixels: Pixels,
    orientation: int,
    *,
    stored: int = UPRIGHT,
    dihedral: bool = False,
    full_size: tuple[int, int] | None = None,
) -> list[tuple[View, Pdq]]:
    """Hash one picture: `seen`, then `stored` where it is turned otherwise, then the other seven views if asked for.

    `orientation` turns `pixels` (as native.pdq takes them) into what a person sees, `stored` into what the file stores.
    """
    wanted = [(View.SEEN, orientation)]
    if stored != orientation:
        wanted.append((View.STORED, stored))
    if dihedral:
        wanted += [(view, after(orientation, turn)) for turn, view in _TURNED.items()]
    numbers = sorted({number for _, number in wanted})
    hashes = dict(zip(numbers, native.pdq_views(pixels, numbers, full_size=full_size), strict=True))
    return [(view, hashes[number]) for view, number in wanted]


def say(work: Work, made: list[tuple[View, Pdq]], *, frame: int = 0, time_ms: int | None = None) -> None:
    """Report the hashes of one picture or frame."""
    for view, pdq in made:
        work.say(PictureHash(pdq.hash, pdq.quality, view, frame, time_ms))


def say_other(work: Work, view: View, pdq: Pdq, seen: Pdq) -> None:
    """Report another reading of the first frame where it differs from `seen` by more than a few bits."""
    if native.distance(pdq.hash, seen.hash) > VIEW_BITS_MIN:
        work.say(PictureHash(pdq.hash, pdq.quality, view))
