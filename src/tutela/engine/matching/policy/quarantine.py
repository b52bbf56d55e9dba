"""Entries that were set apart, and why they came back: one file that every process of a machine reads and adds to.

A line is what happened to one entry, as JSON; nothing is ever changed or taken out:

    {"at": "2026-05-01T00:00:00+00:00", "list": "national", "entry": "x-17", "hits": 1000, "seconds": 3600}
    {"at": "2026-05-01T09:12:44+00:00", "list": "national", "entry": "x-17", "released": "entry-checked", "by": 1000}

Rules:

1. Who adds a line holds the file's lock, reads to its end first, and syncs. A line that lacks its end was torn by the
   death of its writer: nobody reads it, and the next writer takes it off.
2. An entry is set apart once, whoever saw it flood, until a person releases it with a reason. So the file grows with
   what people decide, and by `QUARANTINED_MAX` lines besides.
3. It outlives the processes; what was set apart stays so when the gateway starts again, or the index is built anew.
4. A line that cannot be read is passed over and counted, so that damage does not stop a look-up.

States of an entry: counted -> set apart -> released, and counted from nothing.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, cast

from tutela.engine.durable import PRIVATE_FILE, sync_folder

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    Name = tuple[str, str]

QUARANTINED_MAX: Final = 10_000


class ReleaseReason(StrEnum):
    """Why a person let an entry count again."""

    CHECKED = "entry-checked"  # it is right: what it hits is to be reported
    CORRECTED = "entry-corrected"  # it was wrong, and its list has mended it
    FLOOD_OVER = "flood-over"  # what hit it has come to an end
    MISTAKE = "set-apart-by-mistake"  # the rule was too narrow


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry that was set apart: when, and because it had more than so many hits within so many seconds."""

    list_name: str
    entry_id: str
    since: datetime
    hits_max: int
    window_s: float


class Quarantine:
    """The file. Threads and processes may share it; what one adds, the others see at their next look."""

    FILE: Final = "quarantine.jsonl"

    def __init__(self, folder: Path) -> None:
        self._path = folder / self.FILE
        self._threads = Lock()
        self._bytes = 0
        self._apart: dict[Name, Quarantined] = {}
        self._releases: Counter[Name] = Counter()
        self.unreadable = 0

    def apart(self) -> Mapping[Name, Quarantined]:
        """Return what is set apart now, by list and entry. What was returned never changes."""
        try:
            size = os.stat(self._path).st_size  # noqa: PTH116  - a third of the time of Path.stat, at every hit
        except FileNotFoundError:
            size = 0
        if size != self._bytes:
            with self._threads:
                self._read()
        return self._apart

    def releases(self, list_name: str, entry_id: str) -> int:
        """Return how often an entry was released."""
        return self._releases[list_name, entry_id]

    def set_apart(self, one: Quarantined) -> bool:
        """Set an entry apart; tell whether this did it, and not another before. `OSError` where it cannot be kept."""
        with self._threads, self._writing() as descriptor:
            if (one.list_name, one.entry_id) in self._apart or len(self._apart) >= QUARANTINED_MAX:
                return False
            self._add(descriptor, one.since, one, {"hits": one.hits_max, "seconds": one.window_s})
            return True

    def release(self, list_name: str, entry_id: str, reason: ReleaseReason, *, by: int, now: datetime) -> bool:
        """Let an entry count again, from nothing; tell whether it was set apart. `by` is the user of the system."""
        with self._threads, self._writing() as descriptor:
            one = self._apart.get((list_name, entry_id))
            if one is None:
                return False
            self._add(descriptor, now, one, {"released": reason.value, "by": by})
            return True

    @contextmanager
    def _writing(self) -> Generator[int]:
        """Hold the file, read to its end and rid of a torn line."""
        is_new = not self._path.exists()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, PRIVATE_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if is_new:
                sync_folder(self._path.parent)
            self._read()
            if os.fstat(descriptor).st_size > self._bytes:
                os.ftruncate(descriptor, self._bytes)
            yield descriptor
        finally:
            os.close(descriptor)

    def _add(self, descriptor: int, at: datetime, one: Quarantined, more: Mapping[str, object]) -> None:
        told = {"at": at.isoformat(), "list": one.list_name, "entry": one.entry_id, **more}
        raw = json.dumps(told).encode() + b"\n"
        if os.write(descriptor, raw) < len(raw):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
        self._read()

    def _read(self) -> None:
        """Go on to the last whole line."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            self._bytes, self._apart, self._releases, self.unreadable = 0, {}, Counter(), 0
            return
        with file:
            if os.fstat(file.fileno()).st_size < self._bytes:  # another file than before
                self._bytes, self._apart, self._releases, self.unreadable = 0, {}, Counter(), 0
            file.seek(self._bytes)
            apart, end = dict(self._apart), self._bytes
            while (line := file.readline()).endswith(b"\n"):
                end += len(line)
                try:
                    self._follow(apart, json.loads(line))
                except (ValueError, TypeError, KeyError):
                    self.unreadable += 1
        self._apart, self._bytes = apart, end

    def _follow(self, apart: dict[Name, Quarantined], told: dict[str, Any]) -> None:
        name = cast("Name", (told["list"], told["entry"]))
        if "released" in told:
            if apart.pop(name, None):
                self._releases[name] += 1
        else:
            since = datetime.fromisoformat(told["at"])
            apart[name] = Quarantined(*name, since, int(told["hits"]), float(told["seconds"]))
