"""One file of evidence, from an open descriptor to its rows: members first, its own row last.

A file that changes between two looks at its size and times is read once more; if it changes again, its row says
`partial`, `changed-while-read`, and keeps what was found, because a hit in bytes that were there is still a hit.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from tutela.domain.errors import TutelaError
from tutela.domain.media import Examination, Fingerprint, MediaType, Reason, Verdict
from tutela.domain.scan import RowKind, RowNote, ScanRow
from tutela.engine.scanning.evidence import access_notes, reason_of, stamp_of, times_of

if TYPE_CHECKING:
    from tutela.domain.media import Member
    from tutela.domain.signals import Digests
    from tutela.engine.scanning.ports import Fingerprinting, Matching
    from tutela.engine.scanning.walk import Found, Refused

_CHANGED_DETAIL = "it changed twice while it was read; what was found may mix two states of it"


def refused_row(refused: Refused) -> ScanRow:
    """Make the row of a name that is not read."""
    row = ScanRow(refused.kind, refused.path, Verdict.UNREAD, refused.reason, refused.detail)
    return row if refused.status is None else _with_status(row, refused.status)


def examine(found: Found, fingerprinter: Fingerprinting, matcher: Matching) -> list[ScanRow]:
    """Fingerprint and match one open file. Never raises for the file; `TutelaError` where the scan cannot go on."""
    fd = found.opened.fd
    try:
        fingerprint, notes = _read_steadily(fd, found.status, fingerprinter)
    except OSError as error:
        fingerprint, notes = _unread(found.status, reason_of(error)), ()
    except MemoryError:
        fingerprint, notes = _unread(found.status, Reason.OUT_OF_MEMORY), ()
    row = _with_status(_file_row(found, fingerprint, matcher), found.status)
    access = access_notes(protected=found.opened.protected, before=found.status, after=os.fstat(fd))
    row = replace(row, size_bytes=fingerprint.size_bytes, notes=(*notes, *access, *found.notes))
    return [*(_member_row(found.path, member, matcher) for member in fingerprint.examination.members), row]


def _read_steadily(
    fd: int, before: os.stat_result, fingerprinter: Fingerprinting
) -> tuple[Fingerprint, tuple[RowNote, ...]]:
    """Fingerprint, and once more if the file changed meanwhile."""
    fingerprint = _fingerprint(fd, before, fingerprinter)
    after = os.fstat(fd)
    if stamp_of(after) == stamp_of(before):
        return fingerprint, ()
    fingerprint = _fingerprint(fd, after, fingerprinter)
    if stamp_of(os.fstat(fd)) == stamp_of(after):
        return fingerprint, (RowNote.READ_TWICE,)
    changed = replace(
        fingerprint.examination,
        verdict=Verdict.PARTIAL,
        reason=Reason.CHANGED_WHILE_READ,
        detail=_CHANGED_DETAIL,
    )
    return replace(fingerprint, examination=changed), ()


def _fingerprint(fd: int, status: os.stat_result, fingerprinter: Fingerprinting) -> Fingerprint:
    try:
        return fingerprinter.fingerprint(fd, status.st_size)
    except (OSError, MemoryError, TutelaError):
        raise
    except Exception as error:  # noqa: BLE001  - our own mistake on one file must not cost the night's scan
        detail = f"Tutela itself failed on this file ({type(error).__name__}); please report it"
        examination = Examination(MediaType.OTHER, Verdict.UNDECODABLE, Reason.DECODER_MISBEHAVED, detail=detail)
        return Fingerprint(status.st_size, None, examination)


def _unread(status: os.stat_result, reason: Reason) -> Fingerprint:
    return Fingerprint(status.st_size, None, Examination(MediaType.OTHER, Verdict.UNREAD, reason))


def _file_row(found: Found, fingerprint: Fingerprint, matcher: Matching) -> ScanRow:
    return _examined(RowKind.FILE, found.path, b"", fingerprint.digests, fingerprint.examination, matcher=matcher)


def _member_row(path: bytes, member: Member, matcher: Matching) -> ScanRow:
    row = _examined(RowKind.MEMBER, path, member.path, member.digests, member.examination, matcher=matcher)
    return replace(row, size_bytes=member.size_bytes)


def _examined(
    kind: RowKind,
    path: bytes,
    member: bytes,
    digests: Digests | None,
    examination: Examination,
    *,
    matcher: Matching,
) -> ScanRow:
    matched = matcher.look_up(digests, examination.hashes, examination.media_type.kind)
    return ScanRow(
        kind,
        path,
        examination.verdict,
        examination.reason,
        examination.detail,
        member=member,
        media_type=examination.media_type,
        digests=digests,
        width_px=examination.width_px,
        height_px=examination.height_px,
        duration_ms=examination.duration_ms,
        hashes=examination.hashes,
        hits=matched.hits,
        hits_left_out=matched.left_out,
    )


def _with_status(row: ScanRow, status: os.stat_result) -> ScanRow:
    return replace(
        row,
        size_bytes=status.st_size,
        times=times_of(status),
        device=status.st_dev,
        inode=status.st_ino,
        links=status.st_nlink,
    )
