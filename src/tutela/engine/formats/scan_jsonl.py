r"""The scan report: JSON lines, UTF-8, one value a line, told apart by `type`.

    header ..... first line; what was scanned with what
    resumed .... here a later run went on after an interruption
    member ..... a file inside an archive; stands right before the `file` line of its archive
    file ....... a name in a folder
    folder ..... a folder that could not be listed
    summary .... last line; a report without it is unfinished

Digests and PDQ are hexadecimal, times nanoseconds since 1970 UTC, sizes bytes. A field that says nothing (empty, zero,
false, none) may be left out. `path` is readable; where a name is not UTF-8 it has `\xNN` escapes and `path_base64` is
exact (the same for `member`). Readers ignore fields that they do not know; a change that old readers would misread
raises `FORMAT_VERSION`.

Worked example, shortened:

    {"type":"header","format":"tutela-scan","format_version":1,"version":"0.1.0","roots":[{"path":"/e"}],...}
    {"type":"file","path":"/e/a.jpg","verdict":"hashed","media_type":"image/jpeg","md5":"...","hashes":[{"pdq":"..."}]}
    {"type":"summary","counts":{"files":1,...}}
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from tutela.domain.errors import ReportError
from tutela.domain.lists import Hit
from tutela.domain.paths import as_text, exact_base64, for_display, from_text
from tutela.domain.scan import (
    FileTimes,
    Resumption,
    RowKind,
    ScanHeader,
    ScanRow,
    ScanSummary,
)
from tutela.domain.signals import Digests, PictureHash
from tutela.engine.formats.scan_lines import (
    AnyLine,
    FileLine,
    FolderLine,
    HashPart,
    HeaderLine,
    HitPart,
    MemberLine,
    NamePart,
    ResumedLine,
    RowLine,
    SummaryLine,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

FORMAT: Final = "tutela-scan"
FORMAT_VERSION: Final = 1
LINE_BYTES_MAX: Final = 64 * 1024 * 1024

ReportLine = ScanHeader | ScanRow | Resumption | ScanSummary


def encode(line: ReportLine) -> bytes:
    """One value to one line, newline included."""
    return _ENCODER.encode(_to_wire(line)) + b"\n"


def decode(line: bytes) -> ReportLine:
    """One line to one value. `ValueError` where it is none, `ReportError` where a newer Tutela wrote it."""
    try:
        return _from_wire(_DECODER.decode(line))
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None


class ScanReport:
    """A report open for reading. `rows` may be run again and again; `summary` and the rest are known after one run.

    `summary` stays None for an unfinished report; `ended_early` says that a torn line or block was left out.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        try:
            header = decode(stream.readline(LINE_BYTES_MAX))
        except ValueError:
            header = None
        if not isinstance(header, ScanHeader):
            raise ReportError(f"{name} is not a report of tutela scan", hint="Check the name.")
        self.header: Final = header
        self.summary: ScanSummary | None = None
        self.resumptions: list[Resumption] = []
        self.ended_early = False

    def rows(self) -> Iterator[ScanRow]:
        """Every row of every whole block, in the order of the report."""
        self._stream.seek(0)
        self._stream.readline(LINE_BYTES_MAX)
        self.summary, self.resumptions, self.ended_early = None, [], False
        members: list[ScanRow] = []
        while line := self._stream.readline(LINE_BYTES_MAX):
            try:
                value = decode(line)
            except ValueError:
                break
            if isinstance(value, ScanRow):
                members.append(value)
                if value.kind is not RowKind.MEMBER:
                    yield from members
                    members.clear()
            elif isinstance(value, Resumption):
                self.resumptions.append(value)
            elif isinstance(value, ScanSummary):
                self.summary = value
                return
        self.ended_early = bool(members or line)


@contextmanager
def open_report(path: Path) -> Generator[ScanReport]:
    """Open a report; `ReportError` where there is none or it is something else."""
    name = for_display(str(path))
    try:
        stream = path.open("rb")
    except OSError as error:
        raise ReportError(f"the report {name} cannot be read: {error.strerror}", hint="Check the name.") from error
    with stream:
        yield ScanReport(stream, name)


#### From values to lines ####

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder[AnyLine](AnyLine)
_ROW_LINES: Final = {RowKind.FILE: FileLine, RowKind.MEMBER: MemberLine, RowKind.FOLDER: FolderLine}
_ROW_KINDS: Final = {line: kind for kind, line in _ROW_LINES.items()}


def _to_wire(line: ReportLine) -> AnyLine:
    if isinstance(line, ScanRow):
        return _row_line(line)
    if isinstance(line, ScanHeader):
        return _header_line(line)
    if isinstance(line, Resumption):
        return ResumedLine(line.at, line.version, line.files_kept, line.cut_bytes)
    return SummaryLine(line)


def _header_line(header: ScanHeader) -> HeaderLine:
    return HeaderLine(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        version=header.version,
        started_at=header.started_at,
        roots=tuple(NamePart(as_text(root), exact_base64(root)) for root in header.roots),
        lists=header.lists,
        options=header.options,
        confinement=header.confinement,
    )


def _row_line(row: ScanRow) -> FileLine | MemberLine | FolderLine:
    digests, times = row.digests, row.times
    return _ROW_LINES[row.kind](
        path=as_text(row.path),
        path_base64=exact_base64(row.path),
        member=as_text(row.member),
        member_base64=exact_base64(row.member),
        verdict=row.verdict,
        reason=row.reason,
        detail=row.detail,
        size_bytes=row.size_bytes,
        media_type=row.media_type,
        md5=digests.md5.hex() if digests else "",
        sha1=digests.sha1.hex() if digests else "",
        sha256=digests.sha256.hex() if digests else "",
        width_px=row.width_px,
        height_px=row.height_px,
        duration_ms=row.duration_ms,
        hashes=tuple(
            HashPart(made.pdq.hex(), made.quality, made.view, made.frame, made.time_ms) for made in row.hashes
        ),
        hits=tuple(msgspec.convert(hit, HitPart, from_attributes=True) for hit in row.hits),
        hits_left_out=row.hits_left_out,
        modified_ns=times.modified_ns if times else None,
        changed_ns=times.changed_ns if times else None,
        accessed_ns=times.accessed_ns if times else None,
        device=row.device,
        inode=row.inode,
        links=row.links,
        notes=row.notes,
    )


#### From lines to values ####


def _from_wire(line: AnyLine) -> ReportLine:
    if isinstance(line, RowLine):
        return _row(line)
    if isinstance(line, HeaderLine):
        return _header(line)
    if isinstance(line, ResumedLine):
        return Resumption(line.at, line.version, line.files_kept, line.cut_bytes)
    return line.counts


def _header(line: HeaderLine) -> ScanHeader:
    if line.format != FORMAT:
        raise ValueError(f"format is {line.format!r}")
    if line.format_version != FORMAT_VERSION:
        raise ReportError(
            f"the report has format version {line.format_version}; this Tutela reads {FORMAT_VERSION}",
            hint="Use the version of Tutela that its first line names.",
        )
    return ScanHeader(
        version=line.version,
        started_at=line.started_at,
        roots=tuple(from_text(root.path, root.path_base64) for root in line.roots),
        lists=line.lists,
        options=line.options,
        confinement=line.confinement,
    )


def _row(line: FileLine | MemberLine | FolderLine) -> ScanRow:
    return ScanRow(
        kind=_ROW_KINDS[type(line)],
        path=from_text(line.path, line.path_base64),
        member=from_text(line.member, line.member_base64),
        verdict=line.verdict,
        reason=line.reason,
        detail=line.detail,
        size_bytes=line.size_bytes,
        media_type=line.media_type,
        digests=_digests(line),
        width_px=line.width_px,
        height_px=line.height_px,
        duration_ms=line.duration_ms,
        hashes=tuple(
            PictureHash(bytes.fromhex(part.pdq), part.quality, part.view, part.frame, part.time_ms)
            for part in line.hashes
        ),
        hits=tuple(Hit(**msgspec.structs.asdict(part)) for part in line.hits),
        hits_left_out=line.hits_left_out,
        times=_times(line),
        device=line.device,
        inode=line.inode,
        links=line.links,
        notes=line.notes,
    )


def _digests(line: RowLine) -> Digests | None:
    if not line.sha256:
        return None
    return Digests(bytes.fromhex(line.md5), bytes.fromhex(line.sha1), bytes.fromhex(line.sha256))


def _times(line: RowLine) -> FileTimes | None:
    if line.modified_ns is None or line.changed_ns is None or line.accessed_ns is None:
        return None
    return FileTimes(line.modified_ns, line.changed_ns, line.accessed_ns)
