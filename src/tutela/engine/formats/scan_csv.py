r"""A scan report as CSV, for people with a spreadsheet.

* One line for each hit of a row, and one line with empty hit columns for a row without any: filter `hit` <= 1 to count
  files. UTF-8 with a byte order mark, CRLF line ends, RFC 4180 quoting.
* No cell can act: one that begins with = + - @ tab or return gets an apostrophe in front, and characters that are not
  seen (controls, reading direction) are written as escapes. Where a path is not exact therefore, `path_base64` is.

Worked example: a file named `=1+1.jpg` in the root of a disk gives the path `/=1+1.jpg`; as a member, `'=1+1.jpg`.
"""

from __future__ import annotations

import base64
import csv
import io
from typing import TYPE_CHECKING, Final

from tutela.domain.paths import as_text, for_display
from tutela.domain.scan import RowKind, ScanRow, utc_text
from tutela.domain.signals import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutela.domain.lists import Hit
    from tutela.domain.signals import PictureHash

COLUMNS: Final = (
    "row", "path", "path_base64", "member", "size_bytes", "media_type", "verdict", "reason", "detail",
    "md5", "sha1", "sha256", "pdq", "pdq_quality", "pictures", "width_px", "height_px", "duration_ms",
    "modified", "changed", "accessed", "links", "notes",
    "hit", "hits", "kind", "list", "list_version", "entry", "classification", "scheme", "source", "owner",
    "signal", "distance", "threshold", "view", "frame", "query_share", "entry_share",
)  # fmt: skip
_ACTING: Final = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER_MARK: Final = "\ufeff"


def write(rows: Iterable[ScanRow]) -> Iterator[bytes]:
    """Give the file piece by piece, a few lines each."""
    yield _BYTE_ORDER_MARK.encode() + _line(COLUMNS)
    for row in rows:
        start = _row_cells(row)
        if not row.hits:
            yield _line((*start, "0", "0"))
        for number, hit in enumerate(row.hits, 1):
            yield _line((*start, str(number), str(len(row.hits) + row.hits_left_out), *_hit_cells(hit)))


def _line(cells: Iterable[str]) -> bytes:
    padded = [_harmless(cell) for cell in cells]
    padded += [""] * (len(COLUMNS) - len(padded))
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(padded)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _harmless(cell: str) -> str:
    cell = for_display(cell)
    return f"'{cell}" if cell.startswith(_ACTING) else cell


def _row_cells(row: ScanRow) -> tuple[str, ...]:
    path, member = as_text(row.path), as_text(row.member)
    digests, times = row.digests, row.times
    seen = _seen(row.hashes)
    return (
        row.kind.value,
        path,
        "" if row.path == for_display(path).encode() else base64.b64encode(row.path).decode("ascii"),
        member,
        str(row.size_bytes) if row.kind is not RowKind.FOLDER else "",
        row.media_type.value if digests else "",
        row.verdict.value,
        row.reason.value,
        row.detail,
        digests.md5.hex() if digests else "",
        digests.sha1.hex() if digests else "",
        digests.sha256.hex() if digests else "",
        seen.pdq.hex() if seen else "",
        str(seen.quality) if seen else "",
        str(len(row.hashes)),
        _number(row.width_px or None),
        _number(row.height_px or None),
        _number(row.duration_ms),
        utc_text(times.modified_ns) if times else "",
        utc_text(times.changed_ns) if times else "",
        utc_text(times.accessed_ns) if times else "",
        str(row.links),
        " ".join(note.value for note in row.notes),
    )


def _seen(hashes: tuple[PictureHash, ...]) -> PictureHash | None:
    """Pick the hash of the picture as a person sees it; of a video, its first frame."""
    return next((made for made in hashes if made.view is View.SEEN), None)


def _hit_cells(hit: Hit) -> tuple[str, ...]:
    return (
        hit.kind.value,
        hit.list_name,
        hit.list_version,
        hit.entry_id,
        hit.classification,
        hit.scheme,
        hit.source,
        hit.owner,
        hit.signal.value,
        _number(hit.distance),
        _number(hit.threshold),
        hit.view.value,
        str(hit.frame),
        _number(hit.query_share),
        _number(hit.entry_share),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
