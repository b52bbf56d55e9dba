"""A sink that keeps what it hears, and examining bytes with it in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutela.domain.limits import DecodeLimits
from tutela.domain.signals import View
from tutela.engine.sandbox.contract import Task
from tutela.engine.sandbox.examine import examine
from tutela.engine.sandbox.sniff import HEAD_BYTES, sniff
from tutela.engine.sandbox.source import Source

if TYPE_CHECKING:
    from tutela.domain.media import MediaType
    from tutela.domain.signals import Digests, PictureHash
    from tutela.engine.sandbox.contract import Outcome


@dataclass
class Row:
    """One member, finished."""

    path: bytes
    size_bytes: int
    digests: Digests | None
    outcome: Outcome
    hashes: list[PictureHash]


@dataclass
class Recorder:
    """What one examination said. Members end innermost first; `rows` keeps them in the order they began."""

    hashes: list[PictureHash] = field(default_factory=list)
    rows: list[Row | None] = field(default_factory=list)
    reserved: list[int] = field(default_factory=list)
    outcome: Outcome | None = None
    _open: list[tuple[int, bytes, list[PictureHash]]] = field(default_factory=list)

    def hash(self, picture: PictureHash) -> None:
        (self._open[-1][2] if self._open else self.hashes).append(picture)

    def reserve(self, memory_bytes: int) -> None:
        self.reserved.append(memory_bytes)

    def member_begin(self, path: bytes) -> None:
        self._open.append((len(self.rows), path, []))
        self.rows.append(None)

    def member_end(self, size_bytes: int, digests: Digests | None, outcome: Outcome) -> None:
        number, path, hashes = self._open.pop()
        self.rows[number] = Row(path, size_bytes, digests, outcome, hashes)

    def of_view(self, view: View) -> list[PictureHash]:
        return [picture for picture in self.hashes if picture.view is view]

    @property
    def seen(self) -> PictureHash:
        return self.of_view(View.SEEN)[0]


def examined(
    data: bytes, *, media_type: MediaType | None = None, limits: DecodeLimits | None = None, **options
) -> Recorder:
    """Examine bytes as a worker would; `options` go to the task."""
    recorder = Recorder()
    task = Task(len(data), media_type or sniff(data[:HEAD_BYTES]), **options)
    recorder.outcome = examine(Source.of_bytes(data), task, recorder, limits or DecodeLimits())
    assert not recorder._open, "a member was left open"
    return recorder
