"""Checkpoints outside the database, where who changes the database cannot reach them: files of this form.

    checkpoint               the newest one, replaced as a whole; what a witness or another host fetches
    checkpoints.jsonl        every one, one a line, appended and synced: {"note":"...","size":3}

The folder may be a mount of another machine, or be copied there by any means. What lies below a checkpoint that was
copied away can no longer be changed unnoticed. A line that was cut off by a crash or a full disk is written again. One
process writes at a time (a lock on the folder, which ends with its holder).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NEWEST: Final = "checkpoint"
ALL: Final = "checkpoints.jsonl"
_TAIL_BYTES: Final = 64 * 1024


def publish(folder: Path, checkpoints: Sequence[tuple[int, bytes]]) -> None:
    """Append checkpoints (size, note), in order, and let the last be the newest. Raises `OSError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        _append(folder, checkpoints)
        if checkpoints[-1][0] > newest_size(folder):
            _replace_newest(folder, checkpoints[-1][1])


def newest(folder: Path) -> bytes | None:
    """Return the newest published checkpoint; None before the first."""
    try:
        return (folder / NEWEST).read_bytes()
    except FileNotFoundError:
        return None


def newest_size(folder: Path) -> int:
    """Return the size that the newest published checkpoint states; -1 before the first."""
    note = newest(folder)
    return -1 if note is None else int(note.split(b"\n", 2)[1])


def kept(folder: Path) -> Iterator[bytes]:
    """Yield every published checkpoint, in order."""
    path = folder / ALL
    if path.exists():
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                if line.endswith("\n"):
                    yield json.loads(line)["note"].encode()


def _cut_torn_line(path: Path) -> None:
    if not path.exists() or not (size := path.stat().st_size):
        return
    with path.open("r+b") as stream:
        stream.seek(max(0, size - _TAIL_BYTES))
        tail = stream.read()
        if not tail.endswith(b"\n"):
            stream.truncate(size - len(tail) + tail.rfind(b"\n") + 1)


def _last_size(path: Path) -> int:
    if not path.exists() or not (size := path.stat().st_size):
        return -1
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL_BYTES))
        return json.loads(stream.read().splitlines()[-1])["size"]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _append(folder: Path, checkpoints: Sequence[tuple[int, bytes]]) -> None:
    _cut_torn_line(folder / ALL)
    known = _last_size(folder / ALL)
    lines = [
        json.dumps({"note": note.decode(), "size": size}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        for size, note in checkpoints
        if size > known
    ]
    with (folder / ALL).open("a", encoding="utf-8") as stream:
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()
        os.fsync(stream.fileno())


def _replace_newest(folder: Path, note: bytes) -> None:
    draft = folder / f".{NEWEST}.{secrets.token_hex(8)}"
    try:
        with draft.open("wb") as stream:
            stream.write(note)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(folder / NEWEST)
    finally:
        draft.unlink(missing_ok=True)
