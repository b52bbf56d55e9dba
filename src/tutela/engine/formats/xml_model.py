"""An XML document as frozen dataclasses: a class is an element, and its fields are its children in their order.

Rules:

1. A field says what stands there (a form of `xml_forms`, or a class) and how often: `one`, `maybe`, `many`. `mark` is
   an element that says something by being there. Beside children there are an `attribute` and the element's own `text`.
2. The wire's name of a field is its own in camelCase, unless it is given.
3. Absent is an empty text, an empty tuple, False for a mark, and otherwise None. What is absent is not written.
4. `value_of` reads strictly and collects a sentence for each thing that is wrong: out of order, too few, too many, not
   known here, not of its form, or against what the class itself says in `faults`. A sentence never quotes the document.

>>> @dataclass(frozen=True, slots=True, kw_only=True)
... class Capture:
...     ip_address: str = one(xml_forms.IP)
...     port: int | None = maybe(xml_forms.Whole(1, 65535))
>>> element = element_of(Capture(ip_address="198.51.100.7", port=443), "capture")
>>> [(child.name, child.text) for child in element.children]
[('ipAddress', '198.51.100.7'), ('port', '443')]
>>> wrong: list[str] = []
>>> value_of(Element("capture", children=element.children[::-1]), Capture, wrong), wrong
(None, ['in capture, ipAddress stands after port'])
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, TypeVar, cast

from tutela.domain.errors import FormatError
from tutela.engine.formats import xml_forms
from tutela.engine.formats.xml_forms import Form, Text, UnfitError
from tutela.engine.formats.xml_tree import Element

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from dataclasses import Field

_NAME_CHARS_MAX: Final = 64  # of a name out of the document that is told
_KEY: Final = "wire"
_MANY: Final = 10_000


class Model(Protocol):
    """Any dataclass of such fields. It may have a method `faults`, which yields what is wrong with its values."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


_Made = TypeVar("_Made", bound=Model)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one field stands for. `form` is None for a mark."""

    form: Form | type[Model] | None
    least: int
    most: int
    name: str
    is_attribute: bool = False
    is_text: bool = False


#### Fields ####


def one(form: Form | type[Model], name: str = "") -> Any:
    """Stands there exactly once."""
    return field(metadata={_KEY: _Part(form, 1, 1, name)})


def maybe(form: Form | type[Model], name: str = "") -> Any:
    """Stands there once or not at all."""
    return field(default=_absent(form), metadata={_KEY: _Part(form, 0, 1, name)})


def many(form: Form | type[Model], name: str = "", least: int = 0) -> Any:
    """Stands there as often as there are values."""
    return field(default=(), metadata={_KEY: _Part(form, least, _MANY, name)})


def mark(name: str = "") -> Any:
    """Says yes by being there."""
    return field(default=False, metadata={_KEY: _Part(None, 0, 1, name)})


def attribute(form: Form, name: str = "", *, least: int = 0) -> Any:
    """Stands in the start tag; with `least` 1 it has to."""
    part = _Part(form, least, 1, name, is_attribute=True)
    return field(metadata={_KEY: part}) if least else field(default=_absent(form), metadata={_KEY: part})


def text(form: Form) -> Any:
    """Stands between the element's tags, by itself."""
    return field(metadata={_KEY: _Part(form, 1, 1, "", is_text=True)})


#### Writing ####


def element_of(value: Model, name: str) -> Element:
    """Return a value as an element; `FormatError` where no text can say it.

    Whether it keeps the rules is asked of `value_of`.
    """
    element, attributes = Element(name), dict[str, str]()
    element.attributes = attributes
    for wire, part, key in _parts(type(value)):
        given = getattr(value, key)
        for each in cast("tuple[Any, ...]", given) if part.most == _MANY else (given,):
            if each is None or each == "" or (part.form is None and not each):
                continue
            if part.form is None:
                element.add(wire)
            elif isinstance(part.form, type):
                element.children.append(element_of(cast("Model", each), wire))
            elif part.is_attribute:
                attributes[wire] = _written(each, part.form, wire)
            elif part.is_text:
                element.text = _written(each, part.form, name)
            else:
                element.add(wire, _written(each, part.form, wire))
    return element


def _written(value: object, form: Form, name: str) -> str:
    try:
        return form.write(value)
    except UnfitError as error:
        raise FormatError(f"{name} {error}") from None


#### Reading ####


def value_of(element: Element, model: type[_Made], wrong: list[str], path: str = "") -> _Made | None:
    """Return the value of an element, None where something is wrong; sentences go to `wrong`."""
    path = path or element.name
    before = len(wrong)
    parts = {wire: (part, key) for wire, part, key in _parts(model) if not (part.is_attribute or part.is_text)}
    wrong += _misplaced(element, path, list(parts))
    said: dict[str, Any] = {}
    for wire, (part, key) in parts.items():
        found = [child for child in element.children if child.name == wire]
        values = [_child(child, part.form, wrong, f"{path}/{wire}") for child in found]
        values = [value for value in values if value is not None and value != ""]
        if not part.least <= len(values) <= part.most and len(wrong) == before:
            wrong.append(f"{path}/{wire} {'is missing' if len(values) < part.least else 'stands there too often'}")
        if values:
            said[key] = tuple(values) if part.most == _MANY else values[0]
    said |= _own(element, model, wrong, path)
    if len(wrong) > before:
        return None
    made = model(**said)
    check = getattr(made, "faults", None)
    wrong += [f"{path}: {fault}" for fault in check()] if check else []
    return made if len(wrong) == before else None


def orders(*models: tuple[str, type[Model]]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the children of every element with children, in their order, of these and all in them.

    Marks have no order that a reader should insist on: what says something by being there says it anywhere.
    """
    found: dict[str, tuple[str, ...]] = {}
    waiting = list(models)
    while waiting:
        name, model = waiting.pop()
        parts = [(wire, part) for wire, part, _ in _parts(model) if not (part.is_attribute or part.is_text)]
        if any(part.form for _, part in parts) and name not in found:
            found[name] = tuple(wire for wire, _ in parts)
            waiting += [(wire, part.form) for wire, part in parts if isinstance(part.form, type)]
    return found


def _misplaced(element: Element, path: str, order: list[str]) -> Iterator[str]:
    last = 0
    for child in element.children:
        if child.name not in order:
            yield f"{path}/{child.name[:_NAME_CHARS_MAX]} is not known here"
        elif order.index(child.name) < last:
            yield f"in {path}, {child.name} stands after {order[last]}"
        else:
            last = order.index(child.name)


def _child(child: Element, form: Form | type[Model] | None, wrong: list[str], path: str) -> Any:
    if isinstance(form, type):
        return value_of(child, form, wrong, path)
    if child.children or child.attributes or (form is None and child.text):
        wrong.append(f"{path} holds more than it may")
        return None
    if form is None:
        return True
    return _said(child.text, form, wrong, path) if child.text else None


def _own(element: Element, model: type[Model], wrong: list[str], path: str) -> dict[str, Any]:
    """Return what stands in the element's own text and attributes."""
    said: dict[str, Any] = {}
    parts = [(wire, part, key) for wire, part, key in _parts(model) if part.is_attribute or part.is_text]
    known = Counter(wire for wire, part, _ in parts if part.is_attribute)
    wrong += [f"{path}@{name[:_NAME_CHARS_MAX]} is not known here" for name in element.attributes if name not in known]
    if element.text and not any(part.is_text for _, part, _ in parts):
        wrong.append(f"{path} holds text beside its elements")
    for wire, part, key in parts:
        given = element.text if part.is_text else element.attributes.get(wire, "")
        if given:
            said[key] = _said(given, cast("Form", part.form), wrong, path if part.is_text else f"{path}@{wire}")
        elif part.least:
            wrong.append(f"{path} is empty" if part.is_text else f"{path}@{wire} is missing")
    return said


def _said(given: str, form: Form, wrong: list[str], path: str) -> Any:
    try:
        return form.read(given)
    except UnfitError as error:
        wrong.append(f"{path} {error}")
        return None


def _parts(model: type[Model]) -> Iterator[tuple[str, _Part, str]]:
    for each in fields(model):
        part: _Part = each.metadata[_KEY]
        yield part.name or _camel(each.name), part, each.name


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _absent(form: Form | type[Model]) -> Any:
    return "" if isinstance(form, Text) or form is xml_forms.IP else None
