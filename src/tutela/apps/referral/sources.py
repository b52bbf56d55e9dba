"""The source of media that is in place, if there is one. None ships: then digests go to authorities, and no bytes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from tutela.domain.media_source import MediaSource

_in_place: list[MediaSource] = []


def in_place() -> MediaSource | None:
    """Return whoever hands over bytes; None where nobody does."""
    return _in_place[-1] if _in_place else None


@contextmanager
def use(source: MediaSource) -> Generator[None]:
    """Let `source` hand over bytes inside the block."""
    _in_place.append(source)
    try:
        yield
    finally:
        _in_place.remove(source)
