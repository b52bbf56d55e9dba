"""Entries to one packed list file (see `container` and `layout`), in memory that does not grow with their number.

Rows are gathered in columns on disk; then each digest table is sorted by its first eight bytes, which takes 16 bytes a
row.

Which frames of a video are matched is settled here, by the list's policy and as vPDQ does it: frames of at least the
policy's quality, each hash once. The others are kept beside them. The same holds for a PDQ that says nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tutela.domain.errors import ListError
from tutela.domain.lists import Entry, ListInfo
from tutela.domain.signals import DIGEST_KINDS, PDQ_BYTES, SignalKind, is_degenerate
from tutela.engine.matching.container import Index, version_of
from tutela.engine.matching.info import info_to_json
from tutela.engine.matching.layout import CARRIES, LAYOUT, LIST
from tutela.engine.matching.sections import finish, sorted_table, write_sections
from tutela.engine.matching.spool import SPILL_BYTES, Column, Spools
from tutela.engine.matching.texts import TextWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.domain.limits import ImportLimits
    from tutela.domain.lists import RejectedRow

BATCH_ROWS: Final = 8192  # between two looks at the memory, and two calls of `progress`
_OPAQUE_KINDS_MAX: Final = 64  # counted by name; more than that is a misplaced column, counted as "other"


def pack(
    rows: Iterable[Entry | RejectedRow],
    target: BinaryIO,
    blank: ListInfo,
    *,
    folder: Path,
    limits: ImportLimits,
    progress: Callable[[int], None] | None = None,
) -> ListInfo:
    """Write a packed list and return its info.

    Args:
        rows: entries and rejected rows, read once.
        target: a new binary file at its beginning; not synced, not closed.
        blank: name, owner, label, scheme, policy and import time; its counts and version are filled in.
        folder: where temporary columns may stand (about the size of the list).
        limits: how many entries, and how many rejected rows are kept.
        progress: called now and then with the number of rows read.

    Raises:
        ListError: no row is usable, or an entry is malformed.
    """
    with Spools(folder) as spools:
        packer = _Packer(spools, blank, limits)
        read = 0
        for read, row in enumerate(rows, 1):
            if isinstance(row, Entry):
                packer.add(row)
            else:
                packer.reject(row)
            if read % BATCH_ROWS == 0:
                spools.spill()
                if progress is not None:
                    progress(read)
        if progress is not None:
            progress(read)
        return packer.write(target)


class _Packer:
    def __init__(self, spools: Spools, blank: ListInfo, limits: ImportLimits) -> None:
        self._blank = blank
        self._limits = limits
        self._spools = spools
        self._entries = 0
        self._rejected = 0
        self._first_reason = ""
        self._opaque_counts: dict[str, int] = {}
        self._videos = 0
        self._unmatchable = 0
        new = spools.new
        self._md5, self._sha1, self._sha256 = (_KeyColumns(spools, kind) for kind in DIGEST_KINDS)
        self._pdq, self._flat = (_KeyColumns(spools, SignalKind.PDQ) for _ in range(2))
        self._frames, self._idle = _FrameColumns(spools), _FrameColumns(spools)
        self._carries, self._classification, self._source = new("u1"), new("<u4"), new("<u4")
        self._ids, self._labels, self._reasons = TextWriter(spools), TextWriter(spools), TextWriter(spools)
        self._opaque_entry, self._opaque_kind, self._opaque = new("<u4"), new("<u4"), TextWriter(spools)
        self._rejected_line, self._rejected_reason = new("<u8"), new("<u4")

    def add(self, entry: Entry) -> None:
        """Take one entry; `ListError` where a signal has the wrong length."""
        row = self._entries
        if row >= self._limits.entries_max:
            raise ListError(f"the list has more than {self._limits.entries_max} entries")
        carries = 0
        if entry.md5 is not None:
            carries |= self._md5.add(entry.md5, row)
        if entry.sha1 is not None:
            carries |= self._sha1.add(entry.sha1, row)
        if entry.sha256 is not None:
            carries |= self._sha256.add(entry.sha256, row)
        if entry.pdq is not None:
            carries |= (self._flat if is_degenerate(entry.pdq) else self._pdq).add(entry.pdq, row)
        if entry.frames:
            carries |= self._add_video(entry.frames, row)
        if entry.opaque:
            self._unmatchable += not carries
            carries |= self._add_opaque(entry.opaque, row)
        self._carries.pending.append(carries)
        self._ids.add(entry.entry_id)
        self._classification.pending.append(self._labels.intern(entry.classification))
        self._source.pending.append(self._labels.intern(entry.source))
        self._entries = row + 1

    def reject(self, row: RejectedRow) -> None:
        """Count a rejected row, and keep it while there is room."""
        if self._rejected < self._limits.rejected_rows_kept_max:
            self._rejected_line.pending.append(row.line)
            self._rejected_reason.pending.append(self._reasons.intern(row.reason))
        self._first_reason = self._first_reason or f"row {row.line} {row.reason}"
        self._rejected += 1

    def _add_video(self, frames: tuple[tuple[bytes, int, int], ...], row: int) -> int:
        quality_min = self._blank.policy.pdq_quality_min
        seen: set[bytes] = set()
        for pdq, quality, time_ms in frames:
            if len(pdq) != PDQ_BYTES or not 0 <= quality <= 100 or not 0 <= time_ms < 1 << 32:
                raise ListError(f"entry {row + 1} has a malformed video frame")
            if quality >= quality_min and pdq not in seen and not is_degenerate(pdq):
                seen.add(pdq)
                self._frames.add(pdq, quality, time_ms, row)
            else:
                self._idle.add(pdq, quality, time_ms, row)
        if len(frames) * PDQ_BYTES > SPILL_BYTES // BATCH_ROWS:
            self._spools.spill()
        self._videos += 1
        return CARRIES["vpdq"]

    def _add_opaque(self, opaque: Mapping[str, str], row: int) -> int:
        for kind, text in opaque.items():
            self._opaque_entry.pending.append(row)
            self._opaque_kind.pending.append(self._labels.intern(kind))
            self._opaque.add(text)
            counted = kind if kind in self._opaque_counts or len(self._opaque_counts) < _OPAQUE_KINDS_MAX else "other"
            self._opaque_counts[counted] = self._opaque_counts.get(counted, 0) + 1
        self._opaque.text.spill()
        return CARRIES["opaque"]

    def _counts(self) -> dict[str, int]:
        counts = {table.kind.value: table.count for table in (self._md5, self._sha1, self._sha256)}
        counts["pdq"] = self._pdq.count + self._flat.count
        counts["vpdq"] = self._videos
        return {kind: count for kind, count in (counts | self._opaque_counts).items() if count}

    def write(self, target: BinaryIO) -> ListInfo:
        """Write header, sections and index."""
        if not self._entries:
            raise ListError(
                f"none of the {self._rejected} rows can be used", hint=f"The first: {self._first_reason or 'none'}."
            )
        sections = dict(write_sections(LIST, target, dict(self._sections())))
        info = replace(
            self._blank,
            entries=self._entries,
            counts=self._counts(),
            unmatchable=self._unmatchable,
            degenerate_pdq=self._flat.count,
            rows_rejected=self._rejected,
            version="",
        )
        info = replace(info, version=version_of(LIST, info_to_json(info), sections))
        finish(LIST, target, Index(info_to_json(info), sections))
        return info

    def _sections(self) -> Iterator[tuple[str, Iterable[NDArray[Any]]]]:
        for table in (self._md5, self._sha1, self._sha256):
            yield from sorted_table(table.kind, table.keys.rows(table.kind.digest_bytes), table.rows.rows(1))
        plain: dict[str, Column] = {
            "pdq.hash": self._pdq.keys,
            "pdq.entry": self._pdq.rows,
            "flat.hash": self._flat.keys,
            "flat.entry": self._flat.rows,
            **self._frames.named("frame"),
            **self._idle.named("idle"),
            "entry.carries": self._carries,
            "entry.classification": self._classification,
            "entry.source": self._source,
            **_text_columns("id", self._ids),
            **_text_columns("label", self._labels),
            "opaque.entry": self._opaque_entry,
            "opaque.kind": self._opaque_kind,
            **_text_columns("opaque", self._opaque),
            "rejected.line": self._rejected_line,
            "rejected.reason": self._rejected_reason,
            **_text_columns("reason", self._reasons),
        }
        for name, column in plain.items():
            yield name, (column.rows(LAYOUT[name][1]),)


class _KeyColumns:
    """Values of one kind and the entry of each."""

    def __init__(self, spools: Spools, kind: SignalKind) -> None:
        self.kind = kind
        self.keys, self.rows = spools.new("u1"), spools.new("<u4")
        self.count = 0
        self._size = kind.digest_bytes
        self._bit = CARRIES[kind]

    def add(self, value: bytes, row: int) -> int:
        """Take one value and return the bit that says so; `ListError` where it has the wrong length."""
        if len(value) != self._size:
            raise ListError(f"entry {row + 1} has a {self.kind} of {len(value)} bytes")
        self.keys.pending.extend(value)
        self.rows.pending.append(row)
        self.count += 1
        return self._bit


class _FrameColumns:
    """The four columns of video frames."""

    def __init__(self, spools: Spools) -> None:
        self._hash, self._entry = spools.new("u1"), spools.new("<u4")
        self._quality, self._time_ms = spools.new("u1"), spools.new("<u4")

    def add(self, pdq: bytes, quality: int, time_ms: int, row: int) -> None:
        self._hash.pending += pdq
        self._entry.pending.append(row)
        self._quality.pending.append(quality)
        self._time_ms.pending.append(time_ms)

    def named(self, name: str) -> dict[str, Column]:
        return {
            f"{name}.hash": self._hash,
            f"{name}.entry": self._entry,
            f"{name}.quality": self._quality,
            f"{name}.time_ms": self._time_ms,
        }


def _text_columns(name: str, writer: TextWriter) -> dict[str, Column]:
    return {f"{name}.end": writer.end, f"{name}.text": writer.text}
