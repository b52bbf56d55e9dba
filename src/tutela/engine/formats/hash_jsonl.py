"""Hash lists as JSON lines: an object a line, keys named as the columns of a CSV list are.

    {"id": "a-17", "sha1": "…", "pdq": "…", "classification": "A2"}
    {"id": 18, "signals": {"pdq": "…", "video_md5": "…"}}
    {"signal_type": "pdq", "signal_str": "…"}

A key given twice, a number that is none (NaN), nesting without end: each rejects its own line and no other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from tutela.domain.errors import RowError
from tutela.engine.formats.entries import EntryReader
from tutela.engine.formats.fields import Notes
from tutela.engine.formats.json_values import as_object
from tutela.engine.formats.lines import encoding_of, lines
from tutela.engine.formats.rows import LIMITS, each, head_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tutela.domain.limits import ImportLimits
    from tutela.domain.lists import Entry
    from tutela.domain.signals import SignalKind
    from tutela.engine.formats.rows import Row


def read(
    stream: BinaryIO,
    *,
    limits: ImportLimits = LIMITS,
    columns: Mapping[str, str] | None = None,
    kind: SignalKind | None = None,
    notes: Notes | None = None,
) -> Iterator[Row]:
    """Yield the entries and rejected lines of a JSON-lines file, in order. Arguments as in `hash_csv.read`."""
    notes = notes if notes is not None else Notes()
    notes.encoding = encoding_of(head_of(stream))
    reader = EntryReader(limits, notes, kind)
    names = columns or {}

    def entry_of(number: int, line: str) -> Entry | None:
        if line.isspace():
            return None
        return reader.from_item(object_of(line), str(number), names)

    return each(lines(stream, notes.encoding, chars_max=limits.line_bytes_max), entry_of)


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield a line an entry, which `read` gives back."""
    for entry in entries:
        digests = {"sha256": entry.sha256, "sha1": entry.sha1, "md5": entry.md5, "pdq": entry.pdq}
        said = {"id": entry.entry_id, "classification": entry.classification, "source": entry.source}
        told = {name: value.hex() for name, value in digests.items() if value} | {k: v for k, v in said.items() if v}
        yield json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def object_of(line: str) -> dict[str, object]:
    """Parse one JSON object; `RowError` where it is not one, names a key twice or nests without end."""
    try:
        value = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_number)
    except RecursionError:
        raise RowError("is nested too deeply") from None
    except ValueError:  # also an integer of more digits than Python converts
        raise RowError("is not valid JSON") from None
    found = as_object(value)
    if found is None:
        raise RowError("is JSON, and not an object")
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RowError("names a key twice")
    return found


def _no_number(_name: str) -> NoReturn:
    raise RowError("holds a number that is none (NaN or Infinity)")
