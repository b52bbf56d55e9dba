"""The one that changes the live index: whole lists, single entries, rules, and tidying up.

    updater = Updater(home / "lists" / ".index")
    updater.build([store.open("national")])                      # over lists, as they were imported
    updater.apply([Add("national", entry), Remove("national", "x-17")])
    updater.tidy(due)                                            # what is due; see `keeper` for who does it

Each returns when its state is in force; readers see it within `LOOK_EVERY_S` and the moment that opening takes. Writers
wait for each other, but `tidy` and `merge` prepare beside the others (see `merging`), who wait for them no longer than
for an update.

How many segments there are: an update makes one. `due` says when they are made fewer, and upkeep does it. Where nobody
does, an update that finds more than `SEGMENTS_HARD_MAX` folds some, after it has put its own state in force. `merge`
and `build` leave one: they pack the parts of every list that changed into one, without what was removed, and lay out
one index over all. A part that holds three of four entries of its list is left as it is, with its tombstones, until a
quarter of it is gone: packing ten million entries takes minutes, laying out an index over them seconds.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.domain.errors import IndexCorruptError, IndexMissingError, ListCorruptError, RulesError
from tutela.engine import clock
from tutela.engine.matching.live.changes import netted
from tutela.engine.matching.live.due import SEGMENTS_MAX, Due, Why, smallest
from tutela.engine.matching.live.folder import Drafts, LiveFolder
from tutela.engine.matching.live.gone import NONE_GONE, are_gone
from tutela.engine.matching.live.ids import Ids, WantedIds
from tutela.engine.matching.live.merging import Merge, entombed, laid_out, merged
from tutela.engine.matching.live.opened import Files
from tutela.engine.matching.live.pieces import about, copied, packed_of, pieces_of
from tutela.engine.matching.live.state import HINT, State, version_of
from tutela.engine.matching.policy import Rules, read_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from tutela.engine.matching.live.changes import Change, Net
    from tutela.engine.matching.live.opened import OpenPart, OpenSegment
    from tutela.engine.matching.live.pieces import Piece
    from tutela.engine.matching.live.state import Part, Segment
    from tutela.engine.matching.packed import PackedList

SEGMENTS_HARD_MAX: Final = 64
_OPEN_TRIES: Final = 10  # each time several states pass while one is opened; more than once is rare


def _no_progress(_share: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Tidied:
    """What a merge came to: why it was made, of how many segments, how many entries it holds, and what is in force."""

    why: Why | None
    segments: int
    entries: int
    version: str


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
                    by_list[name] = [copied(drafts, packed)]
            imported = {packed.info.name: packed.info.version for packed in lists}
            kept = {name: state.versions[name] for name, one in imported.items() if state.imported.get(name) == one}
            _, segment = merged(drafts, self._folder, by_list, progress)
            made = () if segment is None else (segment,)
            return self._put(drafts, replace(state, segments=made, imported=imported, versions=imported | kept))

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
                after.append(laid_out(drafts, self._folder, list(fresh.values()), _no_progress))
            versions = {name: _next_version(state.versions[name], net, fresh.get(name)) for name, net in nets.items()}
            version = self._put(drafts, replace(state, segments=tuple(after), versions={**state.versions, **versions}))
        if len(after) > SEGMENTS_HARD_MAX and (tidied := self.tidy(_excess)) is not None:
            return tidied.version
        return version

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

    def tidy(
        self,
        choose: Callable[[Sequence[Segment]], Due | None],
        progress: Callable[[float], None] = _no_progress,
        *,
        alone: bool = False,
    ) -> Tidied | None:
        """Make one segment of those that `choose` says of the state in force, while others go on changing it.

        None where it says none, or where what was prepared was overtaken: then nothing is changed. `alone` keeps the
        others waiting from the beginning, so that nobody can.
        """
        with ExitStack() as others_wait, Drafts(self._folder) as drafts:
            if alone:
                others_wait.enter_context(self._folder.writing())
            state, segments = self._pinned()
            chosen = choose(state.segments)
            if chosen is None:
                return None
            merge = Merge(drafts, self._folder, [segments[place] for place in chosen.places], progress)
            if not alone:
                others_wait.enter_context(self._folder.writing())
            _, state = self._folder.current()
            after = merge.moved(state.segments)
            if after is None:
                return None
            version = self._put(drafts, replace(state, segments=after))
            return Tidied(chosen.why, len(chosen.places), merge.entries, version)

    def merge(self, progress: Callable[[float], None] = _no_progress) -> str:
        """Make one segment of all, without what was removed."""
        for alone in (False, False, True):
            if tidied := self.tidy(_every, progress, alone=alone):
                return tidied.version
        return self._folder.pointer()  # there is none

    #### What is there ####

    def _opened(self) -> tuple[State, tuple[OpenSegment, ...]]:
        _, state = self._folder.current()
        files = Files(self._folder, self._files)
        segments = files.open(state)
        self._files = files
        self._ids = {name: ids for name, ids in self._ids.items() if any(part.file == name for part in state.parts())}
        return state, segments

    def _pinned(self) -> tuple[State, tuple[OpenSegment, ...]]:
        """Open the state in force without the lock: what is open stays readable although it is removed."""
        for _ in range(_OPEN_TRIES):
            with suppress(FileNotFoundError):  # swept: several states have passed since
                return self._opened()
        raise IndexCorruptError("a file of the index is not there", hint=HINT)

    def _opened_or_new(self) -> tuple[State, tuple[OpenSegment, ...]]:
        try:
            return self._opened()
        except (IndexMissingError, IndexCorruptError, ListCorruptError, FileNotFoundError):
            return State(0, "", ()), ()

    def _rows(self, part: OpenPart, wanted: WantedIds) -> NDArray[np.uint32]:
        """Return the entries of a part that have any of these ids and count."""
        ids = part.ids or self._ids.get(part.part.file)
        if ids is None:
            ids = self._ids[part.part.file] = Ids.of(part.packed)
        rows = ids.rows(wanted)
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
                made.append(entombed(drafts, one.part, np.union1d(one.gone, rows).astype(np.uint32)))
            else:
                made.append(one.part)
        return tuple(made)

    def _put(self, drafts: Drafts, state: State) -> str:
        drafts.settle()
        made_at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self._folder.publish(replace(state, serial=state.serial + 1, made_at=made_at))


def _every(segments: Sequence[Segment]) -> Due | None:
    return Due(None, tuple(range(len(segments)))) if segments else None


def _excess(segments: Sequence[Segment]) -> Due:
    """Fold of the later ones: upkeep, if there is any, is at the first."""
    return Due(Why.FOLD, smallest(segments, range(SEGMENTS_MAX, len(segments))))


def _written(raw: bytes, target: BinaryIO) -> str:
    target.write(raw)
    return version_of(raw)


def _next_version(version: str, net: Net, fresh: Piece | None) -> str:
    """Return the version of a list after a change: of what it was, what went and what came."""
    told = json.dumps([version, sorted(net.gone), fresh.part.file if fresh else ""])
    return hashlib.sha256(told.encode()).hexdigest()
