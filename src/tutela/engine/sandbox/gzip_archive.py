"""Gzip (RFC 1952): one compressed file, its name perhaps in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.sandbox.expand import gunzipped
from tutela.engine.sandbox.member import CHUNK_BYTES, Feed, Member

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES: Final = 4096
_FIXED_BYTES: Final = 10
_EXTRA: Final = 4
_NAME: Final = 8
_NO_NAME: Final = b"content"


def members(feed: Feed) -> Iterator[Member]:
    """Give the one member of a gzip file."""
    head = feed.read(_HEAD_BYTES)

    def pieces() -> Iterator[bytes]:
        yield head
        while piece := feed.read(CHUNK_BYTES):
            yield piece

    yield Member(_name(head), gunzipped(pieces()))


def _name(head: bytes) -> bytes:
    """Return the original file name that the header keeps; b"content" where it keeps none."""
    flags = head[3] if len(head) > 3 else 0
    if not flags & _NAME:
        return _NO_NAME
    at = _FIXED_BYTES
    if flags & _EXTRA:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    end = head.find(b"\0", at)
    return head[at:end] if end > at else _NO_NAME
