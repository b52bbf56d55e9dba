"""What a packed list file holds (see `container` for how it stands there).

The version of a list leaves out what says nothing about its content: when it was imported, and which rows were rejected
on the way.
"""

from __future__ import annotations

from typing import Final

from tutela.domain.errors import ListCorruptError
from tutela.engine.matching.container import Form

LAYOUT: Final[dict[str, tuple[str, int]]] = {
    # section: (dtype, columns). Prefixes are the first eight bytes of a digest as a number; rows are sorted by them.
    "md5.prefix": ("<u8", 1),
    "md5.rest": ("u1", 8),
    "md5.entry": ("<u4", 1),
    "sha1.prefix": ("<u8", 1),
    "sha1.rest": ("u1", 12),
    "sha1.entry": ("<u4", 1),
    "sha256.prefix": ("<u8", 1),
    "sha256.rest": ("u1", 24),
    "sha256.entry": ("<u4", 1),
    "pdq.hash": ("u1", 32),
    "pdq.entry": ("<u4", 1),
    "flat.hash": ("u1", 32),  # degenerate PDQ: kept, never searched
    "flat.entry": ("<u4", 1),
    "frame.hash": ("u1", 32),  # frames that are matched: good enough, once each in their video
    "frame.entry": ("<u4", 1),
    "frame.quality": ("u1", 1),
    "frame.time_ms": ("<u4", 1),
    "idle.hash": ("u1", 32),  # the other frames of the list's videos: kept, never searched
    "idle.entry": ("<u4", 1),
    "idle.quality": ("u1", 1),
    "idle.time_ms": ("<u4", 1),
    "entry.carries": ("u1", 1),  # which signals the entry has, see CARRIES
    "entry.classification": ("<u4", 1),  # row of label
    "entry.source": ("<u4", 1),  # row of label
    "id.end": ("<u8", 1),  # where the text of each row ends
    "id.text": ("u1", 1),
    "label.end": ("<u8", 1),
    "label.text": ("u1", 1),
    "opaque.entry": ("<u4", 1),
    "opaque.kind": ("<u4", 1),  # row of label
    "opaque.end": ("<u8", 1),
    "opaque.text": ("u1", 1),
    "rejected.line": ("<u8", 1),
    "rejected.reason": ("<u4", 1),  # row of reason
    "reason.end": ("<u8", 1),
    "reason.text": ("u1", 1),
}
CARRIES: Final = {"md5": 1, "sha1": 2, "sha256": 4, "pdq": 8, "vpdq": 16, "opaque": 32}
"""Bits of `entry.carries`."""

LIST: Final = Form(
    magic=b"TUTELA\x00L",
    version=1,
    noun="packed hash list",
    hint="Import the list again.",
    error=ListCorruptError,
    layout=LAYOUT,
    sections_beside=("rejected.", "reason."),
    info_beside=("version", "imported_at", "rows_rejected"),
)
