"""A scan report as a Project VIC VICS 2.0 case (OData-flavoured JSON), for other forensic tools.

* Every picture and video, and everything else that has a hit, is one Media with one MediaFile. A file inside an archive
  is named `archive!/member`.
* `Category` is written only where an exact hit's list says that its classification is a VICS category (its scheme names
  VICS or Project VIC, and the classification is a whole number). It is then the list's statement; numbers mean what the
  national profile says. A near hit never sets it: it stands in `Comments` as a question.
* What we cannot know (victim identified, distributed, ...) is left out, not set to false.

Worked example: a file whose MD5 stands on a list with the scheme "VICS 2.0 US" and classification "1" gets
`"Category": 1, "IsPrecategorized": true`; the same file on a list with another scheme gets neither, and a comment.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.lists import MatchKind
from tutela.domain.media import MediaKind
from tutela.domain.paths import MEMBER_SEPARATOR, as_text
from tutela.domain.scan import RowKind, ScanHeader, ScanRow, moment
from tutela.domain.signals import View
from tutela.engine.formats import vics_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tutela.domain.lists import Hit

_VICS_SCHEME: Final = re.compile(r"\bvics\b|project\s*vic", re.IGNORECASE)
_CATEGORY: Final = re.compile(r"\d{1,4}")
_PICTURED: Final = {MediaKind.PICTURE, MediaKind.VIDEO}


def write(
    header: ScanHeader, rows: Callable[[], Iterable[ScanRow]], *, case_number: str = "", profile: str = "Default"
) -> Iterator[bytes]:
    """Give the file piece by piece. `rows` is called twice: to count, and to write."""
    total = categorised = 0
    for row in filter(_is_media, rows()):
        total += 1
        categorised += _category(row) is not None
    case: dict[str, Any] = {
        "CaseID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{header.started_at} {header.roots!r}")),
        "CaseNumber": case_number,
        "SourceApplicationName": "Tutela",
        "SourceApplicationVersion": header.version,
        "TotalMediaFiles": total,
        "TotalPrecategorized": categorised,
        "CaseMetadata": _metadata(header),
    }
    numbered = enumerate(filter(_is_media, rows()), 1)
    return vics_case.pieces(case, (_media(number, row) for number, row in numbered), profile=profile)


def _metadata(header: ScanHeader) -> list[dict[str, str]]:
    named = [("ScanStarted", header.started_at)]
    named += [("ScanRoot", as_text(root)) for root in header.roots]
    named += [("HashList", f"{used.name} ({used.owner}), version {used.version}") for used in header.lists]
    return [{"PropertyName": name, "PropertyValue": value} for name, value in named]


def _is_media(row: ScanRow) -> bool:
    return row.digests is not None and (row.media_type.kind in _PICTURED or bool(row.hits))


def _media(number: int, row: ScanRow) -> dict[str, Any]:
    digests = row.digests
    if digests is None:
        raise ValueError("a row without digests is no media")
    md5 = digests.md5.hex().upper()
    path = as_text(row.path)
    if row.kind is RowKind.MEMBER:
        path += MEMBER_SEPARATOR + as_text(row.member)
    media: dict[str, Any] = {
        "MediaID": number,
        "MD5": md5,
        "SHA1": digests.sha1.hex().upper(),
        "MediaSize": row.size_bytes,
        "MimeType": row.media_type.value,
        "RelativeFilePath": path,
        "AlternativeHashes": _alternative_hashes(row, md5),
        "MediaFiles": [_media_file(row, path, md5)],
    }
    category = _category(row)
    if category is not None:
        media |= {"Category": category, "IsPrecategorized": True}
    if row.hits:
        media |= {"Comments": " | ".join(_comment(hit) for hit in row.hits)}
    return media


def _category(row: ScanRow) -> int | None:
    """Take the first category that a list gives exactly; None where no list gives one."""
    for hit in row.hits:
        if hit.kind is MatchKind.EXACT and _VICS_SCHEME.search(hit.scheme) and _CATEGORY.fullmatch(hit.classification):
            return int(hit.classification)
    return None


def _alternative_hashes(row: ScanRow, md5: str) -> list[dict[str, str]]:
    named = [("SHA256", row.digests.sha256.hex().upper())] if row.digests else []
    if row.media_type.kind is MediaKind.PICTURE:
        named += [("PDQ", made.pdq.hex()) for made in row.hashes if made.view is View.SEEN and made.frame == 0]
    return vics_case.alternative_hashes(named, md5)


def _media_file(row: ScanRow, path: str, md5: str) -> dict[str, Any]:
    folder, _, name = path.rpartition("/")
    file: dict[str, Any] = {"FileName": name, "FilePath": folder, "MD5": md5, "Unallocated": False}
    if row.times is not None:
        file |= {
            field: at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            for field, at in (
                ("Written", moment(row.times.modified_ns)),
                ("Change", moment(row.times.changed_ns)),
                ("Accessed", moment(row.times.accessed_ns)),
            )
            if at is not None
        }
    return file


def _comment(hit: Hit) -> str:
    of = f"list {hit.list_name}, entry {hit.entry_id}"
    if hit.kind is MatchKind.EXACT:
        said = (
            f", classification {hit.classification} ({hit.scheme or 'no scheme given'})" if hit.classification else ""
        )
        return f"exact {hit.signal.value} match: {of}{said}"
    if hit.distance is None:
        return f"near match, a question for a person: {of}, {hit.signal.value} agrees and another digest does not"
    return f"near match, a question for a person: {of}, {hit.signal.value} distance {hit.distance} of {hit.threshold}"
