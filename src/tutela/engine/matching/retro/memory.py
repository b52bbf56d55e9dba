"""What one process remembers of the questions that it answered with `none`.

`keep` is called for each of them and only puts a row on a queue: about a microsecond. `flush` writes the queue, beside
the requests. A queue that is full (the disk does not follow) drops what comes, and so does a write that fails; both are
counted, and the next flush begins a new segment. The same question asked again before it was written is one row.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from tutela.engine.matching.retro.segment import Asked, Segment, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tutela.domain.lookups import Ground
    from tutela.engine.matching.retro.shelf import Shelf


class Memory:
    """Any thread may keep; flushing takes turns. `count` is told how many rows were kept and how many dropped."""

    def __init__(self, shelf: Shelf, grounds: Collection[Ground], count: Callable[[int, int], None]) -> None:
        self._shelf = shelf
        self._grounds = frozenset(grounds)
        self._count = count
        self._waiting: deque[tuple[Ground, str, Asked]] = deque()
        self._waiting_max = shelf.limits.waiting_rows_max
        self._segments: dict[Ground, Segment] = {}
        self._flushing = Lock()

    def keep(self, ground: Ground, version: str, asked: Asked) -> None:
        """Remember a value that was asked, and not known to a state of the index; nothing where the ground is off."""
        if ground not in self._grounds:
            return
        if len(self._waiting) < self._waiting_max:
            self._waiting.append((ground, version, asked))
        else:
            self._count(0, 1)

    def flush(self, now_s: int) -> None:
        """Write what waits, and finish segments that are old or large enough. Raises the first `OSError` at the end."""
        faults: list[OSError] = []
        with self._flushing:
            for (ground, version), rows in self._gathered().items():
                try:
                    self._segment(ground, now_s).append(version, rows)
                except OSError as error:
                    faults.append(error)
                    self._count(0, len(rows))
                    self._finish(ground)
                else:
                    self._count(len(rows), 0)
            limits = self._shelf.limits
            for ground, segment in list(self._segments.items()):
                age_s = now_s - segment.began_at_s
                if segment.size_bytes >= limits.segment_bytes_max or not 0 <= age_s < limits.segment_s_max:
                    self._finish(ground)
                    self._count(0, self._shelf.make_room())
        if faults:
            raise faults[0]

    def close(self, now_s: int) -> None:
        """Write what waits and finish every segment."""
        try:
            self.flush(now_s)
        finally:
            for ground in list(self._segments):
                self._finish(ground)

    def _gathered(self) -> dict[tuple[Ground, str], list[bytes]]:
        """Take what waits, by where it goes; of equal questions the first."""
        found: dict[tuple[Ground, str], list[bytes]] = {}
        seen: set[tuple[Ground, Asked]] = set()
        for _ in range(len(self._waiting)):
            ground, version, asked = self._waiting.popleft()
            question = (ground, asked._replace(asked_at_s=0))
            if question not in seen:
                seen.add(question)
                found.setdefault((ground, version), []).append(packed(asked))
        return found

    def _segment(self, ground: Ground, now_s: int) -> Segment:
        segment = self._segments.get(ground)
        if segment is None:
            segment = self._segments[ground] = Segment(self._shelf.place(ground), now_s)
        return segment

    def _finish(self, ground: Ground) -> None:
        segment = self._segments.pop(ground, None)
        if segment is not None:
            with suppress(OSError):  # rows that were written stay, whether or not they survive a power cut
                segment.close()
