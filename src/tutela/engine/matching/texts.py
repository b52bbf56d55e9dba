"""Columns of text: one run of UTF-8 and where each row of it ends. Rows that repeat may be stored once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutela.engine.matching.spool import Column, Spools

_INTERNED_MAX: Final = 262_144  # distinct texts remembered while building: beyond them a repeat is stored again


class TextWriter:
    """Gathers texts; `add` is for columns that seldom repeat, `intern` for those that often do."""

    def __init__(self, spools: Spools) -> None:
        self.end: Column = spools.new("<u8")
        self.text: Column = spools.new("u1")
        self._bytes = 0
        self._rows = 0
        self._known: dict[str, int] = {}

    def add(self, text: str) -> int:
        """Store a text and return its row."""
        raw = text.encode("utf-8", "replace")
        self._bytes += len(raw)
        self.text.pending += raw
        self.end.pending.append(self._bytes)
        self._rows += 1
        return self._rows - 1

    def intern(self, text: str) -> int:
        """Return the row of a text, storing it only where it is new."""
        row = self._known.get(text)
        if row is None:
            if len(self._known) >= _INTERNED_MAX:
                self._known.clear()
            row = self._known[text] = self.add(text)
        return row


class Texts:
    """The texts of a packed list, by row."""

    def __init__(self, ends: NDArray[Any], blob: NDArray[Any]) -> None:
        self._ends = ends
        self._blob = blob

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, row: int) -> str:
        start = int(self._ends[row - 1]) if row else 0
        return self._blob[start : int(self._ends[row])].tobytes().decode("utf-8", "replace")

    def is_sound(self) -> bool:
        """Tell whether every row ends where the next begins, and the last at the end of the text."""
        ends = self._ends
        last = int(ends[-1]) if len(ends) else 0
        return last == len(self._blob) and not bool((ends[1:] < ends[:-1]).any())
