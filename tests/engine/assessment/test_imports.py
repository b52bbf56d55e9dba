from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.assessment.tables import CATALOGUE, TABLES, TODAY, row, table, take
from tutela.engine.assessment import imports, registry
from tutela.engine.assessment.rows import Reason

GOOD = row()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"value": "seven"}, Reason.MALFORMED),
        ({"value": "1 000"}, Reason.MALFORMED),
        ({"value": "٧"}, Reason.MALFORMED),  # noqa: RUF001  - a digit, but not one of ours
        ({"value": "nan"}, Reason.MALFORMED),
        ({"value": "1e999"}, Reason.MALFORMED),
        ({"indicator": ""}, Reason.MALFORMED),
        ({"printed": "=HYPERLINK(1)"}, Reason.MALFORMED),
        ({"doubt": "turned \u202eround"}, Reason.MALFORMED),
        ({"indicator": "threat"}, Reason.UNKNOWN),
        ({"area": "ZZZ"}, Reason.UNKNOWN),
        ({"status": "X"}, Reason.UNKNOWN),
        ({"source": "hearsay"}, Reason.UNKNOWN),
        ({"provenance": "guessed"}, Reason.UNKNOWN),
        ({"source": ""}, Reason.UNSOURCED),
        ({"span": "19"}, Reason.MISDATED),
        ({"span": "2019-13"}, Reason.MISDATED),
        ({"span": "2019-Q5"}, Reason.MISDATED),
        ({"span": "0000"}, Reason.MISDATED),
        ({"span": "9999-Q4"}, Reason.MISDATED),
        ({"span": "1066"}, Reason.MISDATED),
        ({"span": "2019-03"}, Reason.MISDATED),  # by month, where the indicator is yearly
        ({"span": "2026"}, Reason.MISDATED),  # has not ended
        ({"span": "2020/2019"}, Reason.MISDATED),
        ({"unit": "children"}, Reason.MISUNITED),
        ({"unit": ""}, Reason.MISUNITED),
        ({"area": "WLD"}, Reason.CONTRADICTORY),
        ({"cell": "video"}, Reason.CONTRADICTORY),
        ({"value": "-1"}, Reason.CONTRADICTORY),
        ({"value": "7.5"}, Reason.CONTRADICTORY),
        ({"value": ""}, Reason.CONTRADICTORY),
        ({"status": "M"}, Reason.CONTRADICTORY),
        ({"lower": "5"}, Reason.CONTRADICTORY),
        ({"lower": "5", "upper": "9"}, Reason.CONTRADICTORY),  # an interval that does not say what it means
        ({"lower": "8", "upper": "9", "interval": "range"}, Reason.CONTRADICTORY),
        ({"lower": "9", "upper": "5", "interval": "range"}, Reason.CONTRADICTORY),
        ({"indicator": "share", "unit": "percent", "value": "101"}, Reason.CONTRADICTORY),
        ({"level": "95"}, Reason.CONTRADICTORY),
    ],
)
def test_a_bad_row_is_refused_and_takes_all_others_with_it(changed, reason):
    given_ = take(row(span="2018"), row(**changed), row(span="2020"))
    assert given_.observations == ()
    assert [(each.table, each.line, each.reason) for each in given_.refused] == [("rows.csv", 3, reason)]


def test_a_good_row_is_taken():
    assert [each.value for each in take(GOOD, row(span="2020", value="8")).observations] == [7, 8]


def test_a_forecast_may_lie_ahead():
    assert take(row(span="2030", status="F")).observations


def test_the_same_row_twice_is_a_duplicate_and_another_value_a_contradiction():
    assert [each.reason for each in take(GOOD, GOOD, row(value="9")).refused] == [
        Reason.DUPLICATE,
        Reason.CONTRADICTORY,
    ]


def test_what_is_known_is_not_overwritten():
    known = take(GOOD).observations
    assert take(GOOD, known=known).refused[0].reason is Reason.DUPLICATE
    assert take(row(value="9"), known=known).refused[0].reason is Reason.CONTRADICTORY
    assert take(row(span="2020"), known=known).observations


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"indicator,area\nreports,AAA\n",
        table(GOOD).replace(b"indicator,", b"indicator,indicator,"),
        table(GOOD) + b'"never closed',
        table(GOOD) + b"reports,AAA\n",
        table(GOOD) + b"x" * 3000 + b"," * (len(imports.COLUMNS) - 1) + b"\n",
        table(GOOD).replace(b"desk", b"de\x00sk"),
    ],
)
def test_a_broken_table_is_refused_whole(data):
    found = imports.read_csv({"rows.csv": data}, CATALOGUE, TODAY)
    assert not found.observations
    assert {each.reason for each in found.refused} == {Reason.MALFORMED}


def test_a_reason_never_quotes_the_row():
    found = take(row(indicator="a-name-somebody-wrote", span="a-secret"))
    assert "name" not in found.refused[0].words
    assert "secret" not in found.refused[0].words


def test_no_table_of_a_package_is_taken_when_another_is_refused():
    tables = {"a.csv": table(GOOD), "b.csv": table(row(area="BBB", unit="hours"))}
    assert imports.read_csv(tables, CATALOGUE, TODAY).observations == ()


FIELD = st.sampled_from(
    [
        "",
        "7",
        "-7",
        "2019",
        "2019-Q1",
        "AAA",
        "WLD",
        "reports",
        "percent",
        "desk",
        "range",
        "A",
        "M",
        "F",
        "é",
        '"',
        "1e9",
    ]
) | st.text(max_size=8)


@given(st.lists(st.tuples(*(FIELD for _ in imports.COLUMNS)), max_size=4))
def test_whatever_comes_either_all_rows_are_taken_or_none(rows):
    lines = [",".join(imports.COLUMNS), *(",".join(each) for each in rows)]
    found = imports.read_csv({"rows.csv": "\n".join(lines).encode("utf-8", "replace")}, CATALOGUE, TODAY)
    assert not (found.observations and found.refused)
    assert found.refused_count >= len(found.refused)
    assert len({each.key for each in found.observations}) == len(found.observations)


@given(st.lists(st.tuples(st.integers(1990, 2025), st.integers(0, 10**12)), unique_by=lambda each: each[0], max_size=8))
def test_what_was_taken_is_written_and_read_the_same(years):
    taken = take(*(row(span=str(year), value=str(value)) for year, value in years)).observations
    made = registry.Registry(CATALOGUE, taken)
    again = registry.of_tables(registry.tables(made), TODAY)
    assert set(again.observations) == set(taken)
    assert again.digest == made.digest


@given(st.data())
def test_one_field_spoiled_never_gives_another_value_for_the_same_key(data):
    """A row that was spoiled in one field is refused, or is about something else, or says what it says."""
    column = data.draw(st.sampled_from(imports.COLUMNS))
    spoiled = row(**{column: data.draw(st.text(st.characters(exclude_characters=',"\r\n', codec="utf-8"), max_size=6))})
    found = take(spoiled)
    for each in found.observations:
        assert each.area in CATALOGUE.areas
        assert each.indicator in CATALOGUE.indicators
        assert each.source in CATALOGUE.sources
        assert each.value is not None or each.printed or each.status == "M"


def package(**resource: object) -> dict[str, bytes]:
    named = {"name": "observations", "path": "observations.csv"} | resource
    return {
        "datapackage.json": json.dumps({"resources": [named]}).encode(),
        "observations.csv": table(GOOD),
        "secret.csv": b"",
    }


def test_a_package_is_read():
    assert len(imports.read_package(package(), CATALOGUE, TODAY).observations) == 1


@pytest.mark.parametrize(
    "resource",
    [
        {"path": "../observations.csv"},
        {"path": "/etc/observations.csv"},
        {"path": "https://example.org/observations.csv"},
        {"path": "..\\observations.csv"},
        {"path": ["observations.csv"]},
        {"path": "gone.csv"},
        {"encoding": "latin-1"},
        {"dialect": {"delimiter": ";"}},
        {"bytes": 1},
    ],
)
def test_a_package_reaches_for_nothing_outside_itself(resource):
    found = imports.read_package(package(**resource), CATALOGUE, TODAY)
    assert not found.observations
    assert found.refused_count == 1


@pytest.mark.parametrize("descriptor", [b"", b"[]", b"{}", b'{"resources": [1]}', b"[" * 100_000])
def test_a_broken_descriptor_is_refused(descriptor):
    found = imports.read_package(package() | {"datapackage.json": descriptor}, CATALOGUE, TODAY)
    assert [each.reason for each in found.refused] == [Reason.MALFORMED]


SDMX = b"INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,OBS_STATUS,UNIT_MULT\n"


def sdmx(line: bytes) -> imports.Imported:
    return imports.read_sdmx_csv("sdmx.csv", SDMX + line, CATALOGUE, TODAY, source="desk")


def test_sdmx_csv_is_read_with_its_power_of_ten():
    assert [each.value for each in sdmx(b"reports,AAA,2019,1.5,reports,A,3\n").observations] == [1500]
    assert [each.value for each in sdmx(b"reports,AAA,2019,4.35,reports,A,2\n").observations] == [435]
    assert [each.value for each in sdmx(b"reports,AAA,2019,12,reports,A,\n").observations] == [12]


@pytest.mark.parametrize("power", [b"-1", b"x", b"13", "²".encode()])
def test_a_power_of_ten_that_is_none_is_mis_united(power):
    assert [e.reason for e in sdmx(b"reports,AAA,2019,1,reports,A," + power + b"\n").refused] == [Reason.MISUNITED]


def test_another_unit_is_refused_in_sdmx_as_well():
    assert [e.reason for e in sdmx(b"reports,AAA,2019,1,children,A,0\n").refused] == [Reason.MISUNITED]


def test_a_whole_edition_goes_through_a_package_and_comes_back():
    shipped = registry.load()
    files = registry.package(shipped, "edition")
    found = imports.read_package(files, shipped.catalogue, TODAY)
    assert not found.refused
    assert set(found.observations) == set(shipped.observations)
    assert registry.package(registry.load(), "edition") == files


def test_a_catalogue_row_that_is_refused_refuses_the_catalogue():
    for name, old, new in (
        ("indicators.csv", b"not a number of children", b""),
        (
            "indicators.csv",
            b"report,ambiguous,reports,all,country,desk,year",
            b"report,worse,reports,all,country,desk,year",
        ),
        ("indicators.csv", b"by-kind,Reports", b"reports,Reports"),
        ("indicators.csv", b",percent,", b",parsecs,"),
        ("sources.csv", b"CC-BY-4.0,A desk", b"CC-BY-4.0,"),
        ("areas.csv", b"BBB", b"bbb"),
        ("breaks.csv", b"2020-07-01", b"July"),
        ("breaks.csv", b"reports,2020", b"nothing,2020"),
    ):
        broken = TABLES | {name: TABLES[name].replace(old, new, 1)}
        assert broken != TABLES
        with pytest.raises(registry.CatalogueRefusedError):
            registry.of_tables(broken, TODAY)


def test_a_changed_observation_changes_the_digest():
    made = registry.Registry(CATALOGUE, take(GOOD).observations)
    other = registry.Registry(CATALOGUE, (replace(made.observations[0], value=8.0),))
    assert made.digest != other.digest
