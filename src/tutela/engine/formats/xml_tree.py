r"""A bounded XML document as plain elements, read and written. Nothing outside the document is ever looked at.

Refused, each with a sentence: a document type (so there are no entities but the five of XML), more elements, depth or
attributes than the limits allow, text longer than a field may be, and whatever is not well formed. The limits are
checked while reading, before anything is kept. Names of elements are those of the document without their prefix.

>>> root = read(b'<a x="1"><b> two </b><b/></a>', XmlLimits())
>>> root.attributes, [child.text for child in root.all("b")]
({'x': '1'}, ['two', ''])
>>> read(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', XmlLimits())
Traceback (most recent call last):
tutela.domain.errors.FormatError: the XML has a document type, which is not read
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from tutela.domain.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHITE: Final = " \t\r\n"  # what XML calls white space; other blanks are text
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_ATTRIBUTES: Final = {ord("\t"): "&#9;", ord("\n"): "&#10;"}  # a reader would make spaces of them
_OF_SCHEMAS: Final = ("xmlns", "xsi:")  # attributes that say nothing but where a schema is
_MARK: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """What one document may hold."""

    elements_max: int = 20_000
    depth_max: int = 12
    attributes_max: int = 16  # of one element
    text_chars_max: int = 64 * 1024  # of one element, or of one attribute


@dataclass(slots=True)
class Element:
    """One element. `text` is its own, without white space (of XML) around it."""

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    children: list[Element] = field(default_factory=list["Element"])

    def add(self, name: str, text: str = "", **attributes: str) -> Element:
        """Put a child at the end and return it."""
        child = Element(name, text, attributes)
        self.children.append(child)
        return child

    def all(self, *names: str) -> Iterator[Element]:
        """Yield the elements at the end of a path of names, in the order of the document."""
        if not names:
            yield self
            return
        for child in self.children:
            if child.name == names[0]:
                yield from child.all(*names[1:])


def read(document: bytes, limits: XmlLimits) -> Element:
    """Read a document; `FormatError` where it is none, or more than the limits allow."""
    reader = _Reader(limits)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise FormatError(f"the XML is malformed at line {error.lineno}, column {error.offset}") from None
    except (LookupError, ValueError):
        raise FormatError("the XML is in an encoding that is not read", hint="Send it as UTF-8.") from None
    if reader.root is None:
        raise FormatError("the XML holds no element")
    return reader.root


def write(root: Element) -> bytes:
    """Write a document, UTF-8. A character that XML cannot hold becomes U+FFFD."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_pieces(root, 0))}'.encode()


class _Reader:
    """Builds the tree and counts as it does."""

    def __init__(self, limits: XmlLimits) -> None:
        self.root: Element | None = None
        self._limits = limits
        self._open: list[Element] = []
        self._elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > self._limits.elements_max:
            raise FormatError(f"the XML has more than {self._limits.elements_max} elements")
        if len(self._open) >= self._limits.depth_max:
            raise FormatError(f"the XML is nested deeper than {self._limits.depth_max} elements")
        if len(attributes) > self._limits.attributes_max:
            raise FormatError(f"an element of the XML has more than {self._limits.attributes_max} attributes")
        for text in (name, *attributes, *attributes.values()):
            self._check(len(text))
        said = {key: value for key, value in attributes.items() if not key.startswith(_OF_SCHEMAS)}
        element = Element(_local(name), "", said)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _name: str) -> None:
        element = self._open.pop()
        element.text = element.text.strip(WHITE)

    def characters(self, text: str) -> None:
        element = self._open[-1]
        self._check(len(element.text) + len(text))
        element.text += text

    def _check(self, characters: int) -> None:
        if characters > self._limits.text_chars_max:
            raise FormatError(f"the XML has a text of more than {self._limits.text_chars_max} characters")


def _refuse_doctype(*_: object) -> None:
    raise FormatError("the XML has a document type, which is not read")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _pieces(element: Element, depth: int) -> Iterator[str]:
    indent = "  " * depth
    attributes = "".join(
        f' {name}="{_plain(value).translate(_IN_ATTRIBUTES)}"' for name, value in element.attributes.items()
    )
    if not element.children:
        end = f">{_plain(element.text)}</{element.name}>" if element.text else "/>"
        yield f"{indent}<{element.name}{attributes}{end}\n"
        return
    yield f"{indent}<{element.name}{attributes}>{_plain(element.text)}\n"
    for child in element.children:
        yield from _pieces(child, depth + 1)
    yield f"{indent}</{element.name}>\n"


def _plain(text: str) -> str:
    return escape(_NO_XML.sub(_MARK, text)).replace("\r", "&#13;")
