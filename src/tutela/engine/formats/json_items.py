"""The objects of a JSON document, one at a time, however large the document is.

A document holds its items in an array: at the top, or under a key such as `value` or `data`. An item may itself hold
the real items (a case holds `Media`); then it is told as what stands around them.

    {"@odata.context": "...", "value": [{"CaseID": 1, "Media": [{"MD5": "..."}, ...]}, ...]}

Memory stays bounded whatever the file holds: keys that nobody wants are passed over event by event, an item of too many
values or too deep is rejected and passed over, and a single text longer than the limit ends the reading, because the
parser would have to hold it. A document that breaks off is a `FormatError` that says where: half a list is not a list.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import ijson  # pyright: ignore[reportMissingTypeStubs]  - it has none

from tutela.domain.errors import FormatError
from tutela.domain.lists import RejectedRow
from tutela.engine.formats.lines import encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutela.domain.limits import ImportLimits

_READ_BYTES: Final = 64 * 1024
_CONTAINERS_DEEP_MAX: Final = 3  # value > case > Media
_ITEM_DEPTH_MAX: Final = 8
_STARTS: Final = frozenset({"start_map", "start_array"})
_ENDS: Final = frozenset({"end_map", "end_array"})

_Event = tuple[str, Any]


@dataclass(slots=True)
class Item:
    """One object: its wanted fields, and the plain fields of the objects around it that stood before it."""

    fields: dict[str, object]
    around: Mapping[str, object]
    rejected: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """Which arrays hold the items and which keys of an item are wanted. Both are asked with keys in lower case."""

    containers: frozenset[str]
    is_wanted: Callable[[str], bool]


def items(stream: BinaryIO, shape: Shape, *, limits: ImportLimits) -> Iterator[tuple[int, Item | RejectedRow]]:
    """Yield (number from 1, item or rejection), in the order of the document.

    Raises:
        FormatError: the document is no JSON, breaks off, or holds a text longer than a line may be.
    """
    walk = _Walk(_events(stream, limits), shape, limits)
    number = 0
    try:
        for item in walk.document():
            number += 1
            yield number, RejectedRow(number, item.rejected) if item.rejected else item
    except (ijson.JSONError, ValueError) as error:
        raise FormatError(
            f"the JSON breaks off or is malformed after item {number}",
            hint="The file may be incomplete: get it again. Nothing of it was kept.",
        ) from error
    if not walk.found_container:
        raise FormatError("the JSON document holds no array of entries", hint="Check that this is a hash list.")


def _events(stream: BinaryIO, limits: ImportLimits) -> Iterator[_Event]:
    head = stream.read(4)
    stream.seek(-len(head), 1)
    encoding = encoding_of(head)
    if encoding == "utf-8-sig":
        stream.seek(len(codecs.BOM_UTF8), 1)
    elif encoding != "utf-8":
        stream = cast("BinaryIO", codecs.EncodedFile(stream, "utf-8", encoding))
    guarded = _GuardedStream(stream, limits.line_bytes_max)
    return cast("Iterator[_Event]", ijson.basic_parse(guarded, use_float=True, buf_size=_READ_BYTES))


class _GuardedStream:
    """Refuses a text or number longer than the limit before the parser has gathered it."""

    def __init__(self, stream: BinaryIO, token_bytes_max: int) -> None:
        self._stream = stream
        self._token_bytes_max = token_bytes_max
        self._since_quote = 0

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        quote = block.rfind(b'"')
        self._since_quote = self._since_quote + len(block) if quote < 0 else len(block) - quote
        if self._since_quote > self._token_bytes_max:
            raise FormatError(f"the JSON holds a text of more than {self._token_bytes_max} bytes")
        return block


@dataclass(slots=True)
class _Budget:
    """What one item may still hold before it is rejected."""

    values: int
    trouble: str = field(default="")


class _Walk:
    """A recursive descent over parser events; the recursion is bounded by the constants above, not by the file."""

    def __init__(self, events: Iterator[_Event], shape: Shape, limits: ImportLimits) -> None:
        self.found_container = False
        self._events = events
        self._shape = shape
        self._values_max = limits.frames_max * 5  # a frame is an object of three or four values
        self._text_chars_max = limits.line_bytes_max

    def document(self) -> Iterator[Item]:
        for event, _ in self._events:
            if event == "start_array":
                yield from self._array({}, 1)
            elif event == "start_map":
                yield from self._object({}, 0)

    def _array(self, around: Mapping[str, object], depth: int) -> Iterator[Item]:
        self.found_container = True
        for event, _ in self._events:
            if event == "end_array":
                return
            if event == "start_map":
                yield from self._object(around, depth)
            else:
                self._pass_over(event)
                yield Item({}, around, rejected="is JSON, and not an object")

    def _object(self, around: Mapping[str, object], depth: int) -> Iterator[Item]:
        """Walk one object. It is an item unless it holds the real ones, or is the document itself (depth 0)."""
        fields: dict[str, object] = {}
        budget = _Budget(self._values_max)
        holds_items = depth == 0
        key = ""
        for event, value in self._events:
            if event == "map_key":
                key = cast("str", value)
            elif event == "end_map":
                break
            elif event == "start_array" and depth < _CONTAINERS_DEEP_MAX and key.lower() in self._shape.containers:
                holds_items = True
                yield from self._array({**around, **fields}, depth + 1)
            elif event in _STARTS and (depth == 0 or not self._shape.is_wanted(key.lower())):
                self._pass_over(event)
            elif event in _STARTS or depth == 0 or self._shape.is_wanted(key.lower()):
                if key in fields:
                    budget.trouble = "names a key twice"
                fields[key] = self._value(event, value, budget, 1)
        if not holds_items:
            yield Item(fields, around, rejected=budget.trouble)

    def _value(self, event: str, value: object, budget: _Budget, depth: int) -> object:
        budget.values -= 1
        if budget.values < 0:
            budget.trouble = "holds too many values"
        if event not in _STARTS:
            return None if budget.trouble else value
        if budget.trouble or depth > _ITEM_DEPTH_MAX:
            budget.trouble = budget.trouble or "is nested too deeply"
            self._pass_over(event)
            return None
        return self._list(budget, depth) if event == "start_array" else self._mapping(budget, depth)

    def _list(self, budget: _Budget, depth: int) -> list[object]:
        found: list[object] = []
        for event, value in self._events:
            if event == "end_array":
                break
            found.append(self._value(event, value, budget, depth + 1))
        return found

    def _mapping(self, budget: _Budget, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        key = ""
        for event, value in self._events:
            if event == "end_map":
                break
            if event == "map_key":
                key = cast("str", value)
                if key in found:
                    budget.trouble = "names a key twice"
            else:
                found[key] = self._value(event, value, budget, depth + 1)
        return found

    def _pass_over(self, event: str) -> None:
        """Drop the value that began with this event, however deep it is, without holding any of it."""
        depth = 1 if event in _STARTS else 0
        while depth:
            event, _ = next(self._events)
            if event in _STARTS:
                depth += 1
            elif event in _ENDS:
                depth -= 1
