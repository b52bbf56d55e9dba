"""The demo's report held against what was planted: nothing here is asserted, everything is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutela.domain.lists import MatchKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutela.domain.scan import ScanRow


@dataclass(slots=True)
class Line:
    """What became of one kind of copy."""

    kind: str
    planted: int = 0
    exact: int = 0
    distances: list[int] = field(default_factory=list[int])
    missed: int = 0
    false: int = 0

    @property
    def near(self) -> int:
        """Near matches to the right entry."""
        return len(self.distances)


def score(rows: Iterable[ScanRow], truth: Mapping[tuple[bytes, bytes], tuple[str, str]]) -> list[Line]:
    """Count by kind. `truth` maps (path, member) to (entry id or "", kind).

    A hit is true where it names the entry that the file was made from, and false where it names any other.
    """
    lines: dict[str, Line] = {kind: Line(kind) for _, kind in truth.values()}
    for row in rows:
        entry_id, kind = truth.get((row.path, row.member), ("", "the archive itself"))
        line = lines.setdefault(kind, Line(kind))
        line.planted += 1
        line.false += any(hit.entry_id != entry_id for hit in row.hits)
        true = [hit for hit in row.hits if hit.entry_id == entry_id]
        if any(hit.kind is MatchKind.EXACT for hit in true):
            line.exact += 1
        elif true:
            line.distances.append(min(hit.distance or 0 for hit in true))
        elif entry_id:
            line.missed += 1
    return list(lines.values())
