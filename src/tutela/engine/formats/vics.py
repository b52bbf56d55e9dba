"""Project VIC lists (VICS) of versions 1.x and 2.0: OData-flavoured JSON, streamed.

Two shapes are in the world: a hash list, `value: [Media, ...]`, and a case, `value: [Case{Media: [...]}, ...]`.

What is read of a `Media`: MediaID, Category, MD5, SHA1 (and SHA256 where it stands), PhotoDNA, AlternativeHashes (PDQ
may stand there). Nothing else: not its file names, not its `Miniature` (which may hold a picture), not its series.

Traps, met on real exports and heeded here: a byte order mark; numbers written as text; `TotalMediaFiles` and
`IsPrecategorized` are unreliable, so the array is counted and only `Category` carries a verdict; several Media may name
one file. A category number means nothing without its national profile (law 7): it is kept as text, and the profile that
the file names is handed on as `notes.scheme_hint`.

>>> scheme_of("http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media")
'project-vic-2.0/us'
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from tutela.domain.errors import RowError
from tutela.domain.signals import SignalKind
from tutela.engine.formats.entries import EntryReader
from tutela.engine.formats.fields import Notes, digest
from tutela.engine.formats.json_items import Shape, items
from tutela.engine.formats.rows import LIMITS, each

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutela.domain.limits import ImportLimits
    from tutela.domain.lists import Entry
    from tutela.engine.formats.json_items import Item
    from tutela.engine.formats.rows import Row

_MEDIA: Final = {  # their names, in lower case, to our fields
    "mediaid": "entry_id",
    "category": "classification",
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "photodna": "photodna",
    "alternativehashes": "signals",
}
_CONTEXT_KEYS: Final = ("@odata.context", "odata.metadata")
_SHAPE: Final = Shape(frozenset({"value", "media"}), lambda key: key in _MEDIA or key == "sourceapplicationname")
_MODEL: Final = re.compile(r"datamodels/(\d{1,2}\.\d{1,2})\.xml(?:/([\w-]{1,32}))?", re.IGNORECASE | re.ASCII)


def read(stream: BinaryIO, *, limits: ImportLimits = LIMITS, notes: Notes | None = None) -> Iterator[Row]:
    """Yield the entries and rejected media of a VICS document, in order; rejections carry the number of the media.

    Raises:
        FormatError: the document is no JSON, breaks off, or holds no array of media.
    """
    notes = notes if notes is not None else Notes()
    reader = EntryReader(limits, notes)

    def entry_of(number: int, item: Item) -> Entry:
        if not notes.scheme_hint:
            notes.scheme_hint = _scheme(item.around)
        return _entry(reader, item, number)

    return each(items(stream, _SHAPE, limits=limits), entry_of)


def scheme_of(context: str) -> str:
    """Return the data model and national profile that a context names, "" where it names none."""
    found = _MODEL.search(context)
    if found is None:
        return ""
    version, profile = found.groups()
    return f"project-vic-{version}/{profile.lower()}" if profile else f"project-vic-{version}"


def _scheme(around: Mapping[str, object]) -> str:
    for key in _CONTEXT_KEYS:
        context = around.get(key)
        if isinstance(context, str):
            return scheme_of(context)
    return ""


def _entry(reader: EntryReader, item: Item, number: int) -> Entry:
    media: dict[str, object] = {}
    for key, value in item.fields.items():
        if key.lower() in media:
            raise RowError("names a key twice")
        if value is not None:
            media[key.lower()] = value
    source = item.around.get("SourceApplicationName")
    if isinstance(source, str):
        media["source"] = source
    md5 = media.get("md5")
    fallback = md5.strip().lower() if isinstance(md5, str) and digest(md5, SignalKind.MD5) else str(number)
    return reader.from_item(media, fallback, _MEDIA)
