"""Writing a file that was asked for: whole or not at all, and never over another one unasked."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tutela.domain.errors import ReportError
from tutela.domain.paths import for_display

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDARD_OUTPUT = Path("-")


def write_file(path: Path, pieces: Iterable[bytes], *, replace: bool) -> None:
    """Write pieces to a file beside its final name, then rename; `-` is standard output."""
    if path == STANDARD_OUTPUT:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    if not replace and path.exists():
        raise ReportError(
            f"{for_display(str(path))} is already there", hint="Add --force to replace it, or -o for another name."
        )
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(partial, flags, 0o600), "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
