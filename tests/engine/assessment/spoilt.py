"""Tables with rows spoilt in a known way on a known line: what an import must say of each is known before it is asked.

A sound row comes first. Behind it come sound rows of other years and up to three that are malformed, doubled,
mis-dated, mis-united, contradictory, unknown or unsourced by construction.

    table = draw(spoilt())
    table.wrong(imports.read_csv(table.as_csv(), CATALOGUE, TODAY))      # what was said otherwise; nothing, if all is well
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.engine.assessment.tables import row
from tutela.engine.assessment import imports
from tutela.engine.assessment.rows import LIMITS, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutela.engine.assessment.imports import Imported

SDMX = {
    "indicator": "INDICATOR", "area": "REF_AREA", "span": "TIME_PERIOD", "value": "OBS_VALUE", "unit": "UNIT_MEASURE",
    "status": "OBS_STATUS", "lower": "LOWER_BOUND", "upper": "UPPER_BOUND", "cell": "BREAKDOWN", "doubt": "COMMENT_OBS",
}  # fmt: skip
MORE = "a field too many"
LETTERS = st.text("abcdefghxyz", min_size=1, max_size=10)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """The rows of a table by column, and what is to be said of which line (from 1; the header is the first)."""

    rows: tuple[dict[str, str], ...]
    expected: tuple[tuple[int, Reason], ...]

    def as_csv(self) -> dict[str, bytes]:
        """The table with our columns."""
        return {"observations.csv": self._written(imports.COLUMNS, imports.COLUMNS)}

    def as_package(self) -> dict[str, bytes]:
        """The same as a data package."""
        descriptor = {"resources": [{"name": "observations", "path": "observations.csv"}]}
        return self.as_csv() | {"datapackage.json": json.dumps(descriptor).encode()}

    def as_sdmx(self) -> bytes:
        """The same as SDMX-CSV, which says nothing of source, interval and provenance."""
        return self._written(SDMX.values(), SDMX)

    @property
    def fits_sdmx(self) -> bool:
        """Whether SDMX-CSV can say all that is wrong."""
        lost = [(column, good) for column, good in row().items() if column not in SDMX]
        return all(each[column] == good for each in self.rows for column, good in lost)

    def wrong(self, found: Imported) -> list[str]:
        """Say what an import answered otherwise than it must."""
        said = tuple(sorted((each.line, each.reason) for each in found.refused))
        faults = ["taken in part"] if found.observations else []
        faults += ["not counted"] if found.refused_count != len(self.expected) else []
        faults += ["without words"] if not all(each.words for each in found.refused) else []
        return faults + ([f"said {said}, not {self.expected}"] if said != self.expected else [])

    def _written(self, header: Iterable[str], columns: Iterable[str]) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        columns = tuple(columns)
        writer.writerows(
            [*(each[name] for name in columns), *([each[MORE]] if MORE in each else [])] for each in self.rows
        )
        return text.getvalue().encode()


@st.composite
def spoilt(draw: st.DrawFn, reasons: tuple[Reason, ...] = tuple(Reason)) -> Spoilt:
    """Draw a table."""
    years = draw(st.lists(st.integers(1990, 2024), min_size=1, max_size=4, unique=True))
    first, *others = (row(span=str(year), value=str(draw(st.integers(2, 10**9)))) for year in years)
    ways = _ways(first)
    spoilt_rows = [
        (reason, first | draw(ways[reason]))
        for reason in draw(st.lists(st.sampled_from(reasons), min_size=1, max_size=3))
    ]
    mixed = draw(st.permutations([*((None, each) for each in others), *spoilt_rows]))
    expected = tuple((line, reason) for line, (reason, _row) in enumerate(mixed, start=3) if reason)
    return Spoilt((first, *(each for _reason, each in mixed)), expected)


def _ways(first: dict[str, str]) -> dict[Reason, st.SearchStrategy[dict[str, str]]]:
    """How a copy of the first row becomes one that is refused, by reason."""
    column = st.sampled_from(["indicator", "area", "status", "interval", "bound", "source", "provenance"])
    return {
        Reason.MALFORMED: _malformed(),
        Reason.DUPLICATE: st.just({}) | LETTERS.map(lambda text: {"doubt": f"seen {text}"}),
        Reason.MISDATED: _one("span", _no_year()),
        Reason.MISUNITED: _one("unit", st.sampled_from(["", "children", "Reports", "report", "percent"]) | LETTERS),
        Reason.CONTRADICTORY: _contradictory(int(first["value"])),
        Reason.UNKNOWN: st.builds(lambda name, text: {name: f"no-{text}"}, column, LETTERS),
        Reason.UNSOURCED: st.just({"source": ""}),
    }


def _malformed() -> st.SearchStrategy[dict[str, str]]:
    no_number = LETTERS | st.sampled_from(["1 000", "1,000", "0x10", "1e999", "nan", "inf", "--1", "7 %", "\u0667"])
    controls = st.sampled_from("\x00\x01\x08\x1b\x7f\u202e\u2066")
    return st.one_of(
        _one("value", no_number),
        _one("level", no_number),
        st.sampled_from([{"indicator": ""}, {"area": ""}, {"span": ""}]),
        st.builds(lambda sign, text: {"printed": sign + text}, st.sampled_from("=+@"), LETTERS),
        st.builds(lambda text, sign: {"doubt": f"a{sign}{text}"}, LETTERS, controls),
        st.builds(lambda extra: {"doubt": "x" * (LIMITS.field_chars_max + extra)}, st.integers(1, 9)),
        _one(MORE, LETTERS),
    )


def _no_year() -> st.SearchStrategy[str]:
    return st.one_of(
        LETTERS,
        st.integers(0, 1899).map("{:04}".format),
        st.integers(2026, 9999).map(str),
        st.integers(0, 999).map(str),
        st.builds("{}-{:02}".format, st.integers(1990, 2024), st.integers(1, 99)),
        st.builds("{}-Q{}".format, st.integers(1990, 2024), st.integers(0, 9)),
        st.builds(lambda year, back: f"{year}/{year - back}", st.integers(1990, 2024), st.integers(1, 9)),
        st.builds("{}-13-{:02}".format, st.integers(1990, 2024), st.integers(1, 31)),
    )


def _contradictory(value: int) -> st.SearchStrategy[dict[str, str]]:
    return st.one_of(
        st.integers(1, 10**6).map(lambda more: {"value": str(value + more)}),
        st.integers(1, 10**6).map(lambda less: {"value": str(-less)}),
        st.integers(1, 99).map(lambda part: {"value": f"{value}.{part:02}"}),
        st.sampled_from([{"value": ""}, {"status": "M"}, {"area": "WLD"}, {"cell": "video"}, {"lower": "1"}]),
        st.integers(1, 10**6).map(lambda above: {"lower": str(value + above), "upper": str(value + above + 1)}),
        st.integers(1, value - 1).map(lambda low: {"lower": str(low), "upper": str(low - 1)}),
        st.integers(101, 10**6).map(lambda share: {"indicator": "share", "unit": "percent", "value": str(share)}),
        st.integers(2, 99).map(lambda level: {"level": str(level)}),
    )


def _one(column: str, texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return texts.map(lambda text: {column: text})
