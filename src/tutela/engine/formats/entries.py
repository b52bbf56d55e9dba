"""The entry that the fields of one row make, whatever format the row stood in.

A row that its owner withdrew (`should_delete`, `hashStatus: Withdrawn`), or marks as *not* belonging to the class, is a
rejected row with that reason: it must not be matched, and a person can see that it was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.domain.errors import RowError
from tutela.domain.lists import Entry
from tutela.domain.signals import SignalKind
from tutela.engine.formats.columns import (
    CLASSIFICATION,
    ENTRY_ID,
    MATCHED,
    NAMED_SIGNALS,
    NESTED,
    PAIR_KIND,
    PAIR_VALUE,
    SIGNAL_FIELDS,
    SOURCE,
    WITHDRAWN,
    field_of,
    plain,
    rank_of,
    signal_of,
)
from tutela.engine.formats.fields import digest, is_absent, label, opaque
from tutela.engine.formats.frames import frames
from tutela.engine.formats.json_values import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutela.domain.limits import ImportLimits
    from tutela.engine.formats.fields import Notes

_WITHDRAWN_WORDS: Final = frozenset({"true", "yes", "1", "withdrawn", "deleted"})
_NOT_OF_THE_CLASS: Final = frozenset({"negativeclass", "nonmalicious"})
_KIND_BY_HEX_CHARS: Final = {32: SignalKind.MD5, 40: SignalKind.SHA1}
_AMBIGUOUS_HEX_CHARS: Final = 64
_UNKNOWN_SIGNAL_CHARS_MAX: Final = 4096  # of a signal whose very kind is unknown to us
_NO_OPAQUE: Final[Mapping[str, str]] = {}


class AmbiguousHashError(RowError):
    """A bare hash could be of two kinds; nothing in the file will tell, so the caller must."""


class EntryReader:
    """Makes entries of fields: one reader for each file. It knows the limits and gathers the notes."""

    def __init__(self, limits: ImportLimits, notes: Notes, kind: SignalKind | None = None) -> None:
        self._limits = limits
        self._notes = notes
        self._kind = kind

    def from_item(self, item: Mapping[str, object], default_id: str, names: Mapping[str, str]) -> Entry:
        """Make an entry of a JSON object. `names` maps keys of this file to field names and goes first."""
        labels: dict[str, str] = {}
        signals: dict[str, object] = {}
        pair_kind = pair_value = ""
        ranks: dict[str, int] = {}
        for key, value in item.items():
            field = names.get(key) or field_of(key)
            if not field or value is None:
                continue
            if field == NESTED:
                _add_nested(signals, value)
            elif field == PAIR_KIND:
                pair_kind = as_text(value)
            elif field == PAIR_VALUE:
                pair_value = as_text(value)
            elif field in SIGNAL_FIELDS:
                _add(signals, field, value)
            elif rank_of(key) < ranks.get(field, len(item) + 99):
                ranks[field] = rank_of(key)
                labels[field] = _label_text(field, value)
        self.add_pair(signals, pair_kind, pair_value)
        return self.entry(labels, signals, default_id)

    def add_pair(self, signals: dict[str, object], kind: str, value: str) -> None:
        """Add the signal that a kind and a value say. Without a kind, the caller or the length tells it."""
        if not is_absent(value):
            _add(signals, signal_of(kind) if kind else self._kind_by_length(value).value, value)

    def entry(self, labels: Mapping[str, str], signals: Mapping[str, object], default_id: str) -> Entry:
        """Make an entry of text by field; `RowError` where a field is malformed or no signal is there."""
        if WITHDRAWN in labels:
            _refuse_withdrawn(labels[WITHDRAWN])
        classification = self._label(labels, CLASSIFICATION)
        if plain(classification) in _NOT_OF_THE_CLASS:
            raise RowError("is marked as not belonging to this class")
        entry = Entry(
            entry_id=self._label(labels, ENTRY_ID) or default_id,
            classification=classification,
            source=self._label(labels, SOURCE),
            md5=_digest(signals, SignalKind.MD5),
            sha1=_digest(signals, SignalKind.SHA1),
            sha256=_digest(signals, SignalKind.SHA256),
            pdq=_digest(signals, SignalKind.PDQ),
            frames=frames(signals["vpdq"], count_max=self._limits.frames_max) if "vpdq" in signals else (),
            opaque=_NO_OPAQUE if signals.keys() <= MATCHED else self._opaque(signals),
        )
        if not (entry.md5 or entry.sha1 or entry.sha256 or entry.pdq or entry.frames or entry.opaque):
            raise RowError("holds no signal")
        return entry

    def _kind_by_length(self, text: str) -> SignalKind:
        if self._kind is not None:
            return self._kind
        length = len(text.strip())
        if length == _AMBIGUOUS_HEX_CHARS:
            raise AmbiguousHashError("64 hexadecimal characters may be SHA-256 or PDQ")
        if length not in _KIND_BY_HEX_CHARS:
            raise RowError("is no hash of a known length (32, 40 or 64 hexadecimal characters)")
        return _KIND_BY_HEX_CHARS[length]

    def _label(self, labels: Mapping[str, str], name: str) -> str:
        text = labels.get(name)
        return label(text, name, chars_max=self._limits.label_chars_max, notes=self._notes) if text else ""

    def _opaque(self, signals: Mapping[str, object]) -> Mapping[str, str]:
        chars_max = self._limits.field_bytes_max
        read = {
            name: opaque(as_text(value), name, chars_max=chars_max)
            for name, value in signals.items()
            if name not in MATCHED
        }
        return {name: text for name, text in read.items() if text}


def _refuse_withdrawn(text: str) -> None:
    if plain(text) in _WITHDRAWN_WORDS:
        raise RowError("was withdrawn by those who listed it")
    if plain(text) in _NOT_OF_THE_CLASS:
        raise RowError("is marked as not belonging to this class")


def _digest(signals: Mapping[str, object], kind: SignalKind) -> bytes | None:
    value = signals.get(kind)
    if value is None:
        return None
    return digest(value if isinstance(value, str) else as_text(value), kind)


def _add(signals: dict[str, object], field: str, value: object) -> None:
    if field in signals and signals[field] != value:
        raise RowError(f"gives {field} twice, and differently")
    signals[field] = value


def _label_text(field: str, value: object) -> str:
    """Return a label's text; a source may be an object with a name (`"bank": {"name": ...}`)."""
    named = as_object(value) if field == SOURCE else None
    return as_text(value if named is None else named.get("name", ""))


def _add_nested(signals: dict[str, object], value: object) -> None:
    """Add `{"pdq": ...}` or `[{"HashName": ..., "HashValue": ...}]`."""
    by_kind, listed = as_object(value), as_list(value)
    if by_kind is not None:
        for kind, signal in by_kind.items():
            _add_beside(signals, kind, signal)
    elif listed is not None:
        for one in listed:
            pair = {field_of(key): part for key, part in (as_object(one) or {}).items()}
            _add_beside(signals, as_text(pair.get(PAIR_KIND) or ""), pair.get(PAIR_VALUE))
    else:
        raise RowError("has signals that are neither an object nor a list")


def _add_beside(signals: dict[str, object], kind: str, value: object) -> None:
    """Add one of several signals; one of a kind that we cannot keep is kept out and spoils none of the others."""
    if value is None or (isinstance(value, str) and is_absent(value)):
        return
    try:
        field = signal_of(kind)
        if field not in NAMED_SIGNALS:
            opaque(as_text(value), field, chars_max=_UNKNOWN_SIGNAL_CHARS_MAX)
    except RowError:
        return
    _add(signals, field, value)
