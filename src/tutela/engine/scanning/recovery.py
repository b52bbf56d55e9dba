"""What an earlier run left in a report: read it to the last whole block, and remember which paths it holds.

Of what is kept only 16 bytes a path stay in memory, however long the report.

Worked example: header, member, member, file, member, torn line. Two members and the file are kept, the lone member and
the torn line are not, and that archive will be examined again.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from tutela.domain.errors import ReportError
from tutela.domain.scan import Resumption, RowKind, ScanHeader, ScanRow, ScanSummary, Tally

if TYPE_CHECKING:
    from tutela.engine.scanning.journal import Journal
    from tutela.engine.scanning.ports import ReportCodec

LINE_BYTES_MAX: Final = 64 * 1024 * 1024  # a video's row with 20,000 frame hashes takes 3 MB
_HALVES: Final = Struct("=QQ")
_HEADER_START: Final = b'{"type":"header"'


class DonePaths:
    """The paths that a report already holds, 16 bytes each."""

    def __init__(self) -> None:
        self._growing = bytearray()
        self._high = np.empty(0, dtype=np.uint64)
        self._low = self._high

    def __len__(self) -> int:
        return len(self._high)

    def add(self, path: bytes) -> None:
        """Remember one path; looked up only after `freeze`."""
        self._growing += _path_digest(path)

    def freeze(self) -> None:
        """End adding."""
        halves = np.frombuffer(bytes(self._growing), dtype=np.uint64).reshape(-1, 2)
        order = np.argsort(halves[:, 0])
        self._high, self._low = halves[order, 0], halves[order, 1]
        self._growing.clear()

    def __contains__(self, path: bytes) -> bool:
        high, low = map(np.uint64, _HALVES.unpack(_path_digest(path)))
        first = int(np.searchsorted(self._high, high))
        last = int(np.searchsorted(self._high, high, side="right"))
        return bool((self._low[first:last] == low).any())


def _path_digest(path: bytes) -> bytes:
    return hashlib.blake2b(path, digest_size=16).digest()


@dataclass(slots=True)
class Kept:
    """What an earlier run left: its header, the counts and paths of whole blocks, and where they end."""

    header: ScanHeader
    tally: Tally
    done: DonePaths
    end: int
    cut_bytes: int
    summary: ScanSummary | None = None


def recover(journal: Journal, codec: ReportCodec) -> Kept | None:
    """Read the report without changing it. None: not even its header was written whole."""
    with os.fdopen(os.dup(journal.fd), "rb") as stream:
        stream.seek(0)
        first = stream.readline(LINE_BYTES_MAX)
        if not first.endswith(b"\n"):
            if first.strip(b"\0") and not _HEADER_START.startswith(first[: len(_HEADER_START)]):
                raise _not_ours(journal)
            return None
        header = _decoded(codec, first)
        if not isinstance(header, ScanHeader):
            raise _not_ours(journal)
        kept = Kept(header, Tally(), DonePaths(), stream.tell(), 0)
        _keep_blocks(stream, codec, kept)
        kept.done.freeze()
        kept.cut_bytes = os.fstat(journal.fd).st_size - kept.end
        return kept


def _not_ours(journal: Journal) -> ReportError:
    return ReportError(
        f"{journal.name} is not a report of tutela scan",
        hint="Check the name; a file that is no report is never written to.",
    )


def _keep_blocks(stream: BinaryIO, codec: ReportCodec, kept: Kept) -> None:
    """Take whole blocks into `kept` until the first line that is torn, or the end."""
    members: list[ScanRow] = []
    while line := stream.readline(LINE_BYTES_MAX):
        value = _decoded(codec, line) if line.endswith(b"\n") else None
        if isinstance(value, ScanRow) and value.kind is RowKind.MEMBER:
            members.append(value)
            continue
        if isinstance(value, ScanRow):
            if any(member.path != value.path for member in members):
                return
            for row in (*members, value):
                kept.tally.add(row)
            members.clear()
            kept.done.add(value.path)
        elif isinstance(value, Resumption) and not members:
            kept.tally.resumptions += 1
        elif isinstance(value, ScanSummary) and not members:
            kept.summary = value
        else:
            return
        kept.end = stream.tell()


def _decoded(codec: ReportCodec, line: bytes) -> object:
    try:
        return codec.decode(line)
    except ValueError:
        return None
