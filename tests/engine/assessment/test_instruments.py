from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from tutela.engine.assessment import instruments
from tutela.engine.assessment.rows import Reason
from tutela.engine.assessment.tables import NotConfiguredError

TREATIES = (",".join(instruments.TREATY_COLUMNS) + "\n").encode()
DEFINITIONS = (",".join(instruments.DEFINITION_COLUMNS) + "\n").encode()
GOOD = b"AAA,UNCRC,1990-01-26,1991-02-01,1991-03-03,,partly,depositary\n"
AGE = b"AAA,child,everyone under 18,2000-01-01,2009-12-31,gazette,\n"


def test_what_ships_says_nothing_and_asking_is_not_configured():
    folder = resources.files("tutela.engine.assessment").joinpath("data")
    found = instruments.read(
        folder.joinpath("treaties.csv").read_bytes(), folder.joinpath("definitions.csv").read_bytes()
    )
    assert found.refused == ()
    with pytest.raises(NotConfiguredError):
        found.registry.treaty("AAA", "UNCRC")
    with pytest.raises(NotConfiguredError):
        found.registry.definition("AAA", "child", date(2026, 1, 1))


def test_a_row_with_its_source_is_found_on_its_days_only():
    found = instruments.read(TREATIES + GOOD, DEFINITIONS + AGE).registry
    assert found.treaty("AAA", "UNCRC").in_force == date(1991, 3, 3)
    assert found.definition("AAA", "child", date(2009, 12, 31)).says == "everyone under 18"
    with pytest.raises(NotConfiguredError):
        found.definition("AAA", "child", date(2010, 1, 1))


@pytest.mark.parametrize(
    ("treaties", "definitions", "reason"),
    [
        (GOOD.replace(b"depositary", b""), b"", Reason.UNSOURCED),
        (GOOD.replace(b"UNCRC", b"MAGNA CARTA"), b"", Reason.UNKNOWN),
        (GOOD.replace(b"1991-02-01", b""), b"", Reason.CONTRADICTORY),
        (GOOD.replace(b"1991-02-01", b"1992-02-01"), b"", Reason.CONTRADICTORY),
        (GOOD.replace(b"1990-01-26", b"1999-01-26"), b"", Reason.CONTRADICTORY),
        (GOOD.replace(b"1990-01-26", b"26.1.1990"), b"", Reason.MISDATED),
        (GOOD + GOOD, b"", Reason.DUPLICATE),
        (b"", AGE.replace(b"gazette", b""), Reason.UNSOURCED),
        (b"", AGE.replace(b"2000-01-01", b""), Reason.MISDATED),
        (b"", AGE.replace(b"2000-01-01", b"2020-01-01"), Reason.MISDATED),
        (b"", AGE + AGE.replace(b"2000", b"2005"), Reason.CONTRADICTORY),
    ],
)
def test_a_bad_row_leaves_both_tables_empty(treaties, definitions, reason):
    found = instruments.read(TREATIES + GOOD.replace(b"AAA", b"BBB") + treaties, DEFINITIONS + definitions)
    assert [each.reason for each in found.refused] == [reason]
    assert found.registry == instruments.Registry()
