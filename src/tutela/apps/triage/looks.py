"""How the items of one organisation look, kept so that new ones are joined against all before: files beside the lists.

The PDQs stand in a live index of their own (`engine.matching`), a folder an organisation under `TUTELA_HOME/likeness`.
It is made from the database and never asked what is true. `_UPTO` names the last item that it surely has, by its place:
where that is another in the database (a restored copy) or a file is damaged, all of it is made anew, in the same way as
it grows. A batch of new items costs one join with the index, which reads it once and compares with what is close, not
with everything (ADR 9); upkeep merges the segments that batches leave.

    looks = Looks(home / "likeness" / organisation_id)
    looks.grow([Look(item_id, place=1, pdq=pdq)])
    looks.near([Look(other_id, place=0, pdq=almost_the_same)])   # [Near(item_id=..., other_id=..., distance_bits=4)]
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

import numpy as np

from tutela.domain.errors import ListError
from tutela.domain.lists import PDQ_DISTANCE_MAX_DEFAULT, Entry, MatchPolicy
from tutela.domain.signals import PDQ_BYTES, is_degenerate
from tutela.engine import clock, native
from tutela.engine.durable import private_folder, replace_file
from tutela.engine.matching import ListStore, LiveIndex, Updater
from tutela.engine.matching.live import Add, upkeep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

NEAREST_MAX: Final = 16  # questions that one new item asks: whoever answers the nearest has seen the group
THRESHOLD_BITS: Final = PDQ_DISTANCE_MAX_DEFAULT
_NAME: Final = "items"
_UPTO: Final = "upto"


@dataclass(frozen=True, slots=True)
class Look:
    """How one item looks. `place` numbers the items of an organisation in the order in which they were compared."""

    item_id: UUID
    place: int
    pdq: bytes


@dataclass(frozen=True, slots=True)
class Near:
    """Two items that look alike, the new one first."""

    item_id: UUID
    other_id: UUID
    distance_bits: int


class Looks:
    """The index of one organisation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = ListStore(folder)

    def upto(self) -> tuple[int, UUID] | None:
        """Return place and id of the last item that it surely has; None where it has none that it can show."""
        try:
            place, item_id = (self._folder / _UPTO).read_text("ascii").split()
            LiveIndex.open(self._store.index_folder)
            return int(place), UUID(item_id)
        except (OSError, ValueError, ListError):
            return None

    def forget(self) -> None:
        """Remove it, to be made anew."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def grow(self, looks: Sequence[Look]) -> None:
        """Add items in the order of their places; those that it has already change nothing."""
        if not looks:
            return
        private_folder(self._folder)
        entries = [Entry(entry_id=str(look.item_id), pdq=look.pdq) for look in looks]
        if _NAME in self._store.names():
            Updater(self._store.index_folder).apply(Add(_NAME, entry) for entry in entries)
            upkeep(self._store.index_folder)
        else:
            moment = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
            self._store.add(_NAME, "ourselves", "1", "none", MatchPolicy(), entries, imported_at=moment)
            Updater(self._store.index_folder).build([self._store.open(_NAME)])
        replace_file(self._folder / _UPTO, f"{looks[-1].place} {looks[-1].item_id}".encode("ascii"))

    def near(self, fresh: Sequence[Look]) -> list[Near]:
        """Return what looks like each of these, nearest first, `NEAREST_MAX` at most, themselves included."""
        telling = [look for look in fresh if not is_degenerate(look.pdq)]
        if not telling:
            return []
        hashes = np.frombuffer(b"".join(look.pdq for look in telling), np.uint8).reshape(-1, PDQ_BYTES)
        found = self._known(telling, hashes)
        query, row, bits = native.search(hashes, hashes, THRESHOLD_BITS)
        for at, other, distance in zip(query.tolist(), row.tolist(), bits.tolist(), strict=True):
            if other < at:  # of two new ones, the later asks
                found[at].append(Near(telling[at].item_id, telling[other].item_id, distance))
        return [near for own in found for near in sorted(own, key=_by_distance)[:NEAREST_MAX]]

    def _known(self, telling: Sequence[Look], hashes: NDArray[np.uint8]) -> list[list[Near]]:
        if self.upto() is None:
            return [[] for _ in telling]
        snapshot = LiveIndex.open(self._store.index_folder).snapshot()
        return [
            [
                Near(look.item_id, other_id, hit.distance or 0)
                for hit in hits[: NEAREST_MAX + 1]  # one may be the item itself
                if (other_id := UUID(hit.entry_id)) != look.item_id
            ]
            for look, hits in zip(telling, snapshot.match_many(hashes, distance_max=THRESHOLD_BITS), strict=True)
        ]


def _by_distance(near: Near) -> tuple[int, str]:
    return near.distance_bits, str(near.other_id)
