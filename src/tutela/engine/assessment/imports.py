"""Imports: observations from CSV, from SDMX-CSV and from a Frictionless data package, all or nothing.

Rules
-----
* A row is refused with its line and one reason (`rows.Reason`); where one row is refused, no observation is taken.
* Every value says its indicator, area, span, unit and source. An indicator, area or source that the catalogue does not
  define is unknown; a unit that is not the indicator's is mis-united, never converted in silence.
* A span must be of the indicator's kind, not before 1900, and not end after today unless it is said to be a forecast.
* Twice the same is a duplicate; two values for the same is a contradiction, also against what is known already: a
  value that has changed is a correction, which is made with its reason (`releases`).
* Shares lie within 0 and 100, counts are not negative, an interval holds its value, what is missing has no value.
* A data package holds its files by relative names; nothing is fetched and nothing outside it is read.

Worked example: the line `cybertipline-reports,WLD,2017,,9000000,...,reports,...` is refused as contradictory, because
the release has 10,214,753 for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from tutela.engine.assessment import rows
from tutela.engine.assessment.indicators import Bound, IntervalKind, Observation, Provenance, Status
from tutela.engine.assessment.rows import LIMITS, Reason, RefusedError, RefusedRow, Row
from tutela.engine.assessment.spans import Span
from tutela.engine.assessment.units import UnitKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from tutela.engine.assessment.catalogue import Catalogue
    from tutela.engine.assessment.indicators import Indicator

COLUMNS: Final = (
    "indicator", "area", "span", "cell", "value", "lower", "upper", "interval", "level", "unit", "status", "bound",
    "printed", "source", "provenance", "doubt",
)  # fmt: skip
_SDMX: Final = {
    "INDICATOR": "indicator",
    "REF_AREA": "area",
    "TIME_PERIOD": "span",
    "OBS_VALUE": "value",
    "UNIT_MEASURE": "unit",
    "OBS_STATUS": "status",
}
_SDMX_OPTIONAL: Final = {"LOWER_BOUND": "lower", "UPPER_BOUND": "upper", "COMMENT_OBS": "doubt", "BREAKDOWN": "cell"}
_YEAR_MIN: Final = 1900


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gave: all observations, or none and why. `refused_count` counts those not kept as well."""

    observations: tuple[Observation, ...]
    refused: tuple[RefusedRow, ...] = ()
    refused_count: int = 0


def read_csv(
    tables: Mapping[str, bytes], catalogue: Catalogue, today: date, known: Iterable[Observation] = ()
) -> Imported:
    """Read tables with our columns, by their names. `known` is what there is already."""
    taken: list[Row] = []
    refused: list[RefusedRow] = []
    for name, data in tables.items():
        found = rows.read(name, data, COLUMNS)
        taken.extend(found.taken)
        refused.extend(found.refused)
    return _weigh(taken, refused, catalogue, today, known)


def read_sdmx_csv(
    name: str,
    data: bytes,
    catalogue: Catalogue,
    today: date,
    *,
    source: str,
    known: Iterable[Observation] = (),
) -> Imported:
    """Read SDMX-CSV: the concepts INDICATOR, REF_AREA, TIME_PERIOD, OBS_VALUE, UNIT_MEASURE and OBS_STATUS.

    LOWER_BOUND, UPPER_BOUND, BREAKDOWN and COMMENT_OBS are read where they are there; UNIT_MULT is a power of ten that
    the value is multiplied by. `source` is the catalogue's id of who published it, which SDMX-CSV does not carry.
    """
    found = rows.read(name, data, tuple(_SDMX))
    refused = list(found.refused)
    taken: list[Row] = []
    for row in found.taken:
        try:
            taken.append(_from_sdmx(row, source))
        except RefusedError as error:
            refused.append(row.refused(error))
    return _weigh(taken, refused, catalogue, today, known)


def read_package(
    files: Mapping[str, bytes], catalogue: Catalogue, today: date, known: Iterable[Observation] = ()
) -> Imported:
    """Read the observations of a Frictionless data package given as its files by name."""
    try:
        tables = package_tables(files)
    except RefusedError as error:
        return Imported((), (RefusedRow("datapackage.json", 1, error.reason, str(error)),), 1)
    observations = {name: data for name, data in tables.items() if name.startswith("observations")}
    return read_csv(observations, catalogue, today, known)


def package_tables(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the tables that a data package's descriptor names; `RefusedError` where it does not hold together."""
    descriptor = _descriptor(files)
    tables: dict[str, bytes] = {}
    for resource in descriptor:
        path = resource.get("path")
        if not isinstance(path, str) or path.startswith("/") or ".." in path.split("/") or ":" in path or "\\" in path:
            raise RefusedError(Reason.MALFORMED, "a resource's path does not name a file of the package")
        if path not in files:
            raise RefusedError(Reason.MALFORMED, "a resource's file is not in the package")
        if path in tables:
            raise RefusedError(Reason.DUPLICATE, "two resources name the same file")
        if resource.get("encoding", "utf-8") != "utf-8" or resource.get("dialect", _COMMA) != _COMMA:
            raise RefusedError(Reason.MALFORMED, "a resource is not UTF-8 with commas")
        if "bytes" in resource and resource["bytes"] != len(files[path]):
            raise RefusedError(Reason.CONTRADICTORY, "a resource is longer or shorter than the package says")
        tables[path] = files[path]
    return tables


def check_values(observation: Observation, indicator: Indicator) -> None:
    """Raise `RefusedError` where an observation contradicts itself or the nature of its unit."""
    numbers = [n for n in (observation.value, observation.lower, observation.upper) if n is not None]
    if (observation.status is Status.MISSING) != (not numbers and not observation.printed):
        raise RefusedError(Reason.CONTRADICTORY, "what is missing has no value, and what has no value is missing")
    if (observation.lower is None) != (observation.upper is None) or (
        (observation.lower is None) != (observation.interval is None)
    ):
        raise RefusedError(Reason.CONTRADICTORY, "an interval has two ends and says what they mean")
    if observation.lower is not None and observation.upper is not None:
        middle = observation.lower if observation.value is None else observation.value
        if not observation.lower <= middle <= observation.upper:
            raise RefusedError(Reason.CONTRADICTORY, "the interval does not hold its value, or ends before it begins")
    if observation.level is not None and not 0 < observation.level < 1:
        raise RefusedError(Reason.CONTRADICTORY, "a level of confidence lies between 0 and 1")
    if indicator.unit.kind in {UnitKind.COUNT, UnitKind.SHARE} and any(n < 0 for n in numbers):
        raise RefusedError(Reason.CONTRADICTORY, "a count or share is not negative")
    if indicator.unit.kind is UnitKind.SHARE and any(n > 100 for n in numbers):
        raise RefusedError(Reason.CONTRADICTORY, "a share is not more than 100 per cent")
    if indicator.unit.kind is UnitKind.COUNT and any(n != int(n) for n in numbers):
        raise RefusedError(Reason.CONTRADICTORY, "a count is a whole number")


_COMMA: Final = {"delimiter": ","}


def _descriptor(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    if sum(map(len, files.values())) > LIMITS.package_bytes_max:
        raise RefusedError(Reason.MALFORMED, f"the package is larger than {LIMITS.package_bytes_max:,} bytes")
    try:
        descriptor = json.loads(files["datapackage.json"])
    except KeyError:
        raise RefusedError(Reason.MALFORMED, "the package has no datapackage.json") from None
    except (ValueError, RecursionError):
        raise RefusedError(Reason.MALFORMED, "the descriptor is not JSON") from None
    resources = cast("dict[str, Any]", descriptor).get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(resources, list) or not all(isinstance(each, dict) for each in cast("list[Any]", resources)):
        raise RefusedError(Reason.MALFORMED, "the descriptor lists no resources")
    return cast("list[dict[str, Any]]", resources)


def _from_sdmx(row: Row, source: str) -> Row:
    fields = dict.fromkeys(COLUMNS, "")
    fields |= {ours: row[theirs] for theirs, ours in _SDMX.items()}
    fields |= {ours: row.fields.get(theirs, "") for theirs, ours in _SDMX_OPTIONAL.items()}
    if fields["lower"] or fields["upper"]:
        fields["interval"] = IntervalKind.UNCERTAINTY
    fields |= {"source": source, "provenance": Provenance.PRIMARY}
    moved = replace(row, fields=fields)
    power = row.fields.get("UNIT_MULT", "") or "0"
    if not (power.isascii() and power.isdigit() and int(power) <= 12):
        raise RefusedError(Reason.MISUNITED, "UNIT_MULT is not a power of ten from 0 to 12")
    for column in ("value", "lower", "upper"):
        if moved.number(column) is not None:  # by decimals: 4.35 times a hundred is 435, not a hair less
            fields[column] = format(Decimal(fields[column]).scaleb(int(power)), "f")
    return moved


def _weigh(
    taken: Sequence[Row], refused: list[RefusedRow], catalogue: Catalogue, today: date, known: Iterable[Observation]
) -> Imported:
    """Make the observations; all of them, or none."""
    there = {each.key: each for each in known}
    made: list[Observation] = []
    for row in taken:
        try:
            observation = _observation(row, catalogue, today)
            _refuse_seen(observation, there.get(observation.key))
        except RefusedError as error:
            refused.append(row.refused(error))
        else:
            there[observation.key] = observation
            made.append(observation)
    if refused:
        return Imported((), tuple(refused[: LIMITS.refused_rows_kept_max]), len(refused))
    return Imported(tuple(made))


def _refuse_seen(observation: Observation, before: Observation | None) -> None:
    if before is None:
        return
    if (before.value, before.printed) == (observation.value, observation.printed):
        raise RefusedError(Reason.DUPLICATE, "the same value is there already")
    raise RefusedError(Reason.CONTRADICTORY, "another value is there for the same indicator, area, span and cell")


def _observation(row: Row, catalogue: Catalogue, today: date) -> Observation:
    indicator = catalogue.indicators.get(row.needed("indicator"))
    if indicator is None:
        raise RefusedError(Reason.UNKNOWN, "the indicator is not in the catalogue")
    area = catalogue.areas.get(row.needed("area"))
    if area is None:
        raise RefusedError(Reason.UNKNOWN, "the area is not in the catalogue")
    if area.level is not indicator.area_level:
        raise RefusedError(Reason.CONTRADICTORY, "the area is larger or smaller than the indicator's")
    if not row["source"]:
        raise RefusedError(Reason.UNSOURCED, "says no source")
    if row["source"] not in catalogue.sources:
        raise RefusedError(Reason.UNKNOWN, "the source is not in the catalogue")
    if row["unit"] != indicator.unit.code:
        raise RefusedError(Reason.MISUNITED, "the unit is not the indicator's, or is not said")
    if bool(row["cell"]) != bool(indicator.dimension):
        raise RefusedError(Reason.CONTRADICTORY, "a cell is given exactly where the indicator has a dimension")
    status = row.one_of("status", Status, Status.NORMAL)
    observation = Observation(
        indicator=indicator.id,
        area=area.code,
        span=_span(row.needed("span"), indicator, status, today),
        value=row.number("value"),
        lower=row.number("lower"),
        upper=row.number("upper"),
        interval=row.one_of("interval", IntervalKind) if row["interval"] else None,
        level=row.number("level"),
        cell=row["cell"],
        status=status,
        bound=row.one_of("bound", Bound, Bound.EXACT),
        printed=row["printed"],
        source=row["source"],
        provenance=row.one_of("provenance", Provenance),
        doubt=row["doubt"],
    )
    check_values(observation, indicator)
    return observation


def _span(text: str, indicator: Indicator, status: Status, today: date) -> Span:
    try:
        span = Span.parse(text)
    except ValueError as error:
        raise RefusedError(Reason.MISDATED, str(error)) from None
    if span.kind is not indicator.span_kind:
        raise RefusedError(Reason.MISDATED, f"the indicator is counted by {indicator.span_kind}")
    if span.first.year < _YEAR_MIN:
        raise RefusedError(Reason.MISDATED, f"lies before {_YEAR_MIN}")
    if span.last > today and status not in {Status.FORECAST, Status.PROVISIONAL}:
        raise RefusedError(Reason.MISDATED, "ends after today, and is neither a forecast nor provisional")
    return span
