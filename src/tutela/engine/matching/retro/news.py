"""What of a state of the index was not in an earlier one: against that alone the remembered need to be joined.

A part is news where its file is new, or fewer of its entries are entombed than before. After 10,000 additions that is
one small part, however large the lists are. All of the state is news, where

    the earlier state is not known any more ..... the folder of the index keeps a few, the cursor those it still needs
    the rules are others ........................ thresholds, classes, shares, what is set apart
    a list is on that was off ................... `disabled-until` passes without a new state
    a negative list lost an entry ............... what it kept silent may speak

A part that was merged from others has a new file, so it is asked again; that costs time and tells nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from tutela.domain.errors import IndexMissingError
from tutela.domain.signals import SignalKind
from tutela.engine.matching.live.folder import LiveFolder
from tutela.engine.matching.live.opened import Files, OpenSegment
from tutela.engine.matching.live.snapshot import Snapshot
from tutela.engine.matching.live.state import Segment, decode
from tutela.engine.matching.policy import FloodGate, Rules

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.domain.lists import Hit
    from tutela.engine.matching.live.opened import OpenPart
    from tutela.engine.matching.live.state import State

_APART_HASHES_MAX: Final = 65_536  # of a part that is compared hash by hash, in the place of an index over much more
_OPEN_TRIES: Final = 10


class PartFace(NamedTuple):
    """A part, as far as it matters whether it is news."""

    list_name: str
    gone: str
    gone_entries: int


@dataclass(frozen=True, slots=True)
class Face:
    """A state, as far as it matters. `parts` by their files."""

    policy: str
    parts: dict[str, PartFace]


class News:
    """Some parts of a state, to be asked; the whole state then decides about what they find."""

    def __init__(self, whole: Snapshot, segments: Sequence[OpenSegment], gate: FloodGate) -> None:
        self._whole = whole
        self._segments = segments
        self._some = Snapshot(whole.version, whole.state, tuple(segments), whole.rules, gate)

    def __bool__(self) -> bool:
        return bool(self._segments)

    def ask(self, kind: SignalKind, values: NDArray[np.uint8]) -> dict[int, tuple[Hit, ...]]:
        """Return the hits of those of some values, shape (Q, bytes of the kind), that are known."""
        if kind is SignalKind.PDQ:
            places = [place for place, hits in enumerate(self._some.match_many(values)) if hits]
            found = self._whole.match_many(values[places]) if places else []
        else:
            places = self._with_digest(kind, values)
            found = self._whole.match_digests([values[place].tobytes() for place in places])
        return {place: hits for place, hits in zip(places, found, strict=True) if hits}

    def _with_digest(self, kind: SignalKind, digests: NDArray[np.uint8]) -> list[int]:
        found = [
            part.living.digests[kind].find_many(digests)[0] for segment in self._segments for part in segment.parts
        ]
        return np.unique(np.concatenate(found)).tolist() if found else []


class Lists:
    """The newest state of the live index, open. What flooded is left out; what is joined is not counted."""

    def __init__(self, folder: Path) -> None:
        self._folder = LiveFolder(folder)
        self._gate = FloodGate(self._folder.quarantine())
        self._files: Files | None = None
        self._segments: tuple[OpenSegment, ...] = ()
        self._snapshot: Snapshot | None = None

    def look(self) -> Snapshot | None:
        """Open what is in force; None where there is no index. Errors as in `LiveIndex.open`."""
        for _ in range(_OPEN_TRIES):
            try:
                version, state = self._folder.current()
                if self._snapshot is None or self._snapshot.version != version:
                    files = Files(self._folder, self._files)
                    segments = files.open(state)
                    self._files, self._segments = files, segments
                    self._snapshot = Snapshot(version, state, segments, files.rules, self._gate)
            except IndexMissingError:
                return None
            except FileNotFoundError:  # swept: several states have passed since
                continue
            break
        return self._snapshot

    def face_of(self, version: str) -> Face | None:
        """Return an earlier state, where the folder still has it."""
        try:
            return face(decode(self._folder.file("state", version).read_bytes(), version))
        except FileNotFoundError:
            return None

    def news(self, before: Face | None, at: datetime, now: datetime) -> News:
        """Return what is in force now and was not at some moment, when `before` was the state."""
        snapshot = self._snapshot
        if snapshot is None:
            raise ValueError("look first")
        rules = snapshot.rules or Rules()
        after = face(snapshot.state)
        is_whole = (
            before is None
            or before.policy != after.policy
            or bool(off(rules, at) - off(rules, now))
            or _has_lost(before, after, {name for name, one in rules.lists.items() if one.negative})
        )
        if is_whole or before is None:
            return News(snapshot, self._segments, self._gate)
        return News(snapshot, [new for one in self._segments for new in _new(one, before)], self._gate)


def face(state: State) -> Face:
    """Return a state as far as it matters here."""
    return Face(
        state.policy, {part.file: PartFace(part.list_name, part.gone, part.gone_entries) for part in state.parts()}
    )


def off(rules: Rules, at: datetime) -> frozenset[str]:
    """Return which lists are off at a moment."""
    return frozenset(name for name, one in rules.lists.items() if not one.is_on(at))


def _new(segment: OpenSegment, before: Face) -> list[OpenSegment]:
    """Return what is to be asked of a segment: nothing, all of it, or its new parts without the index over all."""
    new = [part for part in segment.parts if _is_new(part, before)]
    if not new:
        return []
    hashes = sum(len(part.packed.picture_hashes) + len(part.packed.frame_hashes) for part in new)
    if len(new) == len(segment.parts) or hashes > _APART_HASHES_MAX:
        return [segment]
    return [OpenSegment(Segment(tuple(part.part for part in new)), None, tuple(new))]


def _is_new(part: OpenPart, before: Face) -> bool:
    known = before.parts.get(part.part.file)
    if known is None:
        return True
    return part.part.gone != known.gone and part.part.gone_entries <= known.gone_entries


def _has_lost(before: Face, after: Face, negative: Collection[str]) -> bool:
    return any(after.parts.get(file) != part for file, part in before.parts.items() if part.list_name in negative)


def face_json(one: Face) -> dict[str, Any]:
    """Return a face as JSON keeps it."""
    return {"policy": one.policy, "parts": one.parts}


def face_from(plain: dict[str, Any]) -> Face:
    """Read what `face_json` made."""
    return Face(
        str(plain["policy"]),
        {str(file): PartFace(str(a), str(b), int(c)) for file, (a, b, c) in plain["parts"].items()},
    )
