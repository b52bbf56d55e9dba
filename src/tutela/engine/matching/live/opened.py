"""The files of one state, mapped: what a snapshot searches and a writer builds upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import IndexCorruptError
from tutela.engine.matching.index import SignalIndex
from tutela.engine.matching.live.gone import NONE_GONE, read_gone
from tutela.engine.matching.live.ids import Ids
from tutela.engine.matching.live.living import living
from tutela.engine.matching.live.state import HINT, version_of
from tutela.engine.matching.packed import PackedList
from tutela.engine.matching.policy import read_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from tutela.engine.matching.live.folder import LiveFolder
    from tutela.engine.matching.live.state import Part, Segment, State
    from tutela.engine.matching.policy import Rules

_CHECKED_BYTES_MAX: Final = 16 * 1024 * 1024  # larger files were checked when they were made, and `verify` reads them


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part, mapped. `packed` is the file; `living` is the list as it counts, under the version of the state.

    `ids` is its table of ids, where one is kept.
    """

    part: Part
    packed: PackedList
    gone: NDArray[np.uint32]
    living: PackedList
    ids: Ids | None


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """A segment, mapped."""

    segment: Segment
    index: SignalIndex | None
    parts: tuple[OpenPart, ...]


class Files:
    """Opens what states name; what an earlier state had open is used again."""

    def __init__(self, folder: LiveFolder, before: Files | None = None) -> None:
        self._folder = folder
        self.rules: Rules | None = None
        self.lists: dict[str, PackedList] = dict(before.lists) if before else {}
        self.indexes: dict[str, SignalIndex] = dict(before.indexes) if before else {}
        self.gone: dict[str, NDArray[np.uint32]] = dict(before.gone) if before else {}
        self.ids: dict[str, Ids] = dict(before.ids) if before else {}

    def open(self, state: State) -> tuple[OpenSegment, ...]:
        """Map every file of a state, and read its rules.

        Raises:
            IndexCorruptError, ListCorruptError: one is damaged, or they do not fit together.
            FileNotFoundError: one is not there (any more).
        """
        self.rules = self._rules(state.policy) if state.policy else None
        segments = tuple(self._segment(segment, state.versions) for segment in state.segments)
        self.lists = {part.part.file: part.packed for one in segments for part in one.parts}
        self.indexes = {one.segment.index: one.index for one in segments if one.index is not None}
        self.gone = {part.part.gone: part.gone for one in segments for part in one.parts if part.part.gone}
        self.ids = {part.part.ids: part.ids for one in segments for part in one.parts if part.ids is not None}
        return segments

    def _segment(self, segment: Segment, versions: Mapping[str, str]) -> OpenSegment:
        index = self._index(segment.index) if segment.index else None
        if index is not None and [one.version for one in index.info.lists] != [part.file for part in segment.parts]:
            raise IndexCorruptError("the index covers other lists than its state says", hint=HINT)
        parts: list[OpenPart] = []
        for number, part in enumerate(segment.parts):
            packed = self._list(part)
            gone = self._gone_of(part)
            served = packed if index is None else index.serve(packed, number)
            version = versions.get(part.list_name, "")
            parts.append(OpenPart(part, packed, gone, living(served, gone, version), self._ids_of(part, packed)))
        return OpenSegment(segment, index, tuple(parts))

    def _list(self, part: Part) -> PackedList:
        packed = self.lists.get(part.file)
        if packed is None:
            path = self._folder.file("list", part.file)
            packed = self.lists[part.file] = PackedList.open(path, verify=path.stat().st_size <= _CHECKED_BYTES_MAX)
        if packed.info.version != part.file or packed.info.entries != part.entries:
            raise IndexCorruptError("a list is not what the state of the index says", hint=HINT)
        return packed

    def _index(self, version: str) -> SignalIndex:
        index = self.indexes.get(version)
        if index is None:
            index = self.indexes[version] = SignalIndex.open(self._folder.file("index", version))
        if index.info.version != version:
            raise IndexCorruptError("an index is not of the version that its name says", hint=HINT)
        return index

    def _rules(self, version: str) -> Rules:
        raw = self._folder.file("policy", version).read_bytes()
        if version_of(raw) != version:
            raise IndexCorruptError("the rules of the index are altered", hint=HINT)
        return read_rules(raw)

    def _ids_of(self, part: Part, packed: PackedList) -> Ids | None:
        if not part.ids:
            return None
        ids = self.ids.get(part.ids)
        if ids is None:
            path = self._folder.file("ids", part.ids)
            ids = self.ids[part.ids] = Ids.open(path, packed)
            if path.stat().st_size <= _CHECKED_BYTES_MAX:
                ids.verify()
        return ids

    def _gone_of(self, part: Part) -> NDArray[np.uint32]:
        if not part.gone:
            return NONE_GONE
        gone = self.gone.get(part.gone)
        if gone is None:
            path = self._folder.file("gone", part.gone)
            gone = self.gone[part.gone] = read_gone(path, part.gone_entries, part.entries)
        return gone
