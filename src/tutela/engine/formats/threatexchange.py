r"""Exports of signal exchanges: ThreatExchange, its command line, HMA, StopNCII, Tech Against Terrorism.

All say the same two things, the kind of a signal and its value, under names of their own:

    {"data": [{"id", "type": "HASH_PDQ", "indicator", "should_delete", "descriptors": {"data": [{"status"}]}}]}
    {"hashRecords": [{"signalType": "ImagePDQ", "hashValue", "hashStatus"}]}
    [{"id", "signals": {"pdq", "video_md5"}, "bank": {"name"}}]
    {"signal_type": "vpdq", "signal_str": "[\"<hash>,<quality>,<seconds>\", ...]"}      as JSON lines
    signal_type,signal_str,collab,category,tags                                        as CSV

JSON documents are streamed. A record that its owner withdrew, or marks as not belonging to the class, is a rejected row
with that reason: it must not be matched, and a person can see that it was there. Text and addresses are not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from tutela.domain.errors import RowError
from tutela.engine.formats import hash_csv, hash_jsonl
from tutela.engine.formats.columns import field_of
from tutela.engine.formats.entries import EntryReader
from tutela.engine.formats.fields import Notes
from tutela.engine.formats.json_items import Shape, items
from tutela.engine.formats.json_values import as_list, as_object, as_text
from tutela.engine.formats.lines import encoding_of
from tutela.engine.formats.rows import LIMITS, each, head_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutela.domain.limits import ImportLimits
    from tutela.domain.lists import Entry
    from tutela.domain.signals import SignalKind
    from tutela.engine.formats.json_items import Item
    from tutela.engine.formats.rows import Row

CONTAINERS: Final = frozenset({"data", "hashrecords", "entries", "results", "records", "contents", "items", "value"})
_NOT_OURS: Final = frozenset({"NON_MALICIOUS"})


def read(
    stream: BinaryIO,
    *,
    limits: ImportLimits = LIMITS,
    columns: Mapping[str, str] | None = None,
    kind: SignalKind | None = None,
    notes: Notes | None = None,
) -> Iterator[Row]:
    """Yield the entries and rejected records of an export, in order: JSON document, JSON lines or CSV.

    Arguments as in `hash_csv.read`; a rejection carries the line, or the number of the record in a document.
    """
    notes = notes if notes is not None else Notes()
    head = head_of(stream)
    start = head.decode(encoding_of(head), "replace").lstrip("\ufeff \t\r\n")
    if start[:1] not in ("{", "["):
        return hash_csv.read(stream, limits=limits, columns=columns, kind=kind, notes=notes)
    if is_lines(start):
        return hash_jsonl.read(stream, limits=limits, columns=columns, kind=kind, notes=notes)
    names = columns or {}
    reader = EntryReader(limits, notes, kind)
    shape = Shape(CONTAINERS, lambda key: key == "descriptors" or bool(names.get(key) or field_of(key)))

    def entry_of(number: int, item: Item) -> Entry:
        fields = dict(item.fields)
        status = _status(fields.pop("descriptors", None))
        if status:
            fields.setdefault("classification", status)
        return reader.from_item(fields, str(number), names)

    return each(items(stream, shape, limits=limits), entry_of)


def is_lines(start: str) -> bool:
    """Tell JSON lines from a document: the first line is an object, and whole."""
    first = start.split("\n", 1)[0]
    if not first.startswith("{"):
        return False
    try:
        found = hash_jsonl.object_of(first)
    except RowError:
        return False
    return not any(isinstance(value, list) and key.lower() in CONTAINERS for key, value in found.items())


def _status(descriptors: object) -> str:
    """Return what the descriptors of a record agree on; `RowError` where all say that it does not belong here."""
    listed = as_list((as_object(descriptors) or {}).get("data")) or []
    statuses = {as_text((as_object(one) or {}).get("status", "")) for one in listed} - {""}
    if statuses and statuses <= _NOT_OURS:
        raise RowError("is marked as not belonging to this class")
    return " ".join(sorted(statuses - _NOT_OURS))
