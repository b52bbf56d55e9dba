"""D6: whatever was spoilt is refused with its line and reason, by every door, and nothing is taken in part."""

from __future__ import annotations

from hypothesis import assume, given

from tests.engine.assessment.spoilt import spoilt
from tests.engine.assessment.tables import CATALOGUE, TODAY
from tutela.engine.assessment import imports


@given(spoilt())
def test_each_spoilt_row_of_a_table_is_refused_with_its_line_and_reason(table):
    assert table.wrong(imports.read_csv(table.as_csv(), CATALOGUE, TODAY)) == []


@given(spoilt())
def test_each_spoilt_row_of_a_package_is_refused_with_its_line_and_reason(table):
    assert table.wrong(imports.read_package(table.as_package(), CATALOGUE, TODAY)) == []


@given(spoilt())
def test_each_spoilt_row_of_sdmx_is_refused_with_its_line_and_reason(table):
    assume(table.fits_sdmx)
    assert table.wrong(imports.read_sdmx_csv("rows.csv", table.as_sdmx(), CATALOGUE, TODAY, source="desk")) == []
