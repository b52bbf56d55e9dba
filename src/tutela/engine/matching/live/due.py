"""When segments are merged, and which. Pure.

    fold ...... there are more than `SEGMENTS_MAX`: the `FOLDED` smallest become one. Cheap, so it comes first
    grown ..... what stands beside the largest segment has reached an eighth of it: all become one
    removed ... of a part so much was removed that it is worth packing anew: all become one

Folding alone would leave segments of every size; an eighth keeps the work of a merge, which goes with everything that
is there, in proportion to what came since the last one. After what is due was done, nothing is due.

Worked example: beside a segment of a million entries nothing is due until sixteen updates have come, or updates have
brought 125,000 entries, or more than 250,000 of the million are gone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.engine.matching.live.state import Segment

SEGMENTS_MAX: Final = 16
FOLDED: Final = 12
ENTRIES_MIN: Final = 8192  # fewer are not worth a merge of everything: they cost a query nothing that can be felt
_GROWN: Final = 1 / 8
_SETTLED: Final = 3 / 4


class Why(StrEnum):
    """Why segments are merged (see the module's list)."""

    FOLD = "fold"
    GROWN = "grown"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Due:
    """Which segments become one, by their places, and why; `None` where somebody wants it so."""

    why: Why | None
    places: tuple[int, ...]


def due(segments: Sequence[Segment]) -> Due | None:
    """Return what is to be merged next; None where everything is well."""
    every = tuple(range(len(segments)))
    if len(segments) > SEGMENTS_MAX:
        return Due(Why.FOLD, smallest(segments, every))
    largest = max((one.living for one in segments), default=0)
    beside = sum(one.living for one in segments) - largest
    if beside >= max(ENTRIES_MIN, _GROWN * largest):
        return Due(Why.GROWN, every)
    return Due(Why.REMOVED, every) if _has_removed(segments) else None


def smallest(segments: Sequence[Segment], among: Sequence[int]) -> tuple[int, ...]:
    """Return the places of the smallest segments among some, so many as are folded."""
    return tuple(sorted(sorted(among, key=lambda place: segments[place].living)[:FOLDED]))


def is_settled(living: int, entries: int) -> bool:
    """Tell whether so many of some entries count that packing them anew is not worth it."""
    return living >= _SETTLED * entries


def _has_removed(segments: Sequence[Segment]) -> bool:
    """Tell whether packing would be rid of many removed entries. A list of which nothing counts keeps one part."""
    parts = [part for segment in segments for part in segment.parts]
    parts_of_list = Counter(part.list_name for part in parts)
    return any(
        part.gone_entries >= ENTRIES_MIN
        and not is_settled(part.living, part.entries)
        and (part.living > 0 or parts_of_list[part.list_name] > 1)
        for part in parts
    )
