"""What a scan says: one header, rows, one summary.

Every name met in the evidence ends in exactly one row, whatever became of it:

    file ..... a name in a folder; examined, or not, with its reason
    member ... a file inside an archive; the archive's own `file` row follows its members
    folder ... only where a folder could not be listed

A report without a summary is unfinished. Text for people is made elsewhere; paths here are the bytes of the file
system.

Worked example: a scan of a folder with `a.zip` (holding `x.jpg`) and a symbolic link gives three rows: member `x.jpg`
of `a.zip`, file `a.zip`, file `link` (`unread`, `symlink`); the summary counts two files and one member.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping  # noqa: TC003  - msgspec reads the fields of ScanSummary at run time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from tutela.domain.lists import Hit, MatchKind
from tutela.domain.media import MediaType, Reason, Verdict

if TYPE_CHECKING:
    from tutela.domain.signals import Digests, PictureHash

_Word = TypeVar("_Word", bound=StrEnum)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NS_MIN: Final = -(2**63)
_NS_MAX: Final = 2**63 - 1  # some file systems hold times that no 64-bit count of nanoseconds can


class RowKind(StrEnum):
    """What a row is about (see the module's list)."""

    FILE = "file"
    MEMBER = "member"
    FOLDER = "folder"


class RowNote(StrEnum):
    """What else a person should know of how a file was read. Closed, like `Reason`."""

    ACCESS_TIME_UNPROTECTED = "access-time-unprotected"  # its owner is somebody else: opened without O_NOATIME
    ACCESS_TIME_CHANGED = "access-time-changed"  # and reading it did move its access time
    FOLDER_ACCESS_TIME_CHANGED = "folder-access-time-changed"  # listing its folder moved the folder's
    READ_TWICE = "read-twice"  # it changed while being read, and then stayed the same


BY_DESIGN: Final = frozenset({Reason.SYMLINK, Reason.NOT_REGULAR, Reason.OWN_REPORT})  # never contents to examine
_COMPLETE: Final = frozenset({Verdict.HASHED, Verdict.DIGESTED})


@dataclass(frozen=True, slots=True)
class FileTimes:
    """Times of a file before it was opened, in nanoseconds since 1970 UTC. Linux tells no time of creation here."""

    modified_ns: int
    changed_ns: int
    accessed_ns: int

    @classmethod
    def within_bounds(cls, modified_ns: int, changed_ns: int, accessed_ns: int) -> FileTimes:
        """Build from what a file system says, cut to what 64 bits hold."""
        return cls(*(min(max(ns, _NS_MIN), _NS_MAX) for ns in (modified_ns, changed_ns, accessed_ns)))


def moment(ns: int) -> datetime | None:
    """Turn nanoseconds since 1970 into a UTC time, or None outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(microseconds=ns // 1000)
    except OverflowError:
        return None


def utc_text(ns: int) -> str:
    """Write a time as ISO 8601 to the second, UTC; outside the years 1 to 9999 as nanoseconds."""
    at = moment(ns)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else f"{ns} ns"


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One file, archive member or unlisted folder, and how its examination ended.

    `path` is absolute, of the file system; `member` is the path inside the archive, empty for other kinds. `links` is
    the number of names that the file has. `digests` is None where the bytes were not read. `hits` are the best ones;
    `hits_left_out` counts those beyond the limit of one row.
    """

    kind: RowKind
    path: bytes
    verdict: Verdict
    reason: Reason = Reason.NONE
    detail: str = ""
    member: bytes = b""
    size_bytes: int = 0
    media_type: MediaType = MediaType.OTHER
    digests: Digests | None = None
    width_px: int = 0
    height_px: int = 0
    duration_ms: int | None = None
    hashes: tuple[PictureHash, ...] = ()
    hits: tuple[Hit, ...] = ()
    hits_left_out: int = 0
    times: FileTimes | None = None
    device: int = 0
    inode: int = 0
    links: int = 1
    notes: tuple[RowNote, ...] = ()

    @property
    def best(self) -> Hit | None:
        """The hit that weighs most: an exact one, else the nearest."""
        return min(self.hits, key=_weight, default=None)

    @property
    def fully_examined(self) -> bool:
        """Whether nothing of it stayed unexamined that could have been."""
        return self.verdict in _COMPLETE or (self.verdict is Verdict.UNREAD and self.reason in BY_DESIGN)


def _weight(hit: Hit) -> tuple[bool, int]:
    return hit.kind is not MatchKind.EXACT, hit.distance or 0


@dataclass(frozen=True, slots=True)
class ListUse:
    """The list that was matched against, as it was at the time (see `domain.lists.ListInfo`)."""

    name: str
    version: str
    owner: str = ""
    label: str = ""
    scheme: str = ""
    entries: int = 0
    unmatchable: int = 0
    degenerate_pdq: int = 0
    pdq_distance_max: int = 0


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Everything that changes what a scan finds. Two runs with other options are not one scan."""

    isolation: str = "persistent"
    dihedral: bool = False
    scaled: bool = False
    video_interval_ms: int = 1000
    allow_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanHeader:
    """The first line of a report. `confinement` says which sandbox layers were in force, in words."""

    version: str
    started_at: str
    roots: tuple[bytes, ...]
    lists: tuple[ListUse, ...]
    options: ScanOptions = ScanOptions()
    confinement: str = ""


@dataclass(frozen=True, slots=True)
class Resumption:
    """A line that says: here a later run went on. `cut_bytes` of a torn tail were set aside and examined again."""

    at: str
    version: str
    files_kept: int
    cut_bytes: int


@dataclass(frozen=True, slots=True)
class ListTally:
    """Files and members with at least one exact hit, and with near hits only."""

    exact: int = 0
    near: int = 0


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """The last line of a finished report: counts over all of its rows.

    `files` are names in folders, `members` are files in archives; `bytes_read` counts files, not members.
    `verdicts`, `reasons` and `media_types` count both. `wall_s` is that of the last run alone.
    """

    finished_at: str
    wall_s: float
    files: int
    members: int
    folders_unread: int
    bytes_read: int
    exact: int
    near: int
    not_fully_examined: int
    verdicts: Mapping[str, int] = field(default_factory=dict[str, int])
    reasons: Mapping[str, int] = field(default_factory=dict[str, int])
    media_types: Mapping[str, int] = field(default_factory=dict[str, int])
    notes: Mapping[str, int] = field(default_factory=dict[str, int])
    lists: Mapping[str, ListTally] = field(default_factory=dict[str, ListTally])
    resumptions: int = 0


class Tally:
    """Counts rows as they come. Its size depends on the number of lists, never on the number of rows."""

    def __init__(self) -> None:
        self.files = 0
        self.members = 0
        self.folders_unread = 0
        self.bytes_read = 0
        self.exact = 0
        self.near = 0
        self.not_fully_examined = 0
        self.resumptions = 0
        self.reasons = Counter[Reason]()
        self.notes = Counter[RowNote]()
        self._verdicts = Counter[Verdict]()
        self._media_types = Counter[MediaType]()
        self._lists: dict[str, list[int]] = {}

    def add(self, row: ScanRow) -> None:
        """Count one row."""
        self.not_fully_examined += not row.fully_examined
        if row.reason:
            self.reasons[row.reason] += 1
        if row.kind is RowKind.FOLDER:
            self.folders_unread += 1
            return
        if row.kind is RowKind.FILE:
            self.files += 1
            self.bytes_read += row.size_bytes if row.digests is not None else 0
        else:
            self.members += 1
        self._verdicts[row.verdict] += 1
        if row.verdict is not Verdict.UNREAD:
            self._media_types[row.media_type] += 1
        self.notes.update(row.notes)
        self._add_hits(row)

    def _add_hits(self, row: ScanRow) -> None:
        exact = {hit.list_name for hit in row.hits if hit.kind is MatchKind.EXACT}
        self.exact += bool(exact)
        self.near += bool(row.hits) and not exact
        for name in {hit.list_name for hit in row.hits}:
            self._lists.setdefault(name, [0, 0])[0 if name in exact else 1] += 1

    @property
    def lists(self) -> dict[str, ListTally]:
        """Rows with hits, by the name of the list."""
        return {name: ListTally(exact, near) for name, (exact, near) in sorted(self._lists.items())}

    def summary(self, finished_at: str, wall_s: float) -> ScanSummary:
        """Freeze the counts."""
        return ScanSummary(
            finished_at=finished_at,
            wall_s=round(wall_s, 3),
            files=self.files,
            members=self.members,
            folders_unread=self.folders_unread,
            bytes_read=self.bytes_read,
            exact=self.exact,
            near=self.near,
            not_fully_examined=self.not_fully_examined,
            verdicts=_by_value(self._verdicts),
            reasons=_by_value(self.reasons),
            media_types=_by_value(self._media_types),
            notes=_by_value(self.notes),
            lists=self.lists,
            resumptions=self.resumptions,
        )


def _by_value(counted: Mapping[_Word, int]) -> dict[str, int]:
    return {word.value: count for word, count in sorted(counted.items())}
