"""The zoo: files made to hurt whoever opens them. All benign in content (gradients and zeros), all hostile in form.

    specimens() -> {"png-30000x30000": b"...", ...}     the same bytes every time, in a few seconds

Each must end in a verdict within 10 seconds and 1 GiB of address space (evidence A5). The names say what is wrong, and the
media type is whatever the first bytes tell.
"""

from __future__ import annotations

from tests.zoo import archives, jpeg_files, other_pictures, others, png_gif_files, videos
from tests.zoo.registry import SPECIMENS

__all__ = [
    "archives",
    "jpeg_files",
    "names",
    "other_pictures",
    "others",
    "png_gif_files",
    "specimen",
    "specimens",
    "videos",
]


def names() -> list[str]:
    """Name every specimen without making it."""
    return list(SPECIMENS)


def specimen(name: str) -> bytes:
    """Make one specimen."""
    return SPECIMENS[name]()


def specimens() -> dict[str, bytes]:
    """Make every specimen."""
    return {name: make() for name, make in SPECIMENS.items()}
