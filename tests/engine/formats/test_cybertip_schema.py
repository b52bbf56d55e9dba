"""The pinned schema: it judges, it reaches nowhere, and what is no schema is refused."""

from __future__ import annotations

import pytest

from tutela.domain.errors import FormatError
from tutela.engine.formats.cybertip_schema import EXAMPLE, PinnedSchema

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def schema(inside):
    return f"<xs:schema {XS}>{inside}</xs:schema>".encode()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "malformed"),
        (b"<report/>", "no XML schema"),
        (schema('<xs:element name="a" type="no-such"/>'), "cannot be used|can be used"),
        (schema('<xs:include schemaLocation="http://192.0.2.1/a.xsd"/>'), "names another file"),
        (schema('<xs:import namespace="a" schemaLocation="file:///etc/hostname"/>'), "names another file"),
        (schema('<xs:redefine schemaLocation="b.xsd"/>'), "names another file"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + EXAMPLE, "document type"),
        (EXAMPLE + b" " * (4 * 1024 * 1024), "more than"),
    ],
)
def test_a_file_that_is_no_schema_or_reaches_out_is_refused(file, said):
    with pytest.raises(FormatError, match=said):
        PinnedSchema(file)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<report>",
        b"<other/>",
        b"<report>a name of somebody</report>",
        b"<!DOCTYPE a><report><reporter/></report>",
    ],
)
def test_what_the_schema_does_not_take_is_told_and_not_quoted(document):
    found = PinnedSchema(EXAMPLE).faults(document)
    assert found
    assert "somebody" not in " ".join(found)


def test_the_schema_is_known_by_its_digest():
    assert PinnedSchema(EXAMPLE).digest != PinnedSchema(EXAMPLE + b"\n").digest
