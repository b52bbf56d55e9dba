"""Joins what is remembered against what is new, one round after the other.

A round: sweep; open the state in force; for each segment, oldest first, ask what is new since it was joined last for
the rows up to the mark, and what is new since they were answered for the rows behind it; write the finds, then the
mark. Killed before the mark is there, the segment is joined again, and what was told is not told again. A round with
nothing new reads only the names and sizes of files.

While the outbox is full nothing is joined, so that nothing is lost; `Tally.is_full` says so.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from tutela.domain.errors import TutelaError
from tutela.engine import clock
from tutela.engine.durable import PRIVATE_FILE, private_folder, take_lock
from tutela.engine.matching.retro import cursor as cursors
from tutela.engine.matching.retro.cursor import Mark, Tally
from tutela.engine.matching.retro.news import Face, Lists, News, face, off
from tutela.engine.matching.retro.outbox import Find, Outbox
from tutela.engine.matching.retro.segment import KINDS, Block, blocks, is_finished
from tutela.engine.matching.retro.shelf import DAY_S, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tutela.domain.lists import Hit
    from tutela.domain.lookups import Ground
    from tutela.engine.matching.live.snapshot import Snapshot

_LOCK: Final = ".joiner"


class JoinerBusyError(TutelaError):
    """Another process joins."""


class Joiner:
    """The one that joins, until it is closed."""

    def __init__(self, shelf: Shelf, index_folder: Path) -> None:
        """`JoinerBusyError` where there is another."""
        self._shelf = shelf
        self._outbox = Outbox(shelf.folder)
        self._lists = Lists(index_folder)
        private_folder(shelf.folder)
        self._lock = os.open(shelf.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        if not take_lock(self._lock):
            os.close(self._lock)
            raise JoinerBusyError("what was asked before is being joined already, by another process")
        self._cursor = cursors.load(shelf.folder)
        self._saved = b""
        for key, last in self._outbox.lasts():
            self._cursor.lasts[key.hex()] = max(last, self._cursor.lasts.get(key.hex(), 0))

    def round(self, is_wanted: Callable[[], bool] = lambda: True) -> Tally:
        """Join what is not joined yet, while that is wanted; return what came of all rounds."""
        now = clock.now()
        now_s = int(now.timestamp())
        segments = self._sweep(now_s)
        snapshot = self._lists.look()
        if snapshot is not None:
            tally = self._cursor.tally
            tally.is_full = False
            seen = _NewsSeen(self, self._lists, snapshot, now)
            self._cursor.faces.setdefault(snapshot.version, face(snapshot.state))
            size_bytes = self._outbox.size_bytes()
            for ground, path in segments:
                if not is_wanted():
                    break
                if size_bytes >= self._shelf.limits.finds_bytes_max:
                    tally.is_full = True
                    break
                if self._join(ground, path, seen, now_s):
                    size_bytes = self._outbox.size_bytes()
            tally.version = snapshot.version
        self._cursor.forget({path.name for _, path in segments}, snapshot.version if snapshot else "")
        self._save()
        return replace(self._cursor.tally)

    def close(self) -> None:
        """Let another join."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sweep(self, now_s: int) -> list[tuple[Ground, Path]]:
        """Remove what must go; return the segments that stay."""
        marks = self._cursor.marks
        for _, path in self._shelf.segments():
            mark = marks.setdefault(path.name, Mark(now_s))
            marks[path.name] = replace(mark, seen_at_s=min(mark.seen_at_s, now_s))
        self._save()  # numbers outlive the files that they were read from
        swept = self._shelf.sweep(now_s, {name: mark.seen_at_s for name, mark in marks.items()})
        self._cursor.tally.expired += swept.expired
        self._cursor.tally.dropped += swept.dropped
        segments = self._shelf.segments()
        kept_s = self._shelf.limits.days * DAY_S
        self._outbox.sweep({path.stem for _, path in segments}, lambda found_at_s: abs(now_s - found_at_s) >= kept_s)
        self._cursor.tally.bytes = sum(_size(path) for _, path in segments)
        return segments

    def _join(self, ground: Ground, path: Path, seen: _NewsSeen, now_s: int) -> int:
        """Bring one segment up to the state in force; return how many finds that gave."""
        mark = self._cursor.marks.setdefault(path.name, Mark(now_s))
        size = _size(path)
        before = seen.since(mark.version, mark.joined_at_s) if mark.end else None
        if size == mark.end + mark.torn and not before and mark.version in {"", seen.version}:
            return 0
        finds: dict[bytes, list[Find]] = defaultdict(list)
        joined, rows, end = 0, mark.rows, mark.end
        if before:
            for batch in _batches(blocks(path, 0, mark.end), self._shelf.limits.join_rows_max):
                self._match(ground, batch, before, finds, now_s)
                joined += sum(len(block.rows) for block in batch)
        for batch in _batches(blocks(path, mark.end), self._shelf.limits.join_rows_max):
            asked_at_s = int(min(block.rows["asked_at_s"].min() for block in batch))
            news = seen.since(batch[0].version, asked_at_s)
            own = sum(len(block.rows) for block in batch)
            if news:
                self._match(ground, batch, news, finds, now_s)
                joined += own
            rows, end = rows + own, batch[-1].end
        told = self._tell(path.stem, finds)
        torn = size - end if size > end and is_finished(path) and _size(path) == size else 0
        self._cursor.marks[path.name] = Mark(mark.seen_at_s, end, rows, seen.version, now_s, torn)
        tally = self._cursor.tally
        tally.joined += joined
        tally.found += told
        tally.torn_bytes += torn - mark.torn
        if joined:
            self._save()
        return told

    def _match(
        self, ground: Ground, batch: list[Block], news: News, finds: dict[bytes, list[Find]], now_s: int
    ) -> None:
        """Add what is found of some blocks; numbers are given when it is told."""
        rows: Any = np.concatenate([block.rows for block in batch])
        places = np.concatenate([block.places for block in batch])
        for number, kind in enumerate(KINDS):
            own = np.flatnonzero(rows["kind"] == number)
            if not len(own):
                continue
            values = np.ascontiguousarray(rows["value"][own][:, : kind.digest_bytes])
            for place, hits in news.ask(kind, values).items():
                row = rows[own[place]]
                find = Find(
                    number=0,
                    found_at_s=now_s,
                    asked_at_s=int(row["asked_at_s"]),
                    ground=str(ground),
                    kind=kind.value,
                    value=values[place].tobytes().hex(),
                    reference=bytes(row["reference"]).decode("ascii", "replace"),
                    index=hits[0].index_version,
                    place=int(places[own[place]]),
                    hits=hits,
                )
                finds[row["key"].tobytes()].append(find)

    def _tell(self, segment: str, finds: dict[bytes, list[Find]]) -> int:
        """Write what was not told before; return how many finds that is."""
        count = 0
        for key, own in finds.items():
            told = self._outbox.told(key, segment)
            last = self._cursor.lasts.get(key.hex(), 0)
            new: list[Find] = []
            for find in own:
                hits = tuple(_untold(find.place, find.hits, told))
                if hits:
                    new.append(replace(find, number=last + len(new) + 1, hits=hits))
            if new:
                self._outbox.tell(key, segment, new)
                self._cursor.lasts[key.hex()] = new[-1].number
                count += len(new)
        return count

    def face_of(self, version: str) -> Face | None:
        """Return an earlier state, where it is known."""
        if version not in self._cursor.faces:
            known = self._lists.face_of(version)
            if known is None:
                return None
            self._cursor.faces[version] = known
        return self._cursor.faces[version]

    def _save(self) -> None:
        raw = cursors.encode(self._cursor)
        if raw != self._saved:
            cursors.save(self._shelf.folder, raw)
            self._saved = raw


def read_tally(folder: Path) -> Tally:
    """Return what the last round said; for whoever shows it."""
    return cursors.load(folder).tally


class _NewsSeen:
    """News of one round: made once for each state and whatever was off then."""

    def __init__(self, joiner: Joiner, lists: Lists, snapshot: Snapshot, now: datetime) -> None:
        self._joiner, self._lists, self._snapshot, self._now = joiner, lists, snapshot, now
        self._made: dict[tuple[str, frozenset[str]], News] = {}
        self.version = snapshot.version

    def since(self, version: str, at_s: int) -> News:
        at = datetime.fromtimestamp(at_s, UTC)
        was_off = off(self._snapshot.rules, at) if self._snapshot.rules else frozenset[str]()
        made = self._made.get((version, was_off))
        if made is None:
            made = self._lists.news(self._joiner.face_of(version), at, self._now)
            self._made[version, was_off] = made
        return made


def _batches(found: Iterable[Block], rows_max: int) -> Iterator[list[Block]]:
    """Gather blocks that were answered from one state, up to so many rows at once."""
    batch: list[Block] = []
    rows = 0
    for block in found:
        if batch and (rows + len(block.rows) > rows_max or block.version != batch[0].version):
            yield batch
            batch, rows = [], 0
        batch.append(block)
        rows += len(block.rows)
    if batch:
        yield batch


def _untold(place: int, hits: Iterable[Hit], told: set[tuple[int, str, str]]) -> Iterator[Hit]:
    for hit in hits:
        entry = (place, hit.list_name, hit.entry_id)
        if entry not in told:
            told.add(entry)
            yield hit


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
