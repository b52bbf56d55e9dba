"""The lines of a scan report exactly as they are written: names, types, defaults. `scan_jsonl` says what they mean."""

from __future__ import annotations

import msgspec

from tutela.domain.lists import MatchKind  # noqa: TC001  - msgspec reads the types at run time
from tutela.domain.media import MediaType, Reason, Verdict
from tutela.domain.scan import ListUse, RowNote, ScanOptions, ScanSummary  # noqa: TC001  - the same
from tutela.domain.signals import SignalKind, View


class NamePart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A path: readable, and exact where that is not."""

    path: str
    path_base64: str = ""


class HashPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """See `domain.signals.PictureHash`."""

    pdq: str
    quality: int
    view: View = View.SEEN
    frame: int = 0
    time_ms: int | None = None


class HitPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """See `domain.lists.Hit`."""

    list_name: str
    list_version: str
    entry_id: str
    kind: MatchKind
    signal: SignalKind
    classification: str = ""
    scheme: str = ""
    source: str = ""
    owner: str = ""
    distance: int | None = None
    threshold: int | None = None
    view: View = View.SEEN
    frame: int = 0
    query_share: float | None = None
    entry_share: float | None = None


class HeaderLine(msgspec.Struct, frozen=True, tag="header"):
    """See `domain.scan.ScanHeader`."""

    format: str
    format_version: int
    version: str
    started_at: str
    roots: tuple[NamePart, ...]
    lists: tuple[ListUse, ...]
    options: ScanOptions
    confinement: str = ""


class ResumedLine(msgspec.Struct, frozen=True, tag="resumed"):
    """See `domain.scan.Resumption`."""

    at: str
    version: str
    files_kept: int
    cut_bytes: int


class RowLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """See `domain.scan.ScanRow`; its kind is the line's type."""

    path: str
    verdict: Verdict
    path_base64: str = ""
    member: str = ""
    member_base64: str = ""
    reason: Reason = Reason.NONE
    detail: str = ""
    size_bytes: int = 0
    media_type: MediaType = MediaType.OTHER
    md5: str = ""
    sha1: str = ""
    sha256: str = ""
    width_px: int = 0
    height_px: int = 0
    duration_ms: int | None = None
    hashes: tuple[HashPart, ...] = ()
    hits: tuple[HitPart, ...] = ()
    hits_left_out: int = 0
    modified_ns: int | None = None
    changed_ns: int | None = None
    accessed_ns: int | None = None
    device: int = 0
    inode: int = 0
    links: int = 1
    notes: tuple[RowNote, ...] = ()


class FileLine(RowLine, frozen=True, omit_defaults=True, tag="file"):
    """A name in a folder."""


class MemberLine(RowLine, frozen=True, omit_defaults=True, tag="member"):
    """A file inside an archive."""


class FolderLine(RowLine, frozen=True, omit_defaults=True, tag="folder"):
    """A folder that could not be listed."""


class SummaryLine(msgspec.Struct, frozen=True, tag="summary"):
    """The end of a finished report."""

    counts: ScanSummary


AnyLine = HeaderLine | ResumedLine | FileLine | MemberLine | FolderLine | SummaryLine
