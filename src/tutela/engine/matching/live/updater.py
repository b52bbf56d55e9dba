"""The one that changes the live index: whole lists, single entries, and tidying up.

    updater = Updater(home / "lists" / ".index")
    updater.build([store.open("national")])                      # over lists, as they were imported
    updater.apply([Add("national", entry), Remove("national", "x-17")])
    updater.merge()                                              # now and then, in the background

Each returns the version of the state that it has put in force; readers see it within `LOOK_EVERY_S` and the moment that
opening takes. Writers wait for each other.

How many segments there are: an update makes one. Once there are more than `SEGMENTS_MAX`, the update folds the
`FOLDED` smallest into one, after it has put its own state in force. `merge` and `build` leave one: they pack the parts
of every list that changed into one, without what was removed, and lay out one index over all. A part that holds three
of four entries of its list is left as it is, with its tombstones, until a quarter of it is gone: packing ten million
entries takes minutes, laying out an index over them seconds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.domain.errors import IndexCorruptError, IndexMissingError, ListCorruptError, RulesError
from tutela.engine import clock
from tutela.engine.matching.index import build_index
from tutela.engine.matching.live.changes import netted
from tutela.engine.matching.live.folder import Drafts, LiveFolder
from tutela.engine.matching.live.gone import NONE_GONE, are_gone, write_gone
from tutela.engine.matching.live.ids import Ids, WantedIds
from tutela.engine.matching.live.opened import Files
from tutela.engine.matching.live.pieces import Piece, about, copied, packed_of, pieces_of, repacked
from tutela.engine.matching.live.state import Part, Segment, State, version_of
from tutela.engine.matching.policy import Rules, read_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from tutela.engine.matching.live.changes import Change, Net
    from tutela.engine.matching.live.opened import OpenPart, OpenSegment
    from tutela.engine.matching.packed import PackedList

SEGMENTS_MAX: Final = 16
FOLDED: Final = 12
LOOKS_MIN: Final = 8192  # fewer are compared in less time than an index takes to look up


def _no_progress(_share: float) -> None:
    pass


class Updater:
    """Changes the index in one folder. Any number of them may exist; they take turns."""

    def __init__(self, folder: Path) -> None:
        self._folder = LiveFolder(folder)
        self._files: Files | None = None
        self._ids: dict[str, Ids] = {}  # by file

    def build(self, lists: Sequence[PackedList], progress: Callable[[float], None] = _no_progress) -> str:
        """Put lists in force as they were imported.

        A list that is in force since the same import keeps what was changed in it; any other is replaced, and one that
        is not among these is taken out of force. What is damaged is built anew.
        """
        with self._folder.writing(), Drafts(self._folder) as drafts:
            state, segments = self._opened_or_new()
            by_list: dict[str, list[Piece]] = {}
            for packed in lists:
                name, version = packed.info.name, packed.info.version
                if state.imported.get(name) == version:
                    by_list[name] = pieces_of(segments, name)
                else:
                    drafts.put("list", partial(copied, packed))
                    by_list[name] = [Piece(Part(name, version, packed.info.entries), packed, NONE_GONE)]
            imported = {packed.info.name: packed.info.version for packed in lists}
            kept = {name: state.versions[name] for name, one in imported.items() if state.imported.get(name) == one}
            merged = self._merged(drafts, by_list, progress)
            return self._put(drafts, replace(state, segments=merged, imported=imported, versions=imported | kept))

    def apply(self, changes: Iterable[Change]) -> str:
        """Add, correct and remove entries (see `changes`) in one step.

        Raises:
            ListNotFoundError: a change is to a list that the index does not hold. Nothing is changed then.
            ListError: an entry is malformed, or does not say which it is.
            IndexMissingError: there is no index.
        """
        with self._folder.writing(), Drafts(self._folder) as drafts:
            state, segments = self._opened()
            nets = netted(changes, lambda name, ids: self._present(segments, name, ids))
            wanted = {name: WantedIds(net.gone) for name, net in nets.items()}
            after = [
                replace(one, parts=self._entombed(drafts, opened, wanted))
                for one, opened in zip(state.segments, segments, strict=True)
            ]
            fresh = {
                name: packed_of(drafts, self._folder.path, about(segments, name), net.fresh.values())
                for name, net in nets.items()
                if net.fresh
            }
            if fresh:
                after.append(self._laid_out(drafts, list(fresh.values())))
            versions = {name: _next_version(state.versions[name], net, fresh.get(name)) for name, net in nets.items()}
            version = self._put(drafts, replace(state, segments=tuple(after), versions={**state.versions, **versions}))
        return self._fold() if len(after) > SEGMENTS_MAX else version

    def rules(self) -> bytes:
        """Return the rules in force as they were given; nothing where there are none."""
        _, state = self._folder.current()
        return self._folder.file("policy", state.policy).read_bytes() if state.policy else b""

    def set_rules(self, raw: bytes) -> str:
        """Put rules in force (see `policy`); nothing takes them out of force.

        Raises:
            RulesError: they cannot be used, or are about a list that the index does not hold.
        """
        rules = read_rules(raw) if raw else Rules()
        with self._folder.writing(), Drafts(self._folder) as drafts:
            _, state = self._folder.current()
            for name in sorted({*rules.lists, *(name for name, _ in rules.quarantined)}):
                if name not in state.imported:
                    raise RulesError(
                        f"the rules are about a list that the index does not hold: {name}",
                        hint="See tutela index info for those it holds.",
                    )
            version = drafts.put("policy", partial(_written, raw))[1] if raw else ""
            return self._put(drafts, replace(state, policy=version))

    def merge(self, progress: Callable[[float], None] = _no_progress) -> str:
        """Make one segment of all, without what was removed."""
        with self._folder.writing(), Drafts(self._folder) as drafts:
            state, segments = self._opened()
            by_list = {name: pieces_of(segments, name) for name in sorted({part.list_name for part in state.parts()})}
            return self._put(drafts, replace(state, segments=self._merged(drafts, by_list, progress)))

    def _fold(self) -> str:
        """Make one segment of the smallest."""
        with self._folder.writing(), Drafts(self._folder) as drafts:
            state, segments = self._opened()
            by_size = sorted(segments, key=lambda one: sum(part.part.entries for part in one.parts))
            folded, kept = by_size[:FOLDED], by_size[FOLDED:]
            names = sorted({part.part.list_name for one in folded for part in one.parts})
            made = self._merged(drafts, {name: pieces_of(folded, name) for name in names}, _no_progress)
            return self._put(drafts, replace(state, segments=(*(one.segment for one in kept), *made)))

    #### What is there ####

    def _opened(self) -> tuple[State, tuple[OpenSegment, ...]]:
        _, state = self._folder.current()
        files = Files(self._folder, self._files)
        segments = files.open(state)
        self._files = files
        self._ids = {name: ids for name, ids in self._ids.items() if any(part.file == name for part in state.parts())}
        return state, segments

    def _opened_or_new(self) -> tuple[State, tuple[OpenSegment, ...]]:
        try:
            return self._opened()
        except (IndexMissingError, IndexCorruptError, ListCorruptError, FileNotFoundError):
            return State(0, "", ()), ()

    def _rows(self, part: OpenPart, wanted: WantedIds) -> NDArray[np.uint32]:
        """Return the entries of a part that have any of these ids and count."""
        if part.part.file not in self._ids:
            self._ids[part.part.file] = Ids(part.packed)
        rows = self._ids[part.part.file].rows(wanted)
        return rows[~are_gone(rows, part.gone)]

    def _present(self, segments: Sequence[OpenSegment], name: str, ids: Collection[str]) -> set[str]:
        parts = [part for one in segments for part in one.parts if part.part.list_name == name]
        wanted = WantedIds(ids)
        return {part.packed.entry_id(int(row)) for part in parts for row in self._rows(part, wanted)}

    #### What is made ####

    def _entombed(self, drafts: Drafts, opened: OpenSegment, wanted: Mapping[str, WantedIds]) -> tuple[Part, ...]:
        """Return the parts of a segment with what is gone entombed."""
        made: list[Part] = []
        for one in opened.parts:
            rows = self._rows(one, wanted[one.part.list_name]) if one.part.list_name in wanted else NONE_GONE
            if len(rows):
                gone = np.union1d(one.gone, rows).astype(np.uint32)
                _, version = drafts.put("gone", partial(write_gone, entries=gone))
                made.append(replace(one.part, gone=version, gone_entries=len(gone)))
            else:
                made.append(one.part)
        return tuple(made)

    def _merged(
        self, drafts: Drafts, by_list: Mapping[str, Sequence[Piece]], progress: Callable[[float], None]
    ) -> tuple[Segment, ...]:
        """Return one segment of what counts in these pieces; none where there are no pieces."""
        pieces = [made for own in by_list.values() for made in repacked(drafts, self._folder.path, own)]
        return (self._laid_out(drafts, pieces, progress),) if pieces else ()

    def _laid_out(
        self, drafts: Drafts, pieces: Sequence[Piece], progress: Callable[[float], None] = _no_progress
    ) -> Segment:
        """Return a segment of these pieces, with an index where they are large."""
        parts = tuple(piece.part for piece in pieces)
        lists = [piece.packed for piece in pieces]
        if sum(len(one.picture_hashes) + len(one.frame_hashes) for one in lists) < LOOKS_MIN:
            progress(1.0)
            return Segment(parts)

        def write(target: BinaryIO) -> str:
            return build_index(lists, target, folder=self._folder.path, progress=progress).version

        return Segment(parts, drafts.put("index", write)[1])

    def _put(self, drafts: Drafts, state: State) -> str:
        drafts.settle()
        made_at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self._folder.publish(replace(state, serial=state.serial + 1, made_at=made_at))


def _written(raw: bytes, target: BinaryIO) -> str:
    target.write(raw)
    return version_of(raw)


def _next_version(version: str, net: Net, fresh: Piece | None) -> str:
    """Return the version of a list after a change: of what it was, what went and what came."""
    told = json.dumps([version, sorted(net.gone), fresh.part.file if fresh else ""])
    return hashlib.sha256(told.encode()).hexdigest()
