"""Which folders and files a scan begins with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def resolve_roots(paths: Iterable[bytes]) -> tuple[bytes, ...]:
    """Make paths absolute, sorted, and none inside another, so that no file is met twice.

    Links on the way to a root are followed once, here; the root itself never is, because a shell pattern over evidence
    may name a link that evidence made.
    """
    resolved = sorted({_resolve(path) for path in paths}, key=lambda path: path.split(b"/"))
    kept: list[bytes] = []
    for path in resolved:
        if not kept or not _is_inside(path, kept[-1]):
            kept.append(path)
    return tuple(kept)


def _resolve(path: bytes) -> bytes:
    absolute = os.path.abspath(path)  # noqa: PTH100  - bytes
    folder, name = os.path.split(absolute)
    return os.path.join(os.path.realpath(folder), name) if name else absolute  # noqa: PTH118  - bytes


def _is_inside(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
