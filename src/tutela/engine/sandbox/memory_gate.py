"""How much memory all workers together may hold for large pictures at once. First come, first served."""

from __future__ import annotations

import threading
from collections import deque


class MemoryGate:
    """A sum of bytes that reservations share. Thread-safe.

    A reservation larger than the whole is let in when it is alone, so nothing waits for ever.
    """

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._taken = 0
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    def take(self, memory_bytes: int) -> None:
        """Wait until there is room, then hold it."""
        turn = object()
        with self._changed:
            self._queue.append(turn)
            self._changed.wait_for(lambda: self._queue[0] is turn and self._has_room(memory_bytes))
            self._queue.popleft()
            self._taken += memory_bytes
            self._changed.notify_all()

    def give_back(self, memory_bytes: int) -> None:
        """Give back what was taken."""
        if memory_bytes:
            with self._changed:
                self._taken -= memory_bytes
                self._changed.notify_all()

    def _has_room(self, memory_bytes: int) -> bool:
        return self._taken == 0 or self._taken + memory_bytes <= self._bytes_max
