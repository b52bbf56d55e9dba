"""Counts that a page about a scan shows, from one pass over its rows.

Memory is bounded: the strongest `HITS_SHOWN_MAX` hits, months, distances, and up to `FOLDERS_COUNTED_MAX` folders.
"""

from __future__ import annotations

import heapq
import os
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from tutela.domain.lists import MatchKind
from tutela.domain.media import MediaType, Verdict
from tutela.domain.scan import RowKind, ScanRow, Tally, moment
from tutela.domain.signals import SignalKind

if TYPE_CHECKING:
    from collections.abc import Iterable

HITS_SHOWN_MAX: Final = 1_000
FOLDERS_SHOWN_MAX: Final = 20
FOLDERS_COUNTED_MAX: Final = 100_000


class KindCount(NamedTuple):
    """Rows of one media type or folder: all, with an exact hit, with near hits only."""

    rows: int = 0
    exact: int = 0
    near: int = 0

    def plus(self, *, exact: bool, near: bool) -> KindCount:
        """Count one more row."""
        return KindCount(self.rows + 1, self.exact + exact, self.near + near)


class _Ranked(NamedTuple):
    """Sorts the weakest first, as a heap wants it; `order` never ties."""

    rank: tuple[int, int, int]
    row: ScanRow


class ScanFacts:
    """Everything that the page counts."""

    def __init__(self, rows: Iterable[ScanRow]) -> None:
        self.tally = Tally()
        self.media_types: dict[MediaType, KindCount] = {}
        self.folders: dict[bytes, KindCount] = {}
        self.folders_uncounted = 0
        self.months = Counter[tuple[int, int]]()
        self.hit_months = Counter[tuple[int, int]]()
        self.untimed = 0
        self.distances = Counter[int]()
        self.signals = Counter[tuple[MatchKind, SignalKind]]()
        self.partly_examined = Counter[Verdict]()
        self._strongest: list[_Ranked] = []
        for order, row in enumerate(rows):
            self._add(order, row)

    @property
    def hits(self) -> list[ScanRow]:
        """Rows with hits: exact first, then the nearest, then as reported."""
        return [ranked.row for ranked in sorted(self._strongest, reverse=True)]

    def _add(self, order: int, row: ScanRow) -> None:
        self.tally.add(row)
        if not row.fully_examined and row.kind is not RowKind.FOLDER:
            self.partly_examined[row.verdict] += 1
        best = row.best
        exact = best is not None and best.kind is MatchKind.EXACT
        near = best is not None and not exact
        if row.verdict is not Verdict.UNREAD:
            so_far = self.media_types.get(row.media_type, KindCount())
            self.media_types[row.media_type] = so_far.plus(exact=exact, near=near)
        if row.kind is RowKind.FILE:
            self._add_time(row)
        if best is not None:
            self._add_hit(order, row, exact=exact, near=near)

    def _add_time(self, row: ScanRow) -> None:
        at = moment(row.times.modified_ns) if row.times else None
        if at is None:
            self.untimed += 1
            return
        self.months[at.year, at.month] += 1

    def _add_hit(self, order: int, row: ScanRow, *, exact: bool, near: bool) -> None:
        best = row.best
        if best is None:
            return
        self.signals[best.kind, best.signal] += 1
        if near and best.distance is not None:
            self.distances[best.distance] += 1
        at = moment(row.times.modified_ns) if row.times else None
        if at is not None:
            self.hit_months[at.year, at.month] += 1
        folder = os.path.dirname(row.path)  # noqa: PTH120  - bytes
        if folder in self.folders or len(self.folders) < FOLDERS_COUNTED_MAX:
            self.folders[folder] = self.folders.get(folder, KindCount()).plus(exact=exact, near=near)
        else:
            self.folders_uncounted += 1
        ranked = _Ranked((int(exact), -(best.distance or 0), -order), row)
        if len(self._strongest) < HITS_SHOWN_MAX:
            heapq.heappush(self._strongest, ranked)
        else:
            heapq.heappushpop(self._strongest, ranked)

    def top_folders(self) -> list[tuple[bytes, KindCount]]:
        """Folders with most hits, exact before near."""
        ranked = sorted(self.folders.items(), key=lambda item: (-item[1].exact, -item[1].near, item[0]))
        return ranked[:FOLDERS_SHOWN_MAX]
