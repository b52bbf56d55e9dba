"""The CyberTipline's own schema, as it was given to a deployment: what is filed is held against it before it is sent.

Rules:

1. The schema is pinned: one file, its bytes known by their digest, which whoever pins it keeps. A file that would fetch
   or include another one, or that has a document type, is refused: nothing beyond these bytes is ever looked at.
2. It comes beside our structural rules, never in their place: both must hold.
3. A sentence says where, and never what stood there.

>>> schema = PinnedSchema(EXAMPLE)
>>> schema.faults(b"<report><reporter/></report>"), schema.faults(b"<report><victim/></report>")
((), ('line 1: the schema does not take it (SCHEMAV_ELEMENT_CONTENT)',))
"""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from tutela.domain.errors import FormatError
from tutela.engine.formats import xml_tree
from tutela.engine.formats.xml_tree import XmlLimits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.engine.formats.xml_tree import Element

LIMITS: Final = XmlLimits(elements_max=50_000, depth_max=64)
_BYTES_MAX: Final = 4 * 1024 * 1024
_REACHES_OUT: Final = frozenset({"import", "include", "redefine"})
_FAULTS_MAX: Final = 20


class PinnedSchema:
    """One schema. Making it compiles it; `FormatError` where it is none, or reaches beyond itself."""

    def __init__(self, schema: bytes) -> None:
        if len(schema) > _BYTES_MAX:
            raise FormatError(f"the schema has more than {_BYTES_MAX} bytes")
        root = xml_tree.read(schema, LIMITS)
        if root.name != "schema":
            raise FormatError("the file is no XML schema")
        if any(element.name in _REACHES_OUT for element in _all(root)):
            raise FormatError("the schema names another file", hint="Pin one file that holds everything.")
        self.digest = hashlib.sha256(schema).digest()
        self._etree: Any = import_module("lxml.etree")
        try:
            self._schema = self._etree.XMLSchema(self._tree(schema))
        except self._etree.LxmlError:
            raise FormatError("the file is no XML schema that can be used") from None

    def faults(self, document: bytes, limits: XmlLimits = LIMITS) -> tuple[str, ...]:
        """Return what the schema does not take, a sentence each."""
        try:
            xml_tree.read(document, limits)  # first: no document type, nothing too deep or too long
            tree = self._tree(document)
        except FormatError as error:
            return (str(error),)
        if self._schema.validate(tree):
            return ()
        entries = list(self._schema.error_log)[:_FAULTS_MAX]
        return tuple(f"line {entry.line}: the schema does not take it ({entry.type_name})" for entry in entries)

    def _tree(self, document: bytes) -> Any:
        parser = self._etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return self._etree.fromstring(document, parser)
        except self._etree.XMLSyntaxError:
            raise FormatError("the XML is malformed") from None


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _all(child)


EXAMPLE: Final = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="report">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="reporter"/>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""
"""A schema of our own that shows the form of one; it is nobody's."""
