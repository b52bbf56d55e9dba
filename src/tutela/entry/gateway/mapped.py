"""Small files that all processes of the gateway map: made empty when it starts, private, no part of a backup."""

from __future__ import annotations

import mmap
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def begin(path: Path, size_bytes: int) -> None:
    """Put an empty file in the place of whatever was there; who has mapped that keeps it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(descriptor, size_bytes)
    finally:
        os.close(descriptor)
    draft.rename(path)


def attach(path: Path, size_bytes: int) -> mmap.mmap:
    """Map such a file; `ValueError` where it is smaller."""
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), size_bytes)
